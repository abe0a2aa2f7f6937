//! `import_role` and `include_role`.

use std::sync::Arc;

use super::entry::{self, Use};
use super::{RoleFrom, load};
use crate::diag::{Diagnostic, did_you_mean, or_list};
use crate::playbook::action::Call;
use crate::playbook::ast::{Block, Common, Step};
use crate::playbook::decoder::{Decoder, is_template};
use crate::playbook::fields::Fields;
use crate::playbook::place::Place;
use crate::playbook::{free_form, task, value};
use crate::yaml::{Node, Scalar, Style};

/// The options of both.
const OPTIONS: [&str; 8] = [
    "name",
    "tasks_from",
    "vars_from",
    "defaults_from",
    "handlers_from",
    "allow_duplicates",
    "public",
    "rolespec_validate",
];

/// `include_role`: a role that is found when the task runs.
#[derive(Debug, Clone)]
pub struct IncludeRole {
    /// The role's name, a template.
    pub name: Node,
    /// `tasks_from`, a template.
    pub tasks_from: Option<Node>,
    /// `vars_from`, a template.
    pub vars_from: Option<Node>,
    /// `defaults_from`, a template.
    pub defaults_from: Option<Node>,
    /// `handlers_from`, a template.
    pub handlers_from: Option<Node>,
    /// `public`: whether the whole play sees the role's variables afterwards.
    pub public: Option<Node>,
    /// `allow_duplicates`: whether the role runs again where it ran already.
    pub allow_duplicates: Option<Node>,
    /// `rolespec_validate`: whether its arguments are checked.
    pub validate: Option<Node>,
    /// `apply`: keywords for the role's tasks.
    pub apply: Common,
}

/// What was given to the action, by name.
struct Options(Vec<(Node, Node)>);

impl Options {
    fn get(&self, name: &str) -> Option<&Node> {
        let entry = self.0.iter().find(|(key, _)| key.raw() == Some(name));
        entry.map(|(_, value)| value).filter(|v| !v.is_null())
    }

    /// A boolean that must be known before the run.
    fn flag(&self, decoder: &mut Decoder<'_>, name: &str, default: bool) -> bool {
        let Some(node) = self.get(name) else {
            return default;
        };
        if !value::is_bool(node) {
            decoder.expected(name, "`true` or `false`", node);
            return default;
        }
        let text = node.raw().unwrap_or_default().to_ascii_lowercase();
        ["y", "yes", "on", "1", "true", "t", "1.0"].contains(&text.as_str())
    }
}

