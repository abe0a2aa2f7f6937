//! Writes values as YAML, laid out as Python's library does it.

use minijinja::Error;
use minijinja::value::ValueKind;

use super::yaml_scalar::{self, Place};
use super::{fail, pairs_of};
use crate::template::native;
use crate::vars::Value;

/// How to lay it out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    /// How far an inner block stands to the right.
    pub(super) indent: usize,
    /// The width beyond which texts and lists between brackets are folded.
    pub(super) width: usize,
    /// Everything between brackets, nothing, or (none) what holds only scalars.
    pub(super) flow: Option<bool>,
    /// Whether the entries of mappings are sorted.
    pub(super) sorted: bool,
}

/// How deep values may nest.
const MAX_DEPTH: usize = 100;

/// A text that knows its column.
pub(super) struct Writer {
    out: String,
    layout: Layout,
    column: usize,
    /// Where the block around the current scalar stands.
    level: usize,
}

impl Writer {
    pub(super) fn push(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    pub(super) fn text(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    pub(super) fn newline(&mut self) {
        self.out.push('\n');
        self.column = 0;
    }

    /// Goes on in a new line.
    pub(super) fn indent(&mut self) {
        self.newline();
        self.indent_here();
    }

    /// Goes to the current level.
    pub(super) fn indent_here(&mut self) {
        self.spaces(self.level);
    }

    pub(super) fn is_wide(&self) -> bool {
        self.column > self.layout.width
    }

    /// Whether so many more columns would be beyond the width.
    pub(super) fn is_wider_than(&self, more: usize) -> bool {
        self.column + more > self.layout.width
    }

    fn spaces(&mut self, count: usize) {
        for _ in 0..count {
            self.push(' ');
        }
    }
}

/// A value as a YAML document.
pub(super) fn written(value: &Value, layout: Layout) -> Result<String, Error> {
    let mut writer = Writer {
        out: String::new(),
        layout,
        column: 0,
        level: 0,
    };
    block(&mut writer, value, 0, 0)?;
    if !writer.out.ends_with('\n') {
        writer.newline();
    }
    Ok(writer.out)
}

fn is_list(value: &Value) -> bool {
    matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable)
}

fn is_container(value: &Value) -> bool {
    is_list(value) || value.kind() == ValueKind::Map
}

fn entries(value: &Value, layout: Layout) -> Result<Vec<(Value, Value)>, Error> {
    let mut entries = pairs_of(value)?;
    if layout.sorted {
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    }
    Ok(entries)
}

/// Whether a value stands between brackets.
fn is_flow(value: &Value, layout: Layout) -> Result<bool, Error> {
    let items: Vec<Value> = if is_list(value) {
        value.try_iter()?.collect()
    } else {
        pairs_of(value)?.into_iter().map(|(_, item)| item).collect()
    };
    Ok(items.is_empty()
        || layout
            .flow
            .unwrap_or_else(|| !items.iter().any(is_container)))
}

/// Writes a value at a level; what it is in wrote what stands before it on the line.
fn block(out: &mut Writer, value: &Value, level: usize, depth: usize) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        return Err(fail(format!("the value nests more than {MAX_DEPTH} deep")));
    }
    if !is_container(value) || is_flow(value, out.layout)? {
        let inner = level + out.layout.indent;
        return flow(out, value, inner, Place::default(), depth);
    }
    if is_list(value) {
        for (at, item) in value.try_iter()?.enumerate() {
            begin(out, level, at);
            out.push('-');
            let nested = is_container(&item) && !is_flow(&item, out.layout)?;
            out.spaces(if nested {
                out.layout.indent.max(2) - 1
            } else {
                1
            });
            let inner = if nested {
                level + out.layout.indent.max(2)
            } else {
                level
            };
            block(out, &item, inner, depth + 1)?;
        }
        return Ok(());
    }
    for (at, (key, item)) in entries(value, out.layout)?.into_iter().enumerate() {
        begin(out, level, at);
        let place = Place {
            flow: false,
            key: true,
        };
        scalar(out, &key, place);
        out.push(':');
        if !is_container(&item) || is_flow(&item, out.layout)? {
            out.push(' ');
            block(out, &item, level, depth + 1)?;
            continue;
        }
        // The items of a list stand right below its key.
        let inner = if is_list(&item) {
            level
        } else {
            level + out.layout.indent
        };
        out.newline();
        out.spaces(inner);
        block(out, &item, inner, depth + 1)?;
    }
    Ok(())
}

/// A new line for every entry but the first.
fn begin(out: &mut Writer, level: usize, at: usize) {
    if at > 0 {
        out.newline();
        out.spaces(level);
    }
}

fn flow(
    out: &mut Writer,
    value: &Value,
    level: usize,
    place: Place,
    depth: usize,
) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        return Err(fail(format!("the value nests more than {MAX_DEPTH} deep")));
    }
    let before = std::mem::replace(&mut out.level, level);
    let inside = Place {
        flow: true,
        key: false,
    };
    let inner = level + out.layout.indent;
    if is_list(value) {
        out.push('[');
        for (at, item) in value.try_iter()?.enumerate() {
            separate(out, at);
            flow(out, &item, inner, inside, depth + 1)?;
        }
        out.push(']');
    } else if value.kind() == ValueKind::Map {
        out.push('{');
        for (at, (key, item)) in entries(value, out.layout)?.into_iter().enumerate() {
            separate(out, at);
            scalar(
                out,
                &key,
                Place {
                    flow: true,
                    key: true,
                },
            );
            out.text(": ");
            flow(out, &item, inner, inside, depth + 1)?;
        }
        out.push('}');
    } else {
        scalar(out, value, place);
    }
    out.level = before;
    Ok(())
}

fn separate(out: &mut Writer, at: usize) {
    if at > 0 {
        out.push(',');
    }
    if out.is_wide() {
        out.indent();
    } else if at > 0 {
        out.push(' ');
    }
}

fn scalar(out: &mut Writer, value: &Value, place: Place) {
    match value.kind() {
        ValueKind::None | ValueKind::Undefined => out.text("null"),
        ValueKind::Bool => out.text(if value.is_true() { "true" } else { "false" }),
        ValueKind::Number if value.is_integer() => out.text(&value.to_string()),
        ValueKind::Number => out.text(&float(value)),
        _ => yaml_scalar::write(out, &native::text(value), place),
    }
}

/// A fraction; YAML asks for a dot before an exponent.
fn float(value: &Value) -> String {
    let text = native::text(value);
    match text.as_str() {
        "inf" => ".inf".to_owned(),
        "-inf" => "-.inf".to_owned(),
        "nan" | "NaN" => ".nan".to_owned(),
        _ if text.contains('.') => text,
        _ => text.replacen('e', ".0e", 1),
    }
}
