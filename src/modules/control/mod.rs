//! Modules that steer the run or look at it; most need no host.

pub(super) mod add_host;
pub(super) mod assert;
pub(super) mod debug;
pub(super) mod fail;
pub(super) mod group_by;
pub(super) mod include_vars;
pub(super) mod pause;
pub(super) mod ping;
pub(super) mod set_fact;
pub(super) mod set_stats;
pub(super) mod wait_for;
