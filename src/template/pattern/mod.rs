//! Regular expressions that mean what Python's mean, with look-around and back-references.

mod python;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{LazyLock, Mutex, PoisonError};

use fancy_regex::{Regex, RegexBuilder};
use minijinja::Error;

use super::filters::fail;

/// How many patterns are kept compiled.
const CAPACITY: usize = 1_000;

/// How many steps a search may take that has to try again and again; an expression without
/// look-around and back-references needs none of them.
const BACKTRACKS: usize = 200_000;

/// How large a compiled expression may become, in bytes.
const SIZE: usize = 4 << 20;

/// What changes the meaning of an expression.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Flags {
    /// Upper and lower case are the same.
    pub(super) ignore_case: bool,
    /// `^` and `$` match at lines.
    pub(super) multi_line: bool,
}

/// A pattern, its flags, whether `$` has a newline at the end to deal with.
type Key = (String, Flags, bool);

static PATTERNS: LazyLock<Mutex<HashMap<Key, Regex>>> = LazyLock::new(Mutex::default);

/// A compiled regular expression for one text.
#[derive(Debug)]
pub(super) struct Pattern<'t> {
    regex: Regex,
    text: &'t str,
}

/// The groups of a match; the first one is all of it.
#[derive(Debug)]
pub(super) struct Found<'t> {
    text: &'t str,
    groups: Vec<Option<Range<usize>>>,
}

impl<'t> Found<'t> {
    /// Where the match stands.
    pub(super) fn range(&self) -> Range<usize> {
        self.groups.first().cloned().flatten().unwrap_or(0..0)
    }

    /// How many groups there are, the match itself included.
    pub(super) fn len(&self) -> usize {
        self.groups.len()
    }

    /// The text of a group; none when it took no part.
    pub(super) fn group(&self, at: usize) -> Option<&'t str> {
        let range = self.groups.get(at)?.clone()?;
        Some(&self.text[range])
    }
}

impl<'t> Pattern<'t> {
    /// Compiles a pattern, or finds it compiled.
    pub(super) fn new(pattern: &str, flags: Flags, text: &'t str) -> Result<Self, Error> {
        let newline = text.ends_with('\n') && !flags.multi_line;
        let key = (pattern.to_owned(), flags, newline);
        let mut patterns = PATTERNS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = patterns.get(&key) {
            let regex = known.clone();
            return Ok(Self { regex, text });
        }
        let regex = RegexBuilder::new(&python::translated(pattern, newline))
            .case_insensitive(flags.ignore_case)
            .multi_line(flags.multi_line)
            .backtrack_limit(BACKTRACKS)
            .delegate_size_limit(SIZE)
            .build()
            .map_err(|error| unusable(pattern, &error))?;
        if patterns.len() >= CAPACITY {
            patterns.clear();
        }
        patterns.insert(key, regex.clone());
        Ok(Self { regex, text })
    }

    /// Whether it matches anywhere.
    pub(super) fn matches(&self) -> Result<bool, Error> {
        let found = self.regex.is_match(self.text);
        found.map_err(|error| stopped(&error))
    }

    /// The first match.
    pub(super) fn first(&self) -> Result<Option<Found<'t>>, Error> {
        self.after(0)
    }

    /// All matches; an empty one may follow another, as in Python.
    pub(super) fn all(&self, most: usize) -> Result<Vec<Found<'t>>, Error> {
        let mut all: Vec<Found<'t>> = Vec::new();
        let mut at = 0;
        while all.len() < most
            && let Some(found) = self.after(at)?
        {
            let range = found.range();
            let again = range.is_empty()
                && all
                    .last()
                    .is_some_and(|last| last.range().is_empty() && last.range().end == range.end);
            if again || range.is_empty() && range.end < at {
                let Some(next) = self.text[at..].chars().next() else {
                    break;
                };
                at += next.len_utf8();
                continue;
            }
            at = range.end;
            all.push(found);
        }
        Ok(all)
    }

    /// How many groups it has, the match itself included.
    pub(super) fn groups(&self) -> usize {
        self.regex.captures_len()
    }

    /// The number of a group's name.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        let mut names = self.regex.capture_names();
        names.position(|known| known == Some(name))
    }

    fn after(&self, at: usize) -> Result<Option<Found<'t>>, Error> {
        let found = self.regex.captures_from_pos(self.text, at);
        let found = found.map_err(|error| stopped(&error))?;
        Ok(found.map(|found| Found {
            text: self.text,
            groups: (0..found.len())
                .map(|at| found.get(at).map(|group| group.start()..group.end()))
                .collect(),
        }))
    }
}

/// Whether a pattern matches anywhere in a text.
pub(super) fn matches(pattern: &str, text: &str) -> Result<bool, Error> {
    Pattern::new(pattern, Flags::default(), text)?.matches()
}

fn unusable(pattern: &str, error: &fancy_regex::Error) -> Error {
    let text = error.to_string();
    let reason = text.lines().last().unwrap_or_default();
    let reason = reason.trim().trim_start_matches("error: ");
    let reason = match reason.split_once(": ") {
        Some((place, reason)) if place.starts_with("Parsing error") => reason.to_lowercase(),
        _ => reason.to_owned(),
    };
    fail(format!(
        "regular expression `{pattern}` is not usable: {reason}"
    ))
}

/// A search that would go on for too long. The text stays untold: it may hold a secret.
fn stopped(_: &fancy_regex::Error) -> Error {
    fail(format!(
        "the regular expression was stopped after {BACKTRACKS} steps; \
         nested repetitions such as `(a+)+` take that long"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_without_end_is_stopped() {
        let text = "a".repeat(60) + "b";
        let pattern = Pattern::new(r"(?=x*)(a|aa)+\1$", Flags::default(), &text).expect("pattern");
        let error = pattern.matches().expect_err("it takes too long");
        assert!(
            error.to_string().contains("was stopped after 200000 steps"),
            "{error}"
        );
    }

    #[test]
    fn empty_matches_follow_others_as_in_python() {
        let spans = |pattern: &str, text: &str| {
            let pattern = Pattern::new(pattern, Flags::default(), text).expect("pattern");
            let all = pattern.all(usize::MAX).expect("matches");
            all.iter()
                .map(|found| (found.range().start, found.range().end))
                .collect::<Vec<_>>()
        };
        assert_eq!(spans("a*", "baac"), [(0, 0), (1, 3), (3, 3), (4, 4)]);
        assert_eq!(spans("", "é"), [(0, 0), (2, 2)]);
        assert_eq!(spans("x", "abc"), []);
    }
}
