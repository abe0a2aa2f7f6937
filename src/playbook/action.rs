//! Which module a task calls.

use super::decoder::Decoder;
use super::fields::{self, Fields};
use super::free_form;
use super::keyword;
use crate::diag::{Diagnostic, Span, did_you_mean};
use crate::modules::{self, ModuleSpec};
use crate::yaml::{Node, Style};

/// What a task's action is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    /// A module.
    Module(&'static ModuleSpec),
    /// `include_tasks`.
    IncludeTasks,
    /// `import_tasks`.
    ImportTasks,
    /// `include_role`.
    IncludeRole,
    /// `import_role`.
    ImportRole,
    /// `meta`.
    Meta,
}

/// The call of an action.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) target: Target,
    /// The name as written, with its place.
    pub(super) name: Node,
    /// Everything that was given to it.
    pub(super) value: Node,
    /// What stood beside a `module` that had arguments in its own text.
    pub(super) beside: Option<Node>,
    /// It was written as `local_action`.
    pub(super) local: bool,
}

/// Actions that are not there, and what to use instead.
const REFUSED: [(&str, &str); 3] = [
    ("include", "use `include_tasks` or `import_tasks`"),
    ("async_status", "remove `async` from the task it waits for"),
    ("import_playbook", "it stands beside plays, not among tasks"),
];

/// What an action of this name is.
fn target(name: &str) -> Option<Target> {
    match builtin(name) {
        "include_tasks" => Some(Target::IncludeTasks),
        "import_tasks" => Some(Target::ImportTasks),
        "include_role" => Some(Target::IncludeRole),
        "import_role" => Some(Target::ImportRole),
        "meta" => Some(Target::Meta),
        _ => modules::find(name).map(Target::Module),
    }
}

fn builtin(name: &str) -> &str {
    ["ansible.builtin.", "ansible.legacy."]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name)
}

fn refused(name: &str) -> Option<&'static str> {
    let entry = REFUSED
        .iter()
        .find(|(refused, _)| *refused == builtin(name));
    entry.map(|(_, remedy)| *remedy)
}

/// Whether a task may call this.
pub(super) fn is_action(name: &str) -> bool {
    target(name).is_some() || refused(name).is_some()
}

fn names() -> impl Iterator<Item = &'static str> {
    [
        "include_tasks",
        "import_tasks",
        "include_role",
        "import_role",
        "meta",
    ]
    .into_iter()
    .chain(modules::names())
}

/// Finds the one action of a task; reports when there is none, or more than one.
pub(super) fn find(decoder: &mut Decoder<'_>, fields: &Fields<'_>) -> Option<Call> {
    let mut calls: Vec<Call> = Vec::new();
    calls.extend(written_as_action(decoder, fields, "action"));
    calls.extend(written_as_action(decoder, fields, "local_action"));
    let mut strangers = Vec::new();
    for (key, value) in &fields.others {
        match key.raw().and_then(target) {
            Some(target) => calls.push(Call {
                target,
                name: (*key).clone(),
                value: (*value).clone(),
                beside: None,
                local: false,
            }),
            None => strangers.push(*key),
        }
    }
    let asked_for = fields.has("action") || fields.has("local_action");
    let mut explained = false;
    for key in strangers {
        explained = true;
        decoder.push(stranger(key, calls.first(), fields));
    }
    if let [first, second, ..] = calls.as_slice() {
        decoder.push(
            Diagnostic::error("this task calls more than one module")
                .at(&second.name.span)
                .label("a second one")
                .also(&first.name.span, "the first one")
                .help("make it a task of its own"),
        );
        return None;
    }
    if calls.is_empty() && !explained && !asked_for {
        decoder.push(
            Diagnostic::error("this task calls no module")
                .at(&fields.node.span)
                .help("add one, such as `command: …` or `debug: {msg: …}`"),
        );
    }
    calls.pop()
}

/// A key that is neither a keyword nor a module.
fn stranger(key: &Node, call: Option<&Call>, fields: &Fields<'_>) -> Diagnostic {
    let Some(name) = key.raw() else {
        return fields::unknown(key, fields.place);
    };
    if let Some(remedy) = refused(name) {
        let message = format!("`{name}` is not supported here");
        return Diagnostic::error(message).at(&key.span).help(remedy);
    }
    if let Some(Call {
        target: Target::Module(spec),
        ..
    }) = call
    {
        if spec.arg(name).is_some() {
            return Diagnostic::error(format!("`{name}` is an argument of `{}`", spec.name))
                .at(&key.span)
                .help(format!(
                    "indent it, so that it stands below `{}:`",
                    spec.name
                ));
        }
        return fields::unknown(key, fields.place);
    }
    if call.is_some() {
        return fields::unknown(key, fields.place);
    }
    let near = did_you_mean(name, keyword::names(fields.place).chain(names()));
    let error = match near {
        Some(near) if keyword::find(near).is_some() => fields::unknown(key, fields.place),
        _ => unknown_module(name, &key.span),
    };
    match near {
        Some(near) if error.help.is_empty() => error.help(format!("did you mean `{near}`?")),
        _ => error,
    }
}

fn unknown_module(name: &str, span: &Span) -> Diagnostic {
    let error = Diagnostic::error(format!("unknown module `{name}`")).at(span);
    if name.contains(' ') {
        return error.help("a task is a mapping: `module: arguments`");
    }
    let short = name.rsplit('.').next().unwrap_or(name);
    match did_you_mean(short, names()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help("`runbook doc` lists the modules there are"),
    }
}

/// `action: copy src=a dest=b`, or `action: {module: copy, src: a}`.
fn written_as_action(
    decoder: &mut Decoder<'_>,
    fields: &Fields<'_>,
    keyword: &'static str,
) -> Option<Call> {
    let node = fields.value(keyword)?;
    let (name, value, beside) = match (node.map(), node.raw()) {
        (Some(entries), _) => {
            let Some(module) = node.get("module") else {
                let message = format!("`{keyword}` needs the name of a module under `module`");
                decoder.push(Diagnostic::error(message).at(&node.span));
                return None;
            };
            let rest = entries
                .iter()
                .filter(|(key, _)| key.raw() != Some("module"));
            let rest = crate::yaml::Kind::Map(rest.cloned().collect());
            let rest = Node::new(node.span.clone(), None, rest);
            match split(module) {
                (name, Some(line)) => (name, line, Some(rest)),
                (name, None) => (name, rest, None),
            }
        }
        (None, Some(_)) => {
            let (name, line) = split(node);
            let none = || Node::text(&node.span, "", Style::SingleQuoted);
            (name, line.unwrap_or_else(none), None)
        }
        (None, None) => {
            decoder.expected(keyword, "a module with its arguments", node);
            return None;
        }
    };
    let Some(target) = name.raw().and_then(target) else {
        decoder.push(unknown_module(name.raw().unwrap_or_default(), &name.span));
        return None;
    };
    let local = keyword == "local_action";
    Some(Call {
        target,
        name,
        value,
        beside,
        local,
    })
}

/// The module and the arguments of a line, if it has any.
fn split(line: &Node) -> (Node, Option<Node>) {
    let text = line.raw().unwrap_or_default();
    let word = free_form::first_word(text);
    let rest = text[word.end..].len() - text[word.end..].trim_start().len();
    let rest = word.end + rest..text.len();
    let part = |range: std::ops::Range<usize>| {
        Node::text(
            &line.locate(range.clone()),
            &text[range],
            Style::SingleQuoted,
        )
    };
    (part(word), (!rest.is_empty()).then(|| part(rest)))
}
