//! Conditions: bare expressions that must come to a boolean.

use std::sync::Arc;

use minijinja::value::ValueKind;

use super::{Templar, TemplateError, scan};
use crate::diag::Diagnostic;
use crate::vars::{Scope, Value};
use crate::yaml::{Node, Scalar};

/// What a condition came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// All of it holds.
    Holds,
    /// This part of it does not.
    Fails(String),
}

impl Templar {
    /// Evaluates a condition: a bare expression, a boolean, or a list of them (all must hold).
    /// The first one that does not hold is the answer's text; a result that is no boolean is an
    /// error, as in ansible-core 2.19.
    ///
    /// A condition that is one whole `{{ expression }}` means that expression; braces anywhere
    /// else in it are an error, because text between quotes is not rendered there.
    pub fn condition(&self, node: &Node, scope: &Arc<Scope>) -> Result<Condition, TemplateError> {
        let Some(nodes) = node.seq() else {
            return self.one_condition(node, scope);
        };
        for node in nodes {
            let one = self.condition(node, scope)?;
            if one != Condition::Holds {
                return Ok(one);
            }
        }
        Ok(Condition::Holds)
    }

    fn one_condition(&self, node: &Node, scope: &Arc<Scope>) -> Result<Condition, TemplateError> {
        let value = self.expression(node, scope)?;
        match bool::try_from(value.clone()) {
            Ok(true) if value.kind() == ValueKind::Bool => Ok(Condition::Holds),
            Ok(false) if value.kind() == ValueKind::Bool => Ok(Condition::Fails(
                node.raw().unwrap_or_default().trim().into(),
            )),
            _ => Err(not_boolean(node, &value).into()),
        }
    }
}

/// The text of a bare expression within a scalar: its byte range, without braces around it.
pub(super) fn bare<'a>(node: &Node, text: &'a str) -> Result<(&'a str, usize), TemplateError> {
    let (inner, at) = match scan::unwrapped(text) {
        Some(range) => (&text[range.clone()], range.start),
        None => (text, 0),
    };
    if inner.trim().is_empty() || node.is_null() {
        return Err(Diagnostic::error("expression is empty")
            .at(&node.span)
            .help("remove the keyword, or write `true`")
            .into());
    }
    if let Some(brace) = inner.find("{{").or_else(|| inner.find("{%")) {
        return Err(Diagnostic::error(
            "a condition is an expression already: no `{{ }}` inside it",
        )
        .at(&node.locate(at + brace..at + brace + 2))
        .help("name the variable itself: `a == b`, not `a == \"{{ b }}\"`; join text with `~`")
        .into());
    }
    Ok((inner, at))
}

/// The value of a scalar that is no text; `when: true` needs no expression.
pub(super) fn literal(node: &Node) -> Option<Value> {
    match node.scalar()? {
        Scalar::Bool(bool) => Some(Value::from(bool)),
        Scalar::Int(int) => Some(Value::from(int)),
        Scalar::Float(float) => Some(Value::from(float)),
        Scalar::Null | Scalar::Str(_) => None,
    }
}

fn not_boolean(node: &Node, value: &Value) -> Diagnostic {
    let (what, remedy) = match value.kind() {
        ValueKind::None => ("nothing (none)", "compare it: `… is not none`"),
        ValueKind::Number => ("a number", "compare it: `… != 0`"),
        ValueKind::String | ValueKind::Bytes => (
            "a string",
            "for yes or no in a text write `… | bool`, for any text at all `… | length > 0`",
        ),
        ValueKind::Map => ("a mapping", "ask for what you mean: `… | length > 0`"),
        ValueKind::Seq | ValueKind::Iterable => {
            ("a list", "ask for what you mean: `… | length > 0`")
        }
        _ => ("no boolean", "compare it, or write `… is truthy`"),
    };
    Diagnostic::error(format!("condition must come to true or false, not {what}"))
        .at(&node.span)
        .help(remedy)
}

#[cfg(test)]
#[path = "condition_tests.rs"]
mod tests;
