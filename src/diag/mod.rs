//! Mistakes in what people write, shown where they stand.
//!
//! Decoders push [`Diagnostic`]s into a [`Diagnostics`] and go on, so that one run names every
//! mistake of a file.

mod render;
mod source;
mod suggest;

use std::sync::Arc;

pub use source::{SourceFile, Span, read_bounded};
pub use suggest::{did_you_mean, or_list};

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth saying; nothing is refused.
    Note,
    /// Suspicious; nothing is refused.
    Warning,
    /// Refused.
    Error,
}

/// One message: what is wrong, where, and what to do about it.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// Where it stands.
    pub span: Option<Span>,
    /// A few words at the underlined place.
    pub label: Option<String>,
    /// Other places that belong to the story, each with a few words.
    pub also: Box<[(Span, String)]>,
    /// What to do, a line each.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error without a place yet.
    #[must_use]
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message)
    }

    /// A warning without a place yet.
    #[must_use]
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message)
    }

    fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self {
            severity,
            message: message.into(),
            span: None,
            label: None,
            also: Box::default(),
            help: Vec::new(),
        }
    }

    /// Puts the message at a place.
    #[must_use]
    pub fn at(mut self, span: &Span) -> Self {
        self.span = Some(span.clone());
        self
    }

    /// Says a few words at the underlined place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Shows another place that belongs to the story, with a few words about it.
    #[must_use]
    pub fn also(mut self, span: &Span, label: impl Into<String>) -> Self {
        let mut also = self.also.into_vec();
        also.push((span.clone(), label.into()));
        self.also = also.into_boxed_slice();
        self
    }

    /// Adds a remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// What tells files apart; null without a place.
    fn source(&self) -> *const SourceFile {
        let source = self.span.as_ref().map(Span::source);
        source.map_or(std::ptr::null(), Arc::as_ptr)
    }

    /// `file:line:col: message (help)`, for places where only one line fits.
    #[must_use]
    pub fn one_line(&self) -> String {
        let place = self
            .span
            .as_ref()
            .map(|span| format!("{span}: "))
            .unwrap_or_default();
        format!("{place}{}", self.sentence())
    }

    /// `message (help)`, where the place is shown beside it.
    #[must_use]
    pub fn sentence(&self) -> String {
        let help = if self.help.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.help.join("; "))
        };
        format!("{}{help}", self.message)
    }

    /// The message with the line it stands on, as a compiler would show it.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        render::render(self, color)
    }
}

impl std::fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.one_line())
    }
}

impl std::error::Error for Diagnostic {}

/// All mistakes found in one pass, in the order found.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds all of another's.
    pub fn extend(&mut self, other: Diagnostics) {
        self.0.extend(other.0);
    }

    /// Whether anything must be refused.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity == Severity::Error)
    }

    /// Whether nothing was said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The diagnostics in the order found.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Those of one file by their place in it, files in the order in which they first appear.
    #[must_use]
    pub fn in_order(mut self) -> Self {
        let mut sources: Vec<*const SourceFile> = Vec::new();
        for diagnostic in &self.0 {
            let source = diagnostic.source();
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        self.0.sort_by_key(|diagnostic| {
            let source = diagnostic.source();
            let start = diagnostic.span.as_ref().map(|span| span.range().start);
            (sources.iter().position(|known| *known == source), start)
        });
        self
    }

    /// The value when nothing must be refused; otherwise everything that was found.
    pub fn result<T>(self, value: T) -> Result<T, Diagnostics> {
        if self.has_errors() {
            Err(self)
        } else {
            Ok(value)
        }
    }

    /// Every message rendered, separated by an empty line.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        self.0
            .iter()
            .map(|d| d.render(color))
            .collect::<Vec<_>>()
            .join("\n\n")
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl std::fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, diagnostic) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}
