//! The arguments of a module's call.

use std::ops::Range;

use super::action::Call;
use super::ast::TaskArgs;
use super::decoder::{Decoder, is_template};
use super::{free_form, names, value};
use crate::diag::{Diagnostic, Diagnostics, Span, did_you_mean, or_list};
use crate::modules::spec::FreeForm;
use crate::modules::{ArgKind, ModuleSpec, args::check_names};
use crate::yaml::{Kind, Node, Scalar, Style};

/// Arguments that may stand within a free-form line: how the command runs, not what it is.
const LINE_OPTIONS: [&str; 8] = [
    "chdir",
    "creates",
    "executable",
    "removes",
    "stdin",
    "stdin_add_newline",
    "strip_empty_ends",
    "warn",
];

/// Reads the arguments of a call and of the task's `args`, and checks what can be checked.
pub(super) fn args(
    decoder: &mut Decoder<'_>,
    spec: &'static ModuleSpec,
    call: &Call,
    more: Option<&Node>,
) -> TaskArgs {
    let before = decoder.found.iter().count();
    let mut args = TaskArgs::default();
    of_call(decoder, spec, call, &mut args);
    if let Some(more) = more {
        of_args(decoder, more, &mut args);
    }
    for (key, value) in &args.pairs {
        check(decoder, spec, key, value);
    }
    // A mistake in how they are written would only be followed by "missing" ones.
    if decoder.found.iter().count() == before || args.template.is_some() {
        let found = check_names(spec, &args.pairs, &call.name.span);
        decoder.found.extend(known_now(found, &args, call));
    }
    args
}

/// With a template of arguments, nothing can be said to be missing.
fn known_now(found: Diagnostics, args: &TaskArgs, call: &Call) -> Diagnostics {
    if args.template.is_none() {
        return found;
    }
    let mut known = Diagnostics::new();
    let at_call = |d: &Diagnostic| d.span.as_ref() == Some(&call.name.span);
    found
        .into_iter()
        .filter(|d| !at_call(d))
        .for_each(|d| known.push(d));
    known
}

fn of_call(decoder: &mut Decoder<'_>, spec: &'static ModuleSpec, call: &Call, args: &mut TaskArgs) {
    let node = &call.value;
    match node.kind() {
        Kind::Map(entries) => args.pairs.extend_from_slice(entries),
        Kind::Seq(_) => {
            let message = format!(
                "`{}` takes its arguments as a mapping, not a list",
                spec.name
            );
            decoder.push(Diagnostic::error(message).at(&node.span));
        }
        Kind::Scalar { .. } if node.is_null() => {}
        Kind::Scalar { text, .. } => match spec.free_form {
            FreeForm::Into(name) => free_text(call, name, args),
            FreeForm::No | FreeForm::AnyNames if is_one_template(text) => {
                decoder.check_templates(node);
                args.template = Some(node.clone());
            }
            FreeForm::No | FreeForm::AnyNames => pairs_of_line(decoder, spec, node, args),
        },
    }
}

/// `args`: a mapping, or a template of one. What the call itself says wins.
fn of_args(decoder: &mut Decoder<'_>, node: &Node, args: &mut TaskArgs) {
    if is_template(node) {
        decoder.check_templates(node);
        if args.template.is_some() {
            let message = "only one template may stand for the arguments";
            decoder.push(Diagnostic::error(message).at(&node.span));
        }
        args.template = Some(node.clone());
        return;
    }
    let Some(entries) = node.map() else {
        decoder.expected("args", "a mapping", node);
        return;
    };
    for (key, value) in entries {
        if !args.pairs.iter().any(|(given, _)| given.raw() == key.raw()) {
            args.pairs.push((key.clone(), value.clone()));
        }
    }
}

/// Whether a text is a single `{{ … }}`.
fn is_one_template(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("{{") && text.ends_with("}}") && text.matches("{{").count() == 1
}

/// `copy: src=a dest=b`.
fn pairs_of_line(
    decoder: &mut Decoder<'_>,
    spec: &'static ModuleSpec,
    node: &Node,
    args: &mut TaskArgs,
) {
    let text = node.raw().unwrap_or_default();
    let Some(words) = free_form::words(text) else {
        let message = "a quote or a brace is left open in these arguments";
        decoder.push(Diagnostic::error(message).at(&node.span));
        return;
    };
    for word in words {
        let Some((name, value)) = free_form::pair(text, &word) else {
            decoder.push(no_pair(spec, &node.locate(word)));
            return;
        };
        args.pairs.push((part(node, name), part(node, value)));
    }
}

