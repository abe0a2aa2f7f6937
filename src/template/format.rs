//! Python's `str.format` with conversions: `{!r}`, `{0!s:>8}`.

use minijinja::Error;
use minijinja::formatting::{FormatStyle, format};
use minijinja::value::Kwargs;

use super::filters::{bounded_format, fail};
use super::native;
use crate::vars::Value;

/// Whether a format has a conversion; the engine fills in one that has none.
pub(super) fn converts(text: &str) -> bool {
    let signs = text.match_indices('!').map(|(at, _)| &text[at + 1..]);
    let mut signs = signs.filter(|rest| rest.starts_with(['r', 's', 'a']));
    text.contains('{') && signs.any(|rest| rest[1..].starts_with(['}', ':']))
}

/// The text with every field filled in.
pub(super) fn formatted(text: &str, args: &[Value]) -> Result<Value, Error> {
    bounded_format(text)?;
    let (named, placed): (Vec<Value>, Vec<Value>) =
        args.iter().cloned().partition(Value::is_kwargs);
    let named = match named.into_iter().next() {
        Some(named) => Kwargs::try_from(named)?,
        None => std::iter::empty::<(String, Value)>().collect(),
    };
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut next) = (text, 0);
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with("{{") || rest.starts_with("}}") {
            out.push_str(&rest[..1]);
            rest = &rest[2..];
            continue;
        }
        let field = rest.strip_prefix('{').and_then(|rest| rest.find('}'));
        let end = field.ok_or_else(|| fail("the format has a brace without its partner"))? + 1;
        let field = Field::new(&rest[1..end])?;
        let value = field.value(&placed, &named, &mut next)?;
        out.push_str(&field.written(&value)?);
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Ok(Value::from(out))
}

/// `name!conversion:spec`.
struct Field<'a> {
    name: &'a str,
    conversion: Option<char>,
    spec: &'a str,
}

impl<'a> Field<'a> {
    fn new(text: &'a str) -> Result<Self, Error> {
        let (head, spec) = text.split_once(':').unwrap_or((text, ""));
        let (name, conversion) = match head.split_once('!') {
            None => (head, None),
            Some((name, letter)) => (name, Some(letter)),
        };
        let conversion = match conversion {
            None => None,
            Some("r") => Some('r'),
            Some("s") => Some('s'),
            Some("a") => Some('a'),
            Some(other) => {
                let why = format!("a format has no conversion `!{other}`; use `!r` or `!s`");
                return Err(fail(why));
            }
        };
        if name.contains(['.', '[']) || spec.contains('{') {
            let why = "a format with `!r` or `!s` takes plain names only: give the value itself";
            return Err(fail(why));
        }
        Ok(Self {
            name,
            conversion,
            spec,
        })
    }

    fn value(&self, placed: &[Value], named: &Kwargs, next: &mut usize) -> Result<Value, Error> {
        let place = if self.name.is_empty() {
            *next += 1;
            Some(*next - 1)
        } else {
            self.name.parse::<usize>().ok()
        };
        match place {
            Some(place) => {
                let value = placed.get(place).cloned();
                value.ok_or_else(|| fail(format!("the format needs a value number {place}")))
            }
            None => named.peek::<Value>(self.name),
        }
    }

    fn written(&self, value: &Value) -> Result<String, Error> {
        let converted = match self.conversion {
            Some('r') => Value::from(native::repr(value)),
            Some('a') => Value::from(ascii(&native::repr(value))),
            Some(_) => Value::from(native::text(value)),
            None => value.clone(),
        };
        let one = format!("{{:{}}}", self.spec);
        format(FormatStyle::StrFormat, &one, &[converted])
    }
}

/// As Python's `ascii`: what is not ASCII is escaped.
fn ascii(text: &str) -> String {
    let escaped = |c: char| match u32::from(c) {
        0..=0x7f => c.to_string(),
        code @ 0x80..=0xff => format!("\\x{code:02x}"),
        code @ 0x100..=0xffff => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    };
    text.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_converted_and_padded() {
        let args = [Value::from("a"), Value::from(1)];
        let text = formatted("{!r} {!s:>3}|{{}}", &args).expect("a text");
        assert_eq!(text.as_str(), Some("'a'   1|{}"));
        assert!(converts("{0!r}") && !converts("wow! {}"));
    }

    #[test]
    fn mistakes_are_errors() {
        for text in ["{!r", "{!x}{!r}", "{5!r}", "{name!r}", "{0.a!r}", "}{!r}"] {
            assert!(formatted(text, &[Value::from(1)]).is_err(), "{text}");
        }
    }
}
