//! Schemas of single values.

use serde_json::{Value, json};

/// The spellings of booleans that are texts in YAML 1.2.
const BOOLEANS: [&str; 16] = [
    "yes", "no", "on", "off", "y", "n", "true", "false", "True", "False", "Yes", "No", "On", "Off",
    "1", "0",
];

/// A text with a template in it.
pub(super) fn template() -> Value {
    json!({"type": "string", "pattern": r"\{\{|\{%"})
}

pub(super) fn text() -> Value {
    json!({"type": ["string", "number", "boolean"]})
}

/// A text or a list of texts.
pub(super) fn texts() -> Value {
    json!({"anyOf": [text(), {"type": "array", "items": text()}]})
}

pub(super) fn boolean() -> Value {
    json!({"anyOf": [{"type": "boolean"}, {"enum": BOOLEANS}, {"enum": [0, 1]}, template()]})
}

pub(super) fn integer() -> Value {
    let quoted = json!({"type": "string", "pattern": r"^\s*[-+]?[0-9_]+\s*$"});
    json!({"anyOf": [{"type": "integer"}, quoted, template()]})
}

pub(super) fn number() -> Value {
    let quoted = json!({"type": "string", "pattern": r"^\s*[-+]?[0-9.]+([eE][-+]?[0-9]+)?\s*$"});
    json!({"anyOf": [{"type": "number"}, quoted, template()]})
}

pub(super) fn list() -> Value {
    json!({"anyOf": [{"type": "array"}, template()]})
}

pub(super) fn mapping() -> Value {
    json!({"anyOf": [{"type": "object"}, template()]})
}

/// A mapping or a list of mappings.
pub(super) fn mappings() -> Value {
    json!({"anyOf": [{"type": "object"}, {"type": "array"}, template()]})
}

pub(super) fn choice(words: &[&str]) -> Value {
    json!({"anyOf": [{"enum": words}, template()]})
}

/// An expression, a boolean, or a list of them.
pub(super) fn condition() -> Value {
    let one = json!({"type": ["string", "boolean", "number"]});
    json!({"anyOf": [one, {"type": "array", "items": one}]})
}

pub(super) fn name() -> Value {
    json!({"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"})
}

/// A mapping of variables.
pub(super) fn variables(description: &str) -> Value {
    json!({
        "description": description,
        "type": ["object", "null"],
        "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
    })
}

/// The same value with what it is for; nothing may stand for it too, and means that it is absent.
pub(super) fn documented(value: Value, doc: &str) -> Value {
    let mut alternatives = match &value {
        Value::Object(object) if object.len() == 1 && object.contains_key("anyOf") => {
            object["anyOf"].as_array().cloned().unwrap_or_default()
        }
        Value::Object(object) if object.is_empty() => return json!({"description": doc}),
        _ => vec![value],
    };
    alternatives.push(json!({"type": "null"}));
    json!({"description": doc, "anyOf": alternatives})
}
