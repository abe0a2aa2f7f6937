//! Values laid out for people, as Python's `pprint` does it.

use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Error, State};

use super::{defined, fail, pairs_of};
use crate::template::native::repr;
use crate::template::table::{Entry, filters};
use crate::vars::Value;

pub(super) static TABLE: &[Entry] = filters! {
    "pprint": pprint, "a value laid out for people";
};

const WIDTH: usize = 80;

/// How deep values may nest.
const MAX_DEPTH: usize = 60;

fn pprint(state: &State<'_, '_>, value: &Value, kwargs: Kwargs) -> Result<String, Error> {
    kwargs.get::<Option<bool>>("verbose")?;
    kwargs.assert_all_used()?;
    defined(state, value)?;
    let mut out = String::new();
    write(&mut out, value, 0, 0, 0)?;
    Ok(out)
}

/// Writes a value at a column; so many columns are needed after it.
fn write(
    out: &mut String,
    value: &Value,
    at: usize,
    after: usize,
    depth: usize,
) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        return Err(fail(format!("the value nests more than {MAX_DEPTH} deep")));
    }
    let text = repr(value);
    let fits = text.chars().count() + at + after <= WIDTH;
    let (open, close) = match value.kind() {
        ValueKind::Map => ('{', '}'),
        _ if value.is_tuple() => ('(', ')'),
        ValueKind::Seq | ValueKind::Iterable => ('[', ']'),
        _ => (' ', ' '),
    };
    if fits || open == ' ' {
        out.push_str(&text);
        return Ok(());
    }
    let entries: Vec<(Option<String>, Value)> = if open == '{' {
        let entries = pairs_of(value)?.into_iter();
        entries
            .map(|(key, item)| (Some(repr(&key)), item))
            .collect()
    } else {
        value.try_iter()?.map(|item| (None, item)).collect()
    };
    let last = entries.len().saturating_sub(1);
    out.push(open);
    for (number, (key, item)) in entries.into_iter().enumerate() {
        if number > 0 {
            out.push_str(",\n");
            out.push_str(&" ".repeat(at + 1));
        }
        let mut column = at + 1;
        if let Some(key) = key {
            out.push_str(&key);
            out.push_str(": ");
            column += key.chars().count() + 2;
        }
        let after = if number == last { after + 1 } else { 1 };
        write(out, &item, column, after, depth + 1)?;
    }
    out.push(close);
    Ok(())
}
