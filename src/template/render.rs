//! Rendering of YAML nodes.

use std::ops::Range;
use std::sync::Arc;

use indexmap::IndexMap;

use super::compile::{Code, Piece, Program, Template, Unparsed};
use super::condition::{bare, literal};
use super::diagnose::diagnose;
use super::omit::is_omit;
use super::{Templar, TemplateError, bounds, env, lookups, native, scan};
use crate::diag::{Diagnostic, Span};
use crate::vars::{Scope, Value};
use crate::vault;
use crate::yaml::{Kind, Node, Scalar};

impl Templar {
    /// Renders a node: every string in it that holds a template; keys too. A string that is one
    /// single `{{ expression }}` gives the expression's own type. Entries whose value is `omit`
    /// are dropped from mappings and lists.
    pub fn node(&self, node: &Node, scope: &Arc<Scope>) -> Result<Value, TemplateError> {
        if node.is_unsafe() {
            return data(node);
        }
        if node.is_vault() {
            return decrypted(node);
        }
        match node.kind() {
            Kind::Scalar { text, .. } if scan::is_template(text) => self.text(node, text, scope),
            Kind::Scalar { .. } => Ok(scalar(node)),
            Kind::Seq(items) => self.seq(items, scope),
            Kind::Map(entries) => self.map(entries, scope),
        }
    }

    /// Evaluates a bare expression (`when`, `until`, `that`, `var`), given without braces.
    pub fn expression(&self, node: &Node, scope: &Arc<Scope>) -> Result<Value, TemplateError> {
        if let Some(value) = literal(node) {
            return Ok(value);
        }
        let Some(text) = node.raw() else {
            return Err(not_an_expression(node).into());
        };
        let (inner, at) = bare(node, text)?;
        let code = self.cache.expression(inner);
        let code = code.map_err(|unparsed| unparsed_at(node, at, &unparsed))?;
        evaluate(&code, at, node, scope)
    }

    /// What a lookup finds for these terms, as `query(name, *terms)` does; `node` is where they
    /// were written.
    pub fn lookup(
        &self,
        name: &str,
        terms: Vec<Value>,
        node: &Node,
        scope: &Arc<Scope>,
    ) -> Result<Vec<Value>, TemplateError> {
        let template = env::environment().template_from_str("");
        let found = template.and_then(|template| {
            let mut captured = template.render_captured(scope.as_value())?;
            captured.with_state_mut(|state| lookups::run(name, &lookups::Call::new(state, terms)?))
        });
        found.map_err(|error| diagnose(&error, &|_| Some(node.span.clone()), Some(scope)))
    }

    fn seq(&self, items: &[Node], scope: &Arc<Scope>) -> Result<Value, TemplateError> {
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            let value = self.node(item, scope)?;
            if !is_omit(&value) {
                values.push(value);
            }
        }
        Ok(Value::from(values))
    }

    fn map(&self, entries: &[(Node, Node)], scope: &Arc<Scope>) -> Result<Value, TemplateError> {
        let mut values = IndexMap::with_capacity(entries.len());
        for (key, node) in entries {
            let value = self.node(node, scope)?;
            if !is_omit(&value) {
                values.insert(self.node(key, scope)?, value);
            }
        }
        Ok(Value::from_object(values))
    }

    fn text(&self, node: &Node, text: &str, scope: &Arc<Scope>) -> Result<Value, TemplateError> {
        // As in Jinja a newline at the very end is no part of the template; a text gets it back,
        // so that a folded `>` block of one expression keeps its type.
        let body = text.strip_suffix('\n').unwrap_or(text);
        let program = self.cache.program(body);
        let program = program.map_err(|unparsed| unparsed_at(node, 0, &unparsed))?;
        let value = match program.as_ref() {
            Program::Single(code) => evaluate(code, 0, node, scope)?,
            Program::Parts(pieces) => joined(pieces, body, node, scope)?,
            Program::Statements(template) => statements(template, node, scope)?,
        };
        Ok(match value.as_str() {
            Some(line) if body.len() < text.len() => Value::from(format!("{line}\n")),
            _ => value,
        })
    }
}

/// A node whose texts are not rendered.
fn data(node: &Node) -> Result<Value, TemplateError> {
    Ok(match node.kind() {
        _ if node.is_vault() => decrypted(node)?,
        Kind::Scalar { text, .. } => match node.scalar() {
            // An explicit tag hides the type a plain scalar would have; `!unsafe` is text.
            Some(Scalar::Str(_)) | None => Value::from(text.as_ref()),
            Some(_) => scalar(node),
        },
        Kind::Seq(items) => Value::from(items.iter().map(data).collect::<Result<Vec<_>, _>>()?),
        Kind::Map(entries) => {
            let pairs = entries
                .iter()
                .map(|(key, node)| Ok((data(key)?, data(node)?)));
            Value::from_pairs(pairs.collect::<Result<Vec<_>, TemplateError>>()?)
        }
    })
}

fn scalar(node: &Node) -> Value {
    match node.scalar() {
        Some(Scalar::Bool(bool)) => Value::from(bool),
        Some(Scalar::Int(int)) => Value::from(int),
        Some(Scalar::Float(float)) => Value::from(float),
        Some(Scalar::Str(text)) => Value::from(text),
        Some(Scalar::Null) | None => Value::from(()),
    }
}

/// The text of a `!vault` value. It is data: a template in it stays as it is.
fn decrypted(node: &Node) -> Result<Value, TemplateError> {
    let text = node.raw().unwrap_or_default();
    Ok(Value::from(vault::plain_value(text, &node.span)?))
}

