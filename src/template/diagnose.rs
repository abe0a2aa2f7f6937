//! The engine's errors in our words, at the place where they stand.

use std::error::Error as _;
use std::sync::Arc;

use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind};

use super::{TemplateError, env};
use crate::diag::{Diagnostic, Span, did_you_mean};
use crate::vars::{Scope, Value};

/// Where an engine error stands, told from its name and range.
pub(super) type Locate<'a> = &'a dyn Fn(&Error) -> Option<Span>;

/// Turns an engine error into ours. The scope, when there is one, helps to say what is missing.
pub(super) fn diagnose(
    error: &Error,
    locate: Locate<'_>,
    scope: Option<&Arc<Scope>>,
) -> TemplateError {
    let error = innermost(error);
    let span = locate(error);
    if let Some(inner) = carried(error) {
        return nested(inner, span.as_ref());
    }
    let told = match error.kind() {
        ErrorKind::UndefinedError => return undefined(error, span.as_ref(), scope),
        _ if mentions_undefined(error) => return undefined(error, span.as_ref(), scope),
        ErrorKind::SyntaxError => syntax(error),
        ErrorKind::UnknownFilter => unknown("filter", error, &env::filter_names()),
        ErrorKind::UnknownTest => unknown("test", error, &env::test_names()),
        ErrorKind::UnknownFunction => unknown("function", error, &env::function_names()),
        ErrorKind::OutOfFuel => Diagnostic::error("template was stopped: it runs for too long")
            .help("does a loop in it go over far more items than meant?"),
        ErrorKind::TemplateNotFound => Diagnostic::error(detail(error))
            .help("templates are looked for beside the including one and in `templates/`"),
        _ => operation(error),
    };
    match span {
        Some(span) => told.at(&span).into(),
        None => told.into(),
    }
}

/// The deepest engine error that knows its place: the included file's, not the including one's.
fn innermost(error: &Error) -> &Error {
    let mut best = error;
    let mut next = error.source();
    while let Some(source) = next {
        if let Some(inner) = source.downcast_ref::<Error>()
            && inner.range().is_some()
        {
            best = inner;
        }
        next = source.source();
    }
    best
}

/// Our own error, if that is what the engine stumbled over.
fn carried(error: &Error) -> Option<&TemplateError> {
    let mut next = error.source();
    while let Some(source) = next {
        if let Some(ours) = source.downcast_ref::<TemplateError>() {
            return Some(ours);
        }
        next = source.source();
    }
    None
}

/// An error of a variable this template uses: its own place stays, ours is mentioned.
fn nested(inner: &TemplateError, span: Option<&Span>) -> TemplateError {
    let inner = inner.clone();
    match span {
        Some(span) if inner.diagnostic().span.is_none() => inner.or_at(span),
        Some(span) => used_at(inner, span),
        None => inner,
    }
}

fn used_at(error: TemplateError, span: &Span) -> TemplateError {
    if error.diagnostic().span.as_ref() == Some(span) {
        return error;
    }
    let note = format!("needed at {span}");
    if error.diagnostic().help.contains(&note) {
        return error;
    }
    error.help(note)
}

fn detail(error: &Error) -> String {
    error
        .detail()
        .map_or_else(|| error.kind().to_string(), str::to_owned)
}

fn syntax(error: &Error) -> Diagnostic {
    Diagnostic::error(format!("template does not parse: {}", detail(error)))
}

fn operation(error: &Error) -> Diagnostic {
    let message = match error.kind() {
        ErrorKind::TooManyArguments => "too many arguments".to_owned(),
        ErrorKind::UnknownMethod if error.detail().is_none() => "unknown method".to_owned(),
        ErrorKind::MissingArgument => format!("missing argument: {}", detail(error)),
        _ => detail(error),
    };
    Diagnostic::error(message)
}

/// `filter x is unknown`, with the nearest one that is known.
fn unknown(what: &str, error: &Error, known: &[&str]) -> Diagnostic {
    let detail = error.detail().unwrap_or_default();
    let name = detail.strip_suffix(" is unknown").map(|name| {
        name.trim_start_matches("filter ")
            .trim_start_matches("test ")
    });
    let Some(name) = name else {
        return Diagnostic::error(format!("unknown {what}"));
    };
    unknown_name(what, name, known)
}

