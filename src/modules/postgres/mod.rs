//! Modules about PostgreSQL: how one thing is read or done, with its outcome proved.
//!
//! What happens in which order is written in playbooks; the engine knows nothing of any of it.

mod conninfo;
mod controldata;
mod csv;
mod locate;
mod lsn;
mod promote;
mod psql;
mod query;
mod slot;
mod sql;
mod standby;
#[cfg(test)]
mod test_cluster;
mod topology;
mod topology_check;
mod value;

pub(super) use controldata::MODULE as POSTGRESQL_CONTROLDATA;
pub(super) use promote::MODULE as POSTGRESQL_PROMOTE;
pub(super) use query::MODULE as POSTGRESQL_QUERY;
pub(super) use slot::MODULE as POSTGRESQL_SLOT;
pub(super) use standby::MODULE as POSTGRESQL_STANDBY;
pub(super) use topology::MODULE as POSTGRESQL_TOPOLOGY;
pub(super) use topology_check::MODULE as POSTGRESQL_TOPOLOGY_CHECK;
