//! Which names a template uses, and how: for checks made before any variable is known.

use std::collections::HashSet;
use std::ops::Range;

use super::env;
use super::rewrite::{self, Backslash};
use super::scan::end_of_quotes;
use super::tags::{self, Delimiters};
use super::words::{Role, end_of_name, is_name, words};

/// Words that are names in no expression.
const WORDS: [&str; 13] = [
    "and", "else", "false", "False", "if", "in", "is", "none", "None", "not", "or", "true", "True",
];

/// Names that only exist within macros and blocks.
const SCOPED: [&str; 6] = ["caller", "kwargs", "loop", "self", "super", "varargs"];

/// The functions whose first argument names a lookup.
const LOOKUPS: [&str; 3] = ["lookup", "q", "query"];

/// A free name in a template: nothing in the template itself gives it a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The name.
    pub name: String,
    /// Where it stands in the text.
    pub range: Range<usize>,
    /// It is asked whether it is defined, or has a default.
    pub guarded: bool,
    /// It is called like a function.
    pub called: bool,
}

/// What a text uses from around it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uses {
    /// The free names, in order, each time they are used.
    pub names: Vec<Use>,
    /// The lookups named by a literal, with their places.
    pub lookups: Vec<(String, Range<usize>)>,
}

impl Uses {
    /// What a text with templates in it uses.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        Self::of_template(text, &Delimiters::default())
    }

    /// What a bare expression uses.
    #[must_use]
    pub fn of_expression(text: &str) -> Self {
        let mut uses = Self::default();
        uses.read(text, 0..text.len(), None);
        uses
    }

    pub(super) fn of_template(text: &str, delimiters: &Delimiters<'_>) -> Self {
        let mut uses = Self::default();
        let code = tags::code(text, delimiters);
        let (open, _) = delimiters.block;
        let free = text.contains(open).then(|| free_names(text, delimiters));
        for range in code {
            uses.read(text, range, free.as_ref());
        }
        uses
    }

    /// Whether a name is asked for, anywhere in the text, in a way that allows it to be missing.
    pub fn guards(&self) -> impl Iterator<Item = &str> {
        let guarded = self.names.iter().filter(|name| name.guarded);
        guarded.map(|name| name.name.as_str())
    }

    fn read(&mut self, text: &str, range: Range<usize>, free: Option<&HashSet<String>>) {
        let code = &text[range.clone()];
        let bytes = code.as_bytes();
        for word in words(code) {
            let name = &code[word.range.clone()];
            let end = word.range.end;
            let hidden = SCOPED.contains(&name) || free.is_some_and(|free| !free.contains(name));
            if word.role != Role::Name || WORDS.contains(&name) || is_argument(bytes, end) {
                continue;
            }
            let called = bytes.get(skip_space(bytes, end)) == Some(&b'(');
            if called && LOOKUPS.contains(&name) {
                self.lookups.extend(literal_after(code, end, range.start));
            }
            if hidden {
                continue;
            }
            self.names.push(Use {
                name: name.to_owned(),
                range: range.start + word.range.start..range.start + end,
                guarded: is_guarded(code, word.range.start, end),
                called,
            });
        }
    }
}

/// The names a template with statements does not set itself.
fn free_names(text: &str, delimiters: &Delimiters<'_>) -> HashSet<String> {
    let rewritten = rewrite::template(text, delimiters, Backslash::Escapes);
    let mut env = env::environment().clone();
    let syntax = minijinja::syntax::SyntaxConfig::builder()
        .variable_delimiters(
            delimiters.variable.0.to_owned(),
            delimiters.variable.1.to_owned(),
        )
        .block_delimiters(delimiters.block.0.to_owned(), delimiters.block.1.to_owned())
        .comment_delimiters(
            delimiters.comment.0.to_owned(),
            delimiters.comment.1.to_owned(),
        )
        .build();
    if let Ok(syntax) = syntax {
        env.set_syntax(syntax);
    }
    let parsed = env.template_from_named_str("template", &rewritten.text);
    parsed
        .map(|template| template.undeclared_variables(false))
        .unwrap_or_default()
}

fn skip_space(bytes: &[u8], from: usize) -> usize {
    let spaces = bytes[from.min(bytes.len())..]
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace());
    from + spaces.count()
}

/// `name=value` in a call, or the left side of a `set`.
fn is_argument(bytes: &[u8], end: usize) -> bool {
    let at = skip_space(bytes, end);
    bytes.get(at) == Some(&b'=') && bytes.get(at + 1) != Some(&b'=')
}

