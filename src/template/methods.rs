//! Python's methods on texts, lists and mappings.

use minijinja::value::{ValueKind, from_args};
use minijinja::{Error, ErrorKind, State};
use minijinja_contrib::pycompat::unknown_method_callback;

use super::filters::{MAX_WIDTH, bounded_format, bounded_text, fail};
use super::format;
use crate::vars::Value;

/// Calls a method no object has itself.
pub(super) fn call(
    state: &mut State<'_, '_>,
    value: &Value,
    method: &str,
    args: &[Value],
) -> Result<Value, Error> {
    let found = match (value.kind(), value.as_str()) {
        (_, Some(text)) => text_method(text, method, args),
        (ValueKind::Seq, _) => list_method(value, method, args),
        (ValueKind::Number, _) => number_method(value, method, args),
        // Values never change, so a copy is the value itself.
        (ValueKind::Map, _) if method == "copy" => Some(Ok(value.clone())),
        _ => None,
    };
    match found {
        Some(result) => result,
        None => unknown_method_callback(state, value, method, args)
            .map_err(|error| explained(error, value, method)),
    }
}

fn explained(error: Error, value: &Value, method: &str) -> Error {
    if error.kind() != ErrorKind::UnknownMethod || error.detail().is_some() {
        return error;
    }
    let kind = value.kind();
    let hint = match method {
        "append" | "extend" | "insert" | "pop" | "remove" | "update" | "setdefault" | "clear" => {
            "; values never change, make a new one with `+`, `combine` or `set`"
        }
        _ => "",
    };
    Error::new(
        ErrorKind::UnknownMethod,
        format!("{kind} has no method `{method}`{hint}"),
    )
}

fn text_method(text: &str, method: &str, args: &[Value]) -> Option<Result<Value, Error>> {
    let result = match method {
        "zfill" => zfill(text, args),
        "format" => {
            let bounded = bounded_format(text).and_then(|()| bounded_text(text, args));
            match bounded {
                Ok(()) if format::converts(text) => format::formatted(text, args),
                bounded => return bounded.err().map(Err),
            }
        }
        "expandtabs" => expanded(text, args),
        "isidentifier" => Ok(Value::from(is_identifier(text))),
        "ljust" => justified(text, args, Side::Left),
        "rjust" => justified(text, args, Side::Right),
        "center" => justified(text, args, Side::Middle),
        "index" => index(text, args),
        "rsplit" => rsplit(text, args),
        "partition" => partition(text, args),
        "rpartition" => rpartition(text, args),
        "removeprefix" => cut(args, |part| text.strip_prefix(part).unwrap_or(text)),
        "removesuffix" => cut(args, |part| text.strip_suffix(part).unwrap_or(text)),
        "swapcase" => Ok(Value::from(swapcase(text))),
        "casefold" => Ok(Value::from(text.to_lowercase())),
        "encode" | "decode" => coded(text, method, args),
        _ => return None,
    };
    Some(result)
}

/// Texts are UTF-8 throughout; the round trip is the text itself.
fn coded(text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let (encoding, errors): (Option<String>, Option<&str>) = from_args(args)?;
    let _ = errors;
    let encoding = encoding.unwrap_or_default().to_ascii_lowercase();
    if ["", "utf-8", "utf8", "utf_8"].contains(&encoding.as_str()) {
        return Ok(Value::from(text));
    }
    Err(fail(format!(
        "`{method}('{encoding}')` is not supported: texts are UTF-8 and there are no bytes; for \
         Base64 of another encoding write `b64encode(encoding='{encoding}')`"
    )))
}

/// Tabs as the spaces they stand for.
fn expanded(text: &str, args: &[Value]) -> Result<Value, Error> {
    let (width,): (Option<usize>,) = from_args(args)?;
    let width = width.unwrap_or(8);
    if width > MAX_WIDTH || text.len().saturating_mul(width.max(1)) > 64 * 1024 * 1024 {
        return Err(fail(format!("tabs of {width} make the text too long")));
    }
    let (mut out, mut column) = (String::with_capacity(text.len()), 0);
    for c in text.chars() {
        if c == '\t' {
            let missing = (width - column % width.max(1)).min(width);
            out.push_str(&" ".repeat(missing));
            column += missing;
        } else {
            out.push(c);
            column = if matches!(c, '\n' | '\r') {
                0
            } else {
                column + 1
            };
        }
    }
    Ok(Value::from(out))
}

fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    let begins = |c: char| c.is_alphabetic() || c == '_';
    chars.next().is_some_and(begins) && chars.all(|c| c.is_alphanumeric() || c == '_')
}

