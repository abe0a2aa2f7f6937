//! From what an expression came to, to the value a variable or an argument holds.

use indexmap::IndexMap;
use minijinja::Error;
use minijinja::value::{Tuple, ValueKind};

use super::omit::is_omit;
use crate::vars::Value;

/// Plain data: generators and tuples become lists, `omit` inside a container is dropped. None
/// when an undefined value is inside; an error when a lookup within failed.
pub(super) fn plain(value: Value) -> Result<Option<Value>, Error> {
    match rebuilt(&value) {
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

enum Change {
    No,
    Yes(Value),
    Undefined,
    Failed(Value),
}

fn rebuilt(value: &Value) -> Change {
    match value.kind() {
        ValueKind::Undefined => Change::Undefined,
        ValueKind::Invalid => Change::Failed(value.clone()),
        ValueKind::Iterable => list(value, true),
        ValueKind::Seq => list(value, value.downcast_object_ref::<Tuple>().is_some()),
        ValueKind::Map => map(value),
        _ => Change::No,
    }
}

fn list(value: &Value, mut changed: bool) -> Change {
    let Ok(items) = value.try_iter() else {
        return Change::No;
    };
    let mut new = Vec::new();
    for item in items {
        match rebuilt(&item) {
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
fn map(value: &Value) -> Change {
    let Some(entries) = value.downcast_object_ref::<IndexMap<Value, Value>>() else {
        return Change::No;
    };
    let mut changed = false;
    let mut new = IndexMap::new();
    for (key, item) in entries {
        match rebuilt(item) {
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
