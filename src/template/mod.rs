//! Templates: `minijinja` set up to mean what Ansible's authors expect.
//!
//! Undefined variables are always errors, results keep their native types, conditions must be
//! booleans, and data observed at run time is never rendered.

mod bounds;
mod check;
mod compile;
mod condition;
mod depth;
mod diagnose;
mod env;
mod error;
mod file;
mod filters;
mod format;
mod functions;
mod lookups;
mod mersenne;
mod methods;
mod names;
mod native;
mod omit;
mod pattern;
mod refused;
mod render;
mod rewrite;
mod scan;
mod search;
mod table;
mod tags;
#[cfg(test)]
mod testing;
mod tests;
mod uses;
mod words;

use std::sync::{Arc, Mutex, PoisonError};

pub use condition::Condition;
pub use error::TemplateError;
pub use file::FileOptions;
pub(crate) use filters::{json_line, random_salt};
pub use omit::is_omit;
pub(crate) use scan::is_template as has_template;
pub(crate) use search::folders as search_folders;
pub use table::Entry;
pub use uses::{Use, Uses};

/// The template engine: filters, tests, functions, compiled expressions. One for a run.
#[derive(Default)]
pub struct Templar {
    cache: compile::Cache,
    /// What templates warned of and nobody was told yet.
    warnings: Mutex<Vec<String>>,
}

/// The most warnings kept until they are told: a template may warn in a loop.
const MAX_WARNINGS: usize = 1_000;

impl Templar {
    /// With everything of `ansible.builtin` that is supported.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// Keeps a warning until `take_warnings`.
    fn warn(&self, message: String) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if warnings.len() < MAX_WARNINGS && !warnings.contains(&message) {
            warnings.push(message);
        }
    }

    /// What templates warned of since this was asked last.
    pub fn take_warnings(&self) -> Vec<String> {
        std::mem::take(&mut *self.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Filters, tests and lookups that Ansible has and that are refused, each with the reason, for
    /// the documentation.
    pub fn refused(kind: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
        refused::of(kind)
    }

    /// Every filter there is, for the documentation.
    pub fn filters() -> impl Iterator<Item = &'static Entry> {
        filters::all()
    }

    /// Every test there is, for the documentation.
    pub fn tests() -> impl Iterator<Item = &'static Entry> {
        tests::all()
    }

    /// Every function there is, for the documentation.
    pub fn functions() -> impl Iterator<Item = &'static Entry> {
        functions::all()
    }

    /// Every lookup there is, by name, with what it gives, for the documentation.
    pub fn lookups() -> impl Iterator<Item = (&'static str, &'static str)> {
        lookups::all().map(|lookup| (lookup.name, lookup.summary))
    }
}

impl std::fmt::Debug for Templar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Templar").finish_non_exhaustive()
    }
}
