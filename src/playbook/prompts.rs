//! `vars_prompt`: what the operator is asked before a play.

use super::ast::Prompt;
use super::decoder::{Decoder, is_template};
use super::{names, value};
use crate::diag::{Diagnostic, did_you_mean, or_list};
use crate::yaml::Node;

/// What can be said about one question.
const OPTIONS: [&str; 9] = [
    "name",
    "prompt",
    "default",
    "private",
    "confirm",
    "encrypt",
    "salt",
    "salt_size",
    "unsafe",
];
/// Those that are yes or no.
const FLAGS: [&str; 3] = ["private", "confirm", "unsafe"];

/// Reads the questions.
pub(super) fn prompts(decoder: &mut Decoder<'_>, node: Option<&Node>) -> Vec<Prompt> {
    let Some(node) = node else { return Vec::new() };
    let entries = node.seq().unwrap_or(std::slice::from_ref(node));
    entries
        .iter()
        .filter_map(|entry| prompt(decoder, entry))
        .collect()
}

fn prompt(decoder: &mut Decoder<'_>, entry: &Node) -> Option<Prompt> {
    let Some(options) = entry.map() else {
        decoder.expected(
            "vars_prompt",
            "a list of mappings, each with a `name`",
            entry,
        );
        return None;
    };
    for (key, option) in options {
        check(decoder, key, option);
    }
    let Some(name) = entry.get("name") else {
        let message = "an entry of `vars_prompt` needs the `name` of a variable";
        decoder.push(Diagnostic::error(message).at(&entry.span));
        return None;
    };
    let Some(variable) = name.raw().filter(|text| names::is_name(text)) else {
        decoder.push(names::invalid("vars_prompt", name));
        return None;
    };
    let option = |name: &str| entry.get(name).filter(|node| !node.is_null()).cloned();
    Some(Prompt {
        span: entry.span.clone(),
        name: variable.to_owned(),
        prompt: option("prompt"),
        default: option("default"),
        private: option("private"),
        confirm: option("confirm"),
        encrypt: option("encrypt"),
        salt: option("salt"),
        salt_size: option("salt_size"),
    })
}

fn check(decoder: &mut Decoder<'_>, key: &Node, option: &Node) {
    let name = key.raw().unwrap_or_default();
    if !OPTIONS.contains(&name) {
        let message = format!("unknown option `{name}` in `vars_prompt`");
        let error = Diagnostic::error(message).at(&key.span);
        decoder.push(match did_you_mean(name, OPTIONS) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("it takes {}", or_list(OPTIONS))),
        });
        return;
    }
    decoder.check_templates(option);
    if option.is_null() || is_template(option) {
        return;
    }
    if FLAGS.contains(&name) && !value::is_bool(option) {
        decoder.expected(name, "`true` or `false`", option);
    }
    if name == "salt_size" && !value::is_int(option) {
        decoder.expected(name, "a whole number", option);
    }
}
