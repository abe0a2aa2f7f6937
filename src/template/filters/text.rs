//! Filters over single values and texts.

use std::borrow::Cow;

use minijinja::value::{Kwargs, Rest, ValueKind, ValueOrKwargs, from_args};
use minijinja::{Error, State};

use super::{Strftime, defined, either, fail};
use crate::template::bounds;
use crate::template::native;
use crate::template::table::{Entry, filters};
use crate::vars::Value;

pub(super) static TABLE: &[Entry] = filters! {
    "bool": bool, "true for yes, on, true and 1, whatever the case; false for anything else";
    "center": center, "text in the middle of a width";
    "comment": comment, "text as a comment (plain, erlang, c, cblock or xml)";
    "float": float, "a number with a fraction; 0.0 when the text is none";
    "int": int, "a whole number; 0 when the text is none";
    "mandatory": mandatory, "the value, which must be defined";
    "quote": quote, "text as one word of a shell command";
    "ternary": ternary, "one value for true, another for false, perhaps a third for none";
    "truncate": truncate, "text cut to a length";
    "type_debug": type_debug, "the name of a value's type in Python";
    "wordcount": wordcount, "how many words";
    "wordwrap": wordwrap, "text with no line longer than a width";
};

/// Whether a text or number means yes.
pub(in crate::template) fn truth(value: &Value) -> bool {
    match value.kind() {
        ValueKind::Bool => value.is_true(),
        ValueKind::Number => *value == Value::from(1),
        _ => value.as_str().is_some_and(|text| {
            let text = text.trim().to_lowercase();
            matches!(text.as_str(), "yes" | "on" | "true" | "1" | "y" | "t")
        }),
    }
}

fn bool(state: &State<'_, '_>, value: &Value) -> Result<bool, Error> {
    defined(state, value)?;
    Ok(truth(value))
}

fn ternary(
    state: &State<'_, '_>,
    value: &Value,
    args: Rest<ValueOrKwargs>,
) -> Result<Value, Error> {
    let args = args.into_values();
    let (yes, no, none, kwargs) =
        from_args::<(Option<Value>, Option<Value>, Option<Value>, Kwargs)>(&args)?;
    defined(state, value)?;
    let yes = either(yes, &kwargs, "true_val")?;
    let no = either(no, &kwargs, "false_val")?;
    let none = either(none, &kwargs, "none_val")?;
    kwargs.assert_all_used()?;
    let (Some(yes), Some(no)) = (yes, no) else {
        return Err(fail("`ternary` needs two values: for true and for false"));
    };
    Ok(match none {
        Some(none) if value.is_none() => none,
        _ if value.is_true() => yes,
        _ => no,
    })
}

fn mandatory(
    state: &State<'_, '_>,
    value: &Value,
    message: Option<Cow<'_, str>>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    let message = either(message, &kwargs, "msg")?;
    kwargs.assert_all_used()?;
    match message {
        Some(message) if value.is_undefined() => Err(fail(message.into_owned())),
        _ => defined(state, value).map(|()| value.clone()),
    }
}

fn quote(state: &State<'_, '_>, value: &Value) -> Result<String, Error> {
    defined(state, value)?;
    let text = if value.is_none() {
        String::new()
    } else {
        native::text(value)
    };
    Ok(quoted(&text))
}

/// A text as one word of a POSIX shell command, as Python's `shlex.quote` does it.
pub(super) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%_-+=:,./".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\"'\"'"))
}

fn int(
    state: &State<'_, '_>,
    value: &Value,
    default: Option<Value>,
    base: Option<u32>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    defined(state, value)?;
    let default = either(default, &kwargs, "default")?.unwrap_or_else(|| Value::from(0));
    let base = either(base, &kwargs, "base")?.unwrap_or(10);
    kwargs.assert_all_used()?;
    if !(2..=36).contains(&base) {
        return Err(fail("`int` knows bases from 2 to 36"));
    }
    let empty: Kwargs = std::iter::empty::<(String, Value)>().collect();
    let text = value.as_str().map(|text| Value::from(text.trim()));
    let value = text.as_ref().unwrap_or(value);
    minijinja::filters::int(state, value, Some(default), Some(base), empty)
}

fn float(
    state: &State<'_, '_>,
    value: &Value,
    default: Option<Value>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    defined(state, value)?;
    let default = either(default, &kwargs, "default")?.unwrap_or_else(|| Value::from(0.0));
    kwargs.assert_all_used()?;
    let empty: Kwargs = std::iter::empty::<(String, Value)>().collect();
    let text = value.as_str().map(|text| Value::from(text.trim()));
    let value = text.as_ref().unwrap_or(value);
    minijinja::filters::float(state, value, Some(default), empty)
}

fn type_debug(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::Undefined => "UndefinedMarker",
        ValueKind::None => "NoneType",
        ValueKind::Bool => "bool",
        ValueKind::Number if value.is_integer() => "int",
        ValueKind::Number => "float",
        ValueKind::String => "str",
        ValueKind::Bytes => "bytes",
        ValueKind::Seq if value.is_tuple() => "tuple",
        // What Python gives for the keys of a mapping is a list in templates, too.
        ValueKind::Seq | ValueKind::Iterable => "list",
        ValueKind::Map => "dict",
        _ if value.downcast_object_ref::<Strftime>().is_some() => "datetime",
        _ => "object",
    }
}

