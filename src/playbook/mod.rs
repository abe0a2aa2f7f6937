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
mod end_role;
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

pub(crate) use action::actions;
pub use ast::{
    Action, Block, Common, Include, LoopControl, Meta, Play, Playbook, Prompt, Section, SerialSize,
    Step, Strategy, Task, TaskArgs,
};
pub(crate) use end_role::nothing_to_end;
pub use files::{Files, Part, RoleFolder};
pub(crate) use free_form::{first_word, pair, words};
pub(crate) use keyword::{
    Keyword, Kind as KeywordKind, Support, all as keywords_of_all_places, find as keyword,
};
pub use keyword::{KeywordDoc, keywords};
pub use load::{check, check_tasks, load, load_role, load_tasks};
pub(crate) use place::Place;
pub(crate) use role::handlers as role_handlers;
pub use role::{IncludeRole, Role, RoleFrom, RoleUse};
pub(crate) use role::{RoleUsing, role_step};
