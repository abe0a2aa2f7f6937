//! The arguments of a module's call.

use std::ops::Range;

use super::action::Call;
use super::ast::TaskArgs;
use super::decoder::{Decoder, is_template};
use super::{free_form, names, value};
use crate::diag::{Diagnostic, Diagnostics, Span, did_you_mean, or_list};
use crate::modules::spec::FreeForm;
use crate::modules::{
    ArgKind, ModuleSpec,
    args::{check_names, hide_written},
};
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
    let beside = call.beside.as_ref().and_then(Node::map);
    args.pairs.extend_from_slice(beside.unwrap_or_default());
    if let Some(more) = more {
        of_args(decoder, more, &mut args);
    }
    hide_written(spec, &args.pairs);
    for (key, value) in &args.pairs {
        check(decoder, spec, key, value);
    }
    // A mistake in how they are written would only be followed by "missing" ones.
    if decoder.found.iter().count() == before || args.template.is_some() {
        let found = check_names(spec, &args.pairs, &call.name.span);
        let found = known_now(decoder, found, &args, call);
        decoder.found.extend(found);
    }
    args
}

/// Checks the arguments that `module_defaults` has for a module.
pub(super) fn defaults(
    decoder: &mut Decoder<'_>,
    spec: &'static ModuleSpec,
    module: &Node,
    entries: &[(Node, Node)],
) {
    hide_written(spec, entries);
    for (key, value) in entries {
        check(decoder, spec, key, value);
    }
    let found = check_names(spec, entries, &module.span);
    decoder.found.extend(but_missing(found, &module.span));
}

/// With a template of arguments, or defaults for modules, nothing can be said to be missing.
fn known_now(
    decoder: &Decoder<'_>,
    found: Diagnostics,
    args: &TaskArgs,
    call: &Call,
) -> Diagnostics {
    if args.template.is_none() && !decoder.has_defaults {
        return found;
    }
    but_missing(found, &call.name.span)
}

