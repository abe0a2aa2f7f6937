//! The entries of one mapping: unique keys, merge keys.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{Hash, Hasher};

use super::{Kind, Node, Scalar, Style, syntax};
use crate::diag::{Diagnostic, Diagnostics, Span};

/// Up to so many keys are compared one by one, which costs nothing; more are looked up.
const FEW: usize = 16;

/// A mapping being read.
#[derive(Default)]
pub(super) struct Mapping {
    own: Vec<(Node, Node)>,
    /// Where each key stands in `own`, once there are more than a few.
    index: HashMap<Key, usize>,
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
        if let Some(first) = self.earlier(&key) {
            into.push(
                Diagnostic::error(format!("the key `{}` is given twice", shortened(text)))
                    .at(&key.span)
                    .label("again here")
                    .also(&self.own[first].0.span, "first here")
                    .help("remove one of them: the second would silently replace the first"),
            );
            return;
        }
        self.own.push((key, value));
    }

    /// Which of the entries has the same key; none when this one is about to be added.
    fn earlier(&mut self, key: &Node) -> Option<usize> {
        if self.own.len() < FEW {
            let wanted = identity(key);
            return self.own.iter().position(|(own, _)| identity(own) == wanted);
        }
        if self.index.is_empty() {
            let keys = self.own.iter().map(|(own, _)| Key(own.clone()));
            self.index = keys.zip(0..).collect();
        }
        match self.index.entry(Key(key.clone())) {
            Entry::Occupied(at) => Some(*at.get()),
            Entry::Vacant(at) => {
                at.insert(self.own.len());
                None
            }
        }
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
            match index.entry(Key(key.clone())) {
                Entry::Occupied(at) => {
                    entries[*at.get()] = (key, value);
                }
                Entry::Vacant(at) => {
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
#[derive(PartialEq, Eq, Hash)]
enum Identity<'k> {
    Null,
    Bool(bool),
    Int(i64),
    /// By its bits, so that `.nan` is the same key as `.nan`.
    Float(u64),
    Text(&'k str),
}

fn identity(key: &Node) -> Identity<'_> {
    match key.scalar() {
        None | Some(Scalar::Null) => Identity::Null,
        Some(Scalar::Bool(bool)) => Identity::Bool(bool),
        Some(Scalar::Int(int)) => Identity::Int(int),
        Some(Scalar::Float(float)) => Identity::Float(float.to_bits()),
        Some(Scalar::Str(text)) => Identity::Text(text),
    }
}

/// A key that is looked up by its identity.
struct Key(Node);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        identity(&self.0) == identity(&other.0)
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        identity(&self.0).hash(state);
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