fn no_pair(spec: &'static ModuleSpec, place: &Span) -> Diagnostic {
    let message = format!("`{}` takes arguments as `name: value`", spec.name);
    let error = Diagnostic::error(message).at(place);
    match spec.args.first() {
        None => error.help("it takes no arguments"),
        Some(arg) => error.help(format!(
            "write `{}:` and below it, indented, `{}: …`",
            spec.name, arg.name
        )),
    }
}

/// A part of a text, as a text of its own.
fn part(node: &Node, range: Range<usize>) -> Node {
    let text = &node.raw().unwrap_or_default()[range.clone()];
    Node::text(&node.locate(range), text, Style::SingleQuoted)
}

/// `command: ls -l chdir=/tmp`: the line without its options is the argument `name`.
fn free_text(call: &Call, name: &str, args: &mut TaskArgs) {
    let node = &call.value;
    let text = node.raw().unwrap_or_default();
    let mut rest = String::new();
    let mut after = 0;
    let mut options = Vec::new();
    for word in free_form::words(text).unwrap_or_default() {
        let pair = free_form::pair(text, &word);
        let option = pair.filter(|(key, _)| LINE_OPTIONS.contains(&&text[key.clone()]));
        if let Some((key, value)) = option {
            rest.push_str(&text[after..word.start]);
            after = word.end;
            options.push((part(node, key), part(node, value)));
        }
    }
    let line = if options.is_empty() {
        free_node(node, text)
    } else {
        rest.push_str(&text[after..]);
        let rest = rest.trim();
        let from = text.find(rest).unwrap_or(0);
        Node::text(
            &node.locate(from..from + rest.len()),
            rest,
            Style::SingleQuoted,
        )
    };
    if !line.raw().unwrap_or_default().trim().is_empty() {
        args.pairs
            .push((Node::text(&call.name.span, name, Style::SingleQuoted), line));
    }
    args.pairs.extend(options);
}

/// A free-form line is text, even when it looks like something else (`command: true`).
fn free_node(node: &Node, text: &str) -> Node {
    match node.scalar() {
        Some(Scalar::Str(_)) => node.clone(),
        _ => Node::text(&node.span, text, Style::SingleQuoted),
    }
}

/// What can be said about one argument before anything runs.
fn check(decoder: &mut Decoder<'_>, spec: &'static ModuleSpec, key: &Node, value: &Node) {
    let Some(name) = key.raw() else {
        decoder.push(Diagnostic::error("the name of an argument must be a text").at(&key.span));
        return;
    };
    let Some(arg) = spec.arg(name) else {
        if spec.free_form == FreeForm::AnyNames && !names::is_name(name) && !is_template(key) {
            decoder.push(names::invalid(spec.name, key));
        }
        decoder.check_templates(value);
        return;
    };
    if arg.kind == ArgKind::Expr {
        decoder.check_expressions(value);
        return;
    }
    decoder.check_templates(value);
    if value.is_null() || is_template(value) {
        return;
    }
    let wanted = match arg.kind {
        ArgKind::Bool if !value::is_bool(value) => "`true` or `false`",
        ArgKind::Int if !value::is_int(value) => "a whole number",
        ArgKind::Float if !value::is_number(value) => "a number",
        ArgKind::Str | ArgKind::Mode if value.raw().is_none() => "a text",
        ArgKind::List if value.map().is_some() => "a list",
        ArgKind::StrList if value.map().is_some() => "a list of texts",
        ArgKind::Dict if value.seq().is_some() => "a mapping",
        ArgKind::Choice(words) => {
            decoder.found.extend(choice(name, words, value));
            return;
        }
        _ => return,
    };
    decoder.expected(name, wanted, value);
}

fn choice(name: &str, words: &'static [&'static str], value: &Node) -> Diagnostics {
    let Some(Scalar::Str(text)) = value.scalar() else {
        return Diagnostics::new();
    };
    if words.contains(&text) {
        return Diagnostics::new();
    }
    let wanted = or_list(words.iter().copied());
    let error =
        Diagnostic::error(format!("`{name}` must be {wanted}, not `{text}`")).at(&value.span);
    match did_you_mean(text, words.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")).into(),
        None => error.into(),
    }
}
