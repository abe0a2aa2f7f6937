//! One script, several answers: a script marks where each of its answers begins.

/// Defines `rb NAME` in a script: what follows on standard output is the answer `NAME`.
///
/// The mark holds a control character (RS, 036) that no command's text output has at a line's start.
pub(super) const PRELUDE: &str = "rb() { printf '\\n\\036%s\\n' \"$1\"; }\n";

/// The answers of one script, in the order they came.
#[derive(Debug, Default)]
pub(super) struct Sections(Vec<(String, String)>);

impl Sections {
    /// Takes a script's standard output apart; what came before the first mark is dropped.
    pub(super) fn parse(out: &str) -> Self {
        let marked = format!("\n{out}");
        let parts = marked.split("\n\u{1e}").skip(1);
        Self(
            parts
                .map(|part| {
                    let (name, body) = part.split_once('\n').unwrap_or((part, ""));
                    (name.to_owned(), body.to_owned())
                })
                .collect(),
        )
    }

    /// An answer's text, without the newline at its end; empty when it never came.
    pub(super) fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    /// An answer's text, if it came.
    pub(super) fn find(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(n, _)| n == name);
        found.map(|(_, body)| body.strip_suffix('\n').unwrap_or(body))
    }

    /// How many answers have a name that begins so.
    pub(super) fn count(&self, prefix: &str) -> usize {
        self.0
            .iter()
            .filter(|(name, _)| name.starts_with(prefix))
            .count()
    }

    /// The lines of an answer that are not empty.
    pub(super) fn lines(&self, name: &str) -> impl Iterator<Item = &str> {
        self.get(name).lines().filter(|line| !line.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart_whatever_their_last_byte() {
        let sections =
            Sections::parse("noise\n\u{1e}a\none\ntwo\n\n\u{1e}b\nno newline\n\u{1e}c\n");
        assert_eq!(sections.get("a"), "one\ntwo");
        assert_eq!(sections.get("b"), "no newline");
        assert_eq!(sections.find("c"), Some(""));
        assert_eq!(sections.find("d"), None);
    }
}
