//! Where the expressions stand in a text, without parsing them.

use std::ops::Range;

/// What a text is made of.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// No template at all.
    Plain,
    /// One `{{ expression }}` and nothing else: it keeps its type.
    Single(Range<usize>),
    /// Text and expressions.
    Parts(Vec<Part>),
    /// Statements, comments or white space control: only the engine can tell.
    Statements,
}

/// A part of a text, as a byte range of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Literal text.
    Text(Range<usize>),
    /// What stands between `{{` and `}}`.
    Expression(Range<usize>),
}

/// Whether there is anything to render in a text.
pub(crate) fn is_template(text: &str) -> bool {
    opening(text, 0).is_some()
}

/// Splits a text.
pub(super) fn shape(text: &str) -> Shape {
    let Some(first) = opening(text, 0) else {
        return Shape::Plain;
    };
    let Some(parts) = parts(text, first) else {
        return Shape::Statements;
    };
    match parts.as_slice() {
        [Part::Expression(range)] => Shape::Single(range.clone()),
        _ => Shape::Parts(parts),
    }
}

/// Splits a text that holds nothing but `{{ expression }}`s; none when there is more to it.
fn parts(text: &str, first: usize) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut done = 0;
    let mut next = Some(first);
    while let Some(open) = next {
        let expression = expression_at(text, open)?;
        if done < open {
            parts.push(Part::Text(done..open));
        }
        done = expression.end + 2;
        next = opening(text, done);
        parts.push(Part::Expression(expression));
    }
    if done < text.len() {
        parts.push(Part::Text(done..text.len()));
    }
    Some(parts)
}

/// The expression of a condition that was written `{{ expression }}` all the same.
pub(super) fn unwrapped(text: &str) -> Option<Range<usize>> {
    let trimmed = text.trim();
    let start = text.len() - text.trim_start().len();
    match shape(trimmed) {
        Shape::Single(range) => Some(range.start + start..range.end + start),
        _ => None,
    }
}

/// The next `{{`, `{%` or `{#`.
fn opening(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(found) = text.get(at..)?.find('{') {
        at += found;
        if matches!(bytes.get(at + 1), Some(b'{' | b'%' | b'#')) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// What stands between `{{` at a place and its `}}`; none when it is a statement, trims white
/// space, or does not end.
fn expression_at(text: &str, open: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let start = open + 2;
    if bytes[open + 1] != b'{' || matches!(bytes.get(start), Some(b'-' | b'+')) {
        return None;
    }
    let end = end_of(bytes, start)?;
    let trims = end > start && matches!(bytes[end - 1], b'-' | b'+');
    (!trims).then_some(start..end)
}

/// Where the `}}` stands that ends the expression; braces and quotes within it do not count.
fn end_of(bytes: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\'' | b'"' => at = end_of_quotes(bytes, at)?,
            b'{' | b'(' | b'[' => depth += 1,
            b'}' if depth == 0 => return (bytes.get(at + 1) == Some(&b'}')).then_some(at),
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Where the quote stands that closes the one at a place.
pub(super) fn end_of_quotes(bytes: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            byte if *byte == bytes[open] => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fall_into_their_parts() {
        let expression = Part::Expression;
        for (text, expected) in [
            ("", Shape::Plain),
            ("{ }", Shape::Plain),
            ("{{ x }}", Shape::Single(2..5)),
            ("{{ {'a': {'b': 1}} }}", Shape::Single(2..19)),
            ("{{ '}}' }}", Shape::Single(2..8)),
            ("{{ 'it\\'s }}' }}", Shape::Single(2..14)),
            (
                "a{{ x }}",
                Shape::Parts(vec![Part::Text(0..1), expression(3..6)]),
            ),
            (
                "{{x}}{{y}}é",
                Shape::Parts(vec![expression(2..3), expression(7..8), Part::Text(10..12)]),
            ),
            ("{{- x }}", Shape::Statements),
            ("{{ x -}}", Shape::Statements),
            ("{% if x %}{% endif %}", Shape::Statements),
            ("{{ x }}{# note #}", Shape::Statements),
            ("{{ x", Shape::Statements),
            ("{{ x }", Shape::Statements),
        ] {
            assert_eq!(shape(text), expected, "{text}");
        }
    }

    #[test]
    fn a_condition_in_braces_is_unwrapped() {
        assert_eq!(unwrapped("  {{ x }}\n"), Some(4..7));
        assert_eq!(unwrapped("{{ x }} == 1"), None);
        assert_eq!(unwrapped("x == 1"), None);
    }
}
