//! `postgresql_standby`: this node follows a given server, and proves it.

mod follow;
#[cfg(test)]
mod tests;

use futures_util::FutureExt as _;

use super::psql::Login;
use crate::module_args;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};
use crate::transport::Secret;

module_args! {
    /// Arguments of `postgresql_standby`.
    pub(crate) struct Args {
        /// The server to follow.
        primary_host: String ["upstream_host"];
        /// Its port.
        primary_port: i64 = "5432" ["upstream_port"];
        /// The role to replicate as; what the node's connection string says when left out.
        primary_user: Option<String> ["replication_user"];
        /// That role's password; better kept in the password file of the server's user.
        primary_password: Option<Secret> ["replication_password"];
        /// The slot to stream from; what the node has configured when left out, none when empty.
        primary_slot_name: Option<String> ["slot_name"];
        /// The name that the server shows for this node.
        application_name: Option<String>;
        /// Further settings of the connection string, such as `sslmode=verify-full`.
        conninfo: Option<String>;
        /// How long to wait until the node streams, in seconds; 0 waits for nothing.
        timeout: i64 = "60";
        /// The cluster's major version, if a host has several.
        version: Option<String>;
        /// The cluster's name where Debian's tools made it, such as `main`.
        cluster: Option<String>;
        /// The data directory, found when left out.
        data_directory: Option<String> ["data_dir", "pgdata"];
        /// The folder of PostgreSQL's programs, found when left out.
        bin_dir: Option<String>;
        /// The database to connect to.
        login_db: String = "postgres" ["db"];
        /// The role; libpq's default, the operating system's user, when left out.
        login_user: Option<String> ["user"];
        /// The server's port.
        login_port: i64 = "5432" ["port"];
        /// The folder of the Unix socket.
        login_unix_socket: Option<String> ["unix_socket"];
    }
}

impl Args {
    fn login(&self) -> Login {
        Login {
            database: self.login_db.clone(),
            user: self.login_user.clone(),
            host: self.login_unix_socket.clone(),
            port: self.login_port,
            bin_dir: self.bin_dir.clone(),
            ..Login::default()
        }
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "postgresql_standby",
    aliases: &[],
    collection: "runbook",
    summary: "Make a node follow a given server; a running one proves that it streams from it",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::Full,
    local: false,
    run: |arguments, ctx| async move { run(&Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: &Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let node = follow::look(args, ctx).await?;
    if node.running && !node.in_recovery {
        return Err(Failure::new(
            "the node runs as a primary: stop it cleanly first; one that was not stopped cleanly, or went on alone, needs `pg_rewind` before it can follow",
        ));
    }
    let wanted = follow::Wanted::new(args, &node)?;
    let differs = wanted.differs(&node);
    let mut outcome =
        Outcome::changed(differs).diff("upstream", node.describe(), wanted.describe());
    if differs && !ctx.check {
        if node.running {
            follow::reconfigure_running(args, &wanted, ctx).await?;
        } else {
            follow::reconfigure_stopped(args, &wanted, ctx).await?;
        }
    }
    outcome = outcome.with("running", node.running);
    let restart = differs && node.running && node.version_num < 130_000;
    outcome = outcome.with("restart_required", restart);
    if !node.running || ctx.check || restart || args.timeout <= 0 {
        return Ok(outcome.with("streaming", false));
    }
    let upstream = follow::wait(args, &wanted, ctx).await?;
    Ok(outcome.with("streaming", true).with("upstream", upstream))
}
