//! A play, block, task or role entry as it was written, sorted by the tables of keywords and modules.
//!
//! Findings are made from what was written and not from decoded plays, so that a file with
//! mistakes is judged as well, and so that spellings can be told apart.

use crate::modules::{self, ArgKind, ModuleSpec, spec::FreeForm};
use crate::playbook::{Keyword, KeywordKind, Place, first_word, keyword, pair, words};
use crate::template::Uses;
use crate::yaml::{Kind, Node, Style};

/// How a text holds code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Templates within it.
    Text,
    /// The whole of it is an expression.
    Expression,
}

/// The call of a module or of another action.
#[derive(Debug)]
pub(super) struct Call {
    /// What the action is called, without `ansible.builtin.`.
    pub(super) name: String,
    /// Where that is written.
    pub(super) key: Node,
    /// The module, unless it is an action of the language.
    pub(super) spec: Option<&'static ModuleSpec>,
    /// Its arguments by name, those of `args` too.
    pub(super) args: Vec<(Node, Node)>,
    /// What was written instead of named arguments.
    pub(super) line: Option<Node>,
}

/// One mapping with keywords.
#[derive(Debug)]
pub(super) struct Item<'n> {
    pub(super) place: Place,
    /// The keywords, known to the table, wherever they may stand.
    pub(super) fields: Vec<(&'static Keyword, &'n Node, &'n Node)>,
    /// Everything else.
    pub(super) others: Vec<(&'n Node, &'n Node)>,
    pub(super) call: Option<Call>,
    /// The names its `when` asks for with `is defined`.
    pub(super) guards: Vec<String>,
}

impl<'n> Item<'n> {
    /// Sorts a mapping; none for what is none.
    pub(super) fn read(node: &'n Node, place: Place) -> Option<Self> {
        let mut item = Self {
            place,
            fields: Vec::new(),
            others: Vec::new(),
            call: None,
            guards: Vec::new(),
        };
        for (key, value) in node.map()? {
            let known = key.raw().and_then(keyword);
            let known =
                known.filter(|k| k.places.contain(place) || modules::find(k.name).is_none());
            match known {
                Some(keyword) => item.fields.push((keyword, key, value)),
                None => item.others.push((key, value)),
            }
        }
        if matches!(place, Place::Task | Place::Handler) {
            item.call = item.find_call();
        }
        if let Some(when) = item.get("when") {
            expressions(when, &mut |node, _| {
                let text = node.raw().unwrap_or_default();
                if text.contains("defined") {
                    item.guards
                        .extend(Uses::of_expression(text).guards().map(str::to_owned));
                }
            });
        }
        Some(item)
    }

    /// The value of a keyword, unless that is null.
    pub(super) fn get(&self, name: &str) -> Option<&'n Node> {
        let field = self
            .fields
            .iter()
            .find(|(keyword, ..)| keyword.name == name);
        field
            .map(|(_, _, value)| *value)
            .filter(|value| !value.is_null())
    }

    /// The key and value of the loop, and what the item is called.
    pub(super) fn looped(&self) -> Option<(&'n Node, &'n Node)> {
        let is_loop = |name: &str| name == "loop" || name.starts_with("with_");
        let keyword = self.fields.iter().find(|(k, ..)| is_loop(k.name));
        let keyword = keyword.map(|(_, key, value)| (*key, *value));
        let other = || {
            let mut others = self.others.iter();
            others
                .find(|(key, _)| key.raw().is_some_and(is_loop))
                .copied()
        };
        keyword.or_else(other)
    }

    /// The variable that holds the item of its loop.
    pub(super) fn loop_var(&self) -> &'n str {
        let control = self.get("loop_control").and_then(|c| c.get("loop_var"));
        control.and_then(Node::raw).unwrap_or("item")
    }

    /// The lists of steps in it, each with its keyword.
    pub(super) fn steps(&self) -> impl Iterator<Item = (&'static str, &'n Node)> {
        let fields = self.fields.iter();
        let steps = fields.filter(|(keyword, ..)| keyword.kind == KeywordKind::Steps);
        steps.map(|(keyword, _, value)| (keyword.name, *value))
    }

    /// Hands over every text that is, or may hold, code: those of nested steps left out.
    pub(super) fn templates(&self, found: &mut dyn FnMut(&Node, Way)) {
        for (keyword, _, value) in &self.fields {
            match keyword.kind {
                KeywordKind::Steps | KeywordKind::Name => {}
                KeywordKind::Condition => expressions(value, found),
                _ if keyword.name == "loop_control" => nested(value, Place::LoopControl, found),
                _ if matches!(keyword.name, "roles" | "args" | "action" | "local_action") => {}
                _ => texts(value, found),
            }
        }
        let Some(call) = &self.call else { return };
        for (key, value) in &call.args {
            let arg = key.raw().and_then(|name| call.spec?.arg(name));
            match key.raw() {
                Some("apply") if call.spec.is_none() => nested(value, Place::Block, found),
                _ if arg.is_some_and(|arg| arg.kind == ArgKind::Expr) => expressions(value, found),
                _ => {
                    texts(key, found);
                    texts(value, found);
                }
            }
        }
        if let Some(line) = &call.line {
            texts(line, found);
        }
    }

    fn find_call(&self) -> Option<Call> {
        let args = self.get("args");
        for keyword in ["action", "local_action"] {
            if let Some(written) = self.get(keyword) {
                return written_as_action(written, args);
            }
        }
        let (key, value) = self
            .others
            .iter()
            .find(|(key, _)| key.raw().is_some_and(|name| is_action(builtin(name))))?;
        Some(Call::new((*key).clone(), value, args))
    }
}

