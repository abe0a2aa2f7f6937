//! Where a part of a scalar's text stands in the source.
//!
//! The text is decoded a second time, noting for every byte where it came from. When the outcome
//! is not the text the parser gave, nothing is claimed and the whole scalar is the place.

use std::ops::Range;

use super::Style;
use crate::diag::Span;

/// The source's place of a byte range of the scalar's text.
pub(super) fn locate(span: &Span, text: &str, style: Style, range: Range<usize>) -> Span {
    let base = span.range().start;
    match trace(span.text(), text, style) {
        Some(traced) => {
            let place = traced.place(range);
            Span::new(span.source(), base + place.start..base + place.end)
        }
        None => span.clone(),
    }
}

/// The text decoded once more; none when the outcome differs from what the parser made of it.
fn trace(written: &str, text: &str, style: Style) -> Option<Traced> {
    let traced = match style {
        _ if written == text => Traced::verbatim(text),
        Style::Plain => flow(written, Quotes::None),
        Style::SingleQuoted => flow(inner(written), Quotes::Single).moved(1),
        Style::DoubleQuoted => flow(inner(written), Quotes::Double).moved(1),
        Style::Literal | Style::Folded => block(written, text, style == Style::Folded)?,
    };
    (traced.text == text).then_some(traced)
}

/// A decoded text that remembers where each byte was written.
#[derive(Default)]
struct Traced {
    text: String,
    /// For each byte of the text, the range it was written as.
    places: Vec<Range<usize>>,
}

impl Traced {
    fn verbatim(text: &str) -> Self {
        let mut traced = Self::default();
        traced.push_str(text, 0);
        traced
    }

    fn push(&mut self, c: char, place: Range<usize>) {
        self.text.push(c);
        for _ in 0..c.len_utf8() {
            self.places.push(place.clone());
        }
    }

    fn push_str(&mut self, text: &str, at: usize) {
        for (i, c) in text.char_indices() {
            self.push(c, at + i..at + i + c.len_utf8());
        }
    }

    fn append(&mut self, other: Traced) {
        self.text.push_str(&other.text);
        self.places.extend(other.places);
    }

    fn moved(mut self, by: usize) -> Self {
        for place in &mut self.places {
            *place = place.start + by..place.end + by;
        }
        self
    }

    /// From where the first byte was written to where the last one was; an empty range stands
    /// before its byte, or after the last one.
    fn place(&self, range: Range<usize>) -> Range<usize> {
        let after = self.places.last().map_or(0, |last| last.end);
        let start = self.places.get(range.start).map_or(after, |p| p.start);
        if range.end <= range.start {
            return start..start;
        }
        let end = self.places.get(range.end - 1).map_or(after, |p| p.end);
        start..end.max(start)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    None,
    Single,
    Double,
}

/// What is between the quotes.
fn inner(written: &str) -> &str {
    let mut chars = written.chars();
    chars.next();
    chars.next_back();
    chars.as_str()
}

/// Plain and quoted scalars: line breaks fold, quotes and backslashes escape.
fn flow(written: &str, quotes: Quotes) -> Traced {
    let mut out = Traced::default();
    let mut at = 0;
    while at < written.len() {
        let rest = &written[at..];
        let blank = blanks(rest);
        if blank > 0 {
            fold(rest, blank, at, &mut out, false);
            at += blank;
        } else if quotes == Quotes::Double && rest.starts_with('\\') {
            at += escape(rest, at, &mut out);
        } else {
            let c = rest.chars().next().unwrap_or_default();
            let doubled = quotes == Quotes::Single && rest.starts_with("''");
            let width = if doubled { 2 } else { c.len_utf8() };
            out.push(c, at..at + width);
            at += width;
        }
    }
    out
}

/// Bytes of white space, line breaks included, at the start.
fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches(is_blank_or_break).len()
}

fn is_blank_or_break(c: char) -> bool {
    matches!(c, ' ' | '\t') || is_break(c)
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Line breaks with their byte ranges within a text, each as the parser reads it.
fn breaks(text: &str) -> Vec<(char, Range<usize>)> {
    let mut found = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        let mut end = i + c.len_utf8();
        if c == '\r' && chars.peek().is_some_and(|(_, next)| *next == '\n') {
            chars.next();
            end += 1;
        }
        match c {
            '\n' | '\r' | '\u{85}' => found.push(('\n', i..end)),
            '\u{2028}' | '\u{2029}' => found.push((c, i..end)),
            _ => {}
        }
    }
    found
}

/// White space between words: kept on one line, else one break is a space and the others stay.
/// After an escaped break (`escaped`) nothing of the first line is left.
fn fold(text: &str, blank: usize, at: usize, out: &mut Traced, escaped: bool) {
    let found = breaks(&text[..blank]);
    let moved = |place: &Range<usize>| at + place.start..at + place.end;
    match found.split_first() {
        _ if escaped => {
            for (c, place) in &found {
                out.push(*c, moved(place));
            }
        }
        None => out.push_str(&text[..blank], at),
        Some((('\n', _), [])) => out.push(' ', at..at + blank),
        Some((first, others)) => {
            if first.0 != '\n' {
                out.push(first.0, moved(&first.1));
            }
            for (c, place) in others {
                out.push(*c, moved(place));
            }
        }
    }
}

