//! Filters between mappings and lists.

use indexmap::IndexMap;
use minijinja::value::{Kwargs, Rest, ValueKind, ValueOrKwargs};
use minijinja::{Error, State};

use super::{defined, either, fail, items};
use crate::template::table::{Entry, filters};
use crate::vars::Value;

pub(super) static TABLE: &[Entry] = filters! {
    "dict2items": dict2items, "the entries of a mapping as a list of mappings with key and value";
    "extract": extract, "the value a container has under this key, and further keys";
    "items2dict": items2dict, "a mapping out of a list of mappings with key and value";
    "rekey_on_member": rekey, "a mapping of mappings (or list) by a member of each";
    "subelements": subelements, "every item paired with each element of one of its lists";
};

fn dict2items(
    state: &State<'_, '_>,
    value: &Value,
    key_name: Option<&str>,
    value_name: Option<&str>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    let key_name = either(key_name, &kwargs, "key_name")?.unwrap_or("key");
    let value_name = either(value_name, &kwargs, "value_name")?.unwrap_or("value");
    kwargs.assert_all_used()?;
    let entry = |(key, value)| Value::from_pairs([(key_name, key), (value_name, value)]);
    Ok(pairs(state, value, "dict2items")?
        .into_iter()
        .map(entry)
        .collect())
}

fn items2dict(
    state: &State<'_, '_>,
    value: &Value,
    key_name: Option<&str>,
    value_name: Option<&str>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    let key_name = either(key_name, &kwargs, "key_name")?.unwrap_or("key");
    let value_name = either(value_name, &kwargs, "value_name")?.unwrap_or("value");
    kwargs.assert_all_used()?;
    let mut dict = IndexMap::new();
    for item in items(state, value)? {
        let part = |name: &str| {
            let part = item.get_attr(name).ok().filter(|part| !part.is_undefined());
            part.ok_or_else(|| fail(format!("every item needs a `{name}` for `items2dict`")))
        };
        dict.insert(part(key_name)?, part(value_name)?);
    }
    Ok(Value::from_object(dict))
}

/// The entries of a mapping.
pub(in crate::template) fn pairs(
    state: &State<'_, '_>,
    value: &Value,
    filter: &str,
) -> Result<Vec<(Value, Value)>, Error> {
    defined(state, value)?;
    if value.kind() != ValueKind::Map {
        let kind = value.kind();
        return Err(fail(format!("`{filter}` needs a mapping, found {kind}")));
    }
    pairs_of(value)
}

/// The entries of what is known to be a mapping.
pub(in crate::template) fn pairs_of(value: &Value) -> Result<Vec<(Value, Value)>, Error> {
    let mut pairs = Vec::new();
    for key in value.try_iter()?.checked() {
        let key = key?;
        let item = value.get_item(&key)?;
        pairs.push((key, item));
    }
    Ok(pairs)
}

fn extract(
    state: &State<'_, '_>,
    key: &Value,
    container: &Value,
    more: Option<Value>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    let more = either(more, &kwargs, "morekeys")?;
    kwargs.assert_all_used()?;
    defined(state, key)?;
    defined(state, container)?;
    let more = match more {
        None => Vec::new(),
        Some(one) if matches!(one.kind(), ValueKind::Seq | ValueKind::Iterable) => {
            items(state, &one)?
        }
        Some(one) => vec![one],
    };
    let mut value = container.get_item(key)?;
    for key in more {
        if value.is_undefined() {
            break;
        }
        value = value.get_item(&key)?;
    }
    Ok(value)
}

fn rekey(
    state: &State<'_, '_>,
    value: &Value,
    member: &str,
    duplicates: Option<&str>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    let duplicates = either(duplicates, &kwargs, "duplicates")?.unwrap_or("error");
    kwargs.assert_all_used()?;
    let values = match value.kind() {
        ValueKind::Map => pairs(state, value, "rekey_on_member")?
            .into_iter()
            .map(|(_, value)| value)
            .collect(),
        _ => items(state, value)?,
    };
    let mut dict = IndexMap::new();
    for value in values {
        let key = value.get_attr(member)?;
        if key.is_undefined() {
            return Err(fail(format!("every item needs a `{member}`")));
        }
        if dict.insert(key.clone(), value).is_some() && duplicates != "overwrite" {
            return Err(fail(format!("two items have the same `{member}`: {key}")));
        }
    }
    Ok(Value::from_object(dict))
}

fn subelements(
    state: &State<'_, '_>,
    value: &Value,
    path: &Value,
    args: Rest<ValueOrKwargs>,
) -> Result<Value, Error> {
    let args = args.into_values();
    let (skip, options) = minijinja::value::from_args::<(Option<bool>, Kwargs)>(&args)?;
    let skip = either(skip, &options, "skip_missing")?.unwrap_or(false);
    options.assert_all_used()?;
    let owners = match value.kind() {
        ValueKind::Map => pairs(state, value, "subelements")?
            .into_iter()
            .map(|(_, value)| value)
            .collect(),
        _ => items(state, value)?,
    };
    subelements_of(state, owners, path, skip)
}

/// Every owner paired with each element of the list at a path in it.
pub(in crate::template) fn subelements_of(
    state: &State<'_, '_>,
    owners: Vec<Value>,
    path: &Value,
    skip: bool,
) -> Result<Value, Error> {
    let path: Vec<String> = match path.as_str() {
        Some(path) => path.split('.').map(str::to_owned).collect(),
        None => items(state, path)?
            .iter()
            .map(ToString::to_string)
            .collect(),
    };
    let mut result = Vec::new();
    for owner in owners {
        let mut list = owner.clone();
        for key in &path {
            list = list.get_attr(key).unwrap_or(Value::UNDEFINED);
        }
        if list.is_undefined() && skip {
            continue;
        }
        if list.is_undefined() {
            return Err(fail(format!("an item has no `{}`", path.join("."))));
        }
        for element in items(state, &list)? {
            result.push(Value::from(vec![owner.clone(), element]));
        }
    }
    Ok(Value::from(result))
}
