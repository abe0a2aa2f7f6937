//! Inventories in YAML.

use serde_json::{Map, Value, json};

use super::{defined, values};

/// Groups by name.
pub(super) fn inventory() -> Value {
    json!({
        "type": "object",
        "additionalProperties": defined("group"),
        "not": {"required": ["plugin"]},
    })
}

/// What is referred to.
pub(super) fn definitions() -> Map<String, Value> {
    let mut out = Map::new();
    let group = json!({
        "description": "a group",
        "type": ["object", "null"],
        "properties": {
            "hosts": {
                "description": "its hosts, each with its variables; a name may be a range such as `db[1:3]`",
                "type": ["object", "null"],
                "additionalProperties": {"type": ["object", "null"]},
            },
            "vars": values::variables("the variables of its hosts"),
            "children": {
                "description": "the groups within it",
                "type": ["object", "null"],
                "additionalProperties": defined("group"),
            },
        },
        "additionalProperties": false,
    });
    out.insert("group".to_owned(), group);
    out
}
