//! Modules that run what the runbook's author wrote.

pub(super) mod command;
mod guard;
pub(super) mod raw;
mod result;
pub(super) mod script;
pub(super) mod shell;
mod words;
