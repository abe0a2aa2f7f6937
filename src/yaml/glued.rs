//! A tag with a comma behind it, which the parser cannot take.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use libyaml_safer::{Encoding, Scanner, Token, TokenData};

use crate::diag::{Diagnostic, SourceFile, Span};

/// How many places are looked at more closely; a text that has more of them is prose.
const MAX_CANDIDATES: usize = 64;

/// The first `[!tag, …]`: YAML knows it as a tag of nothing, but the parser gives up on it.
pub(super) fn tag_before_comma(source: &Arc<SourceFile>) -> Option<Diagnostic> {
    let span = candidates(&source.text)
        .take(MAX_CANDIDATES)
        .find(|(start, _)| is_tag(&source.text, *start))
        .map(|(start, end)| Span::new(source, start..end))?;
    Some(
        Diagnostic::error(format!(
            "there is no value between `{}` and the comma",
            span.text()
        ))
        .at(&span)
        .help("give the tag a value, or quote the text if it is no tag"),
    )
}

/// Words that begin with `!` and end at a comma.
fn candidates(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let begins = |at: usize| {
        text[..at]
            .chars()
            .next_back()
            .is_some_and(|c| !c.is_alphanumeric())
    };
    let end_of_word = |c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '{' | '}' | '"');
    text.match_indices('!')
        .filter(move |(at, _)| begins(*at))
        .filter_map(move |(at, _)| {
            let end = at + text[at..].find(end_of_word)?;
            text[end..].starts_with(',').then_some((at, end))
        })
}

/// Whether a `!` stands where a value of a flow collection may begin. What stands before it may hold
/// another such tag, at which the scanner panics: that is no answer.
fn is_tag(text: &str, at: usize) -> bool {
    catch_unwind(AssertUnwindSafe(|| begins_value(text, at))).unwrap_or(false)
}

fn begins_value(text: &str, at: usize) -> bool {
    let before = format!("{}\n", text[..at].trim_start_matches('\u{feff}'));
    let mut scanner = Scanner::new();
    scanner.set_encoding(Encoding::Utf8);
    scanner.set_input(before.as_bytes());
    let mut depth = 0_i32;
    let mut last: Option<Token> = None;
    for token in scanner {
        let Ok(token) = token else { return false };
        match token.data {
            TokenData::StreamEnd => return depth > 0 && last.is_some_and(|t| is_open(&t, &before)),
            TokenData::FlowSequenceStart | TokenData::FlowMappingStart => depth += 1,
            TokenData::FlowSequenceEnd | TokenData::FlowMappingEnd => depth -= 1,
            _ => {}
        }
        last = Some(token);
    }
    false
}

/// Whether a value may follow the token, and no comment does.
fn is_open(token: &Token, text: &str) -> bool {
    let opens = matches!(
        token.data,
        TokenData::FlowSequenceStart
            | TokenData::FlowMappingStart
            | TokenData::FlowEntry
            | TokenData::Key
            | TokenData::Value
            | TokenData::Anchor { .. }
    );
    let end = usize::try_from(token.end_mark.index).unwrap_or(text.len());
    opens && !text.get(end..).unwrap_or_default().contains('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<String> {
        tag_before_comma(&SourceFile::inline("t.yml", text)).map(|d| d.one_line())
    }

    #[test]
    fn a_tag_without_a_value_is_told() {
        assert_eq!(
            found("a: [!vault,b]").as_deref(),
            Some(
                "t.yml:1:5: there is no value between `!vault` and the comma (give the tag a \
                 value, or quote the text if it is no tag)"
            )
        );
        assert!(found("{é: !x,b: c}").is_some());
        assert!(found("[\n  a, &b !x,]").is_some());
    }

    #[test]
    fn the_same_within_other_text_is_none() {
        for text in [
            "a: hello !you, there",
            "[hello !you, there]",
            "['a !x, b', \"c !x, d\"]",
            "[a, # see !x,\n b]",
            "a: |\n  [ !x, y]\n",
            "[!vault , b]",
            "[!vault x, b]",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
