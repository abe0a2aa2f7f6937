//! Tasks and handlers.

use std::sync::Arc;

use super::action::{self, Call, Target};
use super::ast::{Action, Block, Common, Include, LoopControl, Meta, Step, Task};
use super::common::common;
use super::decoder::{Decoder, is_template};
use super::fields::Fields;
use super::place::Place;
use super::play::static_file;
use super::{args, keyword, role, step};
use crate::diag::{Diagnostic, did_you_mean, or_list};
use crate::modules::ModuleSpec;
use crate::yaml::{Node, Style};

/// What can be said of an `import_tasks` itself: the keywords its tasks inherit.
const NOT_ON_IMPORT: [&str; 14] = [
    "action",
    "args",
    "async",
    "changed_when",
    "delay",
    "failed_when",
    "listen",
    "local_action",
    "loop",
    "loop_control",
    "poll",
    "register",
    "retries",
    "until",
];
/// The keywords of an `include_tasks`; others go to the tasks through `apply`.
const ON_INCLUDE: [&str; 14] = [
    "action",
    "args",
    "collections",
    "ignore_errors",
    "listen",
    "loop",
    "loop_control",
    "name",
    "no_log",
    "run_once",
    "tags",
    "timeout",
    "vars",
    "when",
];

/// One task or handler; an `import_tasks` is the block of its tasks.
pub(super) fn task(decoder: &mut Decoder<'_>, node: &Node, place: Place) -> Option<Step> {
    let fields = Fields::read(decoder, node, place)?;
    let mut common = common(decoder, &fields);
    let rest = rest(decoder, &fields);
    let call = action::find(decoder, &fields)?;
    if call.local && common.delegate_to.is_none() {
        common.delegate_to = Some(Node::text(
            &call.name.span,
            "localhost",
            Style::SingleQuoted,
        ));
    }
    let action = match call.target {
        Target::ImportTasks => return import(decoder, &fields, &call, common),
        Target::ImportRole => return role::import(decoder, &fields, &call, common),
        Target::IncludeRole => {
            Action::IncludeRole(Box::new(role::include(decoder, &fields, &call)?))
        }
        Target::IncludeTasks => Action::Include(Box::new(include(decoder, &fields, &call)?)),
        Target::Meta => {
            refuse_other_args(decoder, &call, fields.value("args"), &[]);
            without_effect(decoder, &fields);
            Action::Meta(meta(decoder, &call)?)
        }
        Target::Module(spec) => {
            check_background(decoder, &fields, spec);
            Action::Module {
                spec,
                written: call.name.raw().unwrap_or_default().to_owned(),
                args: args::args(decoder, spec, &call, fields.value("args")),
            }
        }
    };
    Some(Step::Task(Arc::new(Task {
        span: node.span.clone(),
        action_span: call.name.span.clone(),
        common,
        action,
        ..rest
    })))
}

/// What is a task's own besides its action.
fn rest(decoder: &mut Decoder<'_>, fields: &Fields<'_>) -> Task {
    let (items, loop_lookup) = looped(decoder, fields);
    let span = fields.node.span.clone();
    Task {
        action_span: span.clone(),
        span,
        common: Common::default(),
        action: Action::Meta(Meta::Noop),
        register: fields.take("register"),
        r#loop: items,
        loop_lookup,
        loop_control: loop_control(decoder, fields),
        until: fields.take("until"),
        retries: fields.take("retries"),
        delay: fields.take("delay"),
        changed_when: fields.take("changed_when"),
        failed_when: fields.take("failed_when"),
        listen: fields.texts("listen"),
        r#async: fields.take("async"),
        poll: fields.take("poll"),
    }
}

/// `loop` or a `with_…`, and the lookup of the latter.
fn looped(decoder: &mut Decoder<'_>, fields: &Fields<'_>) -> (Option<Node>, Option<&'static str>) {
    let mut written = fields.keywords().filter(|(name, _)| keyword::is_loop(name));
    let Some((name, _)) = written.next() else {
        return (None, None);
    };
    if let Some((_, second)) = written.next() {
        let message = "a task has one loop: either `loop` or one `with_…`";
        decoder.push(Diagnostic::error(message).at(&second.span));
        return (None, None);
    }
    let items = fields.value(name);
    if let Some(node) = items {
        decoder.check_templates(node);
    }
    (items.cloned(), keyword::lookup(name))
}

