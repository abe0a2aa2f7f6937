//! Where the operands of an expression's operators begin and end.
//!
//! Not a parser: what it does not understand ends the outline, and the engine tells the mistake.

use std::ops::Range;

use crate::template::scan::end_of_quotes;
use crate::template::words::{end_of_name, is_name};

/// An operator of interest, with its operands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Operation {
    /// Where the first operand begins.
    pub(super) start: usize,
    /// The operators, as they stand in the text.
    pub(super) operators: Vec<Range<usize>>,
    /// Where the last operand ends.
    pub(super) end: usize,
}

/// The remainders and comparisons of code, inner ones before those around them.
pub(super) fn outline(text: &str, range: Range<usize>, is_block: bool) -> Vec<Operation> {
    let mut outline = Outline {
        text,
        tokens: tokens(text, range),
        next: usize::from(is_block),
        found: Vec::new(),
        dates: has_dates(text),
    };
    // A statement may be several expressions with commas, colons and equals signs between.
    loop {
        let before = outline.next;
        outline.list();
        if outline.next == before {
            return outline.found;
        }
    }
}

/// Whether a text may compute with moments.
pub(super) fn has_dates(text: &str) -> bool {
    text.contains("to_datetime") || text.contains("now(")
}

/// The words, numbers, texts and signs of an expression.
fn tokens(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let bytes = &text.as_bytes()[..range.end];
    let mut found = Vec::new();
    let mut at = range.start;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let end = match bytes[at] {
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'\'' | b'"' => end_of_quotes(bytes, at).map_or(bytes.len(), |end| end + 1),
            byte if byte.is_ascii_digit() => end_of_number(bytes, at, found.last(), text),
            byte if is_name(byte) => end_of_name(bytes, at),
            _ => {
                let pairs: [&[u8]; 6] = [b"**", b"//", b"==", b"!=", b"<=", b">="];
                at + 1 + usize::from(pairs.iter().any(|pair| rest.starts_with(pair)))
            }
        };
        let end = end.min(bytes.len());
        found.push(at..end);
        at = end;
    }
    found
}

/// `1.5` is one number; the dot of `a.0.b` is none of it.
fn end_of_number(bytes: &[u8], at: usize, before: Option<&Range<usize>>, text: &str) -> usize {
    let end = end_of_name(bytes, at);
    let is_link = before.is_some_and(|before| &text[before.clone()] == ".");
    let fraction =
        bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
    if fraction && !is_link {
        return end_of_name(bytes, end + 1);
    }
    end
}

struct Outline<'a> {
    text: &'a str,
    tokens: Vec<Range<usize>>,
    next: usize,
    found: Vec<Operation>,
    /// Whether differences are of interest: those of moments are not the engine's.
    dates: bool,
}

const COMPARISONS: [&str; 7] = ["<", "<=", ">", ">=", "==", "!=", "in"];
const ORDERINGS: [&str; 4] = ["<", "<=", ">", ">="];
const KEYWORDS: [&str; 7] = ["and", "or", "if", "else", "in", "is", "not"];

