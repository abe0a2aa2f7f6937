//! The test lab: real hosts to try runbooks on, as containers that boot systemd, sshd and `PostgreSQL`.
//!
//! [`up`] makes the hosts, their keys and the inventory; deploying the cluster on them is the work of the playbooks
//! that its [`LabHandle`] names, run by the engine like any other playbook. Everything a lab creates is labelled with
//! its name and removed by [`down`]. This module prints nothing: it reports through a function of the caller's.

mod container;
mod down;
mod engine;
mod error;
mod image;
mod install;
mod inventory;
mod keys;
mod layout;
mod mirror;
mod network;
mod process;
mod progress;
mod state;
mod status;
mod up;

pub use down::{DownOptions, Removed, down};
pub use engine::{ENGINE_VARIABLE, EngineKind};
pub use error::LabError;
pub use layout::{HostSpec, Layout};
pub use progress::{Progress, ProgressFn};
pub use status::{HostStatus, LabStatus, LabSummary, list, status};
pub use up::{LabHandle, LabOptions, up};
