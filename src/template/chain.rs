//! `a.b.c | default(x)` and `a.b.c is defined` where already `a` or `a.b` is undefined.
//!
//! Ansible lets such chains be undefined as a whole; the engine, set to be strict, would stop at
//! the first missing link. Being lenient everywhere would make `missing.x == 'y'` quietly false,
//! so only these chains are rewritten, to a filter that follows them link by link.

use std::ops::Range;

use minijinja::value::Rest;
use minijinja::{Error, State};

use super::filters::defined;
use super::native::valid;
use super::scan::end_of_quotes;
use super::tags::{self, Delimiters};
use super::words::{Role, end_of_name, is_name, words};
use crate::vars::Value;

/// The filter's name; nothing people write.
pub(super) const FILTER: &str = "__chain__";

/// Follows a chain; undefined as soon as a link is missing.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the engine hands arguments over by value"
)]
pub(super) fn follow(
    state: &State<'_, '_>,
    value: &Value,
    keys: Rest<Value>,
) -> Result<Value, Error> {
    let mut value = value.clone();
    for key in keys.iter() {
        if value.is_undefined() {
            return Ok(Value::UNDEFINED);
        }
        defined(state, key)?;
        value = valid(value.get_item(key).unwrap_or_default())?;
    }
    Ok(value)
}

/// A text in which chains were rewritten.
#[derive(Debug, Default)]
pub(super) struct Rewritten {
    pub(super) text: String,
    /// What became of what, in order.
    edits: Vec<(Range<usize>, Range<usize>)>,
}

impl Rewritten {
    /// The place in the original that a place in the rewritten text stands for.
    pub(super) fn original(&self, range: Range<usize>) -> Range<usize> {
        self.offset(range.start, false)..self.offset(range.end, true)
    }

    fn offset(&self, at: usize, is_end: bool) -> usize {
        let mut shifted = at;
        for (old, new) in &self.edits {
            if at >= new.end {
                shifted = at - new.end + old.end;
            } else if at >= new.start {
                return if is_end && at > new.start {
                    old.end
                } else {
                    old.start
                };
            } else {
                break;
            }
        }
        shifted
    }
}

/// Rewrites the chains of an expression.
pub(super) fn expression(text: &str) -> Rewritten {
    rewritten(text, chains(text, 0))
}

/// Rewrites the chains in the code of a template.
pub(super) fn template(text: &str, delimiters: &Delimiters<'_>) -> Rewritten {
    let code = tags::code(text, delimiters).into_iter();
    let chains = code
        .flat_map(|range| chains(&text[range.clone()], range.start))
        .collect();
    rewritten(text, chains)
}

fn rewritten(text: &str, chains: Vec<(Range<usize>, String)>) -> Rewritten {
    let mut result = Rewritten::default();
    let mut done = 0;
    for (old, new) in chains {
        // A chain within the brackets of another one is part of it already.
        if old.start < done {
            continue;
        }
        result.text.push_str(&text[done..old.start]);
        let start = result.text.len();
        result.text.push_str(&new);
        done = old.end;
        result.edits.push((old, start..result.text.len()));
    }
    result.text.push_str(&text[done..]);
    result
}

/// The chains to rewrite in code that begins at an offset, with what they become.
fn chains(code: &str, offset: usize) -> Vec<(Range<usize>, String)> {
    // Most code has neither word; it is not looked at any further.
    if !["default", "| d", "|d", "defined"]
        .iter()
        .any(|word| code.contains(word))
    {
        return Vec::new();
    }
    let mut found = Vec::new();
    for word in words(code) {
        if word.role != Role::Name {
            continue;
        }
        let Some((end, keys)) = keys(code, word.range.end) else {
            continue;
        };
        if !keys.is_empty() && is_lenient(&code[end..]) {
            let name = &code[word.range.clone()];
            let new = format!("{name}|{FILTER}({})", keys.join(","));
            found.push((offset + word.range.start..offset + end, new));
        }
    }
    found
}

