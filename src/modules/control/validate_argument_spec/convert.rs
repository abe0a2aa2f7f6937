//! The types of arguments, and what can be taken for each.

use serde_json::{Map, Value as Json};

/// Every type a specification may name.
pub(crate) const TYPES: [&str; 12] = [
    "str", "list", "dict", "bool", "int", "float", "path", "raw", "json", "jsonarg", "bytes",
    "bits",
];

/// The value as that type, or why it cannot be one.
pub(super) fn convert(value: &Json, wanted: &str) -> Result<Json, String> {
    match wanted {
        "list" => list(value),
        "dict" => dict(value),
        "bool" => boolean(value),
        "int" => number(value, "int", |text| {
            text.trim().parse::<i64>().ok().map(Json::from)
        }),
        "float" => number(value, "float", |text| {
            text.trim().parse::<f64>().ok().map(Json::from)
        }),
        "bytes" | "bits" => size(value, wanted),
        _ => Ok(value.clone()),
    }
}

/// A value's type, as it is called in messages.
pub(super) fn type_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "NoneType",
        Json::Bool(_) => "bool",
        Json::Number(number) if number.is_f64() => "float",
        Json::Number(_) => "int",
        Json::String(_) => "str",
        Json::Array(_) => "list",
        Json::Object(_) => "dict",
    }
}

/// A value as Python shows it.
pub(super) fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        Json::Null => "None".to_owned(),
        other => crate::vars::from_json(other).to_string(),
    }
}

fn quoted(value: &Json) -> String {
    match value {
        Json::String(text) => format!("'{text}'"),
        other => shown(other),
    }
}

fn list(value: &Json) -> Result<Json, String> {
    match value {
        Json::Array(_) => Ok(value.clone()),
        Json::String(text) => Ok(text.split(',').map(Json::from).collect()),
        Json::Number(number) => Ok(Json::from(vec![number.to_string()])),
        other => Err(format!(
            "{} cannot be converted to a list",
            type_name(other)
        )),
    }
}

fn type_name(value: &Json) -> String {
    format!("<class '{}'>", type_of(value))
}

fn dict(value: &Json) -> Result<Json, String> {
    let text = match value {
        Json::Object(_) => return Ok(value.clone()),
        Json::String(text) => text.trim(),
        other => {
            return Err(format!(
                "{} cannot be converted to a dict",
                type_name(other)
            ));
        }
    };
    if text.starts_with('{')
        && let Ok(Json::Object(map)) = serde_json::from_str(text)
    {
        return Ok(Json::Object(map));
    }
    let mut map = Map::new();
    for pair in text
        .split([',', ' '])
        .map(str::trim)
        .filter(|p| !p.is_empty())
    {
        let Some((name, value)) = pair.split_once('=') else {
            return Err("dictionary requested, could not parse JSON or key=value".to_owned());
        };
        map.insert(name.to_owned(), value.into());
    }
    Ok(Json::Object(map))
}

fn boolean(value: &Json) -> Result<Json, String> {
    let text = match value {
        Json::Bool(_) => return Ok(value.clone()),
        Json::String(_) | Json::Number(_) => shown(value).to_lowercase(),
        other => {
            return Err(format!(
                "{} cannot be converted to a bool",
                type_name(other)
            ));
        }
    };
    match text.trim() {
        "y" | "yes" | "on" | "1" | "true" | "t" | "1.0" => Ok(true.into()),
        "n" | "no" | "off" | "0" | "false" | "f" | "0.0" => Ok(false.into()),
        _ => Err(format!(
            "The value '{}' is not a valid boolean.",
            shown(value)
        )),
    }
}

fn number(value: &Json, wanted: &str, parse: fn(&str) -> Option<Json>) -> Result<Json, String> {
    let parsed = match value {
        Json::Number(number) if wanted == "float" => number.as_f64().map(Json::from),
        Json::Number(number) if number.is_f64() => {
            number.as_f64().filter(|n| n.fract() == 0.0).and_then(whole)
        }
        Json::Number(_) => Some(value.clone()),
        Json::String(text) => parse(text),
        Json::Bool(flag) if wanted == "int" => Some(Json::from(i64::from(*flag))),
        _ => None,
    };
    parsed.ok_or_else(|| {
        format!(
            "\"{}\" cannot be converted to {} {wanted}",
            quoted(value),
            article(wanted)
        )
    })
}

fn whole(number: f64) -> Option<Json> {
    format!("{number:.0}").parse::<i64>().ok().map(Json::from)
}

fn article(word: &str) -> &'static str {
    if word.starts_with('i') { "an" } else { "a" }
}

/// `10M`: a number with a unit.
fn size(value: &Json, wanted: &str) -> Result<Json, String> {
    let text = shown(value);
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text[digits.len()..].to_ascii_uppercase();
    let power = ["", "K", "M", "G", "T", "P", "E", "Z", "Y"];
    let unit = unit.trim_end_matches('B');
    let known = power.contains(&unit);
    match digits.trim().parse::<f64>() {
        Ok(_) if known => Ok(value.clone()),
        _ => Err(format!(
            "{} cannot be converted to a {} value",
            type_name(value),
            if wanted == "bits" { "Bit" } else { "Byte" }
        )),
    }
}
