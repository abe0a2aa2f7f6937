//! JSON as Python writes it.

use std::fmt::Write as _;

use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Error, State};
use serde_json::Value as Json;

use super::{defined, either, fail};
use crate::template::bounds::writable;
use crate::template::table::{Entry, filters};
use crate::vars::{Value, from_json as value_of, to_json as json_of};

pub(super) static TABLE: &[Entry] = filters! {
    "from_json": from_json, "the value a JSON text holds";
    "to_json": to_json, "a value as JSON on one line";
    "to_nice_json": to_nice_json, "a value as JSON over several lines, keys sorted";
};

/// How JSON is laid out.
struct Layout {
    indent: Option<usize>,
    sorted: bool,
    ascii: bool,
}

fn to_json(
    state: &State<'_, '_>,
    value: &Value,
    indent: Option<usize>,
    kwargs: Kwargs,
) -> Result<String, Error> {
    written(
        state,
        value,
        either(indent, &kwargs, "indent")?,
        false,
        &kwargs,
    )
}

fn to_nice_json(
    state: &State<'_, '_>,
    value: &Value,
    indent: Option<usize>,
    kwargs: Kwargs,
) -> Result<String, Error> {
    let indent = either(indent, &kwargs, "indent")?.unwrap_or(4);
    written(state, value, Some(indent), true, &kwargs)
}

fn written(
    state: &State<'_, '_>,
    value: &Value,
    indent: Option<usize>,
    sorted: bool,
    kwargs: &Kwargs,
) -> Result<String, Error> {
    defined(state, value)?;
    writable(value)?;
    let layout = Layout {
        indent: indent.map(|indent| indent.min(100)),
        sorted: kwargs.get::<Option<bool>>("sort_keys")?.unwrap_or(sorted),
        ascii: kwargs.get::<Option<bool>>("ensure_ascii")?.unwrap_or(true),
    };
    // Both only say how Python walks the value.
    for ignored in ["vault_to_text", "preprocess_unsafe"] {
        kwargs.get::<Option<Value>>(ignored)?;
    }
    kwargs.assert_all_used()?;
    let mut out = String::new();
    layout.write(&mut out, &json_of(value), 0);
    Ok(out)
}

/// A value as JSON on one line, with the spaces Python's `json.dumps` writes.
pub(crate) fn json_line(value: &Value) -> String {
    let layout = Layout {
        indent: None,
        sorted: false,
        ascii: true,
    };
    let mut out = String::new();
    layout.write(&mut out, &json_of(value), 0);
    out
}

impl Layout {
    fn write(&self, out: &mut String, json: &Json, depth: usize) {
        match json {
            Json::String(text) => self.text(out, text),
            Json::Array(items) if items.is_empty() => out.push_str("[]"),
            Json::Object(map) if map.is_empty() => out.push_str("{}"),
            Json::Array(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    self.separate(out, at, depth + 1);
                    self.write(out, item, depth + 1);
                }
                self.close(out, ']', depth);
            }
            Json::Object(map) => self.map(out, map, depth),
            // Python writes whole floats with their fraction, as serde does.
            other => out.push_str(&other.to_string()),
        }
    }

    fn map(&self, out: &mut String, map: &serde_json::Map<String, Json>, depth: usize) {
        let mut entries: Vec<_> = map.iter().collect();
        if self.sorted {
            entries.sort_by(|a, b| a.0.cmp(b.0));
        }
        out.push('{');
        for (at, (key, value)) in entries.into_iter().enumerate() {
            self.separate(out, at, depth + 1);
            self.text(out, key);
            out.push_str(": ");
            self.write(out, value, depth + 1);
        }
        self.close(out, '}', depth);
    }

    fn separate(&self, out: &mut String, at: usize, depth: usize) {
        match self.indent {
            Some(indent) => {
                out.push_str(if at == 0 { "\n" } else { ",\n" });
                out.push_str(&" ".repeat(indent * depth));
            }
            None if at > 0 => out.push_str(", "),
            None => {}
        }
    }

    fn close(&self, out: &mut String, bracket: char, depth: usize) {
        if let Some(indent) = self.indent {
            out.push('\n');
            out.push_str(&" ".repeat(indent * depth));
        }
        out.push(bracket);
    }

    fn text(&self, out: &mut String, text: &str) {
        let quoted = Json::String(text.to_owned()).to_string();
        if !self.ascii {
            out.push_str(&quoted);
            return;
        }
        for c in quoted.chars() {
            if c.is_ascii() {
                out.push(c);
                continue;
            }
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
}

fn from_json(state: &State<'_, '_>, value: &Value) -> Result<Value, Error> {
    defined(state, value)?;
    match value.kind() {
        ValueKind::String => {
            let text = value.as_str().unwrap_or_default();
            let json: Json =
                serde_json::from_str(text).map_err(|error| fail(format!("not JSON: {error}")))?;
            Ok(value_of(&json))
        }
        _ => Err(fail(format!(
            "`from_json` needs a text, found {}; it may be decoded already",
            value.kind()
        ))),
    }
}