/// The links after a name, as arguments, and where they end; none when there is a call or a slice
/// among them.
fn keys(code: &str, mut at: usize) -> Option<(usize, Vec<String>)> {
    let bytes = code.as_bytes();
    let mut keys = Vec::new();
    loop {
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'.'), Some(next)) if is_name(*next) => {
                let end = end_of_name(bytes, at + 1);
                let name = &code[at + 1..end];
                let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
                keys.push(if is_number {
                    name.to_owned()
                } else {
                    format!("'{name}'")
                });
                at = end;
            }
            (Some(b'['), _) => {
                let end = end_of_brackets(bytes, at)?;
                keys.push(code[at + 1..end].trim().to_owned());
                at = end + 1;
            }
            (Some(b'('), _) => return None,
            _ => return Some((at, keys)),
        }
    }
}

/// Where the bracket stands that closes the one at a place; none for slices and what is empty.
fn end_of_brackets(bytes: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = open;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\'' | b'"' => at = end_of_quotes(bytes, at)?,
            b'[' | b'(' | b'{' => depth += 1,
            b']' | b')' | b'}' => depth = depth.checked_sub(1)?,
            b':' | b',' if depth == 1 => return None,
            _ => {}
        }
        if depth == 0 {
            let is_empty = bytes[open + 1..at].iter().all(u8::is_ascii_whitespace);
            return (!is_empty).then_some(at);
        }
        at += 1;
    }
    None
}

/// Whether what follows a chain says what to do when it is undefined.
fn is_lenient(rest: &str) -> bool {
    let follower = format!("x{rest}");
    let mut next = words(&follower).into_iter().skip(1);
    let Some(first) = next.next() else {
        return false;
    };
    let name = |range: Range<usize>| {
        let name = &follower[range];
        name.strip_prefix("ansible.builtin.").unwrap_or(name)
    };
    // Nothing but white space and the operator itself may stand between.
    let between = follower[1..first.range.start].trim();
    match first.role {
        Role::Filter => between == "|" && matches!(name(first.range), "default" | "d"),
        Role::Name if between.is_empty() && name(first.range.clone()) == "is" => {
            next.next().is_some_and(|test| {
                test.role == Role::Test && matches!(name(test.range), "defined" | "undefined")
            })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lenient_chains_are_rewritten() {
        for (text, expected) in [
            ("a.b.c | default(1)", "a|__chain__('b','c') | default(1)"),
            ("a['x y'].c|d(1)", "a|__chain__('x y','c')|d(1)"),
            (
                "h[i.j].k is not defined",
                "h|__chain__(i.j,'k') is not defined",
            ),
            ("a.0.b is undefined", "a|__chain__(0,'b') is undefined"),
            (
                "x + a.b is defined and a.b == 1",
                "x + a|__chain__('b') is defined and a.b == 1",
            ),
            ("a | default(1)", "a | default(1)"),
            ("a.b == 1 | default(2)", "a.b == 1 | default(2)"),
            ("a.b | upper | default(2)", "a.b | upper | default(2)"),
            ("a.b() | default(2)", "a.b() | default(2)"),
            ("a.b().c | default(2)", "a.b().c | default(2)"),
            ("a[1:] | default(2)", "a[1:] | default(2)"),
            ("'a.b | default(1)'", "'a.b | default(1)'"),
            (
                "x | ansible.builtin.default(y.z | d(1))",
                "x | ansible.builtin.default(y|__chain__('z') | d(1))",
            ),
        ] {
            assert_eq!(expression(text).text, expected, "{text}");
        }
    }

    #[test]
    fn places_are_those_of_the_original() {
        let text = "a.b | default(1) + nope";
        let rewritten = expression(text);
        let at = rewritten.text.find("nope").expect("nope");
        let range = rewritten.original(at..at + 4);
        assert_eq!(&text[range], "nope");
        let inside = rewritten.text.find("__chain__").expect("chain");
        assert_eq!(&text[rewritten.original(inside..inside + 3)], "a.b");
        assert_eq!(rewritten.original(0..1), 0..3);
    }
}
