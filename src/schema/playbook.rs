//! Plays, blocks, tasks and handlers.

use serde_json::{Map, Value, json};

use super::{defined, keywords, modules};
use crate::playbook::Place;

/// A list of plays and imports of playbooks.
pub(super) fn playbook() -> Value {
    json!({"type": "array", "items": {"anyOf": [defined("play"), defined("import_playbook")]}})
}

/// A list of blocks and tasks, or handlers.
pub(super) fn steps(one: &str) -> Value {
    let block = if one == "task" {
        "block"
    } else {
        "handler_block"
    };
    json!({
        "type": ["array", "null"],
        "items": {"anyOf": [defined(one), defined(block)]},
    })
}

/// Everything that is referred to.
pub(super) fn definitions() -> Map<String, Value> {
    let mut out = Map::new();
    let mut add = |name: &str, value: Value| out.insert(name.to_owned(), value);
    add(
        "play",
        closed("a play", keywords::properties(Place::Play), &["hosts"]),
    );
    add("import_playbook", import());
    add("block", block("tasks"));
    add("handler_block", block("handlers"));
    add("task", task("a task", Place::Task));
    add("handler", task("a handler", Place::Handler));
    add("tasks", steps("task"));
    add("handlers", steps("handler"));
    add(
        "loop_control",
        closed(
            "how the loop behaves",
            keywords::properties(Place::LoopControl),
            &[],
        ),
    );
    add("role", role());
    out.extend(modules::definitions());
    out
}

fn closed(description: &str, properties: Map<String, Value>, required: &[&str]) -> Value {
    json!({
        "description": description,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn import() -> Value {
    let mut properties = keywords::properties(Place::ImportPlaybook);
    if let Some(file) = properties.get("import_playbook").cloned() {
        properties.insert("ansible.builtin.import_playbook".to_owned(), file);
    }
    let mut out = closed("the plays of another playbook", properties, &[]);
    out["anyOf"] = json!([
        {"required": ["import_playbook"]},
        {"required": ["ansible.builtin.import_playbook"]},
    ]);
    out
}

fn block(steps: &str) -> Value {
    let mut properties = keywords::properties(Place::Block);
    for name in ["block", "rescue", "always"] {
        properties.insert(name.to_owned(), defined(steps));
    }
    closed("tasks that share keywords", properties, &["block"])
}

fn task(description: &str, place: Place) -> Value {
    let mut properties = modules::properties();
    properties.extend(keywords::properties(place));
    closed(description, properties, &[])
}

/// An entry of `roles`: its name, or a mapping with keywords and any parameters.
fn role() -> Value {
    let mut properties = keywords::properties(Place::Block);
    for name in ["block", "rescue", "always"] {
        properties.remove(name);
    }
    properties.insert(
        "role".into(),
        json!({"type": "string", "description": "the role's name"}),
    );
    json!({"anyOf": [
        {"type": "string"},
        {"type": "object", "properties": properties},
    ]})
}
