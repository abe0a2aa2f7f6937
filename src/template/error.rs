//! What goes wrong in a template, with its place when it is known.

use crate::diag::{Diagnostic, Span};

/// A template that does not parse, or does not evaluate.
#[derive(Debug, Clone)]
pub struct TemplateError {
    diagnostic: Box<Diagnostic>,
    undefined: bool,
}

impl TemplateError {
    /// Without a place yet.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Diagnostic::error(message).into()
    }

    /// Something that nothing defines.
    pub(crate) fn undefined(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic: Box::new(diagnostic),
            undefined: true,
        }
    }

    /// The message with its place.
    #[must_use]
    pub fn diagnostic(&self) -> &Diagnostic {
        &self.diagnostic
    }

    /// Whether the cause is a value that nothing defines.
    #[must_use]
    pub fn is_undefined(&self) -> bool {
        self.undefined
    }

    /// Puts the message at a place unless it has one.
    #[must_use]
    pub(crate) fn or_at(mut self, span: &Span) -> Self {
        self.diagnostic.span.get_or_insert_with(|| span.clone());
        self
    }

    /// Adds a line of help.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.diagnostic.help.push(help.into());
        self
    }

    /// As the template engine carries it through an evaluation; [`TemplateError`] is its source.
    pub(crate) fn into_engine(self) -> minijinja::Error {
        let kind = minijinja::ErrorKind::InvalidOperation;
        minijinja::Error::new(kind, self.diagnostic.message.clone()).with_source(self)
    }
}

impl From<Diagnostic> for TemplateError {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic: Box::new(diagnostic),
            undefined: false,
        }
    }
}

impl From<TemplateError> for Diagnostic {
    fn from(error: TemplateError) -> Self {
        *error.diagnostic
    }
}

impl std::fmt::Display for TemplateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.diagnostic.fmt(f)
    }
}

impl std::error::Error for TemplateError {}
