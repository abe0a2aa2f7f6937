//! Settings, for people and for programs.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Value as Json, json};

use crate::config::{Effect, Origin, SETTINGS, Setting, Settings, Value};
use crate::diag::{Diagnostic, did_you_mean};

/// Which settings are shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// These; all when there are none.
    pub names: &'a [String],
    /// Only those that somebody set.
    pub only_changed: bool,
}

/// A setting, its value, and where that came from.
pub type Row<'a> = (&'static Setting, &'a Value, &'a Origin);

/// The settings asked for, in the order of their names. One that does not exist is an error.
pub fn select<'a>(settings: &'a Settings, shown: &Shown<'_>) -> Result<Vec<Row<'a>>, Diagnostic> {
    for name in shown.names {
        if !SETTINGS.iter().any(|setting| setting.name == name) {
            let error = Diagnostic::error(format!("there is no setting `{name}`"));
            return Err(
                match did_you_mean(name, SETTINGS.iter().map(|setting| setting.name)) {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => error.help("`runbook config` lists every setting"),
                },
            );
        }
    }
    let mut rows: Vec<Row<'a>> = settings
        .iter()
        .filter(|(setting, _, origin)| {
            let named = shown.names.is_empty() || shown.names.iter().any(|n| n == setting.name);
            named && !(shown.only_changed && matches!(origin, Origin::Default))
        })
        .collect();
    rows.sort_by_key(|(setting, ..)| setting.name);
    Ok(rows)
}

/// A line each: name, value, where it came from, and whether it does less than its name says.
#[must_use]
pub fn text(rows: &[Row<'_>], files: &[PathBuf]) -> String {
    let mut out = String::new();
    for file in files {
        let _ = writeln!(out, "# read: {}", file.display());
    }
    for (setting, value, origin) in rows {
        let _ = write!(out, "{} = {}  ({origin})", setting.name, shown(value));
        match setting.effect {
            Effect::Works => {}
            Effect::Fixed(why) => {
                let _ = write!(out, "  # cannot be changed: {why}");
            }
            Effect::Moot(why) | Effect::Ignored(why) => {
                let _ = write!(out, "  # no effect: {why}");
            }
        }
        out.push('\n');
    }
    out
}

/// A value as `runbook.toml` would have it.
fn shown(value: &Value) -> String {
    match value {
        Value::None => "-".to_owned(),
        value => json_value(value).to_string(),
    }
}

/// An array of objects, one for each setting.
#[must_use]
pub fn json(rows: &[Row<'_>]) -> String {
    let rows: Vec<Json> = rows.iter().map(row_json).collect();
    let mut text = serde_json::to_string_pretty(&rows).unwrap_or_default();
    text.push('\n');
    text
}

fn row_json((setting, value, origin): &Row<'_>) -> Json {
    let origin = match origin {
        Origin::Default => json!({"from": "default"}),
        Origin::File(span) => {
            let (line, column) = span.line_col();
            json!({"from": "file", "file": span.source().name, "line": line, "column": column})
        }
        Origin::Variable(name) => json!({"from": "environment", "variable": name}),
    };
    let effect = match setting.effect {
        Effect::Works => "works",
        Effect::Fixed(_) => "fixed",
        Effect::Moot(_) | Effect::Ignored(_) => "none",
    };
    json!({
        "name": setting.name,
        "value": json_value(value),
        "origin": origin,
        "effect": effect,
        "why": setting.effect.why(),
    })
}

fn json_value(value: &Value) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Text(text) => json!(text),
        Value::Bool(yes) => json!(yes),
        Value::Int(number) => json!(number),
        Value::Float(number) => json!(number),
        Value::List(items) => json!(items),
    }
}
