//! Reading an `ansible.cfg`, every key with its place.
//!
//! The format is that of Python's `configparser` as ansible-core sets it up: `;` after white space
//! begins a comment anywhere, `#` only at the start of a line, keys are in any case, and indented
//! lines go on with the value above them.

use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics, SourceFile, Span};

/// One key of the file.
#[derive(Debug)]
pub(super) struct Entry {
    /// The section it stands in.
    pub section: String,
    /// The key, in lower case.
    pub key: String,
    /// The value, with the quotes around it, which only texts lose.
    pub value: String,
    /// Where the key stands.
    pub key_span: Span,
    /// Where the value stands.
    pub span: Span,
}

/// Reads all keys, and reports every line that is none.
pub(super) fn read(source: &Arc<SourceFile>, mistakes: &mut Diagnostics) -> Vec<Entry> {
    let mut reader = Reader {
        source,
        section: None,
        entries: Vec::new(),
        mistakes,
        open: false,
    };
    let mut start = 0;
    for line in source.text.split_inclusive('\n') {
        reader.line(start, line.trim_end_matches(['\n', '\r']));
        start += line.len();
    }
    reader.entries
}

struct Reader<'a> {
    source: &'a Arc<SourceFile>,
    section: Option<String>,
    entries: Vec<Entry>,
    mistakes: &'a mut Diagnostics,
    /// Whether an indented line goes on with the last value.
    open: bool,
}

impl Reader<'_> {
    fn line(&mut self, start: usize, line: &str) {
        let text = without_comment(line).trim_end();
        let body = text.trim_start();
        if body.is_empty() {
            // A comment does not end a value, an empty line does.
            self.open &= !line.trim().is_empty();
            return;
        }
        let at = start + text.len() - body.len();
        if self.open && text.starts_with([' ', '\t']) {
            if let Some(last) = self.entries.last_mut() {
                last.value = format!("{}\n{body}", last.value);
            }
            return;
        }
        if let Some(name) = body.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            self.section = Some(name.0.to_owned());
            self.open = false;
            return;
        }
        self.entry(at, body);
    }

    fn entry(&mut self, at: usize, body: &str) {
        let span = Span::new(self.source, at..at + body.len());
        let Some(section) = self.section.clone() else {
            let error = Diagnostic::error("a setting stands before the first section").at(&span);
            self.mistakes
                .push(error.help("begin the file with `[defaults]`"));
            return;
        };
        let Some(cut) = body.find(['=', ':']) else {
            let error = Diagnostic::error("this line is no `key = value`").at(&span);
            self.mistakes
                .push(error.help("a comment begins with `#` or `;`"));
            return;
        };
        let (name, rest) = (body[..cut].trim_end(), &body[cut + 1..]);
        let value = rest.trim();
        let value_at = at + body.len() - rest.trim_start().len();
        let key = name.to_ascii_lowercase();
        let key_span = Span::new(self.source, at..at + name.len());
        if let Some(first) = self.find(&section, &key) {
            let error = Diagnostic::error(format!("`{key}` stands twice in `[{section}]`"))
                .at(&key_span)
                .also(&first, "it stands here first");
            self.mistakes.push(error.help("remove one of them"));
            return;
        }
        self.open = true;
        self.entries.push(Entry {
            section,
            key,
            value: value.to_owned(),
            key_span,
            span: Span::new(self.source, value_at..value_at + value.len()),
        });
    }

    fn find(&self, section: &str, key: &str) -> Option<Span> {
        let mut all = self.entries.iter();
        let same = all.find(|entry| entry.section == section && entry.key == key);
        same.map(|entry| entry.key_span.clone())
    }
}

/// The line up to a comment.
fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with(['#', ';']) {
        return "";
    }
    let comment = line
        .match_indices(';')
        .find(|(at, _)| line[..*at].ends_with([' ', '\t']));
    comment.map_or(line, |(at, _)| &line[..at])
}

/// The text without one pair of quotes around it.
pub(super) fn unquoted(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &str) -> Result<Vec<String>, String> {
        let source = SourceFile::inline("ansible.cfg", text);
        let mut mistakes = Diagnostics::new();
        let read = read(&source, &mut mistakes);
        if let Some(mistake) = mistakes.iter().next() {
            return Err(mistake.one_line());
        }
        let show = |e: &Entry| format!("{}.{}={}", e.section, e.key, e.value);
        Ok(read.iter().map(show).collect())
    }

    #[test]
    fn keys_comments_quotes_and_continued_values_are_read() {
        let text = "# c\n[defaults]\nForks=7 ; many\nremote_user : 'deploy'\n; c\nroles_path = a:\n  b\n\
                    ansible_managed = #1 by me;not a comment\n\n[ssh_connection]\nssh_args = -C # -v\n";
        let wanted = [
            "defaults.forks=7",
            "defaults.remote_user='deploy'",
            "defaults.roles_path=a:\nb",
            "defaults.ansible_managed=#1 by me;not a comment",
            "ssh_connection.ssh_args=-C # -v",
        ];
        assert_eq!(entries(text).unwrap(), wanted);
    }

    #[test]
    fn mistakes_have_their_places() {
        assert_eq!(
            entries("forks = 5\n").unwrap_err(),
            "ansible.cfg:1:1: a setting stands before the first section (begin the file with `[defaults]`)"
        );
        assert_eq!(
            entries("[defaults]\nforks\n").unwrap_err(),
            "ansible.cfg:2:1: this line is no `key = value` (a comment begins with `#` or `;`)"
        );
        assert_eq!(
            entries("[defaults]\nforks=1\nFORKS=2\n").unwrap_err(),
            "ansible.cfg:3:1: `forks` stands twice in `[defaults]` (remove one of them)"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[\\[\\]a-z=:;#\"' \n\té]{0,40}") {
            let _ = entries(&text);
        }
    }
}
