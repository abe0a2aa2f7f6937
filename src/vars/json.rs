//! Between JSON, in which modules and events speak, and the values templates see.

use minijinja::value::ValueKind;
use serde_json::Value as Json;

use super::Value;

/// The value of a JSON document. Texts in it are data: they are never rendered.
#[must_use]
pub fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(bool) => Value::from(*bool),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(int), _) => Value::from(int),
            (None, Some(int)) => Value::from(int),
            (None, None) => Value::from(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::from(items.iter().map(from_json).collect::<Vec<_>>()),
        Json::Object(map) => from_map(map),
    }
}

/// The value of a JSON object.
#[must_use]
pub fn from_map(map: &serde_json::Map<String, Json>) -> Value {
    Value::from_pairs(
        map.iter()
            .map(|(key, value)| (key.as_str(), from_json(value))),
    )
}

/// A value as JSON; what JSON cannot hold (an undefined value, a NaN) becomes null or text.
#[must_use]
pub fn to_json(value: &Value) -> Json {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => Json::Null,
        _ => serde_json::to_value(value).unwrap_or_else(|_| Json::String(value.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_survives_the_way_there_and_back() {
        let json = json!({"a": [1, -2, 1.5, true, null, "{{ x }}"], "b": {"c": 18_446_744_073_709_551_615_u64}});
        assert_eq!(to_json(&from_json(&json)), json);
    }
}
