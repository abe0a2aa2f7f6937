//! From what an expression came to, to the value a variable or an argument holds.

use std::fmt::Write as _;

use indexmap::IndexMap;
use minijinja::value::{Tuple, ValueKind};
use minijinja::{Error, ErrorKind};

use super::bounds::{self, Room};
use super::omit::is_omit;
use super::rewrite::frozen;
use crate::vars::Value;

/// Plain data: generators and tuples become lists, `omit` inside a container is dropped. None
/// when an undefined value is inside; an error when a lookup within failed.
pub(super) fn plain(value: Value) -> Result<Option<Value>, Error> {
    match rebuilt(&value, &mut Room::new()) {
        Change::Undefined => Ok(None),
        Change::Failed(broken) => valid(broken).map(Some),
        Change::No => Ok(Some(value)),
        Change::Yes(new) => Ok(Some(new)),
    }
}

/// The value, or the error it stands for.
pub(super) fn valid(value: Value) -> Result<Value, Error> {
    if value.kind() != ValueKind::Invalid {
        return Ok(value);
    }
    // Only iteration hands out the error within.
    let mut items = Value::from(vec![value]).try_iter()?.checked();
    items.next().unwrap_or(Ok(Value::UNDEFINED))
}

/// Writes a value into a text, as Python would.
pub(super) fn write(out: &mut String, value: &Value) -> std::fmt::Result {
    match value.as_str() {
        Some(text) => out.push_str(text),
        None if value.kind() == ValueKind::Number && !value.is_integer() => {
            let number = f64::try_from(value.clone()).map_err(|_| std::fmt::Error)?;
            write_float(out, number, value)?;
        }
        None => write!(out, "{value}")?,
    }
    Ok(())
}

/// Very large and very small numbers have an exponent of two digits at least.
fn write_float(out: &mut String, number: f64, value: &Value) -> std::fmt::Result {
    let size = number.abs();
    if !size.is_finite() || size == 0.0 || (1e-4..1e16).contains(&size) {
        return write!(out, "{value}");
    }
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    write!(out, "{digits}e{sign}{exponent:0>2}")
}

/// A value as Python's `repr` writes it.
pub(super) fn repr(value: &Value) -> String {
    // The engine writes the items of a list that way.
    let text = Value::from(vec![value.clone()]).to_string();
    text[1..text.len() - 1].to_owned()
}

/// A value as a text.
pub(super) fn text(value: &Value) -> String {
    let mut out = String::new();
    // Writing to a string never fails.
    let _ = write(&mut out, value);
    out
}

enum Change {
    No,
    Yes(Value),
    Undefined,
    Failed(Value),
}

fn rebuilt(value: &Value, room: &mut Room) -> Change {
    if !room.take(value) {
        return Change::Failed(Value::from(bounds::too_large()));
    }
    if let Some(plain) = frozen(value) {
        return match rebuilt(&plain, room) {
            Change::No => Change::Yes(plain),
            other => other,
        };
    }
    match value.kind() {
        ValueKind::Undefined => Change::Undefined,
        ValueKind::Invalid => Change::Failed(value.clone()),
        ValueKind::Iterable => list(value, true, room),
        ValueKind::Seq => {
            let is_tuple = value.downcast_object_ref::<Tuple>().is_some();
            list(value, is_tuple, room)
        }
        ValueKind::Map => map(value, room),
        ValueKind::Number if value.is_integer() && !fits(value) => Change::Failed(too_large(value)),
        _ => Change::No,
    }
}

/// Whether an integer is one that JSON, YAML and modules can hold.
fn fits(value: &Value) -> bool {
    i64::try_from(value.clone()).is_ok() || u64::try_from(value.clone()).is_ok()
}

fn too_large(value: &Value) -> Value {
    let message = format!("{value} is too large: integers have 64 bits here");
    Value::from(Error::new(ErrorKind::InvalidOperation, message))
}

fn list(value: &Value, mut changed: bool, room: &mut Room) -> Change {
    let Ok(items) = value.try_iter() else {
        return Change::No;
    };
    let mut new = Vec::new();
    for item in items {
        match rebuilt(&item, room) {
            stop @ (Change::Undefined | Change::Failed(_)) => return stop,
            _ if is_omit(&item) => changed = true,
            Change::No => new.push(item),
            Change::Yes(item) => {
                changed = true;
                new.push(item);
            }
        }
    }
    if changed {
        Change::Yes(Value::from(new))
    } else {
        Change::No
    }
}

/// Only the engine's own mappings are looked into: others render their entries when asked, and
/// must not all be asked (`hostvars`).
fn map(value: &Value, room: &mut Room) -> Change {
    let Some(entries) = value.downcast_object_ref::<IndexMap<Value, Value>>() else {
        return Change::No;
    };
    let mut changed = false;
    let mut new = IndexMap::new();
    for (key, item) in entries {
        match rebuilt(item, room) {
            stop @ (Change::Undefined | Change::Failed(_)) => return stop,
            _ if is_omit(item) => changed = true,
            Change::No => drop(new.insert(key.clone(), item.clone())),
            Change::Yes(item) => {
                changed = true;
                new.insert(key.clone(), item);
            }
        }
    }
    if changed {
        Change::Yes(Value::from_object(new))
    } else {
        Change::No
    }
}
