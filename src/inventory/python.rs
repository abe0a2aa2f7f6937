//! Values typed as Python literals: how Ansible reads what follows `=` in an INI inventory.
//!
//! Whatever is no literal is a string: `5` is a number, `True` a boolean, `[1, 2]` a list, while
//! `true`, `0644` and `5m` stay text.

use std::ops::Range;

use crate::diag::Span;
use crate::yaml::{Kind, Node, Style};

/// The tag of a scalar that is text however it looks.
const STR: &str = "tag:yaml.org,2002:str";

/// Deeper nesting than this is taken as text.
const MAX_DEPTH: usize = 50;

/// Types a value; `place` says where a part of it stands in the source.
pub(super) fn value(text: &str, place: &dyn Fn(Range<usize>) -> Span) -> Node {
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
        place,
    };
    reader
        .whole()
        .unwrap_or_else(|| string(&place(0..text.len()), text))
}

/// A node that is text, whatever it looks like.
pub(crate) fn string(span: &Span, text: &str) -> Node {
    let kind = Kind::Scalar {
        text: text.into(),
        style: Style::Plain,
    };
    Node::new(span.clone(), Some(STR.into()), kind)
}

/// Reads a literal by recursive descent; none whenever the text is no literal.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    place: &'a dyn Fn(Range<usize>) -> Span,
}

impl<'a> Reader<'a> {
    /// The whole text, which may be a tuple without parentheses.
    fn whole(&mut self) -> Option<Node> {
        self.space();
        let first = self.literal()?;
        self.space();
        let node = if self.peek() == Some(',') {
            self.tuple(0, vec![first], '\0')?
        } else {
            first
        };
        self.space();
        let rest = self.rest();
        (rest.is_empty() || rest.starts_with('#')).then_some(node)
    }