fn loop_control(decoder: &mut Decoder<'_>, fields: &Fields<'_>) -> LoopControl {
    let Some(node) = fields.value("loop_control") else {
        return LoopControl::default();
    };
    let entries = fields.node.map().unwrap_or_default();
    let names = entries.iter().filter_map(|(key, _)| key.raw());
    if !names.into_iter().any(keyword::is_loop) {
        let key = fields.key("loop_control").unwrap_or(node);
        decoder.push(Diagnostic::error("`loop_control` needs a `loop`").at(&key.span));
    }
    let Some(inner) = Fields::read(decoder, node, Place::LoopControl) else {
        return LoopControl::default();
    };
    inner.refuse_others(decoder);
    LoopControl {
        loop_var: inner.take("loop_var"),
        index_var: inner.take("index_var"),
        label: inner.take("label"),
        pause: inner.take("pause"),
        extended: inner.take("extended"),
        extended_allitems: inner.take("extended_allitems"),
        break_when: inner.take("break_when"),
    }
}

/// The tasks of the file, in a block that carries the keywords of the import.
fn import(
    decoder: &mut Decoder<'_>,
    fields: &Fields<'_>,
    call: &Call,
    common: Common,
) -> Option<Step> {
    refuse_on_import(decoder, fields, "import_tasks");
    let file = match call.value.map() {
        Some(_) => call.value.get("file"),
        None => Some(&call.value).filter(|value| !value.is_null()),
    };
    refuse_other_options(decoder, call, &["file"]);
    let file = static_file(decoder, "import_tasks", file, &call.name)?;
    let place = fields.place;
    let body = decoder.import(&file, |decoder, node| step::file(decoder, node, place))?;
    Some(Step::Block(Arc::new(Block {
        span: fields.node.span.clone(),
        common,
        body,
        rescue: Vec::new(),
        always: Vec::new(),
        role: None,
    })))
}

/// Refuses the keywords that tasks cannot inherit from an import.
pub(super) fn refuse_on_import(decoder: &mut Decoder<'_>, fields: &Fields<'_>, action: &str) {
    for (name, key) in fields
        .keywords()
        .filter(|(name, _)| NOT_ON_IMPORT.contains(name) || keyword::is_loop(name))
    {
        let message = format!("`{name}` cannot stand on `{action}`");
        let error = Diagnostic::error(message).at(&key.span);
        decoder.push(match name {
            "args" if action.ends_with("import_role") => continue,
            name if name == "loop_control" || keyword::is_loop(name) => {
                error.help(format!("use `{}`", action.replace("import", "include")))
            }
            _ if action.ends_with("import_role") => error.help("write it on the tasks of the role"),
            _ => error.help("write it on the tasks of the file"),
        });
    }
}

/// Refuses the keywords that only tasks can have.
pub(super) fn refuse_on_include(decoder: &mut Decoder<'_>, fields: &Fields<'_>, action: &str) {
    for (name, key) in fields
        .keywords()
        .filter(|(name, _)| !ON_INCLUDE.contains(name) && !keyword::is_loop(name))
    {
        let message = format!("`{name}` cannot stand on `{action}`");
        let help =
            format!("to give it to the included tasks, write it below `apply: {{{name}: …}}`");
        decoder.push(Diagnostic::error(message).at(&key.span).help(help));
    }
}

fn include(decoder: &mut Decoder<'_>, fields: &Fields<'_>, call: &Call) -> Option<Include> {
    refuse_on_include(decoder, fields, "include_tasks");
    refuse_other_options(decoder, call, &["file", "apply"]);
    let (file, apply) = match call.value.map() {
        Some(_) => (call.value.get("file"), call.value.get("apply")),
        None => (Some(&call.value).filter(|value| !value.is_null()), None),
    };
    let args = fields.value("args");
    refuse_other_args(decoder, call, args, &["apply"]);
    let in_args = args.and_then(|args| args.get("apply"));
    let apply = match apply.or(in_args) {
        Some(node) => applied(decoder, node),
        None => Common::default(),
    };
    let Some(file) = file else {
        let message = "`include_tasks` needs the name of a file";
        decoder.push(Diagnostic::error(message).at(&call.name.span));
        return None;
    };
    if file.raw().is_none_or(|name| name.trim().is_empty()) {
        decoder.expected("include_tasks", "the name of a file", file);
        return None;
    }
    decoder.check_templates(file);
    Some(Include {
        file: file.clone(),
        apply,
    })
}

