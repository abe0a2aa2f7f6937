//! Inventories as files: YAML with sorted keys, and TOML.

use serde_yaml::Value as Yaml;
use serde_yaml::value::{Tag, TaggedValue};

use super::Item;

/// The document in YAML.
pub(super) fn text(item: &Item) -> String {
    serde_yaml::to_string(&yaml(item)).unwrap_or_default()
}

fn yaml(item: &Item) -> Yaml {
    match item {
        Item::Null => Yaml::Null,
        Item::Bool(yes) => Yaml::Bool(*yes),
        Item::Int(digits) => match (digits.parse::<i64>(), digits.parse::<u64>()) {
            (Ok(number), _) => Yaml::from(number),
            (_, Ok(number)) => Yaml::from(number),
            _ => Yaml::from(digits.as_str()),
        },
        Item::Float(number) => Yaml::from(*number),
        Item::Text(text) | Item::Time(text) | Item::Unsafe(text) => Yaml::from(text.as_str()),
        Item::Vault(text) => Yaml::Tagged(Box::new(TaggedValue {
            tag: Tag::new("vault"),
            value: Yaml::from(text.as_str()),
        })),
        Item::List(items) => Yaml::Sequence(items.iter().map(yaml).collect()),
        Item::Map(entries) => {
            let entries = Item::sorted(entries).into_iter();
            let entries = entries.map(|(key, item)| (Yaml::from(key.as_str()), yaml(item)));
            Yaml::Mapping(entries.collect())
        }
    }
}

/// The document in TOML, where groups stand side by side and nothing is left out.
pub(super) fn toml(item: &Item) -> String {
    let mut top = toml::Table::new();
    match item {
        Item::Map(entries) if entries.contains_key("all") => {
            for (name, body) in entries {
                flatten(name, body, &mut top);
            }
        }
        Item::Map(entries) => top = table(entries.iter()),
        _ => {}
    }
    toml::to_string_pretty(&top).unwrap_or_default()
}

/// A group beside the others: its children are named, and stand on their own.
fn flatten(name: &str, body: &Item, into: &mut toml::Table) {
    let Item::Map(parts) = body else { return };
    if parts.is_empty() && into.contains_key(name) {
        return;
    }
    let mut group = toml::Table::new();
    for (part, content) in parts {
        match content {
            Item::Map(children) if part == "children" => {
                let names = children
                    .keys()
                    .map(|child| toml::Value::from(child.as_str()));
                group.insert(part.clone(), toml::Value::Array(names.collect()));
                for (child, body) in children {
                    flatten(child, body, into);
                }
            }
            other => group.extend(value(other).map(|value| (part.clone(), value))),
        }
    }
    into.insert(name.to_owned(), toml::Value::Table(group));
}

fn table<'a>(entries: impl Iterator<Item = (&'a String, &'a Item)>) -> toml::Table {
    let entries = entries.filter_map(|(key, item)| Some((key.clone(), value(item)?)));
    entries.collect()
}

/// A value; nothing cannot be written.
fn value(item: &Item) -> Option<toml::Value> {
    Some(match item {
        Item::Null => return None,
        Item::Bool(yes) => toml::Value::Boolean(*yes),
        Item::Int(digits) => digits
            .parse::<i64>()
            .map_or_else(|_| toml::Value::from(digits.as_str()), toml::Value::Integer),
        Item::Float(number) => toml::Value::Float(*number),
        Item::Text(text) | Item::Time(text) | Item::Unsafe(text) | Item::Vault(text) => {
            toml::Value::from(text.as_str())
        }
        Item::List(items) => toml::Value::Array(items.iter().filter_map(value).collect()),
        Item::Map(entries) => toml::Value::Table(table(entries.iter())),
    })
}
