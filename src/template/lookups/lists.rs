//! Lookups that turn lists and mappings into other lists.

use minijinja::Error;
use minijinja::value::ValueKind;

use super::{Call, Lookup, lookups};
use crate::template::bounds;
use crate::template::filters::{cartesian, fail, pairs, printf, subelements_of};
use crate::vars::Value;

pub(super) static TABLE: &[Lookup] = lookups! {
    "cartesian": nested, "every combination of the items of several lists";
    "dict": dict, "the entries of mappings, each with key and value";
    "flattened": flattened, "the items of lists within lists";
    "indexed_items": indexed_items, "the items, each with its number";
    "items": items, "the items, lists among them taken apart once";
    "list": list, "the terms as they are";
    "nested": nested, "every combination of the items of several lists";
    "sequence": sequence, "numbers in a row, perhaps in a format";
    "subelements": subelements, "every item paired with each element of one of its lists";
    "together": together, "the items of several lists, side by side";
};

fn is_list(value: &Value) -> bool {
    matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable)
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all lookups")]
fn list(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    Ok(call.terms.clone())
}

fn items(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    for term in &call.terms {
        if is_list(term) {
            found.extend(term.try_iter()?);
        } else {
            found.push(term.clone());
        }
    }
    Ok(found)
}

fn flattened(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    let mut open = call.terms.clone();
    open.reverse();
    while let Some(value) = open.pop() {
        if is_list(&value) {
            let mut inner: Vec<Value> = value.try_iter()?.collect();
            inner.reverse();
            open.append(&mut inner);
        } else {
            found.push(value);
        }
    }
    Ok(found)
}

fn indexed_items(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let indexed = |(at, item)| Value::from(vec![Value::from(at), item]);
    Ok(items(call)?.into_iter().enumerate().map(indexed).collect())
}

fn dict(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    for term in &call.terms {
        let entries = pairs(call.state, term, "dict")?;
        let entry = |(key, value)| Value::from_pairs([("key", key), ("value", value)]);
        found.extend(entries.into_iter().map(entry));
    }
    Ok(found)
}

fn nested(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    if call.terms.is_empty() {
        return Err(fail("`nested` needs at least one list"));
    }
    let combinations = cartesian(&columns(call)?)?;
    combinations.iter().map(flat_row).collect()
}

/// A combination; lists among its items are taken apart.
fn flat_row(combination: &Value) -> Result<Value, Error> {
    let mut row = Vec::new();
    for item in combination.try_iter()? {
        if is_list(&item) {
            row.extend(item.try_iter()?);
        } else {
            row.push(item);
        }
    }
    Ok(Value::from(row))
}

/// Each term as a list; what is none counts as a list of one.
fn columns(call: &Call<'_, '_>) -> Result<Vec<Vec<Value>>, Error> {
    let column = |term: &Value| {
        if is_list(term) {
            Ok(term.try_iter()?.collect())
        } else {
            Ok(vec![term.clone()])
        }
    };
    call.terms.iter().map(column).collect()
}

fn together(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    if call.terms.is_empty() {
        return Err(fail("`together` needs at least one list"));
    }
    let lists = columns(call)?;
    let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
    let none = Value::from(());
    let row = |at: usize| -> Value {
        let cells = lists
            .iter()
            .map(|cells| cells.get(at).unwrap_or(&none).clone());
        cells.collect()
    };
    Ok((0..longest).map(row).collect())
}

fn subelements(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let ([owners, path] | [owners, path, _]) = call.terms.as_slice() else {
        let message = "`subelements` needs a list and the name of a list in it";
        return Err(fail(message));
    };
    let skip = match call.terms.get(2) {
        Some(options) => options.get_attr("skip_missing")?.is_true(),
        None => call.flag("skip_missing", false)?,
    };
    let owners = match owners.kind() {
        ValueKind::Map => {
            let entries = pairs(call.state, owners, "subelements")?;
            entries.into_iter().map(|(_, owner)| owner).collect()
        }
        _ => crate::template::filters::items(call.state, owners)?,
    };
    let keys: Vec<String> = match path.as_str() {
        Some(path) => path.split('.').map(str::to_owned).collect(),
        None => path.try_iter()?.map(|key| key.to_string()).collect(),
    };
    let found = subelements_of(call.state, owners, path, skip)?;
    let pair = |pair: Value| {
        let owner = without(call, &pair.get_item_by_index(0)?, &keys)?;
        Ok(Value::from(vec![owner, pair.get_item_by_index(1)?]))
    };
    found.try_iter()?.map(pair).collect()
}

