//! Syntax errors in the words of people who write playbooks.

use std::ops::Range;
use std::sync::Arc;

use libyaml_safer::{Error, Mark};

use crate::diag::{Diagnostic, SourceFile, Span};

/// What the parser found wrong. `skipped` bytes at the start of the source were not given to it.
pub(super) fn diagnostic(source: &Arc<SourceFile>, skipped: usize, error: &Error) -> Diagnostic {
    let at = |mark: Mark| usize::try_from(mark.index).unwrap_or(0) + skipped;
    let mistake = Mistake {
        source,
        problem: error.problem(),
        at: error.problem_mark().map_or(0, at).min(source.text.len()),
        context: error.context().unwrap_or_default(),
        opened: error.context_mark().map(at),
    };
    mistake
        .braces()
        .or_else(|| mistake.known())
        .unwrap_or_else(|| mistake.plain(mistake.problem))
}

/// The first character that may not stand in YAML at all.
pub(super) fn control_character(source: &Arc<SourceFile>) -> Option<Diagnostic> {
    let allowed = |c: char| {
        matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}'
            | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
    };
    // Bytes of ordinary text need no decoding; what follows the first other one does.
    let ordinary = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    let from = source.text.bytes().position(|byte| !ordinary(byte))?;
    let mut rest = source.text[from..].char_indices();
    let (at, c) = rest.find(|(_, c)| !allowed(*c))?;
    let at = from + at;
    let span = Span::new(source, at..at + c.len_utf8());
    Some(
        Diagnostic::error(format!(
            "the control character U+{:04X} is not allowed in YAML",
            u32::from(c)
        ))
        .at(&span)
        .help("remove it, or write it as an escape in double quotes, such as \"\\e\""),
    )
}

/// A value that begins with `{{` and is not quoted. `start` is the brace or the value.
pub(super) fn unquoted_braces(start: &Span) -> Diagnostic {
    let text = &start.source().text;
    let from = start.range().start;
    let line = text[from..].lines().next().unwrap_or_default();
    let value = match line.find(" #") {
        Some(comment) => line[..comment].trim_end(),
        None => line.trim_end(),
    };
    let span = Span::new(start.source(), from..from + value.len());
    let quote = if value.contains('"') { '\'' } else { '"' };
    let diagnostic = Diagnostic::error("a value that begins with `{{` must be quoted").at(&span);
    if value.contains(quote) {
        diagnostic.help("put the whole value in quotes: without them, `{` begins a mapping")
    } else {
        diagnostic.help(format!("write `{quote}{value}{quote}`"))
    }
}

struct Mistake<'a> {
    source: &'a Arc<SourceFile>,
    problem: &'static str,
    at: usize,
    context: &'static str,
    opened: Option<usize>,
}

