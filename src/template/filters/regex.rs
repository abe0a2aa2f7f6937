//! Regular expressions, in Rust's syntax, which is Python's without look-around and back-references.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use minijinja::Error;
use minijinja::value::{Kwargs, Rest, ValueOrKwargs};
use regex::{Captures, Regex, RegexBuilder};

use super::{either, fail};
use crate::template::table::{Entry, filters};
use crate::vars::Value;

pub(super) static TABLE: &[Entry] = filters! {
    "regex_escape": regex_escape, "text that matches itself in a regular expression";
    "regex_findall": regex_findall, "every match of a regular expression";
    "regex_replace": regex_replace, "text with every match replaced; `\\1` is the first group";
    "regex_search": regex_search, "the first match, or the groups asked for; none without one";
};

/// How many patterns are kept compiled.
const CAPACITY: usize = 1_000;

/// A pattern, whether it ignores the case, whether it goes by lines.
type Key = (String, bool, bool);

static PATTERNS: LazyLock<Mutex<HashMap<Key, Regex>>> = LazyLock::new(Mutex::default);

/// A compiled regular expression.
pub(in crate::template) fn compiled(pattern: &str) -> Result<Regex, Error> {
    compiled_with(pattern, false, false)
}

/// A compiled regular expression that may mind neither case nor lines.
pub(in crate::template) fn compiled_with(
    pattern: &str,
    ignore_case: bool,
    multi_line: bool,
) -> Result<Regex, Error> {
    let mut patterns = PATTERNS.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (pattern.to_owned(), ignore_case, multi_line);
    if let Some(known) = patterns.get(&key) {
        return Ok(known.clone());
    }
    let new = RegexBuilder::new(&pythonic(pattern))
        .case_insensitive(ignore_case)
        .multi_line(multi_line)
        .build()
        .map_err(|error| refused(pattern, &error))?;
    if patterns.len() >= CAPACITY {
        patterns.clear();
    }
    patterns.insert(key, new.clone());
    Ok(new)
}

/// Python's `\Z` is the very end, which is `\z` here.
fn pythonic(pattern: &str) -> Cow<'_, str> {
    if pattern.contains("\\Z") {
        Cow::Owned(pattern.replace("\\Z", "\\z"))
    } else {
        Cow::Borrowed(pattern)
    }
}

fn refused(pattern: &str, error: &regex::Error) -> Error {
    let text = error.to_string();
    let reason = text.lines().last().unwrap_or_default();
    let reason = reason.trim_start_matches("error: ");
    let hint = if reason.contains("look-around") || reason.contains("backreferences") {
        "; look-around and back-references are left out so that matching always takes linear time"
    } else {
        ""
    };
    fail(format!(
        "regular expression `{pattern}` is not usable: {reason}{hint}"
    ))
}

fn flags(kwargs: &Kwargs) -> Result<(bool, bool), Error> {
    Ok((
        kwargs.get::<Option<bool>>("ignorecase")?.unwrap_or(false),
        kwargs.get::<Option<bool>>("multiline")?.unwrap_or(false),
    ))
}

fn regex_replace(
    text: Cow<'_, str>,
    pattern: Option<Cow<'_, str>>,
    replacement: Option<Cow<'_, str>>,
    kwargs: Kwargs,
) -> Result<String, Error> {
    let pattern = either(pattern, &kwargs, "pattern")?.unwrap_or_default();
    let replacement = either(replacement, &kwargs, "replacement")?.unwrap_or_default();
    let (ignore_case, multi_line) = flags(&kwargs)?;
    let count = kwargs.get::<Option<usize>>("count")?.unwrap_or(0);
    let mandatory = kwargs.get::<Option<usize>>("mandatory_count")?.unwrap_or(0);
    kwargs.assert_all_used()?;
    let regex = compiled_with(&pattern, ignore_case, multi_line)?;
    let mut found = 0;
    let replaced = regex.replacen(&text, count, |captures: &Captures<'_>| {
        found += 1;
        expanded(&replacement, captures)
    });
    if mandatory > 0 && found != mandatory {
        return Err(fail(format!(
            "`{pattern}` must match {mandatory} times, but matches {found} times"
        )));
    }
    Ok(replaced.into_owned())
}

/// A replacement with its `\1` and `\g<name>` filled in.
fn expanded(replacement: &str, captures: &Captures<'_>) -> String {
    let mut out = String::new();
    let mut rest = replacement;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        rest = escape(&mut out, rest, captures);
    }
    out + rest
}

