//! Whether a keyword's value is of the kind the keyword takes.

use super::decoder::{Decoder, is_template};
use super::keyword::{Keyword, Kind};
use super::names;
use crate::diag::{Diagnostic, did_you_mean, or_list};
use crate::yaml::{Node, Scalar};

/// Reports what can be said about a keyword's value before anything runs.
pub(super) fn check(decoder: &mut Decoder<'_>, keyword: &Keyword, node: &Node) -> bool {
    if node.is_null() || matches!(keyword.kind, Kind::Special | Kind::Steps) {
        return true;
    }
    if keyword.kind == Kind::Condition {
        return condition(decoder, keyword.name, node);
    }
    decoder.check_templates(node);
    if is_template(node) && keyword.kind != Kind::Name {
        return true;
    }
    let Some(wanted) = unmet(keyword.kind, node) else {
        return true;
    };
    match keyword.kind {
        Kind::Choice(words) => decoder.push(choice(keyword.name, words, node)),
        Kind::Name => decoder.push(names::invalid(keyword.name, node)),
        Kind::Texts | Kind::Mappings => {
            let items = node.seq().unwrap_or_default();
            let odd = items
                .iter()
                .find(|item| unmet(keyword.kind, item).is_some());
            decoder.expected(keyword.name, wanted, odd.unwrap_or(node));
        }
        _ => decoder.expected(keyword.name, wanted, node),
    }
    false
}

/// What the keyword wants, when this is something else.
fn unmet(kind: Kind, node: &Node) -> Option<&'static str> {
    let scalar = node.scalar();
    let (met, wanted) = match kind {
        Kind::Bool => (is_bool(node), "`true` or `false`"),
        Kind::Text => (scalar.is_some(), "a text"),
        Kind::Name => (node.raw().is_some_and(names::is_name), "a name"),
        Kind::Int => (is_int(node), "a whole number"),
        Kind::Number => (is_number(node), "a number"),
        Kind::Texts => (is_texts(node), "a text or a list of texts"),
        Kind::List => (node.seq().is_some(), "a list"),
        Kind::Mapping => (node.map().is_some(), "a mapping"),
        Kind::Mappings => (is_mappings(node), "a mapping or a list of mappings"),
        Kind::Choice(words) => (
            node.raw().is_some_and(|raw| words.contains(&raw)),
            "one of these",
        ),
        Kind::Condition | Kind::Steps | Kind::Special => (true, ""),
    };
    (!met).then_some(wanted)
}

fn condition(decoder: &mut Decoder<'_>, name: &str, node: &Node) -> bool {
    let items = node.seq().unwrap_or(std::slice::from_ref(node));
    let is_condition =
        |item: &Node| matches!(item.scalar(), Some(Scalar::Bool(_) | Scalar::Str(_)));
    let mut right = true;
    for item in items {
        if is_condition(item) {
            decoder.check_expressions(item);
        } else {
            right = false;
            decoder.expected(name, "an expression, a boolean or a list of them", item);
        }
    }
    right
}

fn choice(name: &str, words: &[&'static str], node: &Node) -> Diagnostic {
    let error = Diagnostic::error(format!(
        "`{name}` must be {}",
        or_list(words.iter().copied())
    ))
    .at(&node.span);
    match node
        .raw()
        .and_then(|raw| did_you_mean(raw, words.iter().copied()))
    {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error,
    }
}

/// The boolean that is written in any of Ansible's spellings.
pub(super) fn boolean(node: &Node) -> Option<bool> {
    let folded = node.raw()?.trim().to_ascii_lowercase();
    let yes = ["y", "yes", "on", "1", "true", "t", "1.0"].contains(&folded.as_str());
    is_bool(node).then_some(yes)
}

/// A boolean in any of Ansible's spellings.
pub(super) fn is_bool(node: &Node) -> bool {
    const SPELLINGS: [&str; 14] = [
        "y", "yes", "on", "1", "true", "t", "1.0", "n", "no", "off", "0", "false", "f", "0.0",
    ];
    node.raw().is_some_and(|raw| {
        let folded = raw.trim().to_ascii_lowercase();
        SPELLINGS.contains(&folded.as_str())
    })
}

/// A whole number, quoted or not.
pub(super) fn is_int(node: &Node) -> bool {
    matches!(node.scalar(), Some(Scalar::Int(_)))
        || node
            .raw()
            .is_some_and(|raw| raw.trim().parse::<i64>().is_ok())
}

/// A number, quoted or not.
pub(super) fn is_number(node: &Node) -> bool {
    matches!(node.scalar(), Some(Scalar::Int(_) | Scalar::Float(_)))
        || node
            .raw()
            .is_some_and(|raw| raw.trim().parse::<f64>().is_ok())
}

fn is_texts(node: &Node) -> bool {
    node.seq()
        .unwrap_or(std::slice::from_ref(node))
        .iter()
        .all(|n| n.raw().is_some())
}

fn is_mappings(node: &Node) -> bool {
    let items = node.seq().unwrap_or(std::slice::from_ref(node));
    items
        .iter()
        .all(|item| item.map().is_some() || is_template(item))
}