    fn literal(&mut self) -> Option<Node> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let start = self.at;
        let node = match self.peek()? {
            '[' => self.list(start),
            '(' => self.parenthesised(start),
            '{' => self.braced(start),
            '\'' | '"' => self.strings(start),
            '0'..='9' | '.' | '-' | '+' => self.number(start),
            _ => self.word(start),
        };
        self.depth -= 1;
        node
    }

    fn list(&mut self, start: usize) -> Option<Node> {
        self.at += 1;
        let items = self.items(Vec::new(), ']')?;
        Some(self.node(start, Kind::Seq(items)))
    }

    /// `()`, `(x)` or `(x, y)`.
    fn parenthesised(&mut self, start: usize) -> Option<Node> {
        self.at += 1;
        self.space();
        if self.eat(')') {
            return Some(self.node(start, Kind::Seq(Vec::new())));
        }
        let first = self.literal()?;
        self.space();
        if self.eat(')') {
            return Some(first);
        }
        self.tuple(start, vec![first], ')')
    }

    /// The rest of a tuple whose first item was read; it stands before a comma.
    fn tuple(&mut self, start: usize, items: Vec<Node>, close: char) -> Option<Node> {
        if !self.eat(',') {
            return None;
        }
        let items = self.items(items, close)?;
        Some(self.node(start, Kind::Seq(items)))
    }

    /// Items up to the closing character (`\0`: the end), after an opening one or a comma.
    fn items(&mut self, mut items: Vec<Node>, close: char) -> Option<Vec<Node>> {
        loop {
            self.space();
            if self.close(close) {
                return Some(items);
            }
            items.push(self.literal()?);
            self.space();
            if !self.eat(',') {
                return self.close(close).then_some(items);
            }
        }
    }

    fn close(&mut self, close: char) -> bool {
        if close == '\0' {
            matches!(self.peek(), None | Some('#'))
        } else {
            self.eat(close)
        }
    }

    /// A dictionary, or a set, which becomes a list.
    fn braced(&mut self, start: usize) -> Option<Node> {
        self.at += 1;
        self.space();
        if self.eat('}') {
            return Some(self.node(start, Kind::Map(Vec::new())));
        }
        let first = self.literal()?;
        self.space();
        if self.peek() == Some(':') {
            let entries = self.entries(first)?;
            return Some(self.node(start, Kind::Map(entries)));
        }
        if self.eat('}') {
            return Some(self.node(start, Kind::Seq(vec![first])));
        }
        self.tuple(start, vec![first], '}')
    }

    /// The entries of a dictionary whose first key was read; a later equal key wins.
    fn entries(&mut self, mut key: Node) -> Option<Vec<(Node, Node)>> {
        let mut entries: Vec<(Node, Node)> = Vec::new();
        loop {
            key.raw()?;
            self.space();
            if !self.eat(':') {
                return None;
            }
            self.space();
            let value = self.literal()?;
            entries.retain(|(k, _)| k.raw() != key.raw());
            entries.push((key, value));
            self.space();
            let comma = self.eat(',');
            self.space();
            if self.eat('}') {
                return Some(entries);
            }
            if !comma {
                return None;
            }
            key = self.literal()?;
        }
    }

    /// One or more strings side by side, which Python joins.
    fn strings(&mut self, start: usize) -> Option<Node> {
        let mut text = String::new();
        let mut only = start..start;
        let mut count = 0;
        let mut end = start;
        while let Some(quote @ ('\'' | '"')) = self.peek() {
            self.at += 1;
            only = self.at..self.at;
            self.string_body(quote, &mut text)?;
            end = self.at;
            only.end = end - 1;
            count += 1;
            self.space();
        }
        self.at = end;
        let verbatim = count == 1 && self.text[only.clone()] == text;
        let range = if verbatim { only } else { start..end };
        Some(string(&(self.place)(range), &text))
    }

    fn string_body(&mut self, quote: char, text: &mut String) -> Option<()> {
        loop {
            let c = self.next()?;
            match c {
                '\\' => self.escape(text)?,
                c if c == quote => return Some(()),
                c => text.push(c),
            }
        }
    }

    fn escape(&mut self, text: &mut String) -> Option<()> {
        let c = self.next()?;
        let plain = match c {
            '\\' | '\'' | '"' => c,
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            'x' => self.code(2)?,
            'u' => self.code(4)?,
            'U' => self.code(8)?,
            '0'..='7' => self.octal(c),
            other => {
                // Python keeps the backslash of an escape it does not know.
                text.push('\\');
                other
            }
        };
        text.push(plain);
        Some(())
    }

    fn code(&mut self, digits: usize) -> Option<char> {
        let text = self.rest().get(..digits)?;
        let code = u32::from_str_radix(text, 16).ok()?;
        self.at += digits;
        char::from_u32(code)
    }

    fn octal(&mut self, first: char) -> char {
        let mut code = first.to_digit(8).unwrap_or(0);
        for _ in 0..2 {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) else {
                break;
            };
            code = code * 8 + digit;
            self.at += 1;
        }
        char::from_u32(code).unwrap_or('\u{fffd}')
    }

    fn number(&mut self, start: usize) -> Option<Node> {
        let negative = self.peek() == Some('-');
        if matches!(self.peek(), Some('-' | '+')) {
            self.at += 1;
            self.space();
        }
        let digits = self.number_text();
        let text = canonical(digits)?;
        let text = if negative { format!("-{text}") } else { text };
        Some(self.plain(start, &text))
    }

    /// Everything that can belong to a number, the sign of an exponent included.
    fn number_text(&mut self) -> &'a str {
        let rest = self.rest();
        let hex = rest.get(1..2).is_some_and(|c| c.eq_ignore_ascii_case("x"));
        let mut before = ' ';
        let mut length = 0;
        for c in rest.chars() {
            let sign = matches!(c, '+' | '-') && matches!(before, 'e' | 'E') && !hex;
            if !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_') || sign) {
                break;
            }
            before = c;
            length += c.len_utf8();
        }
        self.at += length;
        &rest[..length]
    }

    fn word(&mut self, start: usize) -> Option<Node> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphabetic());
        let word = &rest[..end.unwrap_or(rest.len())];
        let text = match word {
            "None" => "null",
            "True" => "true",
            "False" => "false",
            _ => return None,
        };
        self.at += word.len();
        Some(self.plain(start, text))
    }

    fn plain(&self, start: usize, text: &str) -> Node {
        Node::text(&(self.place)(start..self.at), text, Style::Plain)
    }

    fn node(&self, start: usize, kind: Kind) -> Node {
        Node::new((self.place)(start..self.at), None, kind)
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t')) {
            self.at += 1;
        }
    }
}

