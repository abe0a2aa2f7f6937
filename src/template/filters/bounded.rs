//! Filters of the engine that would take any amount of memory when asked to; bounded here.

use std::borrow::Cow;

use minijinja::filters as engine;
use minijinja::value::{Kwargs, Rest, StringInput, ValueKind};
use minijinja::{Error, State};

use super::{either, fail};
use crate::template::bounds;
use crate::template::table::{Entry, filters};
use crate::vars::{Value, from_json, to_json};

pub(super) static TABLE: &[Entry] = filters! {
    "batch": batch, "the items in groups of so many";
    "format": format, "a text with `%s` and the like filled in";
    "indent": indent, "every line but the first moved to the right";
    "slice": slice, "the items in so many groups";
    "tojson": tojson, "JSON that is safe within HTML";
};

/// The widest a text is padded, a line indented, a group filled up: far beyond any real use.
pub(in crate::template) const MAX_WIDTH: usize = 10_000;

fn bounded(what: &str, width: usize) -> Result<usize, Error> {
    if width > MAX_WIDTH {
        return Err(fail(format!(
            "a {what} of {width} is more than {MAX_WIDTH}"
        )));
    }
    Ok(width)
}

fn no_options() -> Kwargs {
    std::iter::empty::<(String, Value)>().collect()
}

fn format(
    text: Cow<'_, str>,
    args: Rest<minijinja::value::ValueOrKwargs>,
) -> Result<String, Error> {
    let args = args.into_values();
    bounded_format(&text)?;
    // A star takes its width from the arguments.
    if text.contains('*') {
        let widest = args.iter().filter_map(Value::as_usize).max();
        bounded("width", widest.unwrap_or(0))?;
    }
    bounded_text(&text, &args)?;
    let style = minijinja::formatting::FormatStyle::Printf;
    minijinja::formatting::format(style, &text, &args)
}

/// A text filled in as by Python's `%`: a tuple has several values, anything else is the only one.
pub(in crate::template) fn printf(text: &str, value: &Value) -> Result<Value, Error> {
    bounded_format(text)?;
    let args: Vec<Value> = if value.is_tuple() {
        value.try_iter()?.collect()
    } else {
        vec![value.clone()]
    };
    if text.contains('*') {
        let widest = args.iter().filter_map(Value::as_usize).max();
        bounded("width", widest.unwrap_or(0))?;
    }
    bounded_text(text, &args)?;
    let style = minijinja::formatting::FormatStyle::Printf;
    minijinja::formatting::format(style, text, &args).map(Value::from)
}

/// Refuses a format with a width or precision beyond the bound.
pub(in crate::template) fn bounded_format(format: &str) -> Result<(), Error> {
    let mut digits = 0usize;
    let mut active = false;
    for c in format.chars() {
        match c {
            '%' | '{' => active = true,
            '0'..='9' if active => {
                digits += 1;
                if digits > 4 {
                    let widest = MAX_WIDTH - 1;
                    return Err(fail(format!("a width in a format is at most {widest}")));
                }
                continue;
            }
            c if c.is_whitespace() => active = false,
            _ => {}
        }
        digits = 0;
    }
    Ok(())
}

/// Refuses a format that could come to a text beyond the bound.
pub(in crate::template) fn bounded_text(format: &str, args: &[Value]) -> Result<(), Error> {
    let places = format.matches(['%', '{']).count();
    // A text is in one place at most, unless it is named or numbered.
    let size = |arg: &Value| match arg.kind() {
        ValueKind::Map => arg
            .try_iter()
            .into_iter()
            .flatten()
            .filter_map(|key| arg.get_item(&key).ok())
            .map(|value| value.as_str().map_or(0, str::len))
            .max()
            .unwrap_or(0),
        _ => arg.as_str().map_or(0, str::len),
    };
    let longest = args.iter().map(size).max().unwrap_or(0);
    bounds::text_of(places.saturating_mul(longest))
}

fn indent(
    text: StringInput<'_>,
    width: Option<Value>,
    first: Option<bool>,
    blank: Option<bool>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    let width = either(width, &kwargs, "width")?;
    let first = either(first, &kwargs, "first")?;
    let blank = either(blank, &kwargs, "blank")?;
    kwargs.assert_all_used()?;
    let width = match width {
        None => 4,
        // A text in place of a number is what the lines begin with, as in Jinja.
        Some(width) if width.as_str().is_some() => {
            let prefix = width.to_string();
            return prefixed(text.as_str(), &prefix, first, blank);
        }
        Some(width) => usize::try_from(width).map_err(|_| fail("`indent` needs a width"))?,
    };
    let width = bounded("width", width)?;
    let prefix = " ".repeat(width);
    prefixed(text.as_str(), &prefix, first, blank)
}

fn prefixed(
    text: &str,
    with: &str,
    first: Option<bool>,
    blank: Option<bool>,
) -> Result<Value, Error> {
    let lines = text.matches('\n').count() + 1;
    bounds::text_of(text.len().saturating_add(lines.saturating_mul(with.len())))?;
    let line = |(at, line): (usize, &str)| {
        let skip = at == 0 && first != Some(true);
        let empty = line.is_empty() && blank != Some(true);
        if skip || empty {
            line.to_owned()
        } else {
            format!("{with}{line}")
        }
    };
    let lines = text.split('\n').enumerate().map(line);
    Ok(Value::from(lines.collect::<Vec<_>>().join("\n")))
}

fn batch(
    state: &State<'_, '_>,
    value: &Value,
    count: usize,
    fill: Option<Value>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    let fill = either(fill, &kwargs, "fill_with")?;
    kwargs.assert_all_used()?;
    let items = super::items(state, value)?;
    let count = bounded("batch", count)?;
    if count == 0 {
        return Err(fail("a batch holds at least one item"));
    }
    let filled = |batch: &[Value]| {
        let mut batch = batch.to_vec();
        if let Some(fill) = &fill {
            batch.resize(count, fill.clone());
        }
        Value::from(batch)
    };
    Ok(items.chunks(count).map(filled).collect())
}

fn slice(
    state: &State<'_, '_>,
    value: &Value,
    count: usize,
    fill: Option<Value>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    let fill = either(fill, &kwargs, "fill_with")?;
    kwargs.assert_all_used()?;
    let items = super::items(state, value)?;
    let count = bounded("slice", count)?;
    if count == 0 {
        return Err(fail("`slice` makes at least one group"));
    }
    let (least, longer) = (items.len() / count, items.len() % count);
    let mut rest = items.as_slice();
    let mut groups = Vec::with_capacity(count);
    for group in 0..count {
        let (taken, left) = rest.split_at(least + usize::from(group < longer));
        rest = left;
        let mut taken = taken.to_vec();
        if let Some(fill) = fill.as_ref().filter(|_| longer > 0 && group >= longer) {
            taken.push(fill.clone());
        }
        groups.push(Value::from(taken));
    }
    Ok(Value::from(groups))
}

fn tojson(value: &Value, indent: Option<Value>, kwargs: Kwargs) -> Result<Value, Error> {
    let indent = either(indent, &kwargs, "indent")?;
    kwargs.assert_all_used()?;
    if let Some(width) = indent.as_ref().and_then(Value::as_usize) {
        bounded("width", width)?;
    }
    // Jinja sorts the keys.
    let mut sorted = to_json(value);
    sorted.sort_all_objects();
    engine::tojson(&from_json(&sorted), indent, no_options())
}
