//! Comments that silence findings on their line: `# noqa: RULE` and `# lint: ignore RULE`.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::finding::Finding;
use super::rules;
use super::settings::unknown_rule;
use crate::diag::{Diagnostic, SourceFile, Span};

/// What a comment silences.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Comment {
    /// `# noqa`: everything on the line.
    All,
    /// These rules.
    Rules(Vec<String>),
}

/// The comments of the files in which something was found.
#[derive(Debug, Default)]
pub(super) struct Silence {
    files: HashMap<String, HashMap<usize, Comment>>,
}

impl Silence {
    /// Whether a comment on its line silences a finding.
    pub(super) fn covers(&mut self, finding: &Finding) -> bool {
        let Some(span) = &finding.diagnostic.span else {
            return false;
        };
        let source = span.source();
        let comments = self.files.entry(source.name.clone()).or_insert_with(|| {
            comments(&source.text)
                .map(|(line, _, c)| (line, c))
                .collect()
        });
        if comments.is_empty() {
            return false;
        }
        match comments.get(&span.line_col().0) {
            None => false,
            Some(Comment::All) => true,
            Some(Comment::Rules(ids)) => ids.iter().any(|id| id == finding.rule.id),
        }
    }
}

/// Rules that a file's own comments name and that do not exist.
pub(super) fn unknown(source: &Arc<SourceFile>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (_, range, comment) in comments(&source.text) {
        let Comment::Rules(ids) = comment else {
            continue;
        };
        if source.text[range.clone()].contains("noqa") {
            continue;
        }
        for id in ids.iter().filter(|id| rules::find(id).is_none()) {
            let text = &source.text[range.clone()];
            let at = range.start + text.find(id.as_str()).unwrap_or(0);
            let span = Span::new(source, at..at + id.len());
            found.push(unknown_rule(id, "a comment").at(&span));
        }
    }
    found
}

/// The comments of a text that silence something, each with its line and its place.
fn comments(text: &str) -> impl Iterator<Item = (usize, Range<usize>, Comment)> {
    let mut start = 0;
    text.split_inclusive('\n')
        .enumerate()
        .filter_map(move |(number, line)| {
            let offset = start;
            start += line.len();
            // Nearly every line ends here: one byte is found faster than two words are.
            if !line.contains('#') {
                return None;
            }
            let hash = line.find("# noqa").or_else(|| line.find("# lint:"))?;
            let comment = line[hash + 1..].trim();
            let silenced = read(comment)?;
            Some((number + 1, offset + hash..offset + line.len(), silenced))
        })
}

fn read(comment: &str) -> Option<Comment> {
    let names = |text: &str| {
        let words = text.split([',', ' ']).map(str::trim);
        let words = words.filter(|word| !word.is_empty());
        words.map(str::to_owned).collect::<Vec<_>>()
    };
    if let Some(rest) = comment.strip_prefix("lint:") {
        let rest = rest.trim().strip_prefix("ignore")?;
        return Some(Comment::Rules(names(rest)));
    }
    let rest = comment.strip_prefix("noqa")?;
    match rest.strip_prefix(':').map(names) {
        Some(names) if !names.is_empty() => Some(Comment::Rules(names)),
        _ if rest.trim_matches(':').trim().is_empty() => Some(Comment::All),
        // `# noqa rule` is ansible-lint's older spelling.
        _ => Some(Comment::Rules(names(rest))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_name_rules() {
        let rules = |ids: &[&str]| {
            Some(Comment::Rules(
                ids.iter().map(ToString::to_string).collect(),
            ))
        };
        assert_eq!(read("noqa"), Some(Comment::All));
        assert_eq!(read("noqa: a, b"), rules(&["a", "b"]));
        assert_eq!(read("noqa a"), rules(&["a"]));
        assert_eq!(read("lint: ignore a b"), rules(&["a", "b"]));
        assert_eq!(read("lint: what"), None);
        assert_eq!(read("other"), None);
    }

    #[test]
    fn a_rule_nobody_knows_is_told() {
        let source =
            SourceFile::inline("a.yml", "- a: 1  # lint: ignore no-lgo\n- b: 2 # noqa: x\n");
        let found = unknown(&source);
        assert_eq!(
            found.iter().map(Diagnostic::one_line).collect::<Vec<_>>(),
            ["a.yml:1:24: a comment names `no-lgo`, which is no rule (did you mean `no-log`?)"]
        );
    }
}
