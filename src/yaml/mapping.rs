//! The entries of one mapping: unique keys, merge keys.

use std::collections::HashMap;

use super::{Kind, Node, Scalar, Style, syntax};
use crate::diag::{Diagnostic, Diagnostics, Span};

/// A mapping being read.
#[derive(Default)]
pub(super) struct Mapping {
    own: Vec<(Node, Node)>,
    places: HashMap<String, Span>,
    merged: Vec<(Node, Node)>,
    braces: bool,
}

impl Mapping {
    /// Adds an entry of the mapping that begins at `start`, or says why it cannot be one.
    pub(super) fn insert(&mut self, start: &Span, key: Node, value: Node, into: &mut Diagnostics) {
        let Kind::Scalar { text, style } = key.kind() else {
            self.braces |= is_braces(start, &key);
            into.push(collection_key(start, &key));
            return;
        };
        if &**text == "<<" && *style == Style::Plain && key.tag.is_none() {
            self.merge(&value, into);
            return;
        }
        let identity = identity(&key);
        if let Some(first) = self.places.get(&identity) {
            into.push(
                Diagnostic::error(format!("the key `{}` is given twice", shortened(text)))
                    .at(&key.span)
                    .label("again here")
                    .also(first, "first here")
                    .help("remove one of them: the second would silently replace the first"),
            );
            return;
        }
        self.places.insert(identity, key.span.clone());
        self.own.push((key, value));
    }

    /// Whether an unquoted `{{ … }}` was reported.
    pub(super) fn has_braces(&self) -> bool {
        self.braces
    }

    /// Merged entries first, each key once, its own value winning.
    pub(super) fn finish(self) -> Vec<(Node, Node)> {
        if self.merged.is_empty() {
            return self.own;
        }
        let mut entries: Vec<(Node, Node)> = Vec::new();
        let mut index = HashMap::new();
        for (key, value) in self.merged.into_iter().chain(self.own) {
            match index.entry(identity(&key)) {
                std::collections::hash_map::Entry::Occupied(at) => {
                    entries[*at.get()] = (key, value);
                }
                std::collections::hash_map::Entry::Vacant(at) => {
                    at.insert(entries.len());
                    entries.push((key, value));
                }
            }
        }
        entries
    }

    /// `<<: *mapping` or `<<: [*a, *b]`, of which the first has precedence.
    fn merge(&mut self, value: &Node, into: &mut Diagnostics) {
        let sources = match value.kind() {
            Kind::Seq(items) => items.as_slice(),
            Kind::Map(_) | Kind::Scalar { .. } => std::slice::from_ref(value),
        };
        for source in sources.iter().rev() {
            match source.map() {
                Some(entries) => self.merged.extend_from_slice(entries),
                None => into.push(
                    Diagnostic::error(format!(
                        "`<<` merges mappings, but this is {}",
                        source.describe()
                    ))
                    .at(&source.span)
                    .help("give an alias of a mapping: `<<: *name`, or a list of such aliases"),
                ),
            }
        }
    }
}

/// What makes two keys the same: `yes` and `true` are one key, `"yes"` is another.
fn identity(key: &Node) -> String {
    match key.scalar() {
        Some(Scalar::Str(text)) => format!("s{text}"),
        other => format!("{other:?}"),
    }
}

/// Whether this is `{{ … }}` without quotes: a mapping whose key is a mapping.
fn is_braces(start: &Span, key: &Node) -> bool {
    start.text() == "{" && key.span.range().start == start.range().end && key.map().is_some()
}

fn collection_key(start: &Span, key: &Node) -> Diagnostic {
    if is_braces(start, key) {
        return syntax::unquoted_braces(start);
    }
    Diagnostic::error(format!("a key must be a text, not {}", key.describe()))
        .at(&key.span)
        .help("if it is meant as text, put it in quotes")
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
