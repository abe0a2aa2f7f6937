//! `hash_behaviour: merge`: mappings laid over those that are there.

use std::sync::Arc;

use indexmap::IndexMap;
use minijinja::value::ValueKind;

use crate::modules::Failure;
use crate::vars::{Scope, Value, Var, VarMap};

/// The variables with every mapping laid over the one of its name; lists are replaced.
pub(super) fn into_scope(vars: VarMap, scope: &Arc<Scope>) -> Result<VarMap, Failure> {
    let new = scope.with(Arc::new(vars.clone()));
    let mut merged = VarMap::new();
    for (name, var) in vars {
        let below = scope.get(&name)?.filter(is_map);
        let merged_value = match below {
            Some(below) => new
                .get(&name)?
                .filter(is_map)
                .map(|above| merge(&below, &above)),
            None => None,
        };
        merged.insert(name, merged_value.map_or(var, Var::Data));
    }
    Ok(merged)
}

fn is_map(value: &Value) -> bool {
    value.kind() == ValueKind::Map
}

fn merge(below: &Value, above: &Value) -> Value {
    let mut merged: IndexMap<Value, Value> = pairs(below).collect();
    for (key, value) in pairs(above) {
        let value = match merged.get(&key) {
            Some(old) if is_map(old) && is_map(&value) => merge(old, &value),
            _ => value,
        };
        merged.insert(key, value);
    }
    Value::from_pairs(merged)
}

fn pairs(map: &Value) -> impl Iterator<Item = (Value, Value)> {
    let keys = map.try_iter().into_iter().flatten();
    keys.map(|key| (key.clone(), map.get_item(&key).unwrap_or_default()))
}
