//! `combine`: mappings laid over each other.

use indexmap::IndexMap;
use minijinja::value::{Kwargs, Rest, ValueKind, ValueOrKwargs};
use minijinja::{Error, State};

use super::dict::pairs;
use super::{fail, items};
use crate::template::table::{Entry, filters};
use crate::vars::Value;

pub(super) static TABLE: &[Entry] = filters! {
    "combine": combine, "mappings laid over each other; recursive and list_merge say how deep";
};

/// What becomes of two lists under the same key.
#[derive(Clone, Copy)]
enum Lists {
    Replace,
    Keep,
    Append,
    Prepend,
    AppendNew,
    PrependNew,
}

impl Lists {
    fn parse(name: &str) -> Result<Self, Error> {
        Ok(match name {
            "replace" => Self::Replace,
            "keep" => Self::Keep,
            "append" => Self::Append,
            "prepend" => Self::Prepend,
            "append_rp" => Self::AppendNew,
            "prepend_rp" => Self::PrependNew,
            _ => {
                let known = "replace, keep, append, prepend, append_rp or prepend_rp";
                return Err(fail(format!("unknown list_merge `{name}`; use {known}")));
            }
        })
    }

    fn merge(self, below: &Value, above: &Value) -> Value {
        let list = |value: &Value| value.try_iter().map(Vec::from_iter).unwrap_or_default();
        let (mut below, mut above) = (list(below), list(above));
        match self {
            Self::Replace => {}
            Self::Keep => above = below,
            Self::Append => {
                below.append(&mut above);
                above = below;
            }
            Self::Prepend => above.append(&mut below),
            Self::AppendNew => {
                below.retain(|item| !above.contains(item));
                below.append(&mut above);
                above = below;
            }
            Self::PrependNew => {
                below.retain(|item| !above.contains(item));
                above.append(&mut below);
            }
        }
        Value::from(above)
    }
}

fn combine(
    state: &State<'_, '_>,
    first: &Value,
    others: Rest<ValueOrKwargs>,
) -> Result<Value, Error> {
    let (options, others): (Vec<Value>, Vec<Value>) =
        others.into_values().into_iter().partition(Value::is_kwargs);
    let options = match options.into_iter().next() {
        Some(options) => Kwargs::try_from(options)?,
        None => std::iter::empty::<(String, Value)>().collect(),
    };
    let recursive = options.get::<Option<bool>>("recursive")?.unwrap_or(false);
    let lists = Lists::parse(
        options
            .get::<Option<&str>>("list_merge")?
            .unwrap_or("replace"),
    )?;
    options.assert_all_used()?;
    let mut all = Vec::new();
    for value in std::iter::once(first).chain(&others) {
        match value.kind() {
            // Lists of mappings are taken apart, as the `flatten` before would do.
            ValueKind::Seq | ValueKind::Iterable => all.extend(items(state, value)?),
            _ => all.push(value.clone()),
        }
    }
    let mut result = IndexMap::new();
    for value in all {
        merge(state, &mut result, &value, recursive, lists)?;
    }
    Ok(Value::from_object(result))
}

fn merge(
    state: &State<'_, '_>,
    below: &mut IndexMap<Value, Value>,
    above: &Value,
    recursive: bool,
    lists: Lists,
) -> Result<(), Error> {
    for (key, value) in pairs(state, above, "combine")? {
        let merged = match below.get(&key) {
            Some(old) if recursive && is_map(old) && is_map(&value) => {
                let mut inner = pairs(state, old, "combine")?.into_iter().collect();
                merge(state, &mut inner, &value, recursive, lists)?;
                Value::from_object(inner)
            }
            Some(old) if is_list(old) && is_list(&value) => lists.merge(old, &value),
            _ => value,
        };
        below.insert(key, merged);
    }
    Ok(())
}

fn is_map(value: &Value) -> bool {
    value.kind() == ValueKind::Map
}

fn is_list(value: &Value) -> bool {
    matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable)
}
