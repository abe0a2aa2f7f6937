//! The modules: what stands below their names.

use serde_json::{Map, Value, json};

use super::{defined, values};
use crate::modules::spec::FreeForm;
use crate::modules::{self, ArgKind, ArgSpec, ModuleSpec};
use crate::playbook;

/// Every name a task may call, short and qualified.
pub(super) fn properties() -> Map<String, Value> {
    let mut out = Map::new();
    for spec in modules::all() {
        for name in std::iter::once(&spec.name).chain(spec.aliases) {
            let short = defined(&definition(spec));
            out.insert((*name).to_owned(), short.clone());
            out.insert(format!("{}.{name}", spec.collection), short.clone());
            if spec.collection == "ansible.builtin" {
                out.insert(format!("ansible.legacy.{name}"), short);
            }
        }
    }
    for name in playbook::actions() {
        for name in [name.to_owned(), format!("ansible.builtin.{name}")] {
            out.insert(name, json!({"description": "an action of the language"}));
        }
    }
    out
}

/// What may be given to each module.
pub(super) fn definitions() -> impl Iterator<Item = (String, Value)> {
    modules::all()
        .iter()
        .map(|spec| (definition(spec), module(spec)))
}

fn definition(spec: &ModuleSpec) -> String {
    format!("module {}", spec.name).replace(' ', "_")
}

fn module(spec: &ModuleSpec) -> Value {
    let mut alternatives = vec![mapping(spec)];
    match spec.free_form {
        FreeForm::Into(_) | FreeForm::Rest(_) => alternatives.push(values::text()),
        FreeForm::No | FreeForm::AnyNames => alternatives.push(json!({
            "type": "string",
            "pattern": r"=|\{\{",
            "description": "arguments as `name=value`, or a template of them",
        })),
    }
    if spec.args.iter().all(|arg| !arg.required) {
        alternatives.push(json!({"type": "null"}));
    }
    json!({"description": spec.summary, "anyOf": alternatives})
}

/// Named arguments.
fn mapping(spec: &ModuleSpec) -> Value {
    let mut properties = Map::new();
    for arg in spec.args {
        properties.insert(arg.name.to_owned(), argument(arg));
        for alias in arg.aliases {
            let told = json!({"description": format!("the same as `{}`", arg.name)});
            let Value::Object(mut told) = told else {
                continue;
            };
            if let Some(any) = argument(arg).get("anyOf") {
                told.insert("anyOf".into(), any.clone());
            }
            properties.insert((*alias).to_owned(), told.into());
        }
    }
    let names = |arg: &ArgSpec| {
        let names = std::iter::once(&arg.name).chain(arg.aliases);
        json!({"anyOf": names.map(|name| json!({"required": [name]})).collect::<Vec<_>>()})
    };
    let required = spec.args.iter().filter(|arg| arg.required);
    let (simple, aliased): (Vec<&ArgSpec>, Vec<&ArgSpec>) =
        required.partition(|arg| arg.aliases.is_empty());
    let simple: Vec<&str> = simple.iter().map(|arg| arg.name).collect();
    let mut out = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": spec.free_form == FreeForm::AnyNames,
    });
    if !simple.is_empty() {
        out["required"] = simple.into();
    }
    if !aliased.is_empty() {
        out["allOf"] = aliased.into_iter().map(names).collect();
    }
    out
}

fn argument(arg: &ArgSpec) -> Value {
    let value = match arg.kind {
        ArgKind::Str | ArgKind::Mode => values::text(),
        ArgKind::Bool => values::boolean(),
        ArgKind::Int => values::integer(),
        ArgKind::Float => values::number(),
        ArgKind::StrList => values::texts(),
        ArgKind::Dict => json!({"anyOf": [{"type": "object"}, {"type": "string"}]}),
        ArgKind::Expr => values::condition(),
        ArgKind::Choice(words) => words_or_template(words),
        ArgKind::List | ArgKind::Any => json!({}),
    };
    let told = if arg.secret {
        format!("{} (secret: hidden in all output)", arg.doc)
    } else {
        arg.doc.to_owned()
    };
    let mut out = values::documented(value, &told);
    if let Some(default) = arg.default {
        out["default"] = default.into();
    }
    out
}

/// Words of which some look like booleans or numbers once they are read.
fn words_or_template(words: &[&str]) -> Value {
    let mut out = values::choice(words);
    let boolean = words
        .iter()
        .any(|word| ["yes", "no", "true", "false"].contains(word));
    if let Some(alternatives) = out["anyOf"].as_array_mut().filter(|_| boolean) {
        alternatives.push(values::boolean());
    }
    out
}