/// `unknown filter`, with the nearest one that is known.
pub(super) fn unknown_name(what: &str, name: &str, known: &[&str]) -> Diagnostic {
    if let Some(reason) = super::refused::reason(what, name) {
        let told = format!("the {what} `{name}` is not supported: {reason}");
        return Diagnostic::error(told);
    }
    let diagnostic = Diagnostic::error(format!("unknown {what} `{name}`"));
    match did_you_mean(name, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}

fn mentions_undefined(error: &Error) -> bool {
    error
        .detail()
        .is_some_and(|detail| missing(detail).is_some())
}

/// The expression in "`expression` is undefined".
fn missing(detail: &str) -> Option<&str> {
    let (before, _) = detail.rsplit_once("` is undefined")?;
    let (_, expression) = before.rsplit_once('`')?;
    Some(expression)
}

fn undefined(error: &Error, span: Option<&Span>, scope: Option<&Arc<Scope>>) -> TemplateError {
    let Some(expression) = error.detail().and_then(missing) else {
        let mut told = Diagnostic::error("an undefined value is used");
        told.span = span.cloned();
        return TemplateError::undefined(told);
    };
    let span = span.map(|span| sharpened(span, expression));
    let span = span.as_ref();
    if let Some(inner) = scope.and_then(|scope| scope.failure(root(expression))) {
        return match span {
            Some(span) => used_at(inner, span),
            None => inner,
        };
    }
    let mut told = undefined_expression(expression, scope);
    told.span = span.cloned();
    TemplateError::undefined(told)
}

/// The place of the undefined expression itself, when it can be seen at the place of its use or
/// on the same line before it.
fn sharpened(span: &Span, expression: &str) -> Span {
    let text = &span.source().text;
    let used = span.range();
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let is_whole = |at: &usize| {
        let before = text[..*at].chars().next_back();
        let before = before.is_some_and(|c| is_name(c) || c == '.');
        let after = text[at + expression.len()..]
            .chars()
            .next()
            .is_some_and(is_name);
        !before && !after
    };
    let found = |start: usize, end: usize| {
        let places = text[start..end].match_indices(expression);
        places
            .map(|(at, _)| start + at)
            .filter(is_whole)
            .collect::<Vec<_>>()
    };
    let line_start = text[..used.start].rfind('\n').map_or(0, |at| at + 1);
    let inside = found(used.start, used.end).first().copied();
    match inside.or_else(|| found(line_start, used.end).last().copied()) {
        Some(at) => Span::new(span.source(), at..at + expression.len()),
        None => span.clone(),
    }
}

fn undefined_expression(expression: &str, scope: Option<&Arc<Scope>>) -> Diagnostic {
    let plain = Diagnostic::error(format!("`{expression}` is undefined"));
    let Some(scope) = scope else { return plain };
    if root(expression) == expression {
        let names = scope.names();
        let globals = env::function_names();
        let known = names.iter().map(AsRef::as_ref).chain(globals);
        return match did_you_mean(expression, known) {
            Some(near) => plain.help(format!("did you mean `{near}`?")),
            None => plain,
        };
    }
    link(expression, scope).unwrap_or(plain)
}

/// Says which link of a chain is missing, by looking at what the part before it holds.
fn link(expression: &str, scope: &Arc<Scope>) -> Option<Diagnostic> {
    let (base, key) = split_last(expression)?;
    let value = evaluate(base, scope)?;
    let told = format!("`{expression}` is undefined: `{base}` ");
    match value.kind() {
        ValueKind::Map => Some(missing_key(&told, key, &value)),
        ValueKind::Seq => {
            let count = value.len()?;
            let told = format!(
                "{told}has {count} item{}",
                if count == 1 { "" } else { "s" }
            );
            Some(Diagnostic::error(told))
        }
        ValueKind::None => Some(Diagnostic::error(format!("{told}is none"))),
        _ => Some(Diagnostic::error(format!(
            "{told}is {}, not a mapping",
            value.kind()
        ))),
    }
}

fn missing_key(told: &str, key: &str, value: &Value) -> Diagnostic {
    let keys: Vec<String> = value
        .try_iter()
        .map(|keys| keys.map(|key| key.to_string()).collect())
        .unwrap_or_default();
    let diagnostic = Diagnostic::error(format!("{told}has no `{key}`"));
    match did_you_mean(key, keys.iter().map(String::as_str)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if keys.is_empty() => diagnostic.help("it is empty"),
        None if keys.len() <= 8 => diagnostic.help(format!("it has `{}`", keys.join("`, `"))),
        None => diagnostic,
    }
}

/// Evaluates the part of a failed expression before its last link.
fn evaluate(base: &str, scope: &Arc<Scope>) -> Option<Value> {
    let compiled = env::environment().compile_expression(base).ok()?;
    let value = compiled.eval(scope.as_value()).ok()?;
    (!value.is_undefined()).then_some(value)
}

/// The name an expression begins with.
fn root(expression: &str) -> &str {
    let end = expression.find(['.', '[']).unwrap_or(expression.len());
    &expression[..end]
}

/// `a.b` and `c` of `a.b.c` or of `a.b['c']`.
fn split_last(expression: &str) -> Option<(&str, &str)> {
    if let Some(inner) = expression.strip_suffix(']') {
        let (base, key) = inner.rsplit_once('[')?;
        return Some((base, key.trim_matches(['\'', '"'])));
    }
    expression.rsplit_once('.')
}
