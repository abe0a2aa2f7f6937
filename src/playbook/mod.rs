//! Playbooks: plays of blocks of tasks, every one with its place.
//!
//! Decoded by hand from spanned nodes, so that one pass reports every mistake. The keyword table
//! says what may stand where; [`crate::modules`] says what modules take.

mod action;
mod args;
mod ast;
mod common;
mod decoder;
mod defaults;
mod fields;
mod files;
mod free_form;
mod keyword;
mod load;
mod names;
mod notified;
mod place;
mod play;
mod prompts;
mod role;
mod step;
mod task;
#[cfg(test)]
mod tests;
mod value;

pub use ast::{
    Action, Block, Common, Include, LoopControl, Meta, Play, Playbook, Prompt, Section, SerialSize,
    Step, Task, TaskArgs,
};
pub use files::{Files, Part, RoleFolder};
pub use keyword::{KeywordDoc, keywords};
pub use load::{load, load_role, load_tasks};
pub(crate) use role::handlers as role_handlers;
pub use role::{IncludeRole, Role, RoleFrom, RoleUse};
pub(crate) use role::{RoleUsing, role_step};