/// The text in quotes that is the first argument of a call.
fn literal_after(code: &str, end: usize, offset: usize) -> Option<(String, Range<usize>)> {
    let bytes = code.as_bytes();
    let open = skip_space(bytes, skip_space(bytes, end) + 1);
    if !matches!(bytes.get(open), Some(b'\'' | b'"')) {
        return None;
    }
    let close = end_of_quotes(bytes, open)?;
    let range = open + 1..close;
    let name = code.get(range.clone())?.to_owned();
    Some((name, offset + range.start..offset + range.end))
}

/// Whether a chain that begins with a name ends in `is defined`, `is undefined` or `| default`.
fn is_guarded(code: &str, start: usize, end: usize) -> bool {
    let bytes = code.as_bytes();
    let mut at = after_chain(bytes, end);
    let mut groups = groups_before(bytes, start);
    while groups > 0 && bytes.get(at) == Some(&b')') {
        at = after_chain(bytes, at + 1);
        groups -= 1;
    }
    let rest = &code[at.min(code.len())..];
    if let Some(filter) = rest.strip_prefix('|') {
        let filter = filter.trim_start();
        let filter = filter.strip_prefix("ansible.builtin.").unwrap_or(filter);
        let end = end_of_name(filter.as_bytes(), 0).min(filter.len());
        return matches!(filter.get(..end), Some("default" | "d"));
    }
    let mut words = rest.split_whitespace();
    if words.next() != Some("is") {
        return false;
    }
    let test = words.find(|word| *word != "not").unwrap_or_default();
    let test = test.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    ["defined", "undefined"].iter().any(|known| {
        test.strip_prefix(known)
            .is_some_and(|rest| !rest.bytes().next().is_some_and(is_name))
    })
}

/// How many parentheses that only group stand right before a place.
fn groups_before(bytes: &[u8], start: usize) -> usize {
    let mut groups = 0usize;
    for byte in bytes[..start].iter().rev() {
        match byte {
            b'(' => groups += 1,
            byte if byte.is_ascii_whitespace() => {}
            // The outermost one belongs to a call.
            byte if is_name(*byte) => return groups.saturating_sub(1),
            _ => break,
        }
    }
    groups
}

/// Where a chain of attributes, indexes and calls ends, white space after it skipped.
fn after_chain(bytes: &[u8], end: usize) -> usize {
    let mut at = skip_space(bytes, end);
    loop {
        at = match bytes.get(at) {
            Some(b'.') => end_of_name(bytes, skip_space(bytes, at + 1)),
            Some(b'[' | b'(') => match end_of_brackets(bytes, at) {
                Some(end) => end,
                None => return bytes.len(),
            },
            _ => return at.min(bytes.len()),
        };
        at = skip_space(bytes, at);
    }
}

fn end_of_brackets(bytes: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = open;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\'' | b'"' => at = end_of_quotes(bytes, at)?,
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(uses: &Uses) -> String {
        let one = |used: &Use| {
            let mark = match (used.guarded, used.called) {
                (true, _) => "?",
                (false, true) => "()",
                (false, false) => "",
            };
            format!("{}{mark}", used.name)
        };
        uses.names.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn expressions_use_names() {
        for (text, expected) in [
            ("a.b[c].d | default(e)", "a? c e"),
            ("a is defined and a.b == 'x.y'", "a? a"),
            ("(a.b) is not defined", "a?"),
            ("a is not  undefined", "a?"),
            ("a is definedly", "a"),
            ("f(x, y=z) | d(q)", "f? x z q"),
            ("g(1)", "g()"),
            ("{'k': v, 1: w[2:]} | to_json(indent=n)", "v w n"),
            ("a | bool", "a"),
            ("not a in b", "a b"),
        ] {
            assert_eq!(told(&Uses::of_expression(text)), expected, "{text}");
        }
    }

    #[test]
    fn texts_use_what_they_do_not_set() {
        for (text, expected) in [
            ("x {{ a }} {# {{ b }} #}{% raw %}{{ c }}{% endraw %}", "a"),
            (
                "{% for i in l %}{{ i }}{{ loop.index }}{{ x }}{% endfor %}",
                "l x",
            ),
            ("{% set n = m %}{{ n }}", "m"),
            ("{% if p is defined %}{{ p }}{% endif %}", "p? p"),
            ("{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1) }}", ""),
        ] {
            assert_eq!(told(&Uses::of_text(text)), expected, "{text}");
        }
    }

    #[test]
    fn lookups_are_named() {
        let text = "{{ lookup('file', p) ~ query( \"env\", 'X') ~ lookup(n) }}";
        let uses = Uses::of_text(text);
        let names: Vec<&str> = uses
            .lookups
            .iter()
            .map(|(_, at)| &text[at.clone()])
            .collect();
        assert_eq!(names, ["file", "env"]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "[a-z'\"{}%#()|.é \n\\[\\]=]{0,40}") {
            let _ = Uses::of_text(&text);
            let _ = Uses::of_expression(&text);
        }
    }
}
