//! How much memory a template may ask for: more ends in an error, not with the process.
//!
//! The engine counts what its own operators and filters do. What is counted here is what it does
//! not see: our filters and lookups, and values that share their parts, so that a few bytes stand
//! for gigabytes when written out.

use indexmap::IndexMap;
use minijinja::Error;
use minijinja::value::ValueKind;

use super::filters::fail;
use crate::vars::Value;

/// The longest text a template may make, in bytes.
pub(super) const MAX_TEXT: usize = 64 << 20;

/// What an item of a list counts for besides its text.
const ITEM: usize = 32;

/// How deep values may nest when they are written out.
const MAX_DEPTH: usize = 200;

/// What is left of the room for a value.
#[derive(Debug)]
pub(super) struct Room(usize);

impl Room {
    /// Room for one value.
    pub(super) fn new() -> Self {
        Self(2 * MAX_TEXT)
    }

    /// Takes what a value itself needs, without its items; false when there is no more room.
    pub(super) fn take(&mut self, value: &Value) -> bool {
        let needed = ITEM + value.as_str().map_or(0, str::len);
        let left = self.0.checked_sub(needed);
        self.0 = left.unwrap_or(0);
        left.is_some()
    }

    fn holds(&mut self, value: &Value, depth: usize) -> bool {
        if !self.take(value) || depth > MAX_DEPTH {
            return false;
        }
        // What has no length may be iterated only once; other mappings render their entries.
        let is_list = matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable);
        if is_list && value.len().is_some() {
            let Ok(mut items) = value.try_iter() else {
                return true;
            };
            return items.all(|item| self.holds(&item, depth + 1));
        }
        match value.downcast_object_ref::<IndexMap<Value, Value>>() {
            Some(entries) => entries
                .iter()
                .all(|(key, item)| self.take(key) && self.holds(item, depth + 1)),
            None => true,
        }
    }
}

/// Refuses a text before it is made.
pub(super) fn text_of(bytes: usize) -> Result<(), Error> {
    if bytes > MAX_TEXT {
        return Err(fail(format!(
            "the text would be longer than {} MiB",
            MAX_TEXT >> 20
        )));
    }
    Ok(())
}

/// What is wrong with a value that is too large.
pub(super) fn too_large() -> Error {
    let most = MAX_TEXT >> 19;
    fail(format!(
        "the value is larger than {most} MiB, or nests more than {MAX_DEPTH} deep"
    ))
}

/// Refuses a value that is too large to be written out.
pub(super) fn writable(value: &Value) -> Result<(), Error> {
    if Room::new().holds(value, 0) {
        Ok(())
    } else {
        Err(too_large())
    }
}

#[cfg(test)]
mod tests {
    use crate::template::testing::json;

    /// Each of these took gigabytes, or panicked.
    #[test]
    fn nothing_takes_more_memory_than_it_should() {
        for expression in [
            "('a' * 100000) | regex_replace('', 'b' * 100000)",
            r"('a' * 99999) | regex_replace('^(.*)$', '\1' * 9999)",
            "query('sequence', 'count=2 format=%999999999d')",
            "query('sequence', 'count=100000 format=%9999d')",
            "query('sequence', 'start=0 end=9223372036854775807')",
            "query('sequence', 'start=-9223372036854775807 end=1')",
            "lookup('pipe', 'yes')",
            "query('lines', 'yes')",
            "lookup('file', '/dev/zero')",
            "lookup('unvault', '/dev/zero')",
            "lookup('ini', 'a file=/dev/zero')",
            "lookup('csvfile', 'a file=/dev/zero')",
            "lookup('template', '/dev/zero')",
            "('\n' * 100000) | indent('x' * 100000, blank=true)",
            "('\n' * 100000) | indent(9999, blank=true)",
            "('\n' * 100000) | comment(decoration='x' * 100000)",
            "'a' | comment('plain', prefix='x' * 100000, prefix_count=10000)",
            "('{0}' * 30000).format('a' * 100000)",
            "('%(a)s' * 30000) % {'a': 'a' * 100000}",
            "('%(a)s' * 30000) | format(a='a' * 100000)",
            "([1] * 10000) * 10000",
            "['a' * 100000] * 10000",
            "[['a' * 100000] * 10000] | to_json | length",
            "[['a' * 100000] * 10000] | to_nice_yaml | length",
            "[['a' * 100000] * 10000] | string | length",
            "[['a' * 100000] * 10000] | pprint | length",
            "'a' * 999999999",
            "range(10**9) | list",
            "'%999999999d' % 1",
            "range(1000) | permutations | list",
            "range(1000) | combinations(500) | list",
            "range(2000) | product(range(2000)) | list",
            "query('sequence', 'end=999999999999')",
            "lookup('password', '/dev/null length=1000000000')",
        ] {
            let told = json(expression, "{}");
            assert!(told.starts_with("error: "), "{expression}: {told:.60}");
        }
    }

    /// What is padded or indented is so up to a bound.
    #[test]
    fn widths_end_at_a_bound() {
        for (expression, expected) in [
            ("'x' | center(10**9) | length", "10000"),
            ("'a'.ljust(10**9) | length", "10000"),
            ("'a'.rjust(10**9) | length", "10000"),
            ("'a'.center(10**9) | length", "10000"),
            ("'a'.zfill(10**9) | length", "10000"),
            ("[1] | to_nice_json(indent=10**9) | length", "105"),
        ] {
            assert_eq!(json(expression, "{}"), expected, "{expression}");
        }
    }
}
