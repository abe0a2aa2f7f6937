//! What goes wrong in a template, with its place when it is known.

use crate::diag::Diagnostic;

/// A template that does not parse, or does not evaluate.
#[derive(Debug, Clone)]
pub struct TemplateError(Box<Diagnostic>);

impl TemplateError {
    /// Without a place yet.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self(Box::new(Diagnostic::error(message)))
    }

    /// The message with its place.
    #[must_use]
    pub fn diagnostic(&self) -> &Diagnostic {
        &self.0
    }
}

impl From<Diagnostic> for TemplateError {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(Box::new(diagnostic))
    }
}

impl From<TemplateError> for Diagnostic {
    fn from(error: TemplateError) -> Self {
        *error.0
    }
}

impl std::fmt::Display for TemplateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for TemplateError {}