impl Mistake<'_> {
    /// The message at the place of the problem, with the place where the thing began.
    fn plain(&self, message: &str) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(message).at(&self.word(self.at));
        if let Some(opened) = self.opened.filter(|o| line(self.text(), *o) != self.line()) {
            diagnostic = diagnostic.also(&self.character(opened), self.context);
        }
        diagnostic
    }

    fn known(&self) -> Option<Diagnostic> {
        match self.problem {
            "found unexpected end of stream" | "found unexpected document indicator"
                if self.context.contains("quoted scalar") =>
            {
                Some(self.open_quote())
            }
            "found unknown escape character" => Some(self.unknown_escape()),
            "found character that cannot start any token" => Some(self.forbidden_start()),
            problem if problem.contains("tab character") => Some(self.tab()),
            "mapping values are not allowed in this context" => Some(self.stray_colon()),
            "could not find expected ':'" => Some(self.missing_colon()),
            "did not find expected key" => Some(self.misplaced("a key")),
            "did not find expected '-' indicator" => Some(self.misplaced("a list item")),
            "block sequence entries are not allowed in this context" => Some(
                self.plain("a list item cannot begin here")
                    .help("put `- ` on a line of its own, below the key it belongs to"),
            ),
            "did not find expected ',' or ']'" => Some(self.open_bracket("list", ']')),
            "did not find expected ',' or '}'" => Some(self.open_bracket("mapping", '}')),
            problem
                if self.context == "while scanning an alias" && problem.contains("alphabetic") =>
            {
                Some(self.star())
            }
            _ => None,
        }
    }

    fn text(&self) -> &str {
        &self.source.text
    }

    /// The line of the problem; at the very end of the text, the last line that says anything.
    fn line(&self) -> Range<usize> {
        line(self.text(), self.at)
    }

    fn character(&self, at: usize) -> Span {
        let width = self.text()[at..].chars().next().map_or(0, char::len_utf8);
        Span::new(self.source, at..at + width)
    }

    /// From a place to the end of the word there; at the end of a line, the line.
    fn word(&self, at: usize) -> Span {
        let at = Span::new(self.source, at..at).range().start;
        let rest = &self.text()[at..];
        let width = rest.find(char::is_whitespace).unwrap_or(rest.len());
        if width > 0 {
            return Span::new(self.source, at..at + width);
        }
        let before = self.text()[..at].trim_end().len();
        let line = line(self.text(), before);
        let indent = indent(&self.text()[line.clone()]);
        Span::new(self.source, line.start + indent..line.end.max(before))
    }

    /// `key: {{ x }}/y` or `- {{ x }}` on the line of the problem or where the mapping began.
    fn braces(&self) -> Option<Diagnostic> {
        let lines = [Some(self.at), self.opened];
        lines.into_iter().flatten().find_map(|at| {
            let line = line(self.text(), at);
            let text = &self.text()[line.clone()];
            let braces = text.find("{{")?;
            let before = text[..braces].trim_end();
            let begins = before.is_empty() || before.ends_with(':') || before.ends_with('-');
            let start = line.start + braces;
            begins.then(|| unquoted_braces(&Span::new(self.source, start..start + 2)))
        })
    }

    fn open_quote(&self) -> Diagnostic {
        let at = self.opened.unwrap_or(self.at);
        let span = self.character(at);
        let quote = span.text();
        let diagnostic = Diagnostic::error(format!("this {quote} is never closed"))
            .at(&span)
            .label("the quoted text begins here");
        if quote == "'" {
            diagnostic.help("close it with ', and write an apostrophe within it as ''")
        } else {
            diagnostic.help("close it with \", and write a quote within it as \\\"")
        }
    }

    fn unknown_escape(&self) -> Diagnostic {
        let at = self.at;
        let code = self.text()[at..].chars().nth(1).map_or(0, char::len_utf8);
        let span = Span::new(self.source, at..at + 1 + code);
        Diagnostic::error(format!(
            "`{}` is no escape of a double-quoted text",
            span.text()
        ))
        .at(&span)
        .help("write the backslash twice, or use single quotes, which know no escapes")
    }

    fn forbidden_start(&self) -> Diagnostic {
        let span = self.character(self.at);
        if span.text() == "\t" {
            return self.tab();
        }
        Diagnostic::error(format!("a value cannot begin with `{}`", span.text()))
            .at(&span)
            .help("put the value in quotes")
    }

    fn tab(&self) -> Diagnostic {
        Diagnostic::error("a tab cannot be used for indentation")
            .at(&self.character(self.at))
            .help("indent with spaces")
    }

    fn star(&self) -> Diagnostic {
        let span = self.word(self.opened.unwrap_or(self.at));
        Diagnostic::error("`*` begins an alias here, but no name follows")
            .at(&span)
            .help(format!(
                "if the text itself is meant, quote it: `\"{}\"`",
                span.text()
            ))
    }

    /// `key: value: more`, or a key after a line that lacks the space behind its colon.
    fn stray_colon(&self) -> Diagnostic {
        if let Some(diagnostic) = self.unspaced_colon() {
            return diagnostic;
        }
        let line = self.line();
        let before = &self.text()[line.start..self.at];
        let span = Span::new(self.source, self.at..self.at + 1);
        let diagnostic = Diagnostic::error("a mapping cannot begin here")
            .at(&span)
            .label("by this `:`");
        if before.contains(": ") {
            diagnostic.help("a value that contains `: ` must be quoted")
        } else if let Some(columns) = self.columns() {
            diagnostic.help(columns)
        } else {
            diagnostic.help(
                "check the indentation: keys of one mapping begin in the same column, and a key \
                 that has a value of its own cannot hold others",
            )
        }
    }

    fn missing_colon(&self) -> Diagnostic {
        if let Some(diagnostic) = self.unspaced_colon() {
            return diagnostic;
        }
        let span = self.word(self.opened.unwrap_or(self.at));
        let range = line(self.text(), span.range().start);
        let whole = Span::new(self.source, span.range().start..range.end);
        Diagnostic::error("a key must be followed by `:`")
            .at(&whole)
            .help("write `key: value`, or check the indentation if this continues a text above")
    }

    /// `key:value`, on the line of the problem or the last one before it that says anything.
    fn unspaced_colon(&self) -> Option<Diagnostic> {
        let here = self.line();
        let above = self.text()[..here.start].trim_end().len();
        let opened = self.opened.map(|o| line(self.text(), o));
        [Some(line(self.text(), above)), opened, Some(here)]
            .into_iter()
            .flatten()
            .find_map(|line| {
                let start = line.start + key_start(&self.text()[line.clone()]);
                let rest = &self.text()[start..line.end];
                let colon = rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-'))?;
                let after = rest[colon..].strip_prefix(':')?;
                let value = after.chars().next()?;
                let unspaced = colon > 0 && !value.is_whitespace() && !matches!(value, '/' | ':');
                unspaced.then(|| {
                    Diagnostic::error("a space is missing after the `:`")
                        .at(&Span::new(self.source, start..line.end))
                        .help(format!("write `{}: {}`", &rest[..colon], after.trim_end()))
                })
            })
    }

    /// A line that fits neither into the block before it nor into the one around that.
    fn misplaced(&self, wanted: &str) -> Diagnostic {
        let span = self.word(self.at);
        let line = self.line();
        let before = self.text()[line.start..span.range().start].trim_end();
        if before.ends_with(['"', '\'']) {
            return Diagnostic::error("nothing may follow the closing quote")
                .at(&Span::new(self.source, span.range().start..line.end))
                .help("put the whole value in quotes");
        }
        if let Some(columns) = self.columns() {
            return Diagnostic::error("the indentation of this line fits nothing above it")
                .at(&span)
                .help(columns);
        }
        let mut diagnostic = Diagnostic::error(format!("expected {wanted} here")).at(&span);
        if let Some(opened) = self.opened {
            let (_, column) = self.character(opened).line_col();
            let place = self.character(opened);
            diagnostic = diagnostic
                .also(&place, "to go on with what begins here")
                .help(format!(
                    "check the indentation: {wanted} that belongs to it begins in column {column}"
                ));
        }
        diagnostic
    }

    /// Where this line's key begins and where those above it do, when that is not the same.
    fn columns(&self) -> Option<String> {
        let here = self.line();
        let text = self.text();
        let is_key = |line: &str| !line.trim_start().starts_with(['-', '#']) && line.contains(':');
        let own = &text[here.clone()];
        let above = text[..here.start]
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))?;
        let columns = (key_start(own) + 1, key_start(above) + 1);
        let apart = is_key(own) && above.contains(':') && columns.0 != columns.1;
        apart.then(|| {
            format!(
                "this key begins in column {}, the one above in column {}: keys of one mapping \
                 begin in the same column",
                columns.0, columns.1
            )
        })
    }

    fn open_bracket(&self, what: &str, bracket: char) -> Diagnostic {
        let message = format!("expected `,` or `{bracket}` here");
        let mut diagnostic = Diagnostic::error(message).at(&self.word(self.at));
        if let Some(opened) = self.opened {
            diagnostic =
                diagnostic.also(&self.character(opened), format!("the {what} begins here"));
        }
        diagnostic.help(format!(
            "close the {what} with `{bracket}`, or quote it if it is a text"
        ))
    }
}

/// The line around a place, without its line break.
fn line(text: &str, at: usize) -> Range<usize> {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let start = text[..at].rfind('\n').map_or(0, |i| i + 1);
    let end = text[at..].find('\n').map_or(text.len(), |i| at + i);
    start..end.max(start)
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Where the key of a line begins, past indentation and `- `.
fn key_start(line: &str) -> usize {
    let rest = line.trim_start();
    let rest = rest.strip_prefix("- ").map_or(rest, str::trim_start);
    line.len() - rest.len()
}
