//! The walk over a specification: what is missing, of the wrong type, not among the choices.

use serde_json::{Map, Value as Json};

use super::convert::{convert, shown, type_of};
use super::rules;

/// How deep `options` may nest.
const DEEPEST: usize = 32;

/// Where in the arguments something stands: the names on the way.
#[derive(Clone, Default)]
struct Way(Vec<String>);

impl Way {
    fn found_in(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        format!(" found in {}", self.0.join(" -> "))
    }

    fn into(&self, name: &str) -> Self {
        let mut next = self.clone();
        next.0.push(name.to_owned());
        next
    }
}

/// What is wrong, and which names nothing is called.
#[derive(Default)]
struct Found {
    errors: Vec<String>,
    unknown: Vec<(String, Vec<String>)>,
}

/// Everything that is wrong with the arguments.
pub(super) fn validate(
    spec: &Map<String, Json>,
    rules: &Map<String, Json>,
    given: &Map<String, Json>,
) -> Vec<String> {
    let mut found = Found::default();
    let rules = Json::Object(rules.clone());
    level(spec, &rules, given, &Way::default(), &mut found);
    let Found {
        mut errors,
        unknown,
    } = found;
    for (name, known) in unknown {
        let known = known.join(", ");
        errors.push(format!("{name}. Supported parameters include: {known}."));
    }
    errors
}

fn level(
    spec: &Map<String, Json>,
    rules: &Json,
    given: &Map<String, Json>,
    way: &Way,
    found: &mut Found,
) {
    let mut given = canonical(spec, given);
    unknown(spec, &given, way, found);
    let told = |error: String| format!("{error}{}", way.found_in());
    found
        .errors
        .extend(rules::exclusive(rules, &given).into_iter().map(told));
    defaults(spec, &mut given);
    missing(spec, &given, way, found);
    for (name, option) in spec {
        typed(name, option, &mut given, way, found);
    }
    for (name, option) in spec {
        chosen(name, option, &given, way, found);
    }
    let told = |error: String| format!("{error}{}", way.found_in());
    found
        .errors
        .extend(rules::needed(rules, &given).into_iter().map(told));
    for (name, option) in spec {
        below(name, option, &given, way, found);
    }
}

fn text<'s>(option: &'s Json, key: &str) -> Option<&'s str> {
    option.get(key).and_then(Json::as_str)
}

/// Aliases under their names.
fn canonical(spec: &Map<String, Json>, given: &Map<String, Json>) -> Map<String, Json> {
    let name_of = |name: &String| {
        let is_alias = |option: &Json| {
            let aliases = option.get("aliases").and_then(Json::as_array);
            aliases.is_some_and(|aliases| aliases.iter().any(|alias| alias == name.as_str()))
        };
        let known = spec.iter().find(|(_, option)| is_alias(option));
        known.map_or_else(|| name.clone(), |(known, _)| known.clone())
    };
    let pairs = given.iter();
    pairs
        .map(|(name, value)| (name_of(name), value.clone()))
        .collect()
}

fn unknown(spec: &Map<String, Json>, given: &Map<String, Json>, way: &Way, found: &mut Found) {
    let mut names: Vec<String> = given
        .keys()
        .filter(|n| !spec.contains_key(*n))
        .cloned()
        .collect();
    if names.is_empty() {
        return;
    }
    names.sort_unstable();
    let names = names.iter().map(|name| way.into(name).0.join("."));
    let mut known: Vec<String> = spec.keys().cloned().collect();
    known.sort_unstable();
    found
        .unknown
        .push((names.collect::<Vec<_>>().join(", "), known));
}

fn defaults(spec: &Map<String, Json>, given: &mut Map<String, Json>) {
    for (name, option) in spec {
        if let Some(default) = option.get("default").filter(|d| !d.is_null())
            && !given.contains_key(name)
        {
            given.insert(name.clone(), default.clone());
        }
    }
}

fn is_required(option: &Json) -> bool {
    let required = option.get("required").unwrap_or(&Json::Null);
    convert(required, "bool").is_ok_and(|flag| flag == Json::Bool(true))
}

fn missing(spec: &Map<String, Json>, given: &Map<String, Json>, way: &Way, found: &mut Found) {
    let is_missing =
        |(name, option): &(&String, &Json)| is_required(option) && !given.contains_key(*name);
    let mut names: Vec<&str> = spec
        .iter()
        .filter(is_missing)
        .map(|(name, _)| name.as_str())
        .collect();
    if !names.is_empty() {
        names.sort_unstable();
        let (names, place) = (names.join(", "), way.found_in());
        found
            .errors
            .push(format!("missing required arguments: {names}{place}"));
    }
}

/// Replaces a value by what its type makes of it.
fn typed(name: &str, option: &Json, given: &mut Map<String, Json>, way: &Way, found: &mut Found) {
    let Some(value) = given.get(name).filter(|value| !value.is_null()) else {
        return;
    };
    let wanted = text(option, "type").unwrap_or("str");
    let converted = match convert(value, wanted) {
        Ok(converted) => converted,
        Err(why) => {
            let (is, place) = (type_of(value), way.found_in());
            found.errors.push(format!(
                "argument '{name}' is of type {is}{place} and we were unable to convert to {wanted}: {why}"
            ));
            return;
        }
    };
    let converted = match (text(option, "elements"), converted) {
        (Some(elements), Json::Array(items)) => Json::Array(
            items
                .into_iter()
                .map(|item| element(name, elements, item, way, found))
                .collect(),
        ),
        (_, converted) => converted,
    };
    given.insert(name.to_owned(), converted);
}

fn element(name: &str, wanted: &str, item: Json, way: &Way, found: &mut Found) -> Json {
    convert(&item, wanted).unwrap_or_else(|why| {
        let (is, place) = (type_of(&item), way.found_in());
        found.errors.push(format!(
            "Elements value for option '{name}'{place} is of type {is} and we were unable to convert to {wanted}: {why}"
        ));
        item
    })
}

fn chosen(name: &str, option: &Json, given: &Map<String, Json>, way: &Way, found: &mut Found) {
    let Some(choices) = option.get("choices").and_then(Json::as_array) else {
        return;
    };
    let Some(value) = given.get(name).filter(|value| !value.is_null()) else {
        return;
    };
    let fits = |value: &Json| {
        choices
            .iter()
            .any(|c| c == value || shown(c) == shown(value))
    };
    let all: Vec<String> = choices.iter().map(shown).collect();
    let (all, place) = (all.join(", "), way.found_in());
    if let Some(items) = value.as_array() {
        let strange: Vec<String> = items.iter().filter(|item| !fits(item)).map(shown).collect();
        if !strange.is_empty() {
            let strange = strange.join(", ");
            found.errors.push(format!(
                "value of {name} must be one or more of: {all}. Got no match for: {strange}{place}"
            ));
        }
    } else if !fits(value) {
        let got = shown(value);
        found.errors.push(format!(
            "value of {name} must be one of: {all}, got: {got}{place}"
        ));
    }
}

/// The arguments within an argument.
fn below(name: &str, option: &Json, given: &Map<String, Json>, way: &Way, found: &mut Found) {
    let options = option.get("options").and_then(Json::as_object);
    let (Some(options), Some(value)) = (options, given.get(name)) else {
        return;
    };
    if way.0.len() >= DEEPEST {
        found.errors.push(format!(
            "`options` are nested more than {DEEPEST} deep at {name}"
        ));
        return;
    }
    let way = way.into(name);
    for item in value.as_array().unwrap_or(&vec![value.clone()]) {
        if let Some(inner) = item.as_object() {
            level(options, option, inner, &way, found);
        }
    }
}
