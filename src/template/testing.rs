//! What the unit tests of this room share.

use std::sync::Arc;

use super::{Templar, TemplateError};
use crate::diag::SourceFile;
use crate::vars::{Scope, Value, Var, VarMap};
use crate::yaml::{Node, Style, read_one};

/// The node of a YAML text.
pub(super) fn node(text: &str) -> Node {
    read_one(&SourceFile::inline("test.yml", text)).expect("test YAML")
}

/// A scope whose variables are those of a YAML mapping.
pub(super) fn scope(vars: &str) -> Arc<Scope> {
    let node = node(vars);
    let entries = node.map().unwrap_or_default();
    let vars: VarMap = entries
        .iter()
        .map(|(key, value)| (key.raw().expect("name").into(), Var::Lazy(value.clone())))
        .collect();
    Scope::builder(&Templar::new())
        .layer(Arc::new(vars))
        .build()
}

/// What an expression in braces comes to.
pub(super) fn evaluate(expression: &str, scope: &Arc<Scope>) -> Result<Value, TemplateError> {
    let text = format!("{{{{ {expression} }}}}");
    let span = SourceFile::inline("test.yml", text.clone()).whole();
    scope
        .templar()
        .node(&Node::text(&span, &text, Style::Plain), scope)
}

/// What a bare expression comes to, as JSON; or what went wrong, after `error: `.
pub(super) fn json(expression: &str, vars: &str) -> String {
    match evaluate(expression, &scope(vars)) {
        Ok(value) => crate::vars::to_json(&value).to_string(),
        Err(error) => {
            let told = error.diagnostic();
            let help = told
                .help
                .iter()
                .fold(String::new(), |all, line| all + " (" + line + ")");
            format!("error: {}{help}", told.message)
        }
    }
}
