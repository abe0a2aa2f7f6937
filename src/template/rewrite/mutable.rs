//! Lists and mappings that change in place, for templates that build them with `append` and
//! `update`, as in `{% set _ = names.append(x) %}`.
//!
//! Values of the engine never change. Only in a template that calls such a method, what `{% set %}`
//! names is a list or mapping of this kind; outside of the template it is plain data again.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;
use minijinja::value::{Enumerator, Object, ObjectRepr, ValueKind, ValueOrKwargs, from_args};
use minijinja::{Error, ErrorKind, State};

use super::Edit;
use crate::template::filters::fail;
use crate::vars::Value;

/// The filter around what is set.
pub(super) const FILTER: &str = "__mutable__";

/// The most items a template may collect.
const MAX_ITEMS: usize = 1_000_000;

const METHODS: [&str; 11] = [
    "append",
    "extend",
    "insert",
    "remove",
    "pop",
    "popitem",
    "clear",
    "sort",
    "reverse",
    "update",
    "setdefault",
];

/// Whether a template calls a method that changes a list or mapping.
pub(super) fn mutates(text: &str) -> bool {
    METHODS.iter().any(|method| {
        text.match_indices(method).any(|(at, _)| {
            let after = text[at + method.len()..].trim_start();
            text[..at].trim_end().ends_with('.') && after.starts_with('(')
        })
    })
}

/// Wraps what `set name = …` sets.
pub(super) fn edits(text: &str, range: Range<usize>, edits: &mut Vec<Edit>) {
    let code = &text[range.clone()];
    let body = code.trim_start_matches(['-', '+', ' ', '\t', '\n']);
    let Some(rest) = body
        .strip_prefix("set")
        .filter(|rest| rest.starts_with(char::is_whitespace))
    else {
        return;
    };
    let Some(equals) = rest.find('=') else { return };
    let start = range.end - rest.len() + equals + 1;
    let end = range.start + code.trim_end_matches(['-', '+', ' ', '\t', '\n']).len();
    if start < end {
        edits.push(Edit::new(start..start, "(("));
        edits.push(Edit::new(end..end, format!(")|{FILTER})")));
    }
}

#[derive(Debug, Default)]
struct List(Mutex<Vec<Value>>);

#[derive(Debug, Default)]
struct Dict(Mutex<IndexMap<Value, Value>>);

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A list or mapping as one that changes in place; anything else as it is.
pub(super) fn mutable(value: &Value) -> Value {
    if value.downcast_object_ref::<List>().is_some()
        || value.downcast_object_ref::<Dict>().is_some()
    {
        return value.clone();
    }
    if let Some(entries) = value.downcast_object_ref::<IndexMap<Value, Value>>() {
        let entries = entries
            .iter()
            .map(|(key, item)| (key.clone(), mutable(item)));
        return Value::from_object(Dict(Mutex::new(entries.collect())));
    }
    if value.kind() == ValueKind::Seq
        && !value.is_tuple()
        && let Ok(items) = value.try_iter()
    {
        let items = items.map(|item| mutable(&item)).collect();
        return Value::from_object(List(Mutex::new(items)));
    }
    value.clone()
}

/// The plain list or mapping in place of one that changes; none when it is no such thing.
pub(in crate::template) fn frozen(value: &Value) -> Option<Value> {
    if let Some(list) = value.downcast_object_ref::<List>() {
        return Some(locked(&list.0).iter().map(plain).collect());
    }
    let dict = value.downcast_object_ref::<Dict>()?;
    let entries: IndexMap<Value, Value> = locked(&dict.0)
        .iter()
        .map(|(key, item)| (key.clone(), plain(item)))
        .collect();
    Some(Value::from_object(entries))
}

fn plain(value: &Value) -> Value {
    frozen(value).unwrap_or_else(|| value.clone())
}

/// A copy of its own, so that nothing ever holds itself.
fn copied(value: &Value) -> Value {
    mutable(&plain(value))
}

fn room(len: usize) -> Result<(), Error> {
    if len > MAX_ITEMS {
        return Err(fail(format!(
            "a template collects at most {MAX_ITEMS} items"
        )));
    }
    Ok(())
}

impl Object for List {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        locked(&self.0).get(key.as_usize()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(locked(&self.0).clone())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(locked(&self.0).len())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        self.change(method, args)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items: Value = locked(&self.0).iter().map(plain).collect();
        fmt::Display::fmt(&items, f)
    }
}

