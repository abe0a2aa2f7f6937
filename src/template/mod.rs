//! Templates: `minijinja` set up to mean what Ansible's authors expect.
//!
//! Undefined variables are always errors, results keep their native types, conditions must be
//! booleans, and data observed at run time is never rendered.

mod error;

use std::sync::Arc;

use crate::vars::{Scope, Value};
use crate::yaml::Node;

pub use error::TemplateError;

/// How a template *file* is rendered (the `template` module's arguments).
#[derive(Debug, Clone)]
pub struct FileOptions {
    /// Drop the newline after a block tag.
    pub trim_blocks: bool,
    /// Drop white space before a block tag.
    pub lstrip_blocks: bool,
    /// Keep the newline at the very end.
    pub keep_trailing_newline: bool,
    /// `{{` by default.
    pub variable_start: String,
    /// `}}` by default.
    pub variable_end: String,
    /// `{%` by default.
    pub block_start: String,
    /// `%}` by default.
    pub block_end: String,
    /// `{#` by default.
    pub comment_start: String,
    /// `#}` by default.
    pub comment_end: String,
    /// Folders in which `{% include %}` looks.
    pub search_path: Vec<std::path::PathBuf>,
}

impl Default for FileOptions {
    fn default() -> Self {
        Self {
            trim_blocks: true,
            lstrip_blocks: false,
            keep_trailing_newline: true,
            variable_start: "{{".into(),
            variable_end: "}}".into(),
            block_start: "{%".into(),
            block_end: "%}".into(),
            comment_start: "{#".into(),
            comment_end: "#}".into(),
            search_path: Vec::new(),
        }
    }
}

/// The template engine: filters, tests, functions, compiled expressions. One for a run.
#[derive(Debug, Default)]
pub struct Templar {}

impl Templar {
    /// With everything of `ansible.builtin` that is supported.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self {})
    }

    /// Renders a node: every string in it that holds a template; keys too. A string that is one
    /// single `{{ expression }}` gives the expression's own type. Entries whose value is `omit`
    /// are dropped from mappings and lists.
    pub fn node(&self, _node: &Node, _scope: &Arc<Scope>) -> Result<Value, TemplateError> {
        Err(TemplateError::new("not yet"))
    }

    /// Evaluates a bare expression (`when`, `until`, `that`, `var`), given without braces.
    pub fn expression(&self, _node: &Node, _scope: &Arc<Scope>) -> Result<Value, TemplateError> {
        Err(TemplateError::new("not yet"))
    }

    /// Evaluates a condition: a bare expression, a boolean, or a list of them (all must hold).
    /// The first one that does not hold is the answer's text; a result that is no boolean is an
    /// error, as in ansible-core 2.19.
    pub fn condition(&self, _node: &Node, _scope: &Arc<Scope>) -> Result<Condition, TemplateError> {
        Err(TemplateError::new("not yet"))
    }

    /// Renders the text of a template file; errors are placed in it.
    pub fn file(
        &self,
        _source: &Arc<crate::diag::SourceFile>,
        _options: &FileOptions,
        _scope: &Arc<Scope>,
    ) -> Result<String, TemplateError> {
        Err(TemplateError::new("not yet"))
    }

    /// Checks that every template in a node parses, without any variable.
    pub fn check(&self, _node: &Node) -> Result<(), TemplateError> {
        Ok(())
    }

    /// Checks that a bare expression parses.
    pub fn check_expression(&self, _node: &Node) -> Result<(), TemplateError> {
        Ok(())
    }
}

/// What a condition came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// All of it holds.
    Holds,
    /// This part of it does not.
    Fails(String),
}

/// Whether a value is the `omit` placeholder.
#[must_use]
pub fn is_omit(_value: &Value) -> bool {
    false
}
