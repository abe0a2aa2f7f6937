//! For people.

use std::fmt::Write as _;

use crate::lint::{Finding, Report};

/// Every finding where it stands, and a summary.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        let _ = writeln!(out, "{}\n", shown(finding));
    }
    for note in &report.notes {
        let _ = writeln!(out, "note: {note}\n");
    }
    let _ = writeln!(out, "{}", summary(report));
    out
}

fn shown(finding: &Finding) -> String {
    let mut diagnostic = finding.diagnostic.clone();
    diagnostic.message = format!("{} [{}]", diagnostic.message, finding.rule.id);
    diagnostic.render(true)
}

fn summary(report: &Report) -> String {
    let (errors, warnings) = report.counts();
    let files = count(report.files, "file");
    if errors + warnings == 0 {
        return format!("{files}: nothing found");
    }
    format!(
        "{files}: {}, {}",
        count(errors, "error"),
        count(warnings, "warning")
    )
}

fn count(number: usize, noun: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{s}")
}
