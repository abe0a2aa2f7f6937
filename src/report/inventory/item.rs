//! Values as they were written.

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::vars::{Var, to_json};
use crate::yaml::{Kind, Node, Scalar, Style};

/// A value to be shown.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::report) enum Item {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number, its digits.
    Int(String),
    /// A number.
    Float(f64),
    /// Text.
    Text(String),
    /// A date or a time, as YAML writes it.
    Time(String),
    /// Text that is never a template.
    Unsafe(String),
    /// What the vault encrypted.
    Vault(String),
    /// A list.
    List(Vec<Item>),
    /// A mapping.
    Map(IndexMap<String, Item>),
}

impl Item {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// The same with texts that are never templates as plain ones.
    pub(super) fn bare(&self) -> Self {
        match self {
            Self::Unsafe(text) => Self::text(text),
            Self::List(items) => Self::List(items.iter().map(Self::bare).collect()),
            Self::Map(entries) => {
                let entries = entries.iter().map(|(key, item)| (key.clone(), item.bare()));
                Self::Map(entries.collect())
            }
            other => other.clone(),
        }
    }

    /// The entries of a mapping in the order Python sorts them.
    pub(super) fn sorted(entries: &IndexMap<String, Item>) -> Vec<(&String, &Item)> {
        let mut sorted: Vec<_> = entries.iter().collect();
        let number = |key: &str| key.parse::<i64>().ok();
        if sorted.iter().all(|(key, _)| number(key).is_some()) {
            sorted.sort_by_key(|(key, _)| number(key));
        } else {
            sorted.sort_by(|a, b| a.0.cmp(b.0));
        }
        sorted
    }
}

impl From<&Var> for Item {
    fn from(var: &Var) -> Self {
        match var {
            Var::Lazy(node) => node.into(),
            Var::Data(value) => (&to_json(value)).into(),
        }
    }
}

impl From<&Node> for Item {
    fn from(node: &Node) -> Self {
        match node.kind() {
            Kind::Scalar { text, style } => scalar(node, text, *style),
            Kind::Seq(items) => Self::List(items.iter().map(Self::from).collect()),
            Kind::Map(entries) => {
                let entry = |(key, value): &(Node, Node)| (name(key), Self::from(value));
                Self::Map(entries.iter().map(entry).collect())
            }
        }
    }
}

fn scalar(node: &Node, text: &str, style: Style) -> Item {
    if node.is_vault() {
        return Item::Vault(text.to_owned());
    }
    match node.scalar() {
        Some(Scalar::Bool(yes)) => Item::Bool(yes),
        Some(Scalar::Int(number)) => Item::Int(number.to_string()),
        Some(Scalar::Float(number)) => Item::Float(number),
        Some(Scalar::Null) | None => Item::Null,
        Some(Scalar::Str(_)) if node.is_unsafe() => Item::Unsafe(text.to_owned()),
        Some(Scalar::Str(_)) if style == Style::Plain && node.tag.is_none() => plain(text),
        Some(Scalar::Str(_)) => Item::text(text),
    }
}

/// A plain scalar that is text to templates, and a date or a long number to YAML.
fn plain(text: &str) -> Item {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.len() > 18 && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0') {
        return Item::Int(text.to_owned());
    }
    if text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10 {
        return Item::Time(text.to_owned());
    }
    Item::text(text)
}

/// The key of a mapping as JSON has it.
fn name(key: &Node) -> String {
    match Item::from(key) {
        Item::Null => "null".to_owned(),
        Item::Bool(yes) => yes.to_string(),
        Item::Int(digits) => digits,
        Item::Float(number) => super::python::float(number),
        _ => key.raw().unwrap_or_default().to_owned(),
    }
}

impl From<&Json> for Item {
    fn from(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(yes) => Self::Bool(*yes),
            Json::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
                Some(float) => Self::Float(float),
                None => Self::Int(number.to_string()),
            },
            Json::String(text) => Self::text(text),
            Json::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Json::Object(map) => {
                let entries = map.iter().map(|(key, value)| (key.clone(), value.into()));
                Self::Map(entries.collect())
            }
        }
    }
}
