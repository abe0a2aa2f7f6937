//! The keywords of a place.

use serde_json::{Map, Value, json};

use super::{defined, values};
use crate::playbook::{Keyword, KeywordKind, Place, Support, keywords_of_all_places};

/// Every keyword that may stand at a place.
pub(super) fn properties(place: Place) -> Map<String, Value> {
    let there = keywords_of_all_places()
        .filter(|keyword| keyword.places.contain(place) && keyword.support == Support::Supported);
    let mut out = Map::new();
    for keyword in there {
        let value = values::documented(value(keyword, place), keyword.doc);
        // The lookup of a loop may be qualified.
        if let Some(lookup) = keyword.name.strip_prefix("with_") {
            out.insert(format!("with_ansible.builtin.{lookup}"), value.clone());
        }
        out.insert(keyword.name.to_owned(), value);
    }
    out
}

fn value(keyword: &Keyword, place: Place) -> Value {
    match keyword.kind {
        KeywordKind::Bool => values::boolean(),
        KeywordKind::Text => values::text(),
        KeywordKind::Name => values::name(),
        KeywordKind::Int => values::integer(),
        KeywordKind::Number => values::number(),
        KeywordKind::Texts => values::texts(),
        KeywordKind::List => values::list(),
        KeywordKind::Condition => values::condition(),
        KeywordKind::Mapping if keyword.name == "loop_control" => defined("loop_control"),
        KeywordKind::Mapping => values::mapping(),
        KeywordKind::Mappings => values::mappings(),
        KeywordKind::Choice(words) => values::choice(words),
        KeywordKind::Steps => {
            let handlers = keyword.name == "handlers" || place == Place::Handler;
            defined(if handlers { "handlers" } else { "tasks" })
        }
        KeywordKind::Special => special(keyword.name),
    }
}

/// Keywords that are checked where they are read: what can be said of them without that.
fn special(name: &str) -> Value {
    match name {
        "tags" | "hosts" => values::texts(),
        "vars" => json!({"anyOf": [{"type": "object"}, {"type": "array"}]}),
        "args" => values::mapping(),
        "serial" => json!({"anyOf": [values::text(), {"type": "array", "items": values::text()}]}),
        "strategy" | "import_playbook" => values::text(),
        "action" | "local_action" => json!({"anyOf": [{"type": "string"}, {"type": "object"}]}),
        "roles" => json!({"anyOf": [{"type": "array", "items": defined("role")}]}),
        _ => json!({}),
    }
}
