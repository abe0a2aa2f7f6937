//! `keyed_groups` of the plugin `constructed`: groups named after a value of the host.

use std::sync::Arc;

use minijinja::value::ValueKind;

use crate::diag::{Diagnostic, Diagnostics, did_you_mean, or_list};
use crate::template::Templar;
use crate::vars::{Scope, Value};
use crate::yaml::{Node, Scalar};

/// What an entry is made of.
const KEYS: [&str; 6] = [
    "default_value",
    "key",
    "parent_group",
    "prefix",
    "separator",
    "trailing_separator",
];

/// One entry of `keyed_groups`.
#[derive(Debug)]
pub(super) struct Keyed {
    /// The expression whose value names the group.
    pub key: Node,
    prefix: String,
    separator: String,
    parent: Option<Node>,
    default: Option<String>,
    trailing: bool,
}

impl Keyed {
    /// Decodes the list.
    pub(super) fn list(node: &Node, diagnostics: &mut Diagnostics) -> Vec<Self> {
        if node.is_null() {
            return Vec::new();
        }
        let Some(items) = node.seq() else {
            let message = format!("`keyed_groups` must be a list, found {}", node.describe());
            let help = "write one `- key: expression` on a line";
            diagnostics.push(Diagnostic::error(message).at(&node.span).help(help));
            return Vec::new();
        };
        let mut list = Vec::new();
        for item in items {
            match Self::decode(item) {
                Ok(keyed) => list.push(keyed),
                Err(error) => diagnostics.push(error),
            }
        }
        list
    }

    fn decode(item: &Node) -> Result<Self, Diagnostic> {
        for (key, _) in item.map().into_iter().flatten() {
            let name = key.raw().unwrap_or_default();
            if !KEYS.contains(&name) {
                let error = Diagnostic::error(format!("`keyed_groups` have no `{name}`"));
                return Err(error.at(&key.span).help(match did_you_mean(name, KEYS) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("they have {}", or_list(KEYS)),
                }));
            }
        }
        let text = |name: &str| item.get(name).and_then(Node::raw).map(str::to_owned);
        let Some(key) = item.get("key") else {
            let error = Diagnostic::error("a keyed group needs a `key`").at(&item.span);
            return Err(error.help("it is the expression whose value names the group"));
        };
        let trailing = item.get("trailing_separator").and_then(Node::scalar);
        let keyed = Self {
            key: key.clone(),
            prefix: text("prefix").unwrap_or_default(),
            separator: text("separator").unwrap_or_else(|| "_".to_owned()),
            parent: item
                .get("parent_group")
                .filter(|node| !node.is_null())
                .cloned(),
            default: text("default_value"),
            trailing: trailing != Some(Scalar::Bool(false)),
        };
        if keyed.default.is_some() && !keyed.trailing {
            let message = "`default_value` and `trailing_separator` exclude each other";
            return Err(Diagnostic::error(message)
                .at(&item.span)
                .help("remove one of them"));
        }
        Ok(keyed)
    }

    /// The group the new ones are put into.
    pub(super) fn parent(&self, templar: &Arc<Templar>, scope: &Arc<Scope>) -> Option<String> {
        let parent = templar.node(self.parent.as_ref()?, scope).ok()?.to_string();
        (!parent.is_empty()).then_some(parent)
    }

    /// The names of the groups for a value: a text, a list of texts, or a mapping.
    pub(super) fn names(&self, value: &Value, leading: bool) -> Result<Vec<String>, Diagnostic> {
        let bare: Vec<String> = match value.kind() {
            ValueKind::String => self.single(value),
            ValueKind::Seq => {
                let items = value.try_iter().into_iter().flatten();
                items.flat_map(|item| self.single(&item)).collect()
            }
            ValueKind::Map => {
                let keys = value.try_iter().into_iter().flatten();
                keys.map(|key| self.pair(&key, &value.get_item(&key).unwrap_or_default()))
                    .collect()
            }
            ValueKind::None | ValueKind::Undefined => self.default.iter().cloned().collect(),
            other => {
                let message = format!("`key` gives {other}, and groups are named by texts");
                let error = Diagnostic::error(message).at(&self.key.span);
                return Err(error.help("write `key: … | string`"));
            }
        };
        let begin = match (self.prefix.as_str(), leading) {
            ("", false) => String::new(),
            (prefix, _) => format!("{prefix}{}", self.separator),
        };
        Ok(bare.iter().map(|name| format!("{begin}{name}")).collect())
    }

    fn single(&self, value: &Value) -> Vec<String> {
        match (value.to_string(), &self.default) {
            (text, Some(default)) if text.is_empty() => vec![default.clone()],
            (text, None) if text.is_empty() => Vec::new(),
            (text, _) => vec![text],
        }
    }

    fn pair(&self, key: &Value, value: &Value) -> String {
        let value = match (value.to_string(), &self.default) {
            (text, Some(default)) if text.is_empty() => default.clone(),
            (text, _) => text,
        };
        if value.is_empty() && !self.trailing {
            return key.to_string();
        }
        format!("{key}{}{value}", self.separator)
    }
}
