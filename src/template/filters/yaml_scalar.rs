//! Texts as scalars of YAML: plain where nothing else would be read, in quotes otherwise.
//!
//! The choice and the places where long texts are folded are those of YAML's emitter in Python
//! (libyaml's design), so that files written with Ansible and with this tool are the same.

use std::fmt::Write as _;

use super::yaml_writer::Writer;
use crate::diag::SourceFile;
use crate::yaml::{Node, Scalar, Style};

/// Where a scalar stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    /// Between brackets or braces.
    pub(super) flow: bool,
    /// As a key, on one line.
    pub(super) key: bool,
}

/// Writes a text.
pub(super) fn write(out: &mut Writer, text: &str, place: Place) {
    let found = analysed(text);
    let plain = if place.flow { found.flow } else { found.block };
    if plain && !(text.is_empty() && (place.flow || place.key)) && is_text(text) {
        folded(out, text, !place.key);
    } else if found.quotes && !(place.key && text.contains('\n')) {
        single(out, text, !place.key);
    } else {
        double(out, text, !place.key);
    }
}

/// Whether a plain scalar would be read as this text, and not as a number or the like.
fn is_text(text: &str) -> bool {
    let span = SourceFile::inline("text", text).whole();
    let node = Node::text(&span, text, Style::Plain);
    let is_text = matches!(node.scalar(), Some(Scalar::Str(_)));
    is_text && !text.is_empty() && !matches!(text, "<<" | "=") && !is_date(text)
}

/// `2024-01-01`, perhaps with a time after it.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(day)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let digits = |text: &str| text.len() <= 2 && is_number(text);
    let (day, time) = day.split_at(day.find(|c: char| !c.is_ascii_digit()).unwrap_or(day.len()));
    let timed = time.is_empty()
        || time.starts_with(['T', 't', ' ', '\t'])
            && time.contains(':')
            && time
                .chars()
                .all(|c| c.is_ascii_digit() || " \tTtZz:.+-".contains(c));
    year.len() == 4 && is_number(year) && digits(month) && digits(day) && timed
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Which styles a text may have.
struct Styles {
    block: bool,
    flow: bool,
    quotes: bool,
}

fn analysed(text: &str) -> Styles {
    let mut styles = Styles {
        block: true,
        flow: true,
        quotes: true,
    };
    let chars: Vec<char> = text.chars().collect();
    if text.starts_with("---") || text.starts_with("...") {
        (styles.block, styles.flow) = (false, false);
    }
    let blank = |c: Option<&char>| c.is_none_or(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        let after = chars.get(at + 1);
        let (block, flow) = indicates(*c, before, blank(before), blank(after));
        styles.block &= !block;
        styles.flow &= !flow;
        let special =
            !(matches!(c, '\n' | ' '..='~' | '\u{85}') || *c >= '\u{a0}') || *c == '\u{feff}';
        if special || *c == ' ' && after == Some(&'\n') {
            styles.quotes = false;
        }
        if *c == '\n' && after == Some(&' ') {
            styles.quotes = false;
        }
        if special || *c == '\n' {
            (styles.block, styles.flow) = (false, false);
        }
    }
    let edge = |c: Option<&char>| matches!(c, Some(' ' | '\n'));
    if edge(chars.first()) || edge(chars.last()) {
        (styles.block, styles.flow) = (false, false);
    }
    styles
}

/// Whether a character would be taken for structure, in blocks and between brackets.
fn indicates(
    c: char,
    before: Option<&char>,
    after_blank: bool,
    before_blank: bool,
) -> (bool, bool) {
    let hash = c == '#' && after_blank;
    match (c, before.is_none()) {
        (
            ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
            | '@' | '`',
            true,
        ) => (true, true),
        ('?', true) | (':', _) => (before_blank, true),
        ('-', true) => (before_blank, before_blank),
        (',' | '?' | '[' | ']' | '{' | '}', false) => (false, true),
        _ => (hash, hash),
    }
}

/// A plain text, folded at single spaces beyond the width.
fn folded(out: &mut Writer, text: &str, split: bool) {
    let chars: Vec<char> = text.chars().collect();
    for (at, c) in chars.iter().enumerate() {
        let alone =
            *c == ' ' && chars.get(at + 1) != Some(&' ') && (at == 0 || chars[at - 1] != ' ');
        if alone && split && out.is_wide() {
            out.indent();
        } else {
            out.push(*c);
        }
    }
}

fn single(out: &mut Writer, text: &str, split: bool) {
    out.push('\'');
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        let alike = chars[at..].iter().take_while(|other| *other == c).count();
        match c {
            '\n' => {
                out.newline();
                for _ in 0..alike {
                    out.newline();
                }
                out.indent_here();
                at += alike;
                continue;
            }
            ' ' if alike == 1 && split && out.is_wide() && at != 0 && at + 1 != chars.len() => {
                out.indent();
            }
            '\'' => out.text("''"),
            other => out.push(*other),
        }
        at += 1;
    }
    out.push('\'');
}

fn double(out: &mut Writer, text: &str, split: bool) {
    out.push('"');
    let chars: Vec<char> = text.chars().collect();
    // What is not written yet; a fold may go before it.
    let mut pending = String::new();
    for (at, c) in chars.iter().enumerate() {
        let escape = escaped(*c);
        let breaks = split
            && at > 0
            && at + 1 < chars.len()
            && (*c == ' ' || escape.is_some() && pending.is_empty());
        if *c == ' ' || escape.is_some() {
            out.text(&std::mem::take(&mut pending));
        }
        if breaks && out.is_wider_than(0) {
            out.push('\\');
            out.indent();
            if *c == ' ' {
                out.push('\\');
            }
        }
        match escape {
            Some(escape) => out.text(&escape),
            None => pending.push(*c),
        }
    }
    out.text(&pending);
    out.push('"');
}

fn escaped(c: char) -> Option<String> {
    let short = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        ' '..='~' => return None,
        c if c >= '\u{a0}' && c != '\u{feff}' => return None,
        other => {
            let mut text = String::new();
            // Writing to a string never fails.
            let _ = match u32::from(other) {
                code @ 0..=0xff => write!(text, "\\x{code:02X}"),
                code @ 0x100..=0xffff => write!(text, "\\u{code:04X}"),
                code => write!(text, "\\U{code:08X}"),
            };
            return Some(text);
        }
    };
    Some(format!("\\{short}"))
}
