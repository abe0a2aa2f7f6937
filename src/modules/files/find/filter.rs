//! Which files are wanted.

use regex::Regex;
use serde_json::{Map, Value as Json};

use super::{Args, Stamp};
use crate::modules::Failure;
use crate::modules::files::pattern::{line, wildcard};

/// Units of `age`, in seconds.
const AGES: &[(char, i64)] = &[
    ('s', 1),
    ('m', 60),
    ('h', 3600),
    ('d', 86_400),
    ('w', 604_800),
];

/// Units of `size`, in bytes.
const SIZES: &[(char, i64)] = &[
    ('b', 1),
    ('k', 1 << 10),
    ('m', 1 << 20),
    ('g', 1 << 30),
    ('t', 1 << 40),
];

/// What a file must be like.
#[derive(Debug)]
pub(super) struct Filter {
    patterns: Vec<Regex>,
    excludes: Vec<Regex>,
    hidden: bool,
    age: Option<i64>,
    stamp: &'static str,
    size: Option<i64>,
    /// The host's time, in seconds since 1970.
    now: i64,
}

impl Filter {
    pub(super) fn new(args: &Args, now: i64) -> Result<Self, Failure> {
        let compile = |name: &str, given: &Option<Vec<String>>| {
            let given = given.iter().flatten();
            let compile = |text: &String| {
                if args.use_regex {
                    // As with Python's `match`, only the start is anchored.
                    line(name, &format!("^(?:{text})"))
                } else {
                    wildcard(name, text)
                }
            };
            given.map(compile).collect::<Result<Vec<_>, _>>()
        };
        let limit = |name: &str, given: &Option<String>, units| {
            given
                .as_deref()
                .map(|text| amount(name, text, units))
                .transpose()
        };
        Ok(Self {
            patterns: compile("patterns", &args.patterns)?,
            excludes: compile("excludes", &args.excludes)?,
            hidden: args.hidden,
            age: limit("age", &args.age, AGES)?,
            stamp: match args.age_stamp {
                Stamp::Atime => "atime",
                Stamp::Ctime => "ctime",
                Stamp::Mtime => "mtime",
            },
            size: limit("size", &args.size, SIZES)?,
            now,
        })
    }

    /// Whether a file is wanted; `found` is what `stat` said.
    pub(super) fn admits(&self, path: &str, found: &Map<String, Json>) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let any = |list: &[Regex]| list.iter().any(|regex| regex.is_match(name));
        let named = (self.patterns.is_empty() || any(&self.patterns)) && !any(&self.excludes);
        let shown = self.hidden || !name.starts_with('.');
        let seconds = found.get(self.stamp).and_then(Json::as_f64);
        #[expect(clippy::cast_possible_truncation, reason = "whole seconds are enough")]
        let age = seconds.map_or(0, |seconds| self.now - seconds as i64);
        let size = found.get("size").and_then(Json::as_i64).unwrap_or_default();
        named && shown && within(self.age, age) && within(self.size, size)
    }
}

/// At least the limit; at most its amount when it is negative.
fn within(limit: Option<i64>, value: i64) -> bool {
    match limit {
        None => true,
        Some(limit) if limit >= 0 => value >= limit,
        Some(limit) => value <= -limit,
    }
}

fn amount(name: &str, text: &str, units: &[(char, i64)]) -> Result<i64, Failure> {
    let wrong = || {
        let example = if name == "age" { "2d" } else { "10m" };
        Failure::new(format!(
            "`{name}` must be a number and a unit such as `{example}`, not `{text}`"
        ))
    };
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match lower[digits.len()..].chars().next() {
        None => 1,
        Some(letter) => {
            let found = units.iter().find(|(unit, _)| *unit == letter);
            found.ok_or_else(wrong)?.1
        }
    };
    let number: i64 = digits.parse().map_err(|_| wrong())?;
    number.checked_mul(unit).ok_or_else(wrong)
}