/// One escape of a double-quoted scalar; says how many bytes it takes.
fn escape(rest: &str, at: usize, out: &mut Traced) -> usize {
    let Some(code) = rest[1..].chars().next() else {
        return 1;
    };
    if is_break(code) {
        let first = if rest[1..].starts_with("\r\n") {
            2
        } else {
            code.len_utf8()
        };
        let blank = blanks(&rest[1 + first..]);
        fold(&rest[1 + first..], blank, at + 1 + first, out, true);
        return 1 + first + blank;
    }
    let digits = match code {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => 0,
    };
    let width = 1 + code.len_utf8() + digits;
    let c = if digits > 0 {
        let value = rest
            .get(2..width)
            .and_then(|hex| u32::from_str_radix(hex, 16).ok());
        value.and_then(char::from_u32).unwrap_or_default()
    } else {
        named(code)
    };
    out.push(c, at..at + width);
    width.min(rest.len())
}

fn named(code: char) -> char {
    match code {
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        't' => '\t',
        'n' => '\n',
        'v' => '\x0B',
        'f' => '\x0C',
        'r' => '\r',
        'e' => '\x1B',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        other => other,
    }
}

/// A block scalar. How far it is indented depends on what is around it, so each depth is tried.
fn block(written: &str, text: &str, folded: bool) -> Option<Traced> {
    let header = written.find(is_break)?;
    let keep = |chomp: char| {
        written[..header]
            .split('#')
            .next()
            .unwrap_or_default()
            .contains(chomp)
    };
    let chomping = if keep('-') {
        Chomping::Strip
    } else if keep('+') {
        Chomping::Keep
    } else {
        Chomping::Clip
    };
    let lines = lines(written, header);
    let deepest = lines
        .iter()
        .map(|l| indent(&written[l.content.clone()]))
        .max()
        .unwrap_or(1);
    (1..=deepest.max(1))
        .map(|depth| block_at(written, &lines, depth, folded, chomping))
        .find(|traced| traced.text == text)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

/// A line of a block scalar: what is on it, and the break that ends it.
struct Line {
    content: Range<usize>,
    end: Option<(char, Range<usize>)>,
}

fn lines(written: &str, header: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut found = breaks(&written[header..])
        .into_iter()
        .map(|(c, place)| (c, header + place.start..header + place.end));
    let mut start = found.next().map_or(written.len(), |(_, place)| place.end);
    for (c, place) in found {
        let next = place.end;
        lines.push(Line {
            content: start..place.start,
            end: Some((c, place)),
        });
        start = next;
    }
    if start < written.len() {
        lines.push(Line {
            content: start..written.len(),
            end: None,
        });
    }
    lines
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The text of a block scalar that is indented by `depth` spaces.
fn block_at(
    written: &str,
    lines: &[Line],
    depth: usize,
    folded: bool,
    chomping: Chomping,
) -> Traced {
    let mut out = Traced::default();
    let mut leading: Option<(char, Range<usize>)> = None;
    let mut trailing = Traced::default();
    let mut was_blank = false;
    for line in lines {
        let content = &written[line.content.clone()];
        if content.len() <= depth && content.bytes().all(|b| b == b' ') {
            if let Some((c, place)) = line.end.clone() {
                trailing.push(c, place);
            }
            continue;
        }
        let text = content.get(depth..).unwrap_or_default();
        let is_blank = text.starts_with([' ', '\t']);
        if let Some((c, place)) = leading.take() {
            let folds = folded && c == '\n' && !was_blank && !is_blank;
            if !folds {
                out.push(c, place);
            } else if trailing.text.is_empty() {
                out.push(' ', place);
            }
        }
        out.append(std::mem::take(&mut trailing));
        out.push_str(text, line.content.start + depth);
        was_blank = is_blank;
        leading.clone_from(&line.end);
    }
    if let (Some((c, place)), true) = (leading, chomping != Chomping::Strip) {
        out.push(c, place);
    }
    if chomping == Chomping::Keep {
        out.append(trailing);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::SourceFile;
    use crate::yaml::{Kind, Node, read_one};

    /// Whatever the parser reads as one scalar is decoded here to the same text.
    fn agrees(value: &str) {
        let source = SourceFile::inline("t.yml", format!("a: {value}\n"));
        let Ok(node) = read_one(&source) else { return };
        let Some(Kind::Scalar { text, style }) = node.get("a").map(Node::kind) else {
            return;
        };
        let span = node.get("a").map(|n| n.span.clone()).expect("it is there");
        let traced = trace(span.text(), text, *style);
        assert!(traced.is_some(), "{:?} is not {text:?}", span.text());
        assert_eq!(traced.map(|t| t.places.len()), Some(text.len()));
    }

    /// Words with all kinds of white space between them.
    fn words(open: &str, close: &str) -> impl proptest::strategy::Strategy<Value = String> {
        let words = r"([a-zé]{1,3}|[ \t]{1,2}|\n {1,4}|\n|\r\n  |\u{2028}  |#|''){0,8}";
        proptest::string::string_regex(&format!("{open}{words}{close}")).expect("it is a pattern")
    }

    proptest::proptest! {
        #[test]
        fn plain_text_is_decoded_alike(text in words("[a-z]", "")) {
            agrees(&text);
        }

        #[test]
        fn single_quoted_text_is_decoded_alike(text in words("'", "'")) {
            agrees(&text);
        }

        #[test]
        fn double_quoted_text_is_decoded_alike(text in words("\"", "\"")) {
            agrees(&text);
        }

        #[test]
        fn escapes_are_decoded_alike(
            text in r#""([a-zé]|[ \t]{1,2}|\n  |\\[nt"\\_NLP0]|\\u00e9|\\U0001F600|\\x41|\\\n {0,3}){0,8}""#
        ) {
            agrees(&text);
        }

        #[test]
        fn block_text_is_decoded_alike(
            text in r"[|>]([-+]?|[-+]?[1-3]|[1-3][-+])( # c)?(\n {0,5}[a-zé]{0,3}[ \t]{0,2}[a-z]{0,2}){0,6}\n{0,2}"
        ) {
            agrees(&text);
        }
    }
}
