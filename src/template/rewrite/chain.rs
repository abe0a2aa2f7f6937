//! `a.b.c | default(x)` and `a.b.c is defined` where already `a` or `a.b` is undefined.
//!
//! Ansible lets such chains be undefined as a whole; the engine, set to be strict, would stop at
//! the first missing link. Being lenient everywhere would make `missing.x == 'y'` quietly false,
//! so only these chains are rewritten, to a filter that follows them link by link.

use std::ops::Range;

use minijinja::value::Rest;
use minijinja::{Error, State};

use super::Edit;
use crate::template::filters::defined;
use crate::template::native::valid;
use crate::template::scan::end_of_quotes;
use crate::template::words::{Role, end_of_name, is_name, words};
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

/// The edits of the chains in code that begins at an offset.
pub(super) fn edits(code: &str, offset: usize, edits: &mut Vec<Edit>) {
    // Most code has neither word; it is not looked at any further.
    if !["default", "| d", "|d", "defined"]
        .iter()
        .any(|word| code.contains(word))
    {
        return;
    }
    for word in words(code) {
        if word.role != Role::Name {
            continue;
        }
        let Some((end, links)) = links(code, word.range.end) else {
            continue;
        };
        if !links.is_empty() && is_lenient(&code[end..]) {
            rewrite(code, offset, end, links, edits);
        }
    }
}

/// Makes every link an argument of the filter; what stands within brackets stays untouched.
fn rewrite(code: &str, offset: usize, end: usize, links: Vec<Range<usize>>, edits: &mut Vec<Edit>) {
    let mut before = format!("|{FILTER}(");
    for link in links {
        let at = |range: Range<usize>| offset + range.start..offset + range.end;
        if code.as_bytes()[link.start] == b'[' {
            edits.push(Edit::new(at(link.start..link.start + 1), before.as_str()));
            edits.push(Edit::new(at(link.end - 1..link.end), ""));
        } else {
            let name = &code[link.start + 1..link.end];
            let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
            let quote = if is_number { "" } else { "'" };
            let new = format!("{before}{quote}{name}{quote}");
            edits.push(Edit::new(at(link), new));
        }
        ",".clone_into(&mut before);
    }
    edits.push(Edit::new(offset + end..offset + end, ")"));
}

/// The links after a name, with their dots and brackets, and where they end; none when there is a
/// call or a slice among them.
fn links(code: &str, mut at: usize) -> Option<(usize, Vec<Range<usize>>)> {
    let bytes = code.as_bytes();
    let mut links = Vec::new();
    loop {
        let end = match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'.'), Some(next)) if is_name(*next) => end_of_name(bytes, at + 1),
            (Some(b'['), _) => end_of_brackets(bytes, at)? + 1,
            (Some(b'('), _) => return None,
            _ => return Some((at, links)),
        };
        links.push(at..end);
        at = end;
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
