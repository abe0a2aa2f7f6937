//! SARIF 2.1.0, for code scanning.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{end, level};
use crate::diag::Span;
use crate::lint::{Finding, Report, Rule, rules};

/// The log of one run.
#[must_use]
pub fn sarif(report: &Report) -> Value {
    let notes = report
        .notes
        .iter()
        .map(|note| json!({"level": "note", "message": {"text": note}}));
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "runbook",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules().iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": report.findings.iter().map(result).collect::<Vec<_>>(),
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notes.collect::<Vec<_>>(),
            }],
        }],
    })
}

fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.doc},
        "help": {"text": format!("{}\n\n{}", rule.doc, rule.example)},
        "defaultConfiguration": {"level": level(rule.severity)},
    })
}

fn result(finding: &Finding) -> Value {
    let diagnostic = &finding.diagnostic;
    let index = rules().iter().position(|rule| *rule == finding.rule);
    let mut value = json!({
        "ruleId": finding.rule.id,
        "ruleIndex": index,
        "level": level(diagnostic.severity),
        "message": {"text": diagnostic.sentence()},
    });
    if let Some(span) = &diagnostic.span {
        value["locations"] = json!([{"physicalLocation": place(span)}]);
    }
    let also = diagnostic.also.iter().enumerate();
    let also = also.map(|(id, (span, text))| {
        json!({"id": id, "physicalLocation": place(span), "message": {"text": text}})
    });
    let also: Vec<Value> = also.collect();
    if !also.is_empty() {
        value["relatedLocations"] = also.into();
    }
    value
}

fn place(span: &Span) -> Value {
    let (line, column) = span.line_col();
    let (end_line, end_column) = end(span);
    json!({
        "artifactLocation": {"uri": uri(&span.source().name)},
        "region": {
            "startLine": line,
            "startColumn": column,
            "endLine": end_line,
            "endColumn": end_column,
        },
    })
}

/// A path as a reference: what a URI gives a meaning to is escaped.
fn uri(path: &str) -> String {
    let mut out = String::new();
    if path.starts_with('/') {
        out.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' | b'~' => {
                out.push(char::from(byte));
            }
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("plays/a b:é.yml"), "plays/a%20b%3A%C3%A9.yml");
        assert_eq!(uri("/p/a.yml"), "file:///p/a.yml");
    }
}