/// Writes what an escape stands for and gives what follows it.
fn escape<'a>(out: &mut String, rest: &'a str, captures: &Captures<'_>) -> &'a str {
    if let Some((name, after)) = rest
        .strip_prefix("g<")
        .and_then(|rest| rest.split_once('>'))
    {
        let group = match name.parse() {
            Ok(number) => captures.get(number),
            Err(_) => captures.name(name),
        };
        out.push_str(group.map_or("", |group| group.as_str()));
        return after;
    }
    let digits = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        let group = rest[..digits].parse().ok().and_then(|at| captures.get(at));
        out.push_str(group.map_or("", |group| group.as_str()));
        return &rest[digits..];
    }
    let mut chars = rest.chars();
    match chars.next() {
        Some('n') => out.push('\n'),
        Some('t') => out.push('\t'),
        Some('r') => out.push('\r'),
        Some('\\') | None => out.push('\\'),
        Some(other) => {
            out.push('\\');
            out.push(other);
        }
    }
    chars.as_str()
}

fn regex_search(
    text: Cow<'_, str>,
    pattern: Cow<'_, str>,
    args: Rest<ValueOrKwargs>,
) -> Result<Value, Error> {
    let (options, groups): (Vec<Value>, Vec<Value>) =
        args.into_values().into_iter().partition(Value::is_kwargs);
    let (mut ignore_case, mut multi_line) = (false, false);
    if let Some(options) = options.into_iter().next() {
        let options = Kwargs::try_from(options)?;
        (ignore_case, multi_line) = flags(&options)?;
        options.assert_all_used()?;
    }
    let regex = compiled_with(&pattern, ignore_case, multi_line)?;
    let Some(found) = regex.captures(&text) else {
        return Ok(Value::from(()));
    };
    if groups.is_empty() {
        return Ok(Value::from(&found[0]));
    }
    groups
        .iter()
        .map(|group| asked(&found, group))
        .collect::<Result<Vec<_>, _>>()
        .map(Value::from)
}

/// The group that `\\1` or `\\g<name>` asks for.
fn asked(found: &Captures<'_>, group: &Value) -> Result<Value, Error> {
    let name = group.to_string();
    let inner = name.trim_start_matches('\\');
    let inner = inner
        .strip_prefix("g<")
        .and_then(|inner| inner.strip_suffix('>'))
        .unwrap_or(inner);
    let group = match inner.parse::<usize>() {
        Ok(number) if number < found.len() => found.get(number),
        Err(_) if found.name(inner).is_some() => found.name(inner),
        _ => {
            return Err(fail(format!(
                "the regular expression has no group `{name}`"
            )));
        }
    };
    Ok(group.map_or_else(|| Value::from(()), |group| Value::from(group.as_str())))
}

fn regex_findall(
    text: Cow<'_, str>,
    pattern: Cow<'_, str>,
    multiline: Option<bool>,
    ignorecase: Option<bool>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    let by_line = either(multiline, &kwargs, "multiline")?.unwrap_or(false);
    let any_case = either(ignorecase, &kwargs, "ignorecase")?.unwrap_or(false);
    kwargs.assert_all_used()?;
    let regex = compiled_with(&pattern, any_case, by_line)?;
    let text_of = |found: &Captures<'_>, at: usize| {
        Value::from(found.get(at).map_or("", |group| group.as_str()))
    };
    // Python gives the match without groups, the group with one, a tuple with more.
    let one = |found: Captures<'_>| match found.len() {
        1 => text_of(&found, 0),
        2 => text_of(&found, 1),
        groups => (1..groups).map(|at| text_of(&found, at)).collect(),
    };
    Ok(regex.captures_iter(&text).map(one).collect())
}

fn regex_escape(text: Cow<'_, str>, kind: Option<&str>, kwargs: Kwargs) -> Result<String, Error> {
    let kind = either(kind, &kwargs, "re_type")?.unwrap_or("python");
    kwargs.assert_all_used()?;
    match kind {
        "python" => Ok(regex::escape(&text)),
        // Only what is special in a basic regular expression of POSIX.
        "posix_basic" => {
            let escaped = text.chars().fold(String::new(), |mut out, c| {
                if r"[].*^$\".contains(c) {
                    out.push('\\');
                }
                out.push(c);
                out
            });
            Ok(escaped)
        }
        other => Err(fail(format!(
            "unknown re_type `{other}`; use python or posix_basic"
        ))),
    }
}
