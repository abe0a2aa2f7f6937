//! YAML within templates.

use std::borrow::Cow;

use minijinja::value::Kwargs;
use minijinja::{Error, State};

use super::{defined, either, fail};
use crate::diag::SourceFile;
use crate::template::table::{Entry, filters};
use crate::vars::{Value, from_json, to_json};
use crate::yaml::{Kind, Node, Scalar, read_all};

pub(super) static TABLE: &[Entry] = filters! {
    "from_yaml": from_yaml, "the value a YAML text holds";
    "from_yaml_all": from_yaml_all, "the values of every document of a YAML text";
    "to_nice_yaml": to_nice_yaml, "a value as YAML, one entry a line, keys sorted";
    "to_yaml": to_yaml, "a value as YAML, keys sorted";
};

fn to_yaml(state: &State<'_, '_>, value: &Value, kwargs: Kwargs) -> Result<String, Error> {
    written(state, value, None, &kwargs)
}

fn to_nice_yaml(
    state: &State<'_, '_>,
    value: &Value,
    indent: Option<usize>,
    kwargs: Kwargs,
) -> Result<String, Error> {
    let indent = either(indent, &kwargs, "indent")?.unwrap_or(4);
    written(state, value, Some(indent.clamp(1, 20)), &kwargs)
}

fn written(
    state: &State<'_, '_>,
    value: &Value,
    indent: Option<usize>,
    kwargs: &Kwargs,
) -> Result<String, Error> {
    defined(state, value)?;
    let sorted = kwargs.get::<Option<bool>>("sort_keys")?.unwrap_or(true);
    // They only say how wide PyYAML writes; ours is one entry a line at any width.
    for ignored in [
        "width",
        "default_flow_style",
        "allow_unicode",
        "explicit_start",
    ] {
        kwargs.get::<Option<Value>>(ignored)?;
    }
    kwargs.assert_all_used()?;
    let mut json = to_json(value);
    if sorted {
        json.sort_all_objects();
    }
    let text = serde_yaml::to_string(&json)
        .map_err(|error| fail(format!("failed to write YAML: {error}")))?;
    Ok(match indent {
        Some(indent) => indented(&text, indent),
        None => text,
    })
}

/// Widens the writer's indentation of two. Lines of block texts keep what is beyond it.
fn indented(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let body = line.trim_start_matches(' ');
        let spaces = line.len() - body.len();
        out.push_str(&" ".repeat(spaces / 2 * width + spaces % 2));
        out.push_str(body);
    }
    out
}

fn from_yaml(state: &State<'_, '_>, value: &Value) -> Result<Value, Error> {
    defined(state, value)?;
    if value.as_str().is_none() {
        return Ok(value.clone());
    }
    let mut documents = documents(&value.to_string())?;
    match documents.len() {
        0 => Ok(Value::from(())),
        1 => Ok(documents.remove(0)),
        count => Err(fail(format!(
            "the text holds {count} YAML documents; use `from_yaml_all`"
        ))),
    }
}

fn from_yaml_all(text: Cow<'_, str>) -> Result<Value, Error> {
    documents(&text).map(Value::from)
}

/// The documents of a text as data: templates in it stay as they are.
pub(in crate::template) fn documents(text: &str) -> Result<Vec<Value>, Error> {
    let source = SourceFile::inline("<template>", text);
    let nodes = read_all(&source).map_err(|found| fail(format!("not YAML: {found}")))?;
    Ok(nodes.iter().map(data).collect())
}

fn data(node: &Node) -> Value {
    match node.kind() {
        Kind::Scalar { .. } => match node.scalar() {
            Some(Scalar::Bool(bool)) => Value::from(bool),
            Some(Scalar::Int(int)) => Value::from(int),
            Some(Scalar::Float(float)) => Value::from(float),
            Some(Scalar::Str(text)) => Value::from(text),
            Some(Scalar::Null) | None => from_json(&serde_json::Value::Null),
        },
        Kind::Seq(items) => items.iter().map(data).collect(),
        Kind::Map(entries) => {
            Value::from_pairs(entries.iter().map(|(key, value)| (data(key), data(value))))
        }
    }
}
