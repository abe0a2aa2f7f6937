//! Values as Python's `str` shows them.

use std::fmt::Write as _;

use super::Item;

/// A value on its own: texts without quotes.
pub(super) fn str(item: &Item) -> String {
    match item {
        Item::Text(text) | Item::Unsafe(text) | Item::Vault(text) | Item::Time(text) => {
            text.clone()
        }
        other => repr(other),
    }
}

/// A value within others: texts in quotes.
fn repr(item: &Item) -> String {
    match item {
        Item::Null => "None".to_owned(),
        Item::Bool(yes) => (if *yes { "True" } else { "False" }).to_owned(),
        Item::Int(digits) => digits.clone(),
        Item::Float(number) => float(*number),
        Item::Text(text) | Item::Unsafe(text) | Item::Vault(text) => quoted(text),
        Item::Time(text) => date(text),
        Item::List(items) => {
            let items: Vec<String> = items.iter().map(repr).collect();
            format!("[{}]", items.join(", "))
        }
        Item::Map(entries) => {
            let entry = |(key, item): (&String, &Item)| format!("{}: {}", quoted(key), repr(item));
            let entries: Vec<String> = entries.iter().map(entry).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

fn date(text: &str) -> String {
    let parts: Vec<&str> = text.split('-').map(|p| p.trim_start_matches('0')).collect();
    format!("datetime.date({})", parts.join(", "))
}

/// Text in quotes, double ones when it holds only single ones.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c if c.is_ascii_control() => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// A number with a fraction: the shortest digits that mean it, with an exponent when it is very
/// large or very small.
pub(super) fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return (if number > 0.0 { "inf" } else { "-inf" }).to_owned();
    }
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        return format!("{number:?}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}
