//! JSON Schemas (draft-07) of the files people write, for editors: made from the tables of keywords and modules.
//!
//! An editor's YAML server completes and checks with them. They know no templates: where one may
//! stand for a value, it is allowed.

mod inventory;
mod keywords;
mod modules;
mod playbook;
mod values;

use serde_json::{Map, Value, json};

/// The kinds of files there are schemas for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A list of plays.
    Playbook,
    /// A list of tasks and blocks.
    Tasks,
    /// A list of handlers.
    Handlers,
    /// An inventory in YAML.
    Inventory,
    /// A file of variables.
    Vars,
}

/// The schema of a kind of file.
#[must_use]
pub fn schema(kind: Kind) -> Value {
    let (title, root) = match kind {
        Kind::Playbook => ("playbook", playbook::playbook()),
        Kind::Tasks => ("file of tasks", playbook::steps("task")),
        Kind::Handlers => ("file of handlers", playbook::steps("handler")),
        Kind::Inventory => ("inventory", inventory::inventory()),
        Kind::Vars => ("file of variables", values::variables("the variables")),
    };
    let definitions = match kind {
        Kind::Playbook | Kind::Tasks | Kind::Handlers => playbook::definitions(),
        Kind::Inventory => inventory::definitions(),
        Kind::Vars => Map::new(),
    };
    let mut out = Map::new();
    out.insert(
        "$schema".into(),
        "http://json-schema.org/draft-07/schema#".into(),
    );
    out.insert("title".into(), format!("runbook: {title}").into());
    if let Value::Object(root) = root {
        out.extend(root);
    }
    if !definitions.is_empty() {
        out.insert("definitions".into(), definitions.into());
    }
    Value::Object(out)
}

/// A reference to a definition.
fn defined(name: &str) -> Value {
    json!({"$ref": format!("#/definitions/{name}")})
}
