//! Modules: each does one thing on one host, and says what it did.
//!
//! A module knows its arguments and its host. It does not know plays, loops, `when` or the
//! terminal. [`table`] lists them all; the decoder, the documentation and the checks made before
//! anything connects are derived from it.

mod arg_types;
pub mod args;
mod commands;
mod context;
mod control;
mod facts;
mod files;
mod outcome;
mod packages;
mod postgres;
mod remote;
mod sections;
mod services;
#[cfg(test)]
mod shell_tests;
pub mod spec;
mod table;
#[cfg(test)]
mod testing;

pub(crate) use arg_types::describe;
pub use arg_types::{Expr, Mode};
pub use context::{Controller, Ctx, FileKind, ProjectFile};
pub(crate) use control::set_stats::add as add_stats;
pub use outcome::{Diff, Effect, Failure, Outcome};
pub use remote::Remote;
pub use spec::{ArgKind, ArgSpec, ModuleSpec};
pub use table::{all, find, group, groups, names};
