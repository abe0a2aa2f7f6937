//! Findings as text, and in the formats other programs read.

mod github;
mod json;
mod sarif;
mod text;

pub use github::github;
pub use json::json;
pub use sarif::sarif;
pub use text::text;

use crate::diag::{Severity, Span};

/// The word for a severity that all formats share.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// Where a place ends: line and column, the first line of it only.
fn end(span: &Span) -> (usize, usize) {
    let (line, column) = span.line_col();
    let first = span.text().lines().next().unwrap_or_default();
    (line, column + first.trim_end().chars().count())
}
