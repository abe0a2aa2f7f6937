//! The new text, worked out on the controller. Nothing in here does I/O.

use regex::Regex;

use crate::modules::files::edit::lines;
use crate::modules::files::pattern::expand;

/// What is looked for.
#[derive(Debug)]
pub(super) enum Search {
    Regex(Regex),
    Text(String),
}

impl Search {
    fn finds(&self, line: &str) -> bool {
        match self {
            Self::Regex(regex) => regex.is_match(line),
            Self::Text(text) => line.contains(text),
        }
    }
}

/// Where a new line goes.
#[derive(Debug)]
pub(super) enum Anchor {
    Start,
    End,
    After(Regex),
    Before(Regex),
}

/// What one task wants.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) search: Option<Search>,
    pub(super) line: Option<String>,
    pub(super) backrefs: bool,
    pub(super) anchor: Anchor,
    /// Whether the first match counts.
    pub(super) first: bool,
}

/// The text afterwards.
#[derive(Debug)]
pub(super) struct Edited {
    pub(super) content: String,
    pub(super) message: String,
    /// How many lines were removed.
    pub(super) found: usize,
}

impl Edited {
    fn new(content: String, message: &str) -> Self {
        Self {
            content,
            message: message.to_owned(),
            found: 0,
        }
    }
}

/// A line without its end.
fn bare(line: &str) -> &str {
    line.strip_suffix('\n').unwrap_or(line)
}

impl Order {
    /// The text with the line in it.
    pub(super) fn present(&self, text: &str) -> Edited {
        let lines = lines(text);
        let wanted = self.line.as_deref().unwrap_or_default();
        if let Some(index) = self.matching(&lines) {
            let new = self.rewritten(bare(lines[index]), wanted);
            if bare(lines[index]) == new {
                return Edited::new(text.to_owned(), "");
            }
            let end = &lines[index][bare(lines[index]).len()..];
            return Edited::new(
                joined(&lines[..index], &format!("{new}{end}"), &lines[index + 1..]),
                "line replaced",
            );
        }
        if self.backrefs || lines.iter().any(|line| bare(line) == wanted) {
            return Edited::new(text.to_owned(), "");
        }
        self.added(&lines, wanted)
    }

    /// The line to replace: the last that matches, or the first.
    fn matching(&self, lines: &[&str]) -> Option<usize> {
        let search = self.search.as_ref()?;
        let finds = |line: &&str| search.finds(bare(line));
        if self.first {
            lines.iter().position(finds)
        } else {
            lines.iter().rposition(finds)
        }
    }

    fn rewritten(&self, old: &str, wanted: &str) -> String {
        match &self.search {
            Some(Search::Regex(regex)) if self.backrefs => match regex.captures(old) {
                // As with Python's `expand`, the line becomes the expansion alone.
                Some(captures) => expand(wanted, &captures),
                None => wanted.to_owned(),
            },
            _ => wanted.to_owned(),
        }
    }

    fn added(&self, lines: &[&str], wanted: &str) -> Edited {
        let find = |regex: &Regex| {
            let finds = |line: &&str| regex.is_match(bare(line));
            if self.first {
                lines.iter().position(finds)
            } else {
                lines.iter().rposition(finds)
            }
        };
        let index = match &self.anchor {
            Anchor::Start => 0,
            Anchor::End => lines.len(),
            Anchor::After(regex) => find(regex).map_or(lines.len(), |index| index + 1),
            Anchor::Before(regex) => find(regex).unwrap_or(lines.len()),
        };
        Edited::new(
            joined(&lines[..index], &format!("{wanted}\n"), &lines[index..]),
            "line added",
        )
    }

    /// The text without the lines.
    pub(super) fn absent(&self, text: &str) -> Edited {
        let goes = |line: &&&str| match &self.search {
            Some(search) => search.finds(bare(line)),
            None => Some(bare(line)) == self.line.as_deref(),
        };
        let all = lines(text);
        let kept: Vec<&str> = all.iter().filter(|line| !goes(line)).copied().collect();
        let found = all.len() - kept.len();
        let message = if found > 0 {
            format!("{found} line(s) removed")
        } else {
            String::new()
        };
        Edited {
            content: kept.concat(),
            message,
            found,
        }
    }
}

/// Puts a line between others; the one before it gets its missing newline.
fn joined(before: &[&str], line: &str, after: &[&str]) -> String {
    let mut text = before.concat();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(line);
    text.push_str(&after.concat());
    text
}