/// What was found, but for arguments that are missing: those are told at the module's name.
fn but_missing(found: Diagnostics, module: &Span) -> Diagnostics {
    let mut known = Diagnostics::new();
    let at_call = |d: &Diagnostic| d.span.as_ref() == Some(module);
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
            FreeForm::Into(name) => {
                free_text(call, name, |key| LINE_OPTIONS.contains(&key), args);
            }
            FreeForm::Rest(name) => free_text(call, name, |_| true, args),
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
        match args
            .pairs
            .iter()
            .find(|(given, _)| given.raw() == key.raw())
        {
            None => args.pairs.push((key.clone(), value.clone())),
            Some((given, _)) => {
                let name = key.raw().unwrap_or_default();
                let message = format!("`{name}` in `args` counts for nothing");
                let warning = Diagnostic::warning(message).at(&key.span);
                decoder.push(warning.also(&given.span, "it is given here too, which wins"));
            }
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
        args.pairs.push((part(node, name), unescaped(node, value)));
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

/// The value of a pair, in which `\n` and the like mean what they do in Python.
fn unescaped(node: &Node, range: Range<usize>) -> Node {
    let text = &node.raw().unwrap_or_default()[range.clone()];
    if !text.contains('\\') {
        return part(node, range);
    }
    let text = free_form::unescaped(text);
    Node::text(&node.locate(range), &text, Style::SingleQuoted)
}

/// `command: ls -l chdir=/tmp`: the line without its options is the argument `name`.
fn free_text(call: &Call, name: &str, is_option: impl Fn(&str) -> bool, args: &mut TaskArgs) {
    let node = &call.value;
    let text = node.raw().unwrap_or_default();
    let mut rest = String::new();
    let mut after = 0;
    let mut options = Vec::new();
    for word in free_form::words(text).unwrap_or_default() {
        let pair = free_form::pair(text, &word);
        let option = pair.filter(|(key, _)| is_option(&text[key.clone()]));
        if let Some((key, value)) = option {
            rest.push_str(&text[after..word.start]);
            after = word.end;
            options.push((part(node, key), unescaped(node, value)));
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt as _;

    use super::super::action::Target;
    use super::super::files::Files;
    use super::*;
    use crate::diag::SourceFile;
    use crate::modules::Outcome;
    use crate::modules::spec::{ArgSpec, CheckMode};
    use crate::template::Templar;
    use crate::yaml;

    struct NoFiles;

    impl Files for NoFiles {
        fn read(&self, _from: &SourceFile, name: &str) -> Result<Arc<SourceFile>, String> {
            Err(format!("there is no file `{name}`"))
        }
    }

    const fn arg(name: &'static str, kind: ArgKind) -> ArgSpec {
        ArgSpec {
            secret: false,
            name,
            aliases: &[],
            kind,
            required: false,
            default: None,
            doc: "what it says",
        }
    }

    const fn module(
        name: &'static str,
        args: &'static [ArgSpec],
        free_form: FreeForm,
    ) -> ModuleSpec {
        ModuleSpec {
            name,
            aliases: &[],
            collection: "test",
            summary: "a test",
            args,
            free_form,
            check: CheckMode::ReadOnly,
            local: true,
            run: |_, _| async { Ok(Outcome::ok()) }.boxed(),
        }
    }

    static RUN: ModuleSpec = module(
        "run",
        &[arg("cmd", ArgKind::Str), arg("chdir", ArgKind::Str)],
        FreeForm::Into("cmd"),
    );
    static SET: ModuleSpec = module(
        "set",
        &[arg("cacheable", ArgKind::Bool)],
        FreeForm::AnyNames,
    );
    static TYPED: ModuleSpec = module(
        "typed",
        &[
            arg("bool", ArgKind::Bool),
            arg("int", ArgKind::Int),
            arg("text", ArgKind::Str),
            arg("mode", ArgKind::Mode),
            arg("list", ArgKind::List),
            arg("dict", ArgKind::Dict),
            arg("state", ArgKind::Choice(&["present", "absent"])),
        ],
        FreeForm::No,
    );

    /// The pairs of a call of `name: value`, with their places, and what was found wrong.
    fn decoded(spec: &'static ModuleSpec, text: &str) -> (Vec<(String, String, String)>, String) {
        let source = SourceFile::inline("t.yml", text);
        let node = yaml::read_one(&source).expect("the test is YAML");
        let (name, value) = node.map().expect("a mapping")[0].clone();
        let target = Target::Module(spec);
        let call = Call {
            target,
            name,
            value,
            beside: None,
            local: false,
        };
        let templar = Templar::new();
        let mut decoder = Decoder::new(&source, &NoFiles, &templar);
        let args = args(&mut decoder, spec, &call, None);
        let pairs = args.pairs.iter().map(|(key, value)| {
            let text = |node: &Node| node.raw().unwrap_or("?").to_owned();
            (text(key), text(value), value.span.text().to_owned())
        });
        (pairs.collect(), decoder.found.to_string())
    }

    fn line(text: &str) -> Vec<(String, String)> {
        let (pairs, found) = decoded(&RUN, text);
        assert_eq!(found, "", "{text}");
        pairs
            .into_iter()
            .map(|(name, value, _)| (name, value))
            .collect()
    }

    #[test]
    fn a_line_is_one_argument() {
        for text in [
            "ls -l 'a b'",
            "echo it's fine",
            "x=1 make a=b",
            "true",
            "0644",
            "{{ a }}",
        ] {
            let quoted = text.replace('\'', "''");
            let written = format!("run: '{quoted}'");
            assert_eq!(line(&written), [("cmd".to_owned(), text.to_owned())]);
        }
        assert_eq!(line("run: true"), [("cmd".to_owned(), "true".to_owned())]);
        assert_eq!(line("run:"), []);
    }

    #[test]
    fn options_are_taken_out_of_a_line() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            line("run: ls -l chdir=/tmp"),
            [pair("cmd", "ls -l"), pair("chdir", "/tmp")]
        );
        assert_eq!(
            line("run: chdir='/a b' ls chdir2=x"),
            [pair("cmd", "ls chdir2=x"), pair("chdir", "/a b")]
        );
        assert_eq!(
            line("run: |\n  cd /\n  ls chdir={{ a }}\n"),
            [pair("cmd", "cd /\n  ls").clone(), pair("chdir", "{{ a }}")]
                .map(|(a, b)| (a, b.replace("\n  ", "\n")))
        );
    }

    #[test]
    fn what_is_left_of_a_line_keeps_its_place() {
        let (pairs, _) = decoded(&RUN, "run: é {{ x }} chdir=/tmp");
        let places: Vec<&str> = pairs.iter().map(|(_, _, place)| place.as_str()).collect();
        assert_eq!(places, ["é {{ x }}", "/tmp"]);
    }

    #[test]
    fn options_a_module_lacks_are_told() {
        let (_, found) = decoded(&RUN, "run: ls creates=/x");
        assert_eq!(
            found,
            "t.yml:1:9: `run` has no argument `creates` (it takes `cmd` or `chdir`)"
        );
    }

    #[test]
    fn free_names_must_be_names_of_variables() {
        assert_eq!(decoded(&SET, "set: {a: 1, b: x}").1, "");
        assert_eq!(decoded(&SET, "set: {'{{ name }}': 1}").1, "");
        assert_eq!(decoded(&SET, "set: a=1 b='x y'").1, "");
        assert_eq!(
            decoded(&SET, "set: {a-b: 1, cacheable: maybe}").1,
            "t.yml:1:7: `a-b` cannot be the name of a variable (a name is made of letters, \
             digits and `_`, and begins with no digit; `a_b` would be one)\n\
             t.yml:1:26: `cacheable` must be `true` or `false`, not a string"
        );
    }

    #[test]
    fn values_are_checked_as_far_as_they_are_known() {
        for (given, said) in [
            ("bool: yes", ""),
            ("bool: '1'", ""),
            ("bool: '{{ x }}'", ""),
            ("bool:", ""),
            (
                "bool: maybe",
                "`bool` must be `true` or `false`, not a string",
            ),
            ("int: '5'", ""),
            ("int: five", "`int` must be a whole number, not a string"),
            ("text: 5", ""),
            ("text: [a]", "`text` must be a text, not a list"),
            ("mode: 0644", ""),
            ("mode: {a: b}", "`mode` must be a text, not a mapping"),
            ("list: [a]", ""),
            ("list: {a: b}", "`list` must be a list, not a mapping"),
            ("dict: [a]", "`dict` must be a mapping, not a list"),
            ("state: absent", ""),
            (
                "state: absnt",
                "`state` must be `present` or `absent`, not `absnt` (did you mean `absent`?)",
            ),
            ("state: '{{ x }}'", ""),
        ] {
            let (_, found) = decoded(&TYPED, &format!("typed:\n  {given}\n"));
            let said_here = found.split_once(": ").map_or("", |(_, said)| said);
            assert_eq!(said_here, said, "{given}");
        }
    }
}