fn number_method(value: &Value, method: &str, args: &[Value]) -> Option<Result<Value, Error>> {
    if !["bit_length", "is_integer"].contains(&method) {
        return None;
    }
    let () = match from_args(args) {
        Ok(none) => none,
        Err(error) => return Some(Err(error)),
    };
    let whole = value
        .is_integer()
        .then(|| i128::try_from(value.clone()).ok())
        .flatten();
    match (method, whole) {
        ("bit_length", Some(whole)) => {
            let bits = u128::BITS - whole.unsigned_abs().leading_zeros();
            Some(Ok(Value::from(bits)))
        }
        ("is_integer", _) => {
            let number = f64::try_from(value.clone()).ok();
            let is_whole = number.is_some_and(|number| number.is_finite() && number.fract() == 0.0);
            Some(Ok(Value::from(value.is_integer() || is_whole)))
        }
        _ => None,
    }
}

fn zfill(text: &str, args: &[Value]) -> Result<Value, Error> {
    let (width,): (usize,) = from_args(args)?;
    let missing = width.min(MAX_WIDTH).saturating_sub(text.chars().count());
    let (sign, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => text.split_at(text.len() - digits.len()),
        None => ("", text),
    };
    Ok(Value::from(format!(
        "{sign}{}{digits}",
        "0".repeat(missing)
    )))
}

/// Where a text stands within a wider one.
#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
    Middle,
}

fn justified(text: &str, args: &[Value], side: Side) -> Result<Value, Error> {
    let (width, fill): (usize, Option<&str>) = from_args(args)?;
    let fill = fill.unwrap_or(" ");
    let missing = width.min(MAX_WIDTH).saturating_sub(text.chars().count());
    let left = match side {
        Side::Left => 0,
        Side::Right => missing,
        Side::Middle => missing / 2,
    };
    let (before, after) = (fill.repeat(left), fill.repeat(missing - left));
    Ok(Value::from(format!("{before}{text}{after}")))
}

fn index(text: &str, args: &[Value]) -> Result<Value, Error> {
    let (part,): (&str,) = from_args(args)?;
    match text.find(part) {
        Some(at) => Ok(Value::from(text[..at].chars().count())),
        None => Err(fail(format!("the text does not contain `{part}`"))),
    }
}

fn rsplit(text: &str, args: &[Value]) -> Result<Value, Error> {
    let (separator, limit): (Option<&str>, Option<i64>) = from_args(args)?;
    let limit = limit.and_then(|limit| usize::try_from(limit).ok());
    let mut parts: Vec<&str> = match (separator, limit) {
        (Some(separator), Some(limit)) => {
            text.rsplitn(limit.saturating_add(1), separator).collect()
        }
        (Some(separator), None) => text.rsplit(separator).collect(),
        (None, limit) => words_from_end(text, limit.unwrap_or(usize::MAX)),
    };
    parts.reverse();
    Ok(Value::from_iter(parts))
}

fn words_from_end(text: &str, limit: usize) -> Vec<&str> {
    let mut rest = text.trim_end();
    let mut parts = Vec::new();
    while !rest.is_empty() && parts.len() < limit {
        let start = rest.rfind(char::is_whitespace).map_or(0, |at| {
            at + rest[at..].chars().next().map_or(1, char::len_utf8)
        });
        parts.push(&rest[start..]);
        rest = rest[..start].trim_end();
    }
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts
}

fn partition(text: &str, args: &[Value]) -> Result<Value, Error> {
    let (separator,): (&str,) = from_args(args)?;
    Ok(match text.find(separator) {
        Some(at) => Value::from_iter([&text[..at], separator, &text[at + separator.len()..]]),
        None => Value::from_iter([text, "", ""]),
    })
}

fn rpartition(text: &str, args: &[Value]) -> Result<Value, Error> {
    let (separator,): (&str,) = from_args(args)?;
    Ok(match text.rfind(separator) {
        Some(at) => Value::from_iter([&text[..at], separator, &text[at + separator.len()..]]),
        None => Value::from_iter(["", "", text]),
    })
}

fn cut<'a>(args: &[Value], cut: impl Fn(&str) -> &'a str) -> Result<Value, Error> {
    let (part,): (&str,) = from_args(args)?;
    Ok(Value::from(cut(part)))
}

fn swapcase(text: &str) -> String {
    let swap = |c: char| -> String {
        if c.is_lowercase() {
            c.to_uppercase().collect()
        } else {
            c.to_lowercase().collect()
        }
    };
    text.chars().map(swap).collect()
}

fn list_method(value: &Value, method: &str, args: &[Value]) -> Option<Result<Value, Error>> {
    (method == "index").then(|| {
        let (wanted,): (&Value,) = from_args(args)?;
        let found = value.try_iter()?.position(|item| item == *wanted);
        found
            .map(Value::from)
            .ok_or_else(|| fail("the list does not contain this item"))
    })
}
