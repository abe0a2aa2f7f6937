//! For the log of a workflow on GitHub: `::error file=…,line=…,col=…::message`.

use std::fmt::Write as _;

use super::{end, level};
use crate::diag::Severity;
use crate::lint::{Finding, Report};

/// A command for every finding.
#[must_use]
pub fn github(report: &Report) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        let _ = writeln!(out, "{}", command(finding));
    }
    for note in &report.notes {
        let _ = writeln!(out, "::notice::{}", data(note));
    }
    out
}

fn command(finding: &Finding) -> String {
    let diagnostic = &finding.diagnostic;
    let word = match diagnostic.severity {
        Severity::Note => "notice",
        other => level(other),
    };
    let mut place = String::new();
    if let Some(span) = &diagnostic.span {
        let (line, column) = span.line_col();
        let (end_line, end_column) = end(span);
        let file = property(&span.source().name);
        let _ = write!(
            place,
            "file={file},line={line},endLine={end_line},col={column},endColumn={end_column},"
        );
    }
    let title = property(&format!("runbook lint: {}", finding.rule.id));
    format!(
        "::{word} {place}title={title}::{}",
        data(&diagnostic.sentence())
    )
}

/// The message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_command_or_a_property_is_escaped() {
        assert_eq!(data("50%\nof: a, b"), "50%25%0Aof: a, b");
        assert_eq!(property("a,b:c%"), "a%2Cb%3Ac%25");
    }
}
