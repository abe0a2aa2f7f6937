//! Rules for arguments together: which exclude, need or replace each other.

use serde_json::{Map, Value as Json};

use super::convert::shown;

/// Arguments that exclude each other.
pub(super) fn exclusive(rules: &Json, given: &Map<String, Json>) -> Vec<String> {
    let broken = groups(rules.get("mutually_exclusive"))
        .filter(|group| count(group, given) > 1)
        .map(|group| group.join("|"));
    let broken: Vec<String> = broken.collect();
    one(&broken, "parameters are mutually exclusive: ", ", ")
}

/// What must be there because of what else is, or is not.
pub(super) fn needed(rules: &Json, given: &Map<String, Json>) -> Vec<String> {
    let mut errors = Vec::new();
    for group in groups(rules.get("required_together")) {
        let count = count(&group, given);
        if count > 0 && count < group.len() {
            errors.push(format!(
                "parameters are required together: {}",
                group.join(", ")
            ));
        }
    }
    for group in groups(rules.get("required_one_of")) {
        if count(&group, given) == 0 {
            let names = group.join(", ");
            errors.push(format!("one of the following is required: {names}"));
        }
    }
    for rule in list(rules.get("required_if")) {
        errors.extend(required_if(rule, given));
    }
    for (name, needed) in rules
        .get("required_by")
        .and_then(Json::as_object)
        .into_iter()
        .flatten()
    {
        if !is_given(given, name) {
            continue;
        }
        let needed = match needed {
            Json::String(one) => vec![one.clone()],
            other => texts(other),
        };
        let missing: Vec<String> = needed.into_iter().filter(|n| !is_given(given, n)).collect();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            errors.push(format!(
                "missing parameter(s) required by '{name}': {missing}"
            ));
        }
    }
    errors
}

/// `[name, value, [needed, …], any_of]`.
fn required_if(rule: &Json, given: &Map<String, Json>) -> Option<String> {
    let rule = rule.as_array()?;
    let name = rule.first()?.as_str()?;
    let (value, needed) = (rule.get(1)?, texts(rule.get(2)?));
    if given.get(name)? != value {
        return None;
    }
    let any = rule.get(3).is_some_and(|any| any == &Json::Bool(true));
    let missing: Vec<&String> = needed.iter().filter(|n| !is_given(given, n)).collect();
    let broken = if any {
        missing.len() == needed.len()
    } else {
        !missing.is_empty()
    };
    let of = if any { "any" } else { "all" };
    let names: Vec<&str> = missing.iter().map(|name| name.as_str()).collect();
    broken.then(|| {
        let (value, names) = (shown(value), names.join(", "));
        format!("{name} is {value} but {of} of the following are missing: {names}")
    })
}

fn one(broken: &[String], before: &str, between: &str) -> Vec<String> {
    if broken.is_empty() {
        return Vec::new();
    }
    vec![format!("{before}{}", broken.join(between))]
}

fn is_given(given: &Map<String, Json>, name: &str) -> bool {
    given.get(name).is_some_and(|value| !value.is_null())
}

fn count(group: &[String], given: &Map<String, Json>) -> usize {
    group
        .iter()
        .filter(|name| given.contains_key(*name))
        .count()
}

fn list(value: Option<&Json>) -> impl Iterator<Item = &Json> {
    value.and_then(Json::as_array).into_iter().flatten()
}

fn texts(value: &Json) -> Vec<String> {
    let items = list(Some(value));
    items.filter_map(Json::as_str).map(str::to_owned).collect()
}

/// A list of lists of names; a plain list of names is one group.
fn groups(value: Option<&Json>) -> impl Iterator<Item = Vec<String>> {
    let flat = value.map(texts).unwrap_or_default();
    let nested: Vec<Vec<String>> = list(value).filter(|v| v.is_array()).map(texts).collect();
    let flat = (!flat.is_empty()).then_some(flat);
    flat.into_iter().chain(nested)
}