/// A number as YAML writes it; none when Python would not read it. An integer too large for 64
/// bits keeps its digits.
fn canonical(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('_').collect();
    let separated = |part: &&str| part.bytes().any(|b| b.is_ascii_alphanumeric());
    if parts.len() > 1 && !parts.iter().all(separated) {
        return None;
    }
    let digits = parts.concat().to_ascii_lowercase();
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = digits.strip_prefix(prefix) {
            let digits = Some(digits).filter(|d| !d.starts_with(['+', '-']))?;
            return Some(i128::from_str_radix(digits, radix).ok()?.to_string());
        }
    }
    if digits.bytes().all(|b| b.is_ascii_digit()) && !digits.is_empty() {
        let zero = digits.bytes().all(|b| b == b'0');
        return match digits.starts_with('0') {
            true if zero => Some("0".to_owned()),
            true => None,
            false => Some(digits),
        };
    }
    float(&digits)
}

/// A float with the point YAML 1.1 wants in it.
fn float(digits: &str) -> Option<String> {
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let number: f64 = digits.parse().ok()?;
    if number.is_infinite() {
        return Some(".inf".to_owned());
    }
    let text = number.to_string();
    Some(if text.contains('.') {
        text
    } else {
        format!("{text}.0")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::SourceFile;

    /// The value as Python would print it.
    fn read(text: &str) -> String {
        let source = SourceFile::inline("x", text);
        show(&value(text, &|range| Span::new(&source, range)))
    }

    fn show(node: &Node) -> String {
        match node.kind() {
            Kind::Scalar { text, .. } if node.tag.is_some() => format!("{text:?}"),
            Kind::Scalar { text, .. } => text.to_string(),
            Kind::Seq(items) => {
                let items: Vec<_> = items.iter().map(show).collect();
                format!("[{}]", items.join(", "))
            }
            Kind::Map(entries) => {
                let entry = |(k, v): &(Node, Node)| format!("{}: {}", show(k), show(v));
                let entries: Vec<_> = entries.iter().map(entry).collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }

    #[test]
    fn literals_are_typed() {
        for (text, wanted) in [
            ("5", "5"),
            ("-5", "-5"),
            ("+7", "7"),
            ("1_000", "1000"),
            ("0x1F", "31"),
            ("-0x10", "-16"),
            ("0o644", "420"),
            ("00", "0"),
            ("1.5", "1.5"),
            ("1e3", "1000.0"),
            ("1.e-3", "0.001"),
            (".5", "0.5"),
            ("True", "true"),
            ("None", "null"),
            ("5 # five", "5"),
            ("'a b'", "\"a b\""),
            (r#""a\n\x41" 'b'"#, "\"a\\nAb\""),
            ("[1, 'a', [None,],]", "[1, \"a\", [null]]"),
            ("(1, 2)", "[1, 2]"),
            ("(1)", "1"),
            ("()", "[]"),
            ("1,2", "[1, 2]"),
            ("{1, 2}", "[1, 2]"),
            ("{'k': 1, 'l': {}, 'k': 2}", "{\"l\": {}, \"k\": 2}"),
        ] {
            assert_eq!(read(text), wanted, "{text}");
        }
    }

    #[test]
    fn everything_else_is_text() {
        for text in [
            "true",
            "0644",
            "5m",
            "1.2.3",
            "10.0.0.1",
            "a b",
            "",
            "...",
            "{{ x }}",
            "1 + 2",
            "[1",
            "1__0",
            "_1",
            "'a",
            "{k: v}",
            "nan",
            "1-2",
            "{[]: 1}",
            "--5",
            "0x",
            "0x-1",
            "b'x'",
            "\\",
            "'\\ud800'",
        ] {
            assert_eq!(read(text), format!("{text:?}"), "{text}");
        }
    }

    #[test]
    fn parts_know_their_places() {
        let text = "['é', {'k': 'v'}]";
        let source = SourceFile::inline("x", text);
        let node = value(text, &|range| Span::new(&source, range));
        let entries = node.seq().and_then(|items| items[1].map()).unwrap();
        assert_eq!(entries[0].1.span.text(), "v");
        assert_eq!(entries[0].1.span.line_col(), (1, 14));
    }

    #[test]
    fn deep_nesting_is_text() {
        let text = "[".repeat(100_000);
        assert_eq!(read(&text), format!("{text:?}"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[\\[\\](){}'\"0-9a-fxXuU._+,: #\\\\é-]{0,24}") {
            read(&text);
        }
    }
}
