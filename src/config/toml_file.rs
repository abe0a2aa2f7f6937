//! Reading a `runbook.toml`, every key with its place.

use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::value::Raw;
use crate::diag::{Diagnostic, SourceFile, Span};

/// One key of the file.
#[derive(Debug)]
pub(super) struct Entry {
    /// The table it stands in; none at the top.
    pub table: Option<String>,
    /// The key.
    pub key: String,
    /// The value, or what it is when no setting has such values.
    pub value: Result<Raw, &'static str>,
    /// Where the key stands.
    pub key_span: Span,
    /// Where the value stands.
    pub span: Span,
}

/// Reads all keys.
pub(super) fn read(source: &Arc<SourceFile>) -> Result<Vec<Entry>, Diagnostic> {
    let document = DeTable::parse(&source.text).map_err(|error| {
        let diagnostic = Diagnostic::error(error.message().to_owned());
        match error.span() {
            Some(range) => diagnostic.at(&Span::new(source, range)),
            None => diagnostic.at(&source.whole()),
        }
    })?;
    let mut entries = Vec::new();
    table(source, None, document.get_ref(), &mut entries);
    entries.sort_by_key(|entry| entry.key_span.range().start);
    Ok(entries)
}

fn table(source: &Arc<SourceFile>, name: Option<&str>, keys: &DeTable<'_>, into: &mut Vec<Entry>) {
    for (key, value) in keys {
        let text = key.get_ref().as_ref();
        match (name, value.get_ref()) {
            (None, DeValue::Table(inner)) => table(source, Some(text), inner, into),
            (_, inner) => into.push(Entry {
                table: name.map(str::to_owned),
                key: text.to_owned(),
                value: raw(inner),
                key_span: Span::new(source, key.span()),
                span: Span::new(source, value.span()),
            }),
        }
    }
}

fn raw(value: &DeValue<'_>) -> Result<Raw, &'static str> {
    if let DeValue::Array(items) = value {
        let texts = items.iter().map(|item| text(item.get_ref()));
        return texts.collect::<Result<_, _>>().map(Raw::List);
    }
    text(value).map(Raw::Text)
}

fn text(value: &DeValue<'_>) -> Result<String, &'static str> {
    Ok(match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(yes) => yes.to_string(),
        DeValue::Datetime(_) => return Err("a date"),
        DeValue::Array(_) => return Err("a list within a list"),
        DeValue::Table(_) => return Err("a table"),
    })
}