fn comment(text: Cow<'_, str>, style: Option<&str>, kwargs: Kwargs) -> Result<String, Error> {
    let (start, decoration, end) = match style.unwrap_or("plain") {
        "plain" => ("", "# ", ""),
        "erlang" => ("", "% ", ""),
        "c" => ("", "// ", ""),
        "cblock" => ("/*", " * ", " */"),
        "xml" => ("<!--", " - ", "-->"),
        other => {
            let known = "`plain`, `erlang`, `c`, `cblock` or `xml`";
            return Err(fail(format!(
                "unknown comment style `{other}`; use {known}"
            )));
        }
    };
    let start = kwargs.get::<Option<&str>>("beginning")?.unwrap_or(start);
    let end = kwargs.get::<Option<&str>>("end")?.unwrap_or(end);
    let decoration = kwargs
        .get::<Option<&str>>("decoration")?
        .unwrap_or(decoration);
    let default_edge = decoration.trim_end();
    let prefix = kwargs
        .get::<Option<&str>>("prefix")?
        .unwrap_or(default_edge);
    let postfix = kwargs
        .get::<Option<&str>>("postfix")?
        .unwrap_or(default_edge);
    let count = |name: &str| -> Result<usize, Error> {
        Ok(kwargs
            .get::<Option<usize>>(name)?
            .unwrap_or(1)
            .min(super::MAX_WIDTH))
    };
    let (before, after) = (count("prefix_count")?, count("postfix_count")?);
    let newline = kwargs.get::<Option<&str>>("newline")?.unwrap_or("\n");
    kwargs.assert_all_used()?;
    let last = text.matches(newline).count();
    let edges = before.saturating_mul(prefix.len()) + after.saturating_mul(postfix.len());
    let lines = last.saturating_add(1).saturating_mul(decoration.len());
    let breaks = (before + after + last + 2).saturating_mul(newline.len());
    bounds::text_of(edges.saturating_add(lines).saturating_add(breaks))?;
    // An empty line gets no white space at its end, unless it is the last one.
    let body = text.split(newline).enumerate().map(|(at, line)| {
        let empty = line.is_empty() && at < last;
        let decoration = if empty {
            decoration.trim_end()
        } else {
            decoration
        };
        format!("{decoration}{line}")
    });
    let lines = (!start.is_empty())
        .then(|| start.to_owned())
        .into_iter()
        .chain(std::iter::repeat_n(prefix.to_owned(), before))
        .chain(body)
        .chain(std::iter::repeat_n(postfix.to_owned(), after))
        .chain((!end.is_empty()).then(|| end.to_owned()));
    Ok(lines.collect::<Vec<_>>().join(newline))
}

fn truncate(text: Cow<'_, str>, args: Rest<ValueOrKwargs>) -> Result<String, Error> {
    let args = args.into_values();
    let (length, kill_words, end, leeway, kwargs) = from_args::<(
        Option<usize>,
        Option<bool>,
        Option<Cow<'_, str>>,
        Option<usize>,
        Kwargs,
    )>(&args)?;
    let length = either(length, &kwargs, "length")?.unwrap_or(255);
    let kill_words = either(kill_words, &kwargs, "killwords")?.unwrap_or(false);
    let end = either(end, &kwargs, "end")?.unwrap_or(Cow::Borrowed("..."));
    let leeway = either(leeway, &kwargs, "leeway")?.unwrap_or(5);
    kwargs.assert_all_used()?;
    if text.chars().count() <= length.saturating_add(leeway) {
        return Ok(text.into_owned());
    }
    let room = length.checked_sub(end.chars().count());
    let room = room.ok_or_else(|| fail("`truncate` needs a length that its end fits into"))?;
    let cut: String = text.chars().take(room).collect();
    let cut = match cut.rsplit_once(' ') {
        Some((words, _)) if !kill_words => words,
        _ => &cut,
    };
    Ok(format!("{cut}{end}"))
}

fn center(text: Cow<'_, str>, width: Option<usize>) -> String {
    let width = width.unwrap_or(80).min(super::MAX_WIDTH);
    let missing = width.saturating_sub(text.chars().count());
    let left = missing / 2 + (missing & width & 1);
    format!("{}{text}{}", " ".repeat(left), " ".repeat(missing - left))
}

fn wordcount(text: Cow<'_, str>) -> usize {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
        .count()
}

fn wordwrap(text: Cow<'_, str>, width: Option<usize>) -> String {
    let width = width.unwrap_or(79).max(1);
    text.split('\n')
        .map(|line| wrapped(line, width))
        .collect::<Vec<_>>()
        .join("\n")
}

/// A word in pieces that are no wider than a line.
fn pieces(word: &str, width: usize) -> Vec<String> {
    let chars: Vec<char> = word.chars().collect();
    chars
        .chunks(width)
        .map(|piece| piece.iter().collect())
        .collect()
}

fn wrapped(line: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    let words = line.split_whitespace().flat_map(|word| pieces(word, width));
    for word in words {
        let used = lines.last().map_or(0, |last| last.chars().count());
        if used > 0 && used + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(last) = lines.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(&word);
        }
    }
    lines.join("\n")
}