/// `apply`: the keywords of a block.
pub(super) fn applied(decoder: &mut Decoder<'_>, node: &Node) -> Common {
    let Some(fields) = Fields::read(decoder, node, Place::Block) else {
        return Common::default();
    };
    fields.refuse_others(decoder);
    for (name, key) in fields.keywords() {
        if matches!(name, "block" | "rescue" | "always") {
            let message = format!("`{name}` cannot stand in `apply`");
            decoder.push(Diagnostic::error(message).at(&key.span));
        }
    }
    common(decoder, &fields)
}

fn refuse_other_options(decoder: &mut Decoder<'_>, call: &Call, known: &[&str]) {
    for (key, _) in call.value.map().unwrap_or_default() {
        let name = key.raw().unwrap_or_default();
        if !known.contains(&name) {
            let action = call.name.raw().unwrap_or_default();
            let message = format!("`{action}` has no option `{name}`");
            let help = format!("it takes {}", or_list(known.iter().copied()));
            decoder.push(Diagnostic::error(message).at(&key.span).help(help));
        }
    }
}

/// Says what of the task's `args` an action of the language does not take.
fn refuse_other_args(decoder: &mut Decoder<'_>, call: &Call, args: Option<&Node>, known: &[&str]) {
    let Some(args) = args else { return };
    if args.map().is_none() {
        decoder.expected("args", "a mapping", args);
    }
    for (key, _) in args.map().unwrap_or_default() {
        let name = key.raw().unwrap_or_default();
        if !known.contains(&name) {
            let action = call.name.raw().unwrap_or_default();
            let message = format!("`{action}` takes no `{name}` in `args`");
            decoder.push(Diagnostic::error(message).at(&key.span));
        }
    }
}

/// What says something about a module's run, and nothing about a `meta`.
const NOT_ON_META: [&str; 13] = [
    "async",
    "changed_when",
    "delay",
    "environment",
    "failed_when",
    "loop",
    "loop_control",
    "notify",
    "poll",
    "register",
    "retries",
    "until",
    "with_items",
];

/// Warns of keywords that have no effect on a `meta`.
fn without_effect(decoder: &mut Decoder<'_>, fields: &Fields<'_>) {
    for (name, key) in fields.keywords() {
        if NOT_ON_META.contains(&name) || name.starts_with("with_") {
            let message = format!("`{name}` has no effect on `meta`");
            decoder.push(Diagnostic::warning(message).at(&key.span).help("remove it"));
        }
    }
}

const METAS: [(&str, Meta); 10] = [
    ("flush_handlers", Meta::FlushHandlers),
    ("end_host", Meta::EndHost),
    ("end_role", Meta::EndRole),
    ("end_play", Meta::EndPlay),
    ("end_batch", Meta::EndBatch),
    ("clear_host_errors", Meta::ClearHostErrors),
    ("clear_facts", Meta::ClearFacts),
    ("refresh_inventory", Meta::RefreshInventory),
    ("reset_connection", Meta::ResetConnection),
    ("noop", Meta::Noop),
];

/// A module without a host has nothing that could go on there.
fn check_background(decoder: &mut Decoder<'_>, fields: &Fields<'_>, spec: &ModuleSpec) {
    let Some(key) = fields.key("async").filter(|_| spec.local) else {
        return;
    };
    let message = format!("`{}` cannot run in the background", spec.name);
    decoder.push(
        Diagnostic::error(message)
            .at(&key.span)
            .help("it works on the controller alone, and at once: remove `async` and `poll`"),
    );
}

fn meta(decoder: &mut Decoder<'_>, call: &Call) -> Option<Meta> {
    let node = &call.value;
    let word = node.raw().unwrap_or_default().trim();
    let known = METAS.iter().find(|(name, _)| *name == word);
    if let Some((_, meta)) = known {
        return Some(*meta);
    }
    let names = || METAS.iter().map(|(name, _)| *name);
    let what = if node.raw().is_none() || node.is_null() || is_template(node) {
        node.describe().to_owned()
    } else {
        format!("`{word}`")
    };
    let place = if node.is_null() {
        &call.name.span
    } else {
        &node.span
    };
    let error =
        Diagnostic::error(format!("`meta` must be {}, not {what}", or_list(names()))).at(place);
    decoder.push(match did_you_mean(word, names()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error,
    });
    None
}
