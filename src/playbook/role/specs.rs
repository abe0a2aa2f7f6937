//! `meta/argument_specs.yml`: the arguments a role takes, and the task that checks them.

use super::RoleFrom;
use crate::diag::{Diagnostic, did_you_mean, or_list};
use crate::modules::ARGUMENT_TYPES;
use crate::playbook::ast::Step;
use crate::playbook::decoder::{Decoder, is_template};
use crate::playbook::files::RoleFolder;
use crate::playbook::place::Place;
use crate::playbook::{step, value};
use crate::yaml::{Kind, Node, Style};

/// The task that checks the arguments of the entry point, when the role says what it takes.
pub(super) fn validation(
    decoder: &mut Decoder<'_>,
    specs: &Node,
    folder: &RoleFolder,
    from: &RoleFrom,
) -> Option<Step> {
    let Some(entries) = specs.map() else {
        decoder.expected("argument_specs", "a mapping of entry points", specs);
        return None;
    };
    for (_, spec) in entries {
        check(decoder, spec);
    }
    let entry = from.tasks.as_deref().unwrap_or("main");
    let spec = specs.get(entry).filter(|spec| spec.map().is_some())?;
    let task = task(spec, entry, folder);
    let tasks = Node::new(spec.span.clone(), None, Kind::Seq(vec![task]));
    step::file(decoder, &tasks, Place::Task).pop()
}

/// What can be said about a specification before anything runs.
fn check(decoder: &mut Decoder<'_>, spec: &Node) {
    if spec.is_null() {
        return;
    }
    if spec.map().is_none() {
        decoder.expected("argument_specs", "a mapping for each entry point", spec);
        return;
    }
    let Some(options) = spec.get("options").filter(|o| !o.is_null()) else {
        return;
    };
    let Some(options) = options.map() else {
        decoder.expected("options", "a mapping of arguments", options);
        return;
    };
    for (name, option) in options {
        if option.map().is_none() {
            let name = name.raw().unwrap_or_default();
            decoder.expected(name, "a mapping that describes the argument", option);
            continue;
        }
        for key in ["type", "elements"] {
            known_type(decoder, key, option.get(key));
        }
        if let Some(required) = option.get("required")
            && value::boolean(required).is_none()
        {
            decoder.expected("required", "`true` or `false`", required);
        }
        check(decoder, option);
    }
}

fn known_type(decoder: &mut Decoder<'_>, key: &str, node: Option<&Node>) {
    let Some(node) = node.filter(|node| !node.is_null() && !is_template(node)) else {
        return;
    };
    let name = node.raw().unwrap_or_default();
    if ARGUMENT_TYPES.contains(&name) {
        return;
    }
    let message = format!("`{key}` of an argument must be {}", or_list(ARGUMENT_TYPES));
    let error = Diagnostic::error(message).at(&node.span);
    decoder.push(match did_you_mean(name, ARGUMENT_TYPES) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error,
    });
}

/// The task as one would write it.
fn task(spec: &Node, entry: &str, folder: &RoleFolder) -> Node {
    let span = &spec.span;
    let text = |text: &str| literal(Node::text(span, text, Style::SingleQuoted));
    let map = |entries: Vec<(&str, Node)>| {
        let entries = entries.into_iter();
        let entries = entries.map(|(name, value)| (Node::text(span, name, Style::Plain), value));
        Node::new(span.clone(), None, Kind::Map(entries.collect()))
    };
    let about = spec.get("short_description").and_then(Node::raw);
    let about = about.map(|about| format!(" - {about}")).unwrap_or_default();
    let name = format!("Validating arguments against arg spec '{entry}'{about}");
    let mut given = vec![("options", options(spec))];
    for rule in [
        "mutually_exclusive",
        "required_together",
        "required_one_of",
        "required_if",
        "required_by",
    ] {
        given.extend(spec.get(rule).map(|node| (rule, node.clone())));
    }
    let (_, options) = given.remove(0);
    let rules = map(given);
    let context = map(vec![
        ("type", text("role")),
        ("name", text(&folder.name)),
        ("argument_spec_name", text(entry)),
        ("path", text(&folder.dir.display().to_string())),
    ]);
    let arguments = map(vec![
        ("argument_spec", options),
        ("rules", rules),
        ("validate_args_context", context),
    ]);
    map(vec![
        ("name", text(&name)),
        ("tags", text("always")),
        ("validate_argument_spec", arguments),
    ])
}

/// The arguments, with what is only told about them as it stands.
fn options(spec: &Node) -> Node {
    let Some(entries) = spec.get("options").and_then(Node::map) else {
        return Node::new(spec.span.clone(), None, Kind::Map(Vec::new()));
    };
    let told = |(name, option): &(Node, Node)| {
        let Some(keys) = option.map() else {
            return (name.clone(), option.clone());
        };
        let keys = keys.iter().map(|(key, value)| {
            let value = match key.raw() {
                Some("description" | "default") => literal(value.clone()),
                Some("options") => options(option),
                _ => value.clone(),
            };
            (key.clone(), value)
        });
        let keys = Kind::Map(keys.collect());
        (name.clone(), Node::new(option.span.clone(), None, keys))
    };
    let entries = Kind::Map(entries.iter().map(told).collect());
    Node::new(spec.span.clone(), None, entries)
}

/// A text that is never rendered.
fn literal(node: Node) -> Node {
    match node.kind() {
        Kind::Scalar { .. } if is_template(&node) => {
            let tag = Some("!unsafe".into());
            Node::new(node.span.clone(), tag, node.kind().clone())
        }
        Kind::Seq(items) => {
            let items = items.iter().cloned().map(literal).collect();
            Node::new(node.span.clone(), node.tag.clone(), Kind::Seq(items))
        }
        _ => node,
    }
}
