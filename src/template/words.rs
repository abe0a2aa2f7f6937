//! Just enough of an expression's grammar to find chains of attributes, filters and tests in it.

use std::ops::Range;

use super::scan::end_of_quotes;

/// A name in an expression, and what stands before it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) role: Role,
    /// The whole of a dotted filter's or test's name; the first name of a chain otherwise.
    pub(super) range: Range<usize>,
}

/// What a name is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// After `|`.
    Filter,
    /// After `is` or `is not`.
    Test,
    /// After a dot.
    Attribute,
    /// Anything else: a variable, a function, a keyword, a named argument.
    Name,
}

/// The names in an expression, in order, outside of texts.
pub(super) fn words(text: &str) -> Vec<Word> {
    let bytes = text.as_bytes();
    let mut words: Vec<Word> = Vec::new();
    // The role of the next name, set by what was just seen.
    let mut next = Role::Name;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\'' | b'"' => {
                at = end_of_quotes(bytes, at).unwrap_or(bytes.len());
                next = Role::Name;
            }
            b'|' => next = Role::Filter,
            b'.' => next = Role::Attribute,
            byte if byte.is_ascii_digit() => {
                at = end_of_name(bytes, at) - 1;
                next = Role::Name;
            }
            byte if is_name(byte) => {
                let dotted = matches!(next, Role::Filter | Role::Test);
                let end = name_end(bytes, at, dotted);
                let before = next;
                next = after(&text[at..end], before);
                // `is not`: the test's name is still to come.
                if !(before == Role::Test && next == Role::Test) {
                    words.push(Word {
                        role: before,
                        range: at..end,
                    });
                }
                at = end - 1;
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => next = Role::Name,
        }
        at += 1;
    }
    words
}

/// The role of the name after this one.
fn after(word: &str, role: Role) -> Role {
    match (role, word) {
        (Role::Name, "is") | (Role::Test, "not") => Role::Test,
        _ => Role::Name,
    }
}

pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

pub(super) fn end_of_name(bytes: &[u8], start: usize) -> usize {
    let length = bytes[start..]
        .iter()
        .take_while(|byte| is_name(**byte))
        .count();
    start + length.max(1)
}

fn name_end(bytes: &[u8], start: usize, dotted: bool) -> usize {
    let mut end = end_of_name(bytes, start);
    while dotted && bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(|b| is_name(*b))
    {
        end = end_of_name(bytes, end + 1);
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let word = |word: Word| format!("{:?} {}", word.role, &text[word.range]);
        words(text)
            .into_iter()
            .map(word)
            .collect::<Vec<_>>()
            .join(", ")
    }

    #[test]
    fn names_have_their_roles() {
        assert_eq!(
            told("a.b | default('x|y') is not ansible.builtin.defined and 1.5 is odd"),
            "Name a, Attribute b, Filter default, Name is, Test ansible.builtin.defined, Name and, \
             Name is, Test odd"
        );
        assert_eq!(
            told("x|map('upper')|list"),
            "Name x, Filter map, Filter list"
        );
    }
}
