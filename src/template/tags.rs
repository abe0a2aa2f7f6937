//! Where the code stands in a template: between the delimiters, outside comments and `raw`.

use std::ops::Range;

use super::scan::end_of_quotes;

/// The strings that tell code from text.
#[derive(Debug, Clone)]
pub(super) struct Delimiters<'a> {
    pub(super) variable: (&'a str, &'a str),
    pub(super) block: (&'a str, &'a str),
    pub(super) comment: (&'a str, &'a str),
}

impl Default for Delimiters<'_> {
    fn default() -> Self {
        Self {
            variable: ("{{", "}}"),
            block: ("{%", "%}"),
            comment: ("{#", "#}"),
        }
    }
}

/// What begins at a delimiter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    Variable,
    Block,
    Comment,
}

/// The byte ranges of the code in a template. What does not end is left to the parser.
pub(super) fn code(text: &str, delimiters: &Delimiters<'_>) -> Vec<Range<usize>> {
    let tagged = tagged(text, delimiters).into_iter();
    tagged.map(|(range, _)| range).collect()
}

/// The same, each with whether it is a statement.
pub(super) fn tagged(text: &str, delimiters: &Delimiters<'_>) -> Vec<(Range<usize>, bool)> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut raw = false;
    while let Some((start, tag, end_delimiter)) = next_tag(text, at, delimiters) {
        let Some(end) = end_of(text, start, tag, end_delimiter) else {
            break;
        };
        let word = text[start..end].trim_matches(['-', '+', ' ', '\t', '\n']);
        let is_block = tag == Tag::Block;
        if is_block && word == "endraw" {
            raw = false;
        } else if is_block && word == "raw" {
            raw = true;
        } else if !raw && tag != Tag::Comment {
            found.push((start..end, is_block));
        }
        at = end + end_delimiter.len();
    }
    found
}

/// The next delimiter: where what follows it begins, what it is, and what ends it.
fn next_tag<'a>(
    text: &str,
    from: usize,
    delimiters: &Delimiters<'a>,
) -> Option<(usize, Tag, &'a str)> {
    let rest = text.get(from..)?;
    let tags = [
        (Tag::Variable, delimiters.variable),
        (Tag::Block, delimiters.block),
        (Tag::Comment, delimiters.comment),
    ];
    // Texts are short and tags few: one pass over the bytes is less work than three searches.
    (0..rest.len()).find_map(|at| {
        let rest = &rest.as_bytes()[at..];
        let (tag, (open, close)) = tags
            .iter()
            .filter(|(_, (open, close))| !open.is_empty() && !close.is_empty())
            .filter(|(_, (open, _))| rest.starts_with(open.as_bytes()))
            // Of two that begin at the same place the longer one counts.
            .min_by_key(|(_, (open, _))| usize::MAX - open.len())?;
        Some((from + at + open.len(), *tag, *close))
    })
}

fn end_of(text: &str, start: usize, tag: Tag, close: &str) -> Option<usize> {
    if tag == Tag::Comment {
        return Some(start + text[start..].find(close)?);
    }
    let bytes = text.as_bytes();
    let mut depth = 0usize;
    let mut at = start;
    while at < bytes.len() {
        if depth == 0 && bytes[at..].starts_with(close.as_bytes()) {
            return Some(at);
        }
        match bytes[at] {
            b'\'' | b'"' => at = end_of_quotes(bytes, at)?,
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
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
    fn code_is_what_stands_between_delimiters() {
        let text =
            "a {{ x }} {# {{ no }} #}{% if y %}{% raw %}{{ z }}{% endraw %}{{ '}}' }} {{ open";
        let default = Delimiters::default();
        let found: Vec<&str> = code(text, &default)
            .into_iter()
            .map(|range| &text[range])
            .collect();
        assert_eq!(found, [" x ", " if y ", " '}}' "]);
    }

    #[test]
    fn delimiters_can_be_others() {
        let delimiters = Delimiters {
            variable: ("<<", ">>"),
            block: ("<%", "%>"),
            comment: ("<#", "#>"),
        };
        let text = "{{ no }} << x >> <% if y %>";
        let found: Vec<&str> = code(text, &delimiters)
            .into_iter()
            .map(|r| &text[r])
            .collect();
        assert_eq!(found, [" x ", " if y "]);
    }
}
