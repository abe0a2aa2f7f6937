//! `meta/main.yml`: what a role depends on, and whether it may run twice.

use super::entry;
use crate::diag::{Diagnostic, did_you_mean, or_list};
use crate::playbook::ast::Step;
use crate::playbook::decoder::Decoder;
use crate::playbook::value;
use crate::yaml::Node;

/// The keys there are; what is about a catalogue of roles has no meaning in a run.
const KEYS: [&str; 5] = [
    "allow_duplicates",
    "argument_specs",
    "collections",
    "dependencies",
    "galaxy_info",
];

/// What a role says about itself.
#[derive(Default)]
pub(super) struct Meta {
    /// The roles it depends on, each a block.
    pub(super) dependencies: Vec<Step>,
    /// Whether it runs again where the same use has run already.
    pub(super) allow_duplicates: bool,
    /// The arguments it takes, by entry point.
    pub(super) argument_specs: Option<Node>,
}

/// Reads the file.
pub(super) fn meta(decoder: &mut Decoder<'_>, node: &Node) -> Meta {
    if node.is_null() {
        return Meta::default();
    }
    let Some(entries) = node.map() else {
        let what = node.describe();
        let message = format!("a role's `meta/main.yml` must be a mapping, not {what}");
        decoder.push(Diagnostic::error(message).at(&node.span));
        return Meta::default();
    };
    for (key, _) in entries {
        let name = key.raw().unwrap_or_default();
        if !KEYS.contains(&name) {
            decoder.push(unknown(key, name));
        }
    }
    let get = |name: &str| node.get(name).filter(|value| !value.is_null());
    let mut allow_duplicates = false;
    if let Some(flag) = get("allow_duplicates") {
        match value::boolean(flag) {
            Some(given) => allow_duplicates = given,
            None => decoder.expected("allow_duplicates", "`true` or `false`", flag),
        }
    }
    Meta {
        dependencies: entry::roles(decoder, "dependencies", get("dependencies")),
        allow_duplicates,
        argument_specs: get("argument_specs").cloned(),
    }
}

fn unknown(key: &Node, name: &str) -> Diagnostic {
    let message = format!("`meta/main.yml` has no key `{name}`");
    let error = Diagnostic::error(message).at(&key.span);
    match did_you_mean(name, KEYS) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!("it takes {}", or_list(KEYS))),
    }
}