impl Call {
    fn new(key: Node, value: &Node, more: Option<&Node>) -> Self {
        let name = builtin(key.raw().unwrap_or_default()).to_owned();
        let spec = modules::find(key.raw().unwrap_or_default());
        let mut call = Self {
            name: spec.map_or(name, |spec| spec.name.to_owned()),
            key,
            spec,
            args: Vec::new(),
            line: None,
        };
        match value.kind() {
            Kind::Map(entries) => call.args.extend_from_slice(entries),
            Kind::Scalar { text, .. } if !value.is_null() => call.read_line(value, text),
            _ => {}
        }
        call.args
            .extend_from_slice(more.and_then(Node::map).unwrap_or_default());
        call
    }

    /// `name=value` words, or a line of its own.
    fn read_line(&mut self, node: &Node, text: &str) {
        let free = self
            .spec
            .map_or(FreeForm::Into("file"), |spec| spec.free_form);
        if let FreeForm::Into(name) = free {
            let key = Node::text(&self.key.span, name, Style::SingleQuoted);
            self.args.push((key, node.clone()));
            return;
        }
        if let FreeForm::Rest(name) = free {
            let all = words(text).unwrap_or_default();
            let rest = all.into_iter().find(|word| pair(text, word).is_none());
            self.args.extend(rest.map(|word| {
                let key = Node::text(&self.key.span, name, Style::SingleQuoted);
                let value =
                    Node::text(&node.locate(word.clone()), &text[word], Style::SingleQuoted);
                (key, value)
            }));
        }
        let pairs = words(text).unwrap_or_default();
        let pairs: Vec<_> = pairs.iter().filter_map(|word| pair(text, word)).collect();
        if pairs.is_empty() && self.args.is_empty() {
            self.line = Some(node.clone());
        }
        let part = |range: std::ops::Range<usize>| {
            Node::text(
                &node.locate(range.clone()),
                &text[range],
                Style::SingleQuoted,
            )
        };
        self.args.extend(
            pairs
                .into_iter()
                .map(|(name, value)| (part(name), part(value))),
        );
    }

    /// The value of an argument.
    pub(super) fn arg(&self, name: &str) -> Option<&Node> {
        let found = self.args.iter().find(|(key, _)| key.raw() == Some(name));
        found
            .map(|(_, value)| value)
            .filter(|value| !value.is_null())
    }
}

/// The name of an action without the collection of the language's own.
pub(super) fn builtin(name: &str) -> &str {
    ["ansible.builtin.", "ansible.legacy."]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name)
}

fn is_action(name: &str) -> bool {
    modules::find(name).is_some()
        || matches!(name, "meta" | "include" | "include_vars")
        || ["include_", "import_"]
            .iter()
            .any(|begin| name.starts_with(begin))
}

fn written_as_action(node: &Node, args: Option<&Node>) -> Option<Call> {
    if let Some(name) = node.get("module") {
        let rest = node
            .map()?
            .iter()
            .filter(|(key, _)| key.raw() != Some("module"));
        let rest = Node::new(node.span.clone(), None, Kind::Map(rest.cloned().collect()));
        return Some(Call::new(name.clone(), &rest, args));
    }
    let text = node.raw()?;
    let word = first_word(text);
    let rest = text[word.end..].len() - text[word.end..].trim_start().len() + word.end;
    let part = |range: std::ops::Range<usize>| {
        Node::text(
            &node.locate(range.clone()),
            &text[range],
            Style::SingleQuoted,
        )
    };
    let value = part(rest..text.len());
    Some(Call::new(part(word), &value, args))
}

fn nested(node: &Node, place: Place, found: &mut dyn FnMut(&Node, Way)) {
    if let Some(item) = Item::read(node, place) {
        item.templates(found);
    }
}

/// Every text of a value.
pub(super) fn texts(node: &Node, found: &mut dyn FnMut(&Node, Way)) {
    if node.is_unsafe() {
        return;
    }
    match node.kind() {
        Kind::Scalar { text, .. } if text.contains('{') => found(node, Way::Text),
        Kind::Scalar { .. } => {}
        Kind::Seq(items) => items.iter().for_each(|item| texts(item, found)),
        Kind::Map(entries) => entries.iter().for_each(|(key, value)| {
            texts(key, found);
            texts(value, found);
        }),
    }
}

/// Every expression of a condition.
fn expressions(node: &Node, found: &mut dyn FnMut(&Node, Way)) {
    match node.kind() {
        Kind::Seq(items) => items.iter().for_each(|item| expressions(item, found)),
        Kind::Map(_) => {}
        Kind::Scalar { text, .. } if text.contains("{{") => found(node, Way::Text),
        Kind::Scalar { .. } => found(node, Way::Expression),
    }
}