impl Outline<'_> {
    fn peek(&self) -> &str {
        self.token(self.next)
    }

    fn token(&self, at: usize) -> &str {
        self.tokens
            .get(at)
            .map_or("", |range| &self.text[range.clone()])
    }

    fn take(&mut self, options: &[&str]) -> bool {
        let takes = options.contains(&self.peek());
        self.next += usize::from(takes);
        takes
    }

    /// Where the last token taken ends.
    fn end(&self) -> usize {
        let last = self
            .next
            .checked_sub(1)
            .and_then(|last| self.tokens.get(last));
        last.map_or(0, |range| range.end)
    }

    /// Expressions with what may stand between them in brackets and statements.
    fn list(&mut self) {
        loop {
            while self.take(&[",", ":", "=", "*", "**"]) {}
            if self.expression().is_none() {
                break;
            }
        }
    }

    fn expression(&mut self) -> Option<()> {
        loop {
            while self.take(&["not"]) {}
            self.comparison()?;
            if !self.take(&["and", "or", "if", "else"]) {
                return Some(());
            }
        }
    }

    fn comparison(&mut self) -> Option<()> {
        let start = self.sum()?;
        let mut operators = Vec::new();
        let mut orders = false;
        loop {
            let first = self.tokens.get(self.next).cloned();
            let negated = self.peek() == "not" && self.token(self.next + 1) == "in";
            self.next += usize::from(negated);
            orders |= ORDERINGS.contains(&self.peek());
            if !self.take(&COMPARISONS) {
                break;
            }
            operators.push(first?.start..self.end());
            self.sum()?;
        }
        if orders {
            let end = self.end();
            self.found.push(Operation {
                start,
                operators,
                end,
            });
        }
        Some(())
    }

    fn sum(&mut self) -> Option<usize> {
        let start = self.product()?;
        while self.take(&["+", "-", "~"]) {
            let operator = self.tokens[self.next - 1].clone();
            self.product()?;
            if self.dates && ["-", "+"].contains(&&self.text[operator.clone()]) {
                let end = self.end();
                let operators = vec![operator];
                self.found.push(Operation {
                    start,
                    operators,
                    end,
                });
            }
        }
        Some(start)
    }

    fn product(&mut self) -> Option<usize> {
        let start = self.power()?;
        while self.take(&["*", "/", "//", "%"]) {
            let operator = self.tokens[self.next - 1].clone();
            self.power()?;
            if &self.text[operator.clone()] == "%" {
                let end = self.end();
                let operators = vec![operator];
                self.found.push(Operation {
                    start,
                    operators,
                    end,
                });
            }
        }
        Some(start)
    }

    fn power(&mut self) -> Option<usize> {
        let start = self.unary()?;
        while self.take(&["**"]) {
            self.unary()?;
        }
        Some(start)
    }

    fn unary(&mut self) -> Option<usize> {
        let start = self.tokens.get(self.next)?.start;
        while self.take(&["-", "+"]) {}
        self.primary()?;
        self.links()?;
        self.pipes()?;
        Some(start)
    }

    fn primary(&mut self) -> Option<()> {
        if self.brackets()? {
            return Some(());
        }
        let token = self.peek();
        let first = *token.as_bytes().first()?;
        if KEYWORDS.contains(&token) || !(is_name(first) || matches!(first, b'\'' | b'"')) {
            return None;
        }
        let is_text = !is_name(first);
        self.next += 1;
        // Texts side by side are one.
        while is_text && self.peek().starts_with(['\'', '"']) {
            self.next += 1;
        }
        Some(())
    }

    /// Takes brackets with all that is in them.
    fn brackets(&mut self) -> Option<bool> {
        let close = match self.peek() {
            "(" => ")",
            "[" => "]",
            "{" => "}",
            _ => return Some(false),
        };
        self.next += 1;
        self.list();
        self.take(&[close]).then_some(true)
    }

    /// Attributes, items and calls.
    fn links(&mut self) -> Option<()> {
        loop {
            if self.take(&["."]) {
                self.next += 1;
            } else if matches!(self.peek(), "(" | "[") {
                self.brackets()?;
            } else {
                return Some(());
            }
        }
    }

    /// Filters and tests.
    fn pipes(&mut self) -> Option<()> {
        loop {
            if self.take(&["|"]) {
                self.name();
                if self.peek() == "(" {
                    self.brackets()?;
                }
            } else if self.take(&["is"]) {
                self.take(&["not"]);
                self.name();
                self.test_argument()?;
            } else {
                return Some(());
            }
        }
    }

    /// A filter's or test's name, perhaps with dots.
    fn name(&mut self) {
        self.next += 1;
        while self.take(&["."]) {
            self.next += 1;
        }
    }

    /// A test takes its argument without parentheses, too.
    fn test_argument(&mut self) -> Option<()> {
        let token = self.peek();
        let first = token.as_bytes().first().copied().unwrap_or(b')');
        let begins = is_name(first) || matches!(first, b'\'' | b'"' | b'(' | b'[' | b'{');
        if !begins || KEYWORDS.contains(&token) {
            return Some(());
        }
        self.primary()?;
        self.links()
    }
}