/// Reads the options, however they are written: as a mapping, as `name=value`, in `args`.
fn options(
    decoder: &mut Decoder<'_>,
    fields: &Fields<'_>,
    call: &Call,
    more: &[&'static str],
) -> Options {
    let mut found = Options(Vec::new());
    if let Some(entries) = call.value.map() {
        found.0.extend_from_slice(entries);
    } else if let Some(text) = call.value.raw().filter(|_| !call.value.is_null()) {
        pairs(decoder, &call.value, text, &mut found);
    } else if call.value.seq().is_some() {
        decoder.expected(action(call), "a mapping", &call.value);
    }
    for (key, value) in fields.value("args").and_then(Node::map).unwrap_or_default() {
        if found.get(key.raw().unwrap_or_default()).is_none() {
            found.0.push((key.clone(), value.clone()));
        }
    }
    for (key, value) in &found.0 {
        let name = key.raw().unwrap_or_default();
        if !OPTIONS.contains(&name) && !more.contains(&name) && name != "role" {
            decoder.push(unknown(call, key, more));
        } else if name != "apply" {
            decoder.check_templates(value);
        }
    }
    for (key, _) in &mut found.0 {
        if key.raw() == Some("role") {
            *key = Node::text(&key.span, "name", Style::SingleQuoted);
        }
    }
    found
}

fn pairs(decoder: &mut Decoder<'_>, node: &Node, text: &str, found: &mut Options) {
    let part = |range: std::ops::Range<usize>| {
        let text = &text[range.clone()];
        Node::text(&node.locate(range), text, Style::SingleQuoted)
    };
    for word in free_form::words(text).unwrap_or_else(|| std::iter::once(0..text.len()).collect()) {
        let Some((key, value)) = free_form::pair(text, &word) else {
            let message = "options are written as `name: value`";
            let error = Diagnostic::error(message).at(&node.locate(word));
            decoder.push(error.help("write `name:` below it, with the role's name"));
            return;
        };
        found.0.push((part(key), part(value)));
    }
}

fn action(call: &Call) -> &str {
    call.name.raw().unwrap_or_default()
}

fn unknown(call: &Call, key: &Node, more: &[&'static str]) -> Diagnostic {
    let name = key.raw().unwrap_or_default();
    let known = || OPTIONS.into_iter().chain(more.iter().copied());
    let message = format!("`{}` has no option `{name}`", action(call));
    let error = Diagnostic::error(message).at(&key.span);
    match did_you_mean(name, known()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if name == "apply" => {
            error.help("keywords on an import are inherited: write them there")
        }
        None => error.help(format!("it takes {}", or_list(known()))),
    }
}

/// The role's name, or what is wrong with it.
fn name(decoder: &mut Decoder<'_>, call: &Call, options: &Options) -> Option<Node> {
    let Some(name) = options.get("name") else {
        let message = format!("`{}` needs the name of a role", action(call));
        let error = Diagnostic::error(message).at(&call.name.span);
        decoder.push(error.help("write `name:` below it"));
        return None;
    };
    if name.raw().is_none_or(|name| name.trim().is_empty()) {
        decoder.expected("name", "the name of a role", name);
        return None;
    }
    Some(name.clone())
}

fn refuse_handler(decoder: &mut Decoder<'_>, fields: &Fields<'_>, call: &Call) {
    if fields.place == Place::Handler {
        let message = format!("`{}` cannot be a handler", action(call));
        let error = Diagnostic::error(message).at(&call.name.span);
        decoder.push(error.help("include a file of tasks, or notify a handler of the role"));
    }
}

/// `import_role`: the role's tasks stand here, in a block that carries the import's keywords.
pub(in crate::playbook) fn import(
    decoder: &mut Decoder<'_>,
    fields: &Fields<'_>,
    call: &Call,
    mut common: Common,
) -> Option<Step> {
    refuse_handler(decoder, fields, call);
    task::refuse_on_import(decoder, fields, action(call));
    let options = options(decoder, fields, call, &[]);
    let name = name(decoder, call, &options)?;
    if !is_known(decoder, &name) {
        return None;
    }
    let from = RoleFrom {
        tasks: known(decoder, &options, "tasks_from")?,
        vars: known(decoder, &options, "vars_from")?,
        defaults: known(decoder, &options, "defaults_from")?,
        handlers: known(decoder, &options, "handlers_from")?,
    };
    let used = Use {
        allow_duplicates: Some(options.flag(decoder, "allow_duplicates", true)),
        public: options.flag(decoder, "public", true),
        validate: options.flag(decoder, "rolespec_validate", true),
        included: true,
        ..Use::default()
    };
    let role = load::role(decoder, &name, &from)?;
    let span = &fields.node.span;
    let body = vec![entry::step(role, span, used)];
    common.name = None;
    Some(Step::Block(Arc::new(Block {
        span: span.clone(),
        common,
        body,
        rescue: Vec::new(),
        always: Vec::new(),
        role: None,
    })))
}

fn is_known(decoder: &mut Decoder<'_>, node: &Node) -> bool {
    if !is_template(node) {
        return true;
    }
    let message =
        "the role of `import_role` must be known before the run, and cannot be a template";
    let error = Diagnostic::error(message).at(&node.span);
    decoder.push(error.help("use `include_role`, which finds the role when it runs"));
    false
}

/// A file of the role that must be known before the run; none when it is not given.
#[expect(clippy::option_option, reason = "a mistake, nothing, or a name")]
fn known(decoder: &mut Decoder<'_>, options: &Options, name: &str) -> Option<Option<String>> {
    let Some(node) = options.get(name) else {
        return Some(None);
    };
    if !is_known(decoder, node) {
        return None;
    }
    if let Some(Scalar::Str(_)) = node.scalar() {
        return Some(node.raw().map(str::to_owned));
    }
    decoder.expected(name, "the name of a file", node);
    None
}

/// `include_role`: the role is found when the task runs.
pub(in crate::playbook) fn include(
    decoder: &mut Decoder<'_>,
    fields: &Fields<'_>,
    call: &Call,
) -> Option<IncludeRole> {
    refuse_handler(decoder, fields, call);
    task::refuse_on_include(decoder, fields, action(call));
    let options = options(decoder, fields, call, &["apply"]);
    let apply = match options.get("apply") {
        Some(node) => task::applied(decoder, node),
        None => Common::default(),
    };
    let take = |name: &str| options.get(name).cloned();
    let name = name(decoder, call, &options)?;
    for flag in ["public", "allow_duplicates", "rolespec_validate"] {
        if let Some(node) = options.get(flag)
            && !value::is_bool(node)
            && !is_template(node)
        {
            decoder.expected(flag, "`true` or `false`", node);
        }
    }
    Some(IncludeRole {
        name,
        tasks_from: take("tasks_from"),
        vars_from: take("vars_from"),
        defaults_from: take("defaults_from"),
        handlers_from: take("handlers_from"),
        public: take("public"),
        allow_duplicates: take("allow_duplicates"),
        validate: take("rolespec_validate"),
        apply,
    })
}
