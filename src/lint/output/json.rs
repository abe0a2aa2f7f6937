//! For programs: one object.

use serde_json::{Value, json};

use super::{end, level};
use crate::lint::{Finding, Report};

/// The findings, what was not judged, and the counts.
#[must_use]
pub fn json(report: &Report) -> Value {
    let (errors, warnings) = report.counts();
    json!({
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "notes": report.notes,
        "files": report.files,
        "errors": errors,
        "warnings": warnings,
    })
}

fn finding(finding: &Finding) -> Value {
    let diagnostic = &finding.diagnostic;
    let mut value = json!({
        "rule": finding.rule.id,
        "severity": level(diagnostic.severity),
        "message": diagnostic.message,
        "help": diagnostic.help,
    });
    if let Some(span) = &diagnostic.span {
        let (line, column) = span.line_col();
        let (end_line, end_column) = end(span);
        value["file"] = span.source().name.as_str().into();
        value["line"] = line.into();
        value["column"] = column.into();
        value["end_line"] = end_line.into();
        value["end_column"] = end_column.into();
    }
    value
}