impl List {
    fn change(&self, method: &str, args: &[Value]) -> Result<Value, Error> {
        let none = Value::from(());
        match method {
            "append" => {
                let (item,): (&Value,) = from_args(args)?;
                let item = copied(item);
                let mut items = locked(&self.0);
                items.push(item);
                room(items.len()).map(|()| none)
            }
            "extend" => {
                let (more,): (&Value,) = from_args(args)?;
                let more: Vec<Value> = more.try_iter()?.map(|item| copied(&item)).collect();
                let mut items = locked(&self.0);
                items.extend(more);
                room(items.len()).map(|()| none)
            }
            "insert" => {
                let (at, item): (i64, &Value) = from_args(args)?;
                let item = copied(item);
                let mut items = locked(&self.0);
                let at = index(at, items.len()).unwrap_or(if at < 0 { 0 } else { items.len() });
                items.insert(at, item);
                room(items.len()).map(|()| none)
            }
            "clear" => {
                locked(&self.0).clear();
                Ok(none)
            }
            "reverse" => {
                locked(&self.0).reverse();
                Ok(none)
            }
            "sort" => {
                let () = from_args(args)?;
                locked(&self.0).sort();
                Ok(none)
            }
            _ => self.take(method, args),
        }
    }

    fn take(&self, method: &str, args: &[Value]) -> Result<Value, Error> {
        match method {
            "pop" => {
                let (at,): (Option<i64>,) = from_args(args)?;
                let mut items = locked(&self.0);
                let at = index(at.unwrap_or(-1), items.len());
                let at = at.ok_or_else(|| fail("`pop` finds no such item"))?;
                Ok(items.remove(at))
            }
            "remove" => {
                let (item,): (&Value,) = from_args(args)?;
                let mut items = locked(&self.0);
                let at = items.iter().position(|other| plain(other) == plain(item));
                let at = at.ok_or_else(|| fail("the list does not contain this item"))?;
                items.remove(at);
                Ok(Value::from(()))
            }
            _ => Err(ErrorKind::UnknownMethod.into()),
        }
    }
}

/// The place a number means, from the end when it is negative.
fn index(at: i64, len: usize) -> Option<usize> {
    let at = if at < 0 {
        len.checked_sub(usize::try_from(at.unsigned_abs()).ok()?)?
    } else {
        usize::try_from(at).ok()?
    };
    (at < len).then_some(at)
}

impl Object for Dict {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        locked(&self.0).get(key).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(locked(&self.0).keys().cloned().collect())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(locked(&self.0).len())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        self.change(method, args)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries: IndexMap<Value, Value> = locked(&self.0)
            .iter()
            .map(|(key, item)| (key.clone(), plain(item)))
            .collect();
        fmt::Display::fmt(&Value::from_object(entries), f)
    }
}

impl Dict {
    fn change(&self, method: &str, args: &[Value]) -> Result<Value, Error> {
        let none = Value::from(());
        match method {
            "update" => {
                let args: minijinja::value::Rest<ValueOrKwargs> = from_args::<(_,)>(args)?.0;
                let mut new = Vec::new();
                for more in args.into_values() {
                    new.extend(entries(&more)?);
                }
                let mut held = locked(&self.0);
                held.extend(new);
                room(held.len()).map(|()| none)
            }
            "setdefault" => {
                let (key, default): (&Value, Option<&Value>) = from_args(args)?;
                let default = copied(default.unwrap_or(&none));
                let mut held = locked(&self.0);
                let value = held.entry(key.clone()).or_insert(default).clone();
                room(held.len()).map(|()| value)
            }
            "pop" => {
                let (key, default): (&Value, Option<Value>) = from_args(args)?;
                let found = locked(&self.0).shift_remove(key).or(default);
                found.ok_or_else(|| fail(format!("the mapping has no `{key}`")))
            }
            "popitem" => {
                let (key, value) = locked(&self.0)
                    .pop()
                    .ok_or_else(|| fail("the mapping is empty"))?;
                Ok(Value::from(vec![key, value]))
            }
            "clear" => {
                locked(&self.0).clear();
                Ok(none)
            }
            _ => Err(ErrorKind::UnknownMethod.into()),
        }
    }
}

/// The entries of a mapping, or of a list of pairs.
fn entries(value: &Value) -> Result<Vec<(Value, Value)>, Error> {
    let mut found = Vec::new();
    for key in value.try_iter()? {
        if value.kind() == ValueKind::Map {
            let item = value.get_item(&key)?;
            found.push((key, copied(&item)));
        } else {
            found.push((
                key.get_item_by_index(0)?,
                copied(&key.get_item_by_index(1)?),
            ));
        }
    }
    Ok(found)
}