fn not_an_expression(node: &Node) -> Diagnostic {
    Diagnostic::error(format!("expected an expression, found {}", node.describe())).at(&node.span)
}

/// Evaluates code that stands at an offset of a node's text.
fn evaluate(
    code: &Code,
    offset: usize,
    node: &Node,
    scope: &Arc<Scope>,
) -> Result<Value, TemplateError> {
    let place = |error: &minijinja::Error| Some(located(node, offset, code, error.range()));
    let result = code.expression.eval(scope.as_value());
    let value = result.map_err(|error| diagnose(&error, &place, Some(scope)))?;
    if value.is_undefined() {
        return Err(undefined(code, offset, node, scope));
    }
    let value = native::plain(value).map_err(|error| diagnose(&error, &place, Some(scope)))?;
    value.ok_or_else(|| {
        let span = located(node, offset, code, None);
        TemplateError::undefined(Diagnostic::error("the result holds an undefined value").at(&span))
    })
}

/// Why an expression came to nothing: written out, the engine knows the origin.
fn undefined(code: &Code, offset: usize, node: &Node, scope: &Arc<Scope>) -> TemplateError {
    let text = format!("{{{{{}}}}}", code.engine_text());
    match env::environment().render_str(&text, scope.as_value()) {
        Err(error) if error.detail().is_some() || !is_undefined(&error) => {
            // The braces written before the expression shift every place by two.
            let place = |error: &minijinja::Error| {
                let range = error.range()?;
                let shifted = |at: usize| at.saturating_sub(2).min(code.engine_text().len());
                let range = shifted(range.start)..shifted(range.end);
                Some(located(node, offset, code, Some(range)))
            };
            diagnose(&error, &place, Some(scope))
        }
        _ => TemplateError::undefined(
            Diagnostic::error(format!("`{}` is undefined", code.source.trim()))
                .at(&located(node, offset, code, None)),
        ),
    }
}

fn is_undefined(error: &minijinja::Error) -> bool {
    error.kind() == minijinja::ErrorKind::UndefinedError
}

/// As in Ansible, what is none leaves no trace; one value alone keeps its type.
fn joined(
    pieces: &[Piece],
    text: &str,
    node: &Node,
    scope: &Arc<Scope>,
) -> Result<Value, TemplateError> {
    let mut out = String::new();
    let mut only = Some(Value::from(()));
    for piece in pieces {
        let value = match piece {
            Piece::Text(range) => {
                out.push_str(&text[range.clone()]);
                only = None;
                continue;
            }
            Piece::Code(code) => joinable(code, node, scope)?,
        };
        if value.is_none() {
            continue;
        }
        let place = |_: &minijinja::Error| Some(node.span.clone());
        let more = value.as_str().map_or(0, str::len);
        let fits = bounds::writable(&value).and_then(|()| bounds::text_of(out.len() + more));
        fits.map_err(|error| diagnose(&error, &place, Some(scope)))?;
        // Writing to a string never fails.
        let _ = native::write(&mut out, &value);
        only = only.filter(Value::is_none).map(|_| value);
    }
    Ok(only.unwrap_or_else(|| Value::from(out)))
}

fn joinable(code: &Code, node: &Node, scope: &Arc<Scope>) -> Result<Value, TemplateError> {
    let value = evaluate(code, 0, node, scope)?;
    if is_omit(&value) {
        let span = located(node, 0, code, None);
        let place = |_: &minijinja::Error| Some(span.clone());
        return Err(diagnose(&env::omitted_in_text(), &place, None));
    }
    Ok(value)
}

fn statements(
    template: &Template,
    node: &Node,
    scope: &Arc<Scope>,
) -> Result<Value, TemplateError> {
    let place = |error: &minijinja::Error| {
        let range = error
            .range()
            .map(|range| template.rewritten.original(range));
        Some(range.map_or_else(|| node.span.clone(), |range| node.locate(range)))
    };
    let templates = env::templates();
    let rendered = templates.get_template(&template.name).and_then(|template| {
        let mut captured = template.render_captured(scope.as_value())?;
        let last = captured.with_state_mut(|state| {
            let emitted = state.get_or_insert_extension(env::Emitted(Value::UNDEFINED));
            emitted.0.clone()
        });
        Ok((last, captured.into_output()))
    });
    let (last, output) = rendered.map_err(|error| diagnose(&error, &place, Some(scope)))?;
    if last.is_undefined() && output.is_empty() {
        return Ok(Value::from(()));
    }
    if last.is_undefined() || last.as_str().is_some() || native::text(&last) != output {
        return Ok(Value::from(output));
    }
    let value = native::plain(last).map_err(|error| diagnose(&error, &place, Some(scope)))?;
    Ok(value.unwrap_or_else(|| Value::from(output)))
}

/// The place of a range of code that stands at an offset of a node's text.
fn located(node: &Node, offset: usize, code: &Code, range: Option<Range<usize>>) -> Span {
    let range = range.map_or_else(|| code.whole(), |range| code.place(range));
    node.locate(offset + range.start..offset + range.end)
}

/// An error of parsing, at its place.
pub(super) fn unparsed_at(node: &Node, offset: usize, unparsed: &Unparsed) -> TemplateError {
    let place = |_: &minijinja::Error| {
        let range = unparsed.place.clone();
        Some(range.map_or_else(
            || node.span.clone(),
            |range| node.locate(offset + range.start..offset + range.end),
        ))
    };
    diagnose(&unparsed.error, &place, None)
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
