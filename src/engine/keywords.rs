//! The values of keywords, once there is a scope to render them in.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;

use crate::diag::Diagnostic;
use crate::modules::args::{ArgType, Argument};
use crate::template::is_omit;
use crate::vars::{Scope, Value};
use crate::yaml::Node;

/// A keyword's value, of any argument type; none when it is absent or null.
pub(super) fn value<T: ArgType>(
    keyword: &str,
    node: Option<&Node>,
    scope: &Arc<Scope>,
) -> Result<Option<T>, Diagnostic> {
    let Some(node) = node.filter(|node| !node.is_null()) else {
        return Ok(None);
    };
    let value = scope.templar().node(node, scope)?;
    if is_omit(&value) {
        return Ok(None);
    }
    let argument = Argument {
        value,
        node: Some(node.clone()),
    };
    T::decode(&argument)
        .map(Some)
        .map_err(|why| Diagnostic::error(format!("`{keyword}` {why}")).at(&node.span))
}

/// A boolean keyword; its default when it is absent.
pub(super) fn flag(
    keyword: &str,
    node: Option<&Node>,
    default: bool,
    scope: &Arc<Scope>,
) -> Result<bool, Diagnostic> {
    Ok(value(keyword, node, scope)?.unwrap_or(default))
}

/// A number of seconds, fractions allowed; zero and below mean none.
pub(super) fn seconds(
    keyword: &str,
    node: Option<&Node>,
    scope: &Arc<Scope>,
) -> Result<Option<Duration>, Diagnostic> {
    let seconds: Option<f64> = value(keyword, node, scope)?;
    Ok(seconds
        .filter(|s| *s > 0.0)
        .and_then(|s| Duration::try_from_secs_f64(s).ok()))
}

/// `environment`: every level's mappings merged in order, as pairs of texts.
pub(super) fn environment(
    levels: &[Node],
    scope: &Arc<Scope>,
) -> Result<Vec<(String, String)>, Diagnostic> {
    let mut merged: IndexMap<String, String> = IndexMap::new();
    for node in levels.iter().filter(|node| !node.is_null()) {
        let rendered = scope.templar().node(node, scope)?;
        if is_omit(&rendered) {
            continue;
        }
        let maps: Vec<Value> = match rendered.kind() {
            minijinja::value::ValueKind::Map => vec![rendered],
            _ => value::<Vec<Value>>("environment", Some(node), scope)?.unwrap_or_default(),
        };
        for map in maps {
            merge_environment(&mut merged, map, node)?;
        }
    }
    Ok(merged.into_iter().collect())
}

fn merge_environment(
    merged: &mut IndexMap<String, String>,
    map: Value,
    node: &Node,
) -> Result<(), Diagnostic> {
    let argument = Argument {
        value: map,
        node: Some(node.clone()),
    };
    let pairs = IndexMap::<String, Value>::decode(&argument)
        .map_err(|why| Diagnostic::error(format!("`environment` {why}")).at(&node.span))?;
    for (name, value) in pairs {
        if !is_name(&name) {
            let message = format!("`environment` has a name no shell can export: `{name}`");
            return Err(Diagnostic::error(message).at(&node.span));
        }
        merged.insert(name, value.to_string());
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}
