//! Explicit tags: which are known, and whether they fit.

use super::Kind;
use super::resolve::{self, tags};
use crate::diag::{Diagnostic, Diagnostics, Span, did_you_mean, or_list};

/// Tags of scalars, as people write them and in their long form.
const SCALARS: [(&str, &str); 9] = [
    ("!vault", "!vault"),
    ("!unsafe", "!unsafe"),
    ("!!str", tags::STR),
    ("!!int", tags::INT),
    ("!!float", tags::FLOAT),
    ("!!bool", tags::BOOL),
    ("!!null", tags::NULL),
    ("!vault-encrypted", "!vault-encrypted"),
    ("!", "!"),
];
const SEQ: &str = "tag:yaml.org,2002:seq";
const MAP: &str = "tag:yaml.org,2002:map";
const LONG: &str = "tag:yaml.org,2002:";

/// Bytes of the tag and the anchor that stand before a value, with the space between.
pub(super) fn properties(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if rest.starts_with('#') {
            rest = rest.find('\n').map_or("", |at| &rest[at..]);
        } else if rest.starts_with(['!', '&']) {
            rest = rest
                .find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}'))
                .map_or("", |at| &rest[at..]);
            if rest.starts_with([',', ']', '}']) {
                break;
            }
        } else {
            break;
        }
    }
    text.len() - rest.len()
}

/// What is wrong with the tag of a scalar.
pub(super) fn check_scalar(tag: Option<&str>, text: &str, span: &Span) -> Diagnostics {
    let Some(tag) = tag else {
        return Diagnostics::new();
    };
    if !SCALARS.iter().any(|(_, long)| *long == tag) {
        return unknown(tag, span).into();
    }
    if resolve::fits(text, tag) {
        return Diagnostics::new();
    }
    Diagnostic::error(format!(
        "this text is not what its tag `{}` says",
        short(tag)
    ))
    .at(span)
    .into()
}

/// What is wrong with the tag of a list or a mapping. `!unsafe` covers everything in it.
pub(super) fn check_collection(tag: Option<&str>, kind: &Kind, span: &Span) -> Diagnostics {
    match (tag, kind) {
        (None | Some("!" | "!unsafe"), _)
        | (Some(SEQ), Kind::Seq(_))
        | (Some(MAP), Kind::Map(_)) => Diagnostics::new(),
        (Some(tag), _) => unknown(tag, span).into(),
    }
}

fn unknown(tag: &str, span: &Span) -> Diagnostic {
    let written = short(tag);
    let known = || SCALARS.iter().map(|(short, _)| *short).take(7);
    let diagnostic = Diagnostic::error(format!("the tag `{written}` cannot be used here")).at(span);
    match did_you_mean(&written, known()) {
        Some(near) if near != written => diagnostic.help(format!("did you mean `{near}`?")),
        _ => diagnostic.help(format!("known tags of texts are {}", or_list(known()))),
    }
}

/// A tag as people write it.
fn short(tag: &str) -> String {
    match tag.strip_prefix(LONG) {
        Some(name) => format!("!!{name}"),
        None => tag.to_owned(),
    }
}
