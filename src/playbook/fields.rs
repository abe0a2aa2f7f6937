//! A mapping read by the keyword table.

use super::decoder::Decoder;
use super::keyword::{self, Keyword, Support};
use super::place::Place;
use super::value;
use crate::diag::{Diagnostic, did_you_mean};
use crate::modules;
use crate::yaml::Node;

/// The keywords of one mapping, and the keys that are none.
pub(super) struct Fields<'n> {
    /// The whole mapping.
    pub(super) node: &'n Node,
    pub(super) place: Place,
    known: Vec<Field<'n>>,
    /// Keys that are no keywords: a task's module is among them.
    pub(super) others: Vec<(&'n Node, &'n Node)>,
}

struct Field<'n> {
    keyword: &'static Keyword,
    key: &'n Node,
    value: &'n Node,
}

impl<'n> Fields<'n> {
    /// Sorts the entries of a mapping; reports keywords that cannot stand here, and values that
    /// cannot be theirs.
    pub(super) fn read(decoder: &mut Decoder<'_>, node: &'n Node, place: Place) -> Option<Self> {
        let Some(entries) = node.map() else {
            let message = format!("{} must be a mapping, not {}", place.one(), node.describe());
            decoder.push(Diagnostic::error(message).at(&node.span));
            return None;
        };
        let mut fields = Self {
            node,
            place,
            known: Vec::new(),
            others: Vec::new(),
        };
        for (key, value) in entries {
            let known = key.raw().and_then(|name| keyword::find(bare(name, place)));
            // `pause` is a keyword of `loop_control`, and a module.
            let module = |k: &&Keyword| !k.places.contain(place) && modules::find(k.name).is_some();
            // What is no keyword of roles is a parameter of the role.
            let param = |k: &&Keyword| place == Place::Role && !k.places.contain(place);
            match known.filter(|keyword| !module(keyword) && !param(keyword)) {
                Some(keyword) => fields.add(decoder, keyword, key, value),
                None => fields.others.push((key, value)),
            }
        }
        Some(fields)
    }

    fn add(
        &mut self,
        decoder: &mut Decoder<'_>,
        keyword: &'static Keyword,
        key: &'n Node,
        value: &'n Node,
    ) {
        if !keyword.places.contain(self.place) {
            decoder.push(misplaced(keyword, key, self.place));
        } else if let Support::Refused(remedy) = keyword.support {
            let message = format!("`{}` is not supported yet", keyword.name);
            decoder.push(Diagnostic::error(message).at(&key.span).help(remedy));
        } else if value::check(decoder, keyword, value) {
            self.known.push(Field {
                keyword,
                key,
                value,
            });
        }
    }

    /// Reports every key that is no keyword.
    pub(super) fn refuse_others(&self, decoder: &mut Decoder<'_>) {
        for (key, _) in &self.others {
            decoder.push(unknown(key, self.place));
        }
    }

    fn field(&self, name: &str) -> Option<&Field<'n>> {
        debug_assert!(keyword::find(name).is_some(), "`{name}` is in the table");
        self.known.iter().find(|field| field.keyword.name == name)
    }

    /// Whether the keyword was written, whatever its value.
    pub(super) fn has(&self, name: &str) -> bool {
        self.field(name).is_some()
    }

    /// Where the keyword was written.
    pub(super) fn key(&self, name: &str) -> Option<&'n Node> {
        self.field(name).map(|field| field.key)
    }

    /// Its value, unless that is null.
    pub(super) fn value(&self, name: &str) -> Option<&'n Node> {
        self.field(name)
            .map(|field| field.value)
            .filter(|value| !value.is_null())
    }

    /// The same, to keep.
    pub(super) fn take(&self, name: &str) -> Option<Node> {
        self.value(name).cloned()
    }

    /// One text or a list of texts, as a list.
    pub(super) fn texts(&self, name: &str) -> Vec<Node> {
        match self.value(name) {
            None => Vec::new(),
            Some(node) => node.seq().unwrap_or(std::slice::from_ref(node)).to_vec(),
        }
    }

    /// The keywords written, in order.
    pub(super) fn keywords(&self) -> impl Iterator<Item = (&'static str, &'n Node)> {
        self.known
            .iter()
            .map(|field| (field.keyword.name, field.key))
    }
}

/// `import_playbook` may be written with its collection.
fn bare(name: &str, place: Place) -> &str {
    match place {
        Place::ImportPlaybook => name.strip_prefix("ansible.builtin.").unwrap_or(name),
        _ => name,
    }
}

fn misplaced(keyword: &Keyword, key: &Node, place: Place) -> Diagnostic {
    let name = keyword.name;
    let message = format!(
        "`{name}` is a keyword of {}, and cannot stand on {}",
        keyword.places.describe(),
        place.one()
    );
    let error = Diagnostic::error(message).at(&key.span);
    match (name, place) {
        ("when", Place::Play) => error.help("put it on the tasks, or on a block around them"),
        (name, Place::Block) if keyword::is_loop(name) || matches!(name, "until" | "register") => {
            error.help("put the tasks into a file, and write it on an `include_tasks` of that file")
        }
        ("listen", _) => error.help("only handlers are notified"),
        ("hosts", Place::Task | Place::Handler) => {
            error.help("this is read as a list of tasks; use `delegate_to` to run on another host")
        }
        _ => error.help(format!("`{name}`: {}", keyword.doc)),
    }
}

/// A key that nothing is called.
pub(super) fn unknown(key: &Node, place: Place) -> Diagnostic {
    let Some(name) = key.raw() else {
        return Diagnostic::error("a keyword must be a text").at(&key.span);
    };
    let lookup = name.strip_prefix("with_");
    let lookup = lookup.map(|lookup| format!(": there is no lookup `{lookup}`"));
    let message = format!(
        "unknown keyword `{name}` on {}{}",
        place.one(),
        lookup.unwrap_or_default()
    );
    let error = Diagnostic::error(message).at(&key.span);
    match did_you_mean(name, keyword::names(place)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error,
    }
}
