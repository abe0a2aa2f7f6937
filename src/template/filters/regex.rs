//! Filters of regular expressions.

use std::borrow::Cow;

use minijinja::Error;
use minijinja::value::{Kwargs, Rest, ValueOrKwargs, from_args};

use super::{either, fail};
use crate::template::bounds;
use crate::template::pattern::{Flags, Found, Pattern};
use crate::template::table::{Entry, filters};
use crate::vars::Value;

pub(super) static TABLE: &[Entry] = filters! {
    "regex_escape": regex_escape, "text that matches itself in a regular expression";
    "regex_findall": regex_findall, "every match of a regular expression";
    "regex_replace": regex_replace, "text with every match replaced; `\\1` is the first group";
    "regex_search": regex_search, "the first match, or the groups asked for; none without one";
};

fn flags(kwargs: &Kwargs) -> Result<Flags, Error> {
    Ok(Flags {
        ignore_case: kwargs.get::<Option<bool>>("ignorecase")?.unwrap_or(false),
        multi_line: kwargs.get::<Option<bool>>("multiline")?.unwrap_or(false),
    })
}

fn regex_replace(
    text: Cow<'_, str>,
    pattern: Option<Cow<'_, str>>,
    replacement: Option<Cow<'_, str>>,
    args: Rest<ValueOrKwargs>,
) -> Result<String, Error> {
    let args = args.into_values();
    let (ignore_case, multi_line, kwargs) =
        from_args::<(Option<bool>, Option<bool>, Kwargs)>(&args)?;
    let pattern = either(pattern, &kwargs, "pattern")?.unwrap_or_default();
    let replacement = either(replacement, &kwargs, "replacement")?.unwrap_or_default();
    let named = flags(&kwargs)?;
    let flags = Flags {
        ignore_case: ignore_case.unwrap_or(named.ignore_case),
        multi_line: multi_line.unwrap_or(named.multi_line),
    };
    let count = kwargs.get::<Option<usize>>("count")?.unwrap_or(0);
    let mandatory = kwargs.get::<Option<usize>>("mandatory_count")?.unwrap_or(0);
    kwargs.assert_all_used()?;
    let pattern_of = Pattern::new(&pattern, flags, &text)?;
    let most = if count == 0 { usize::MAX } else { count };
    let all = pattern_of.all(most)?;
    if mandatory > 0 && all.len() != mandatory {
        let found = all.len();
        return Err(fail(format!(
            "`{pattern}` must match {mandatory} times, but matches {found} times"
        )));
    }
    let replacement = parts(&replacement, &pattern_of)?;
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for found in &all {
        let range = found.range();
        bounds::text_of(out.len())?;
        out.push_str(&text[done..range.start]);
        done = range.end;
        for part in &replacement {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Group(at) => out.push_str(found.group(*at).unwrap_or_default()),
            }
        }
    }
    out.push_str(&text[done..]);
    Ok(out)
}

/// A part of a replacement.
enum Part {
    Text(String),
    Group(usize),
}

/// Takes a replacement with its `\1` and `\g<name>` apart.
fn parts(replacement: &str, pattern: &Pattern<'_>) -> Result<Vec<Part>, Error> {
    let mut parts = Vec::new();
    let mut rest = replacement;
    while let Some(at) = rest.find('\\') {
        parts.push(Part::Text(rest[..at].to_owned()));
        let (part, after) = escape(&rest[at + 1..], pattern)?;
        parts.push(part);
        rest = after;
    }
    parts.push(Part::Text(rest.to_owned()));
    Ok(parts)
}

