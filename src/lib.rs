//! `runbook`: declarative runbooks for PostgreSQL clusters, over SSH.
//!
//! The house, top to bottom (see `docs/architecture.md`):
//! [`cli`] composes, as [`config`] says; [`inventory`] and [`playbook`] are read through [`yaml`] and report through
//! [`diag`]; [`vars`] and [`template`] give every task its scope; [`engine`] walks the plays and
//! emits [`event`]s, its only output; [`report`] shows them; [`modules`] do one thing each on a
//! host reached through [`transport`]; what is encrypted is read through [`vault`].

pub mod cli;
pub mod config;
pub mod diag;
pub mod engine;
pub mod event;
pub mod inventory;
pub mod lab;
pub mod lint;
pub mod modules;
pub mod playbook;
#[doc(hidden)]
pub mod probe;
pub mod project;
pub mod report;
pub mod schema;
pub mod template;
pub mod transport;
pub mod vars;
pub mod vault;
pub mod yaml;
