//! Modules for files of the host.
//!
//! A host needs a POSIX shell and coreutils, nothing else. Every script is one exchange; the
//! parts they share are [`write`] (one file, atomically), [`attrs`] (owner and mode), [`entry`]
//! (what `stat` says), [`edit`] (read, change, write) and [`trouble`] (errors with remedies).

mod attrs;
pub(super) mod blockinfile;
mod content;
pub(super) mod copy;
mod edit;
mod entry;
pub(super) mod fetch;
pub(super) mod file;
pub(super) mod find;
pub(super) mod lineinfile;
mod mode;
mod path;
mod pattern;
pub(super) mod replace;
pub(super) mod slurp;
pub(super) mod stat;
mod survey;
pub(super) mod tempfile;
pub(super) mod template;
pub(crate) use template::template_options;
mod trouble;
mod write;