/// What an escape stands for, and what follows it.
fn escape<'a>(rest: &'a str, pattern: &Pattern<'_>) -> Result<(Part, &'a str), Error> {
    if let Some((name, after)) = rest
        .strip_prefix("g<")
        .and_then(|rest| rest.split_once('>'))
    {
        return Ok((Part::Group(group(name, pattern)?), after));
    }
    let digits = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
    if digits > 0 && !rest.starts_with('0') {
        return Ok((
            Part::Group(group(&rest[..digits], pattern)?),
            &rest[digits..],
        ));
    }
    let mut chars = rest.chars();
    let text = match chars.next() {
        Some('n') => "\n".to_owned(),
        Some('t') => "\t".to_owned(),
        Some('r') => "\r".to_owned(),
        Some('0') => "\0".to_owned(),
        Some('\\') | None => "\\".to_owned(),
        Some(other) => format!("\\{other}"),
    };
    Ok((Part::Text(text), chars.as_str()))
}

/// The number of a group given by number or name.
fn group(name: &str, pattern: &Pattern<'_>) -> Result<usize, Error> {
    let number = match name.parse::<usize>() {
        Ok(number) => Some(number).filter(|number| *number < pattern.groups()),
        Err(_) => pattern.number(name),
    };
    number.ok_or_else(|| fail(format!("the regular expression has no group `{name}`")))
}

fn regex_search(
    text: Cow<'_, str>,
    pattern: Cow<'_, str>,
    args: Rest<ValueOrKwargs>,
) -> Result<Value, Error> {
    let (options, groups): (Vec<Value>, Vec<Value>) =
        args.into_values().into_iter().partition(Value::is_kwargs);
    let mut asked_flags = Flags::default();
    if let Some(options) = options.into_iter().next() {
        let options = Kwargs::try_from(options)?;
        asked_flags = flags(&options)?;
        options.assert_all_used()?;
    }
    let pattern = Pattern::new(&pattern, asked_flags, &text)?;
    let Some(found) = pattern.first()? else {
        return Ok(Value::from(()));
    };
    if groups.is_empty() {
        return Ok(Value::from(found.group(0)));
    }
    groups
        .iter()
        .map(|asked| {
            let name = asked.to_string();
            let inner = name.trim_start_matches('\\');
            let inner = inner
                .strip_prefix("g<")
                .and_then(|inner| inner.strip_suffix('>'))
                .unwrap_or(inner);
            group(inner, &pattern).map(|at| Value::from(found.group(at)))
        })
        .collect::<Result<Vec<_>, _>>()
        .map(Value::from)
}

fn regex_findall(
    text: Cow<'_, str>,
    pattern: Cow<'_, str>,
    multiline: Option<bool>,
    ignorecase: Option<bool>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    let flags = Flags {
        multi_line: either(multiline, &kwargs, "multiline")?.unwrap_or(false),
        ignore_case: either(ignorecase, &kwargs, "ignorecase")?.unwrap_or(false),
    };
    kwargs.assert_all_used()?;
    let text_of = |found: &Found<'_>, at: usize| Value::from(found.group(at).unwrap_or_default());
    // Python gives the match without groups, the group with one, a tuple with more.
    let one = |found: &Found<'_>| match found.len() {
        1 => text_of(found, 0),
        2 => text_of(found, 1),
        groups => (1..groups).map(|at| text_of(found, at)).collect(),
    };
    let all = Pattern::new(&pattern, flags, &text)?.all(usize::MAX)?;
    Ok(all.iter().map(one).collect())
}

fn regex_escape(text: Cow<'_, str>, kind: Option<&str>, kwargs: Kwargs) -> Result<String, Error> {
    let kind = either(kind, &kwargs, "re_type")?.unwrap_or("python");
    kwargs.assert_all_used()?;
    let special = match kind {
        "python" => "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}",
        // Only what is special in a basic regular expression of POSIX.
        "posix_basic" => "[].*^$\\",
        other => {
            return Err(fail(format!(
                "unknown re_type `{other}`; use python or posix_basic"
            )));
        }
    };
    Ok(text.chars().fold(String::new(), |mut out, c| {
        if special.contains(c) {
            out.push('\\');
        }
        out.push(c);
        out
    }))
}
