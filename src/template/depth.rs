//! How deep an expression nests, before the parser finds out with the stack.

use super::scan::end_of_quotes;
use super::words::{end_of_name, is_name};

/// Operators, names and brackets that may depend on each other; the parser, the compiler and the
/// tree they share take some stack for each.
pub(super) const MAX_DEPTH: usize = 400;

/// Whether an expression nests deeper than the stack of a thread allows for.
pub(super) fn is_too_deep(text: &str) -> bool {
    let bytes = text.as_bytes();
    // For every open bracket: the depth of the segment between commas, and the deepest so far.
    let mut open: Vec<(usize, usize)> = vec![(0, 0)];
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\'' | b'"' => at = end_of_quotes(bytes, at).unwrap_or(bytes.len()),
            b'(' | b'[' | b'{' => open.push((1, 1)),
            b',' | b':' => open.last_mut().into_iter().for_each(close_segment),
            b')' | b']' | b'}' if open.len() > 1 => {
                let inner = open.pop().map_or(0, |mut inner| {
                    close_segment(&mut inner);
                    inner.1
                });
                open.last_mut()
                    .into_iter()
                    .for_each(|(depth, _)| *depth += inner);
            }
            byte if is_name(byte) => {
                at = end_of_name(bytes, at) - 1;
                open.last_mut()
                    .into_iter()
                    .for_each(|(depth, _)| *depth += 1);
            }
            byte if b"-+*/%~<>=!.|".contains(&byte) => {
                open.last_mut()
                    .into_iter()
                    .for_each(|(depth, _)| *depth += 1);
            }
            _ => {}
        }
        at += 1;
    }
    open.iter()
        .map(|(depth, most)| depth.max(most))
        .sum::<usize>()
        > MAX_DEPTH
}

fn close_segment((depth, most): &mut (usize, usize)) {
    *most = (*most).max(*depth);
    *depth = 0;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_depends_on_each_other_counts() {
        for (text, expected) in [
            ("a + 1, ".repeat(5000), false),
            (format!("[{}]", "{'a': x.y | int}, ".repeat(5000)), false),
            ("(".repeat(401), true),
            ("not ".repeat(401), true),
            ("not ".repeat(400), false),
            (format!("a{}", ".x".repeat(201)), true),
            (format!("'{}'", "((".repeat(500)), false),
            ("f(".repeat(201) + &")".repeat(201), true),
        ] {
            let start: String = text.chars().take(20).collect();
            assert_eq!(is_too_deep(&text), expected, "{start}");
        }
    }
}
