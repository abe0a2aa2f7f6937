//! From a command line to words, as Ansible's `command` splits and expands them.

use std::fmt::Write as _;

use crate::transport::quote;

/// Splits a line into words; quotes and backslashes as in a POSIX shell, `#` is no comment.
pub(super) fn split(line: &str) -> Result<Vec<String>, String> {
    // The splitter knows comments, which a single command line has not: hide the sign from it.
    let stand_in = ('\u{e000}'..='\u{f8ff}')
        .find(|c| !line.contains(*c))
        .ok_or("the line holds every private character there is")?;
    let mut text = [0; 4];
    let stand_in: &str = stand_in.encode_utf8(&mut text);
    let words = shlex::split(&line.replace('#', stand_in))
        .ok_or("a quote is not closed, or a backslash ends the line")?;
    let restore = |word: String| word.replace(stand_in, "#");
    Ok(words.into_iter().map(restore).collect())
}

/// A word for the shell: `~`, `$NAME` and `${NAME}` are expanded as Python does it, where the
/// variable is set; nothing else is.
pub(super) fn expanded(word: &str) -> String {
    let mut text = String::new();
    let mut rest = word;
    if let Some(tilde) = tilde(word) {
        text.push_str(tilde);
        rest = &word[tilde.len()..];
    }
    while let Some(start) = rest.find('$') {
        push(&mut text, &rest[..start]);
        let (name, whole) = variable(&rest[start..]);
        if name.is_empty() {
            push(&mut text, "$");
            rest = &rest[start + 1..];
        } else {
            let literal = whole.replace('$', "\\$").replace('}', "\\}");
            let _ = write!(text, "\"${{{name}-{literal}}}\"");
            rest = &rest[start + whole.len()..];
        }
    }
    push(&mut text, rest);
    if text.is_empty() {
        "''".to_owned()
    } else {
        text
    }
}

fn push(text: &mut String, literal: &str) {
    if !literal.is_empty() {
        text.push_str(&quote(literal));
    }
}

/// `~` or `~user` at the start of a word, when a home directory can be meant.
fn tilde(word: &str) -> Option<&str> {
    let end = word.find('/').unwrap_or(word.len());
    let name = word[..end].strip_prefix('~')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    name.chars().all(plain).then_some(&word[..end])
}

/// The variable's name and all of its text; an empty name when `$` stands for itself.
fn variable(text: &str) -> (&str, &str) {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if let Some(inner) = text.strip_prefix("${") {
        let end = inner.find('}').unwrap_or(0);
        let name = &inner[..end];
        if valid(name) && name.chars().all(plain) {
            return (name, &text[..end + 3]);
        }
        return ("", "");
    }
    let rest = &text[1..];
    let end = rest.find(|c| !plain(c)).unwrap_or(rest.len());
    if valid(&rest[..end]) {
        (&rest[..end], &text[..=end])
    } else {
        ("", "")
    }
}

fn valid(name: &str) -> bool {
    !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_split_as_a_shell_would_but_without_comments() {
        let words = split(r#"echo "a b"  'c"d' e\ f #g h#i"#).expect("words");
        assert_eq!(words, ["echo", "a b", "c\"d", "e f", "#g", "h#i"]);
        assert_eq!(
            split("echo 'oops"),
            Err("a quote is not closed, or a backslash ends the line".to_owned())
        );
    }

    #[test]
    fn only_variables_and_homes_are_expanded() {
        for (word, shell) in [
            ("a;b|*", "'a;b|*'"),
            ("$HOME/x", "\"${HOME-\\$HOME}\"/x"),
            ("a${B}c", "a\"${B-\\${B\\}}\"c"),
            ("$(id)", "'$''(id)'"),
            ("cost: 5$", "'cost: 5''$'"),
            ("$1", "'$'1"),
            ("~/x y", "~'/x y'"),
            ("~$x", "'~'\"${x-\\$x}\""),
            ("", "''"),
        ] {
            assert_eq!(expanded(word), shell, "{word}");
        }
    }
}
