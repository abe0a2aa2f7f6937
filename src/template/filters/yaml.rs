//! YAML within templates.

use std::borrow::Cow;

use minijinja::value::Kwargs;
use minijinja::{Error, State};

use super::yaml_writer::{Layout, written};
use super::{defined, either, fail};
use crate::diag::SourceFile;
use crate::template::bounds::writable;
use crate::template::table::{Entry, filters};
use crate::vars::{Value, from_json};
use crate::yaml::{Kind, Node, Scalar, read_all};

pub(super) static TABLE: &[Entry] = filters! {
    "from_yaml": from_yaml, "the value a YAML text holds";
    "from_yaml_all": from_yaml_all, "the values of every document of a YAML text";
    "to_nice_yaml": to_nice_yaml, "a value as YAML, one entry a line, keys sorted";
    "to_yaml": to_yaml, "a value as YAML, keys sorted";
};

fn to_yaml(state: &State<'_, '_>, value: &Value, kwargs: Kwargs) -> Result<String, Error> {
    let layout = Layout {
        indent: 2,
        width: 80,
        flow: None,
        sorted: true,
    };
    in_layout(state, value, None, layout, &kwargs)
}

fn to_nice_yaml(
    state: &State<'_, '_>,
    value: &Value,
    indent: Option<usize>,
    kwargs: Kwargs,
) -> Result<String, Error> {
    let layout = Layout {
        indent: 4,
        width: 80,
        flow: Some(false),
        sorted: true,
    };
    in_layout(state, value, indent, layout, &kwargs)
}

fn in_layout(
    state: &State<'_, '_>,
    value: &Value,
    indent: Option<usize>,
    mut layout: Layout,
    kwargs: &Kwargs,
) -> Result<String, Error> {
    defined(state, value)?;
    writable(value)?;
    if let Some(indent) = either(indent, kwargs, "indent")? {
        // As Python's library: what is no sensible indentation is two.
        layout.indent = if (2..10).contains(&indent) { indent } else { 2 };
    }
    if let Some(width) = kwargs.get::<Option<f64>>("width")? {
        layout.width = bounded_width(width, layout.indent);
    }
    if let Some(sorted) = kwargs.get::<Option<bool>>("sort_keys")? {
        layout.sorted = sorted;
    }
    if let Some(flow) = kwargs.get::<Option<bool>>("default_flow_style")? {
        layout.flow = Some(flow);
    }
    let start = kwargs
        .get::<Option<bool>>("explicit_start")?
        .unwrap_or(false);
    let end = kwargs.get::<Option<bool>>("explicit_end")?.unwrap_or(false);
    // Texts are always written in Unicode; what is vaulted is always written decrypted.
    for ignored in ["allow_unicode", "dump_vault_tags"] {
        kwargs.get::<Option<Value>>(ignored)?;
    }
    kwargs.assert_all_used()?;
    let text = written(value, layout)?;
    let (start, end) = (
        if start { "---\n" } else { "" },
        if end { "...\n" } else { "" },
    );
    Ok(format!("{start}{text}{end}"))
}

/// A width of use; `inf` is one, too.
fn bounded_width(width: f64, indent: usize) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped just before"
    )]
    let width = width.clamp(0.0, 1e9) as usize;
    if width > indent * 2 { width } else { 80 }
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