/// An item without the list its element is from: unlike the filter, the lookup leaves it out.
fn without(call: &Call<'_, '_>, owner: &Value, path: &[String]) -> Result<Value, Error> {
    let Some((first, rest)) = path.split_first() else {
        return Ok(owner.clone());
    };
    let mut left = Vec::new();
    for (key, value) in pairs(call.state, owner, "subelements")? {
        if key.as_str() != Some(first) {
            left.push((key, value));
        } else if !rest.is_empty() {
            left.push((key, without(call, &value, rest)?));
        }
    }
    Ok(Value::from_pairs(left))
}

/// What a sequence was asked for.
#[derive(Clone)]
struct Sequence {
    start: i64,
    end: Option<i64>,
    count: Option<i64>,
    stride: i64,
    format: Option<String>,
}

fn sequence(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let mut asked = Sequence {
        start: 1,
        end: None,
        count: None,
        stride: 1,
        format: None,
    };
    for name in ["start", "end", "count", "stride", "format"] {
        if let Some(value) = call.options.get::<Option<Value>>(name)? {
            asked.set(name, &value.to_string())?;
        }
    }
    let terms = call.texts()?;
    if terms.is_empty() {
        return asked.values();
    }
    let mut found = Vec::new();
    for term in terms {
        let mut asked = asked.clone();
        for word in term.split_whitespace() {
            match word.split_once('=') {
                Some((name, value)) => asked.set(name, value)?,
                None => asked.short(word)?,
            }
        }
        found.append(&mut asked.values()?);
    }
    Ok(found)
}

impl Sequence {
    fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        match name {
            "start" => self.start = number(value)?,
            "end" => self.end = Some(number(value)?),
            "count" => self.count = Some(number(value)?),
            "stride" => self.stride = number(value)?,
            "format" => self.format = Some(value.to_owned()),
            _ => return Err(fail(format!("`sequence` has no option `{name}`"))),
        }
        Ok(())
    }

    /// `start-end/stride:format`, all but the end optional.
    fn short(&mut self, word: &str) -> Result<(), Error> {
        let (word, format) = split(word, ':');
        self.format = format.map(str::to_owned);
        let (word, stride) = split(word, '/');
        if let Some(stride) = stride {
            self.stride = number(stride)?;
        }
        let (first, last) = split(word, '-');
        match last {
            Some(last) => {
                self.start = number(first)?;
                self.end = Some(number(last)?);
            }
            None => self.end = Some(number(first)?),
        }
        Ok(())
    }

    fn values(&self) -> Result<Vec<Value>, Error> {
        let refused = || fail("`sequence` needs an end or a count of at most 100000 numbers");
        let count = match (self.end, self.count) {
            (None, Some(count)) => count,
            (Some(_), Some(_)) => {
                return Err(fail("`sequence` takes either an end or a count, not both"));
            }
            (Some(_), None) if self.stride == 0 => 0,
            (Some(end), None) if (end > self.start && self.stride < 0) => {
                return Err(fail("`sequence` counts up with a positive `stride` only"));
            }
            (Some(end), None) if (end < self.start && self.stride > 0) => {
                return Err(fail("`sequence` counts down with a negative `stride` only"));
            }
            (Some(end), None) => {
                let width = end.checked_sub(self.start).ok_or_else(refused)?;
                let steps = width.checked_div(self.stride).ok_or_else(refused)?;
                steps.checked_add(1).ok_or_else(refused)?
            }
            (None, None) => return Err(refused()),
        };
        if count > 100_000 {
            return Err(refused());
        }
        let at = |index: i64| self.start.saturating_add(index.saturating_mul(self.stride));
        let mut bytes = 0;
        let number = |index: i64| {
            let number = self.written(at(index))?;
            bytes += number.as_str().map_or(0, str::len);
            bounds::text_of(bytes).map(|()| number)
        };
        (0..count).map(number).collect()
    }

    fn written(&self, number: i64) -> Result<Value, Error> {
        let Some(format) = &self.format else {
            return Ok(Value::from(number.to_string()));
        };
        printf(format, &Value::from(number))
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// A number, decimal, `0x…` or octal with a leading zero.
fn number(text: &str) -> Result<i64, Error> {
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| fail(format!("`{text}` is no number for `sequence`")))
}
