//! Modules that steer the run or look at it; most need no host.

pub(super) mod debug;
pub(super) mod ping;
