//! Comparison of versions.

use std::borrow::Cow;
use std::cmp::Ordering;

use minijinja::Error;
use minijinja::value::{Kwargs, Rest, ValueOrKwargs, from_args};

use crate::template::filters::{either, fail};
use crate::template::table::{Entry, tests};

pub(super) static TABLE: &[Entry] = tests! {
    "version": version, "a version that compares so with this one";
    "version_compare": version, "a version that compares so with this one";
};

fn version(
    value: Cow<'_, str>,
    other: Cow<'_, str>,
    args: Rest<ValueOrKwargs>,
) -> Result<bool, Error> {
    let args = args.into_values();
    let (operator, strict, version_type, kwargs) =
        from_args::<(Option<&str>, Option<bool>, Option<&str>, Kwargs)>(&args)?;
    let operator = either(operator, &kwargs, "operator")?.unwrap_or("eq");
    let strict = either(strict, &kwargs, "strict")?;
    let kind = either(version_type, &kwargs, "version_type")?;
    kwargs.assert_all_used()?;
    if strict.is_some() && kind.is_some() {
        return Err(fail("give either `strict` or `version_type`"));
    }
    if value.trim().is_empty() || other.trim().is_empty() {
        return Err(fail("an empty text is no version"));
    }
    let kind = kind.unwrap_or(if strict == Some(true) {
        "strict"
    } else {
        "loose"
    });
    let ordering = match kind {
        "loose" => loose(&value).cmp(&loose(&other)),
        "strict" => numbered(&value, 2..=3)?.cmp(&numbered(&other, 2..=3)?),
        "semver" | "semantic" => numbered(&value, 3..=3)?.cmp(&numbered(&other, 3..=3)?),
        "pep440" => numbered(&value, 1..=6)?.cmp(&numbered(&other, 1..=6)?),
        other => {
            let known = "loose, strict, semver or pep440";
            return Err(fail(format!("unknown version_type `{other}`; use {known}")));
        }
    };
    holds(ordering, operator)
}

fn holds(ordering: Ordering, operator: &str) -> Result<bool, Error> {
    Ok(match operator {
        "==" | "=" | "eq" => ordering.is_eq(),
        "!=" | "<>" | "ne" => ordering.is_ne(),
        "<" | "lt" => ordering.is_lt(),
        "<=" | "le" => ordering.is_le(),
        ">" | "gt" => ordering.is_gt(),
        ">=" | "ge" => ordering.is_ge(),
        other => {
            let known = "==, !=, <, <=, > or >=";
            return Err(fail(format!("unknown operator `{other}`; use {known}")));
        }
    })
}

/// A part of a loosely read version. A tilde comes before the end, so that `15~rc1` is before
/// `15`, as in Debian's packages; letters come before numbers.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Tilde,
    End,
    Word(String),
    Number(String),
}

/// The runs of digits and of letters in a version, whatever stands between them. The number of
/// leading zeros does not matter, nor does the size of a number.
fn loose(version: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = version.trim();
    while let Some(first) = rest.chars().next() {
        let length = |is: fn(char) -> bool| rest.find(|c: char| !is(c)).unwrap_or(rest.len());
        let taken = if first.is_ascii_digit() {
            let end = length(|c| c.is_ascii_digit());
            parts.push(number(&rest[..end]));
            end
        } else if first.is_alphabetic() {
            let end = length(char::is_alphabetic);
            parts.push(Part::Word(rest[..end].to_owned()));
            end
        } else {
            if first == '~' {
                parts.push(Part::Tilde);
            }
            first.len_utf8()
        };
        rest = &rest[taken..];
    }
    parts.push(Part::End);
    parts
}

/// A number whose text compares as the number does: its length comes first.
fn number(digits: &str) -> Part {
    let digits = digits.trim_start_matches('0');
    Part::Number(format!("{:04}{digits}", digits.len().min(9999)))
}

/// A version of numbers, with or without a pre-release after them.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Numbered {
    numbers: Vec<u64>,
    /// A release comes after all of its pre-releases.
    released: bool,
    pre: Vec<Part>,
}

fn numbered(text: &str, count: std::ops::RangeInclusive<usize>) -> Result<Numbered, Error> {
    let refused = || {
        fail(format!(
            "`{text}` is no such version; use version_type='loose'"
        ))
    };
    let version = text.trim().trim_start_matches('v');
    // What follows a plus sign only names the build.
    let version = version.split('+').next().unwrap_or_default();
    let end = version
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(version.len());
    let (numbers, pre) = version.split_at(end);
    let mut numbers = numbers
        .trim_end_matches('.')
        .split('.')
        .map(str::parse)
        .collect::<Result<Vec<u64>, _>>()
        .map_err(|_| refused())?;
    if !count.contains(&numbers.len()) {
        return Err(refused());
    }
    // `1.0` and `1.0.0` are the same.
    while numbers.len() > 1 && numbers.last() == Some(&0) {
        numbers.pop();
    }
    Ok(Numbered {
        numbers,
        released: pre.is_empty(),
        pre: loose(pre),
    })
}
