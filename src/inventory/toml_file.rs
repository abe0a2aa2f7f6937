//! Inventories in TOML: the groups of a YAML inventory, side by side.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::model::Inventory;
use super::{python, yaml};
use crate::diag::{Diagnostic, Diagnostics, SourceFile, Span};
use crate::yaml::{Kind, Node, Style};

/// Reads a document into the inventory.
pub(super) fn read(
    source: &Arc<SourceFile>,
    inventory: &mut Inventory,
    diagnostics: &mut Diagnostics,
) {
    match DeTable::parse(&source.text) {
        Ok(document) => {
            let root = table(source, document.get_ref(), source.whole(), 0);
            yaml::read(&root, inventory, diagnostics);
        }
        Err(error) => {
            let place = error.span().map(|range| Span::new(source, range));
            let place = place.unwrap_or_else(|| source.whole());
            diagnostics.push(Diagnostic::error(error.message().to_owned()).at(&place));
        }
    }
}

/// A table as a mapping. At the second level, within a group, `children` are a list of names.
fn table(source: &Arc<SourceFile>, entries: &DeTable<'_>, span: Span, depth: usize) -> Node {
    let mut entries: Vec<_> = entries.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    let entries = entries.into_iter().map(|(key, value)| {
        let name = key.get_ref().as_ref();
        let key = python::string(&Span::new(source, key.span()), name);
        let names = depth == 1 && name == "children";
        let value = if names {
            children(source, value)
        } else {
            node(source, value, depth + 1)
        };
        (key, value)
    });
    Node::new(span, None, Kind::Map(entries.collect()))
}

/// The names of groups as keys without values.
fn children(source: &Arc<SourceFile>, value: &Spanned<DeValue<'_>>) -> Node {
    let DeValue::Array(items) = value.get_ref() else {
        return node(source, value, 2);
    };
    let entries = items.iter().map(|item| {
        let key = node(source, item, 2);
        let nothing = Node::text(&key.span, "null", Style::Plain);
        (key, nothing)
    });
    let span = Span::new(source, value.span());
    Node::new(span, None, Kind::Map(entries.collect()))
}

fn node(source: &Arc<SourceFile>, value: &Spanned<DeValue<'_>>, depth: usize) -> Node {
    let span = Span::new(source, value.span());
    let plain = |text: &str| Node::text(&span, text, Style::Plain);
    match value.get_ref() {
        DeValue::String(text) => python::string(&span, text),
        DeValue::Integer(number) => {
            let text = number.to_string();
            let digits = i64::from_str_radix(number.as_str(), number.radix());
            plain(&digits.map_or(text, |number| number.to_string()))
        }
        DeValue::Float(number) => {
            let number: f64 = number.as_str().parse().unwrap_or(f64::NAN);
            plain(
                &format!("{number:?}")
                    .replace("inf", ".inf")
                    .replace("NaN", ".nan"),
            )
        }
        DeValue::Boolean(yes) => plain(&yes.to_string()),
        DeValue::Datetime(time) => plain(&time.to_string()),
        DeValue::Array(items) => {
            let items = items.iter().map(|item| node(source, item, depth + 1));
            Node::new(span.clone(), None, Kind::Seq(items.collect()))
        }
        DeValue::Table(entries) => table(source, entries, span, depth),
    }
}
