//! Patterns as people who know Python write them: regular expressions and `fnmatch` wildcards.

use regex::{Captures, Regex, RegexBuilder};

use crate::modules::Failure;

/// A regular expression for one line.
pub(super) fn line(argument: &str, text: &str) -> Result<Regex, Failure> {
    Regex::new(&translated(text)).map_err(|e| unusable(argument, &e))
}

/// A regular expression for a whole text, where `^` and `$` match at lines.
pub(super) fn lines(argument: &str, text: &str) -> Result<Regex, Failure> {
    let mut builder = RegexBuilder::new(&translated(text));
    let built = builder.multi_line(true).build();
    built.map_err(|e| unusable(argument, &e))
}

/// A regular expression for a whole text, where `.` matches newlines too.
pub(super) fn across(argument: &str, text: &str) -> Result<Regex, Failure> {
    let mut builder = RegexBuilder::new(&translated(text));
    let built = builder.dot_matches_new_line(true).build();
    built.map_err(|e| unusable(argument, &e))
}

/// A wildcard pattern such as `*.conf` or `[!a]?`, for a whole name.
pub(super) fn wildcard(argument: &str, pattern: &str) -> Result<Regex, Failure> {
    let mut text = String::from("(?s)^");
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '*' => text.push_str(".*"),
            '?' => text.push('.'),
            '[' => match class(rest.as_str()) {
                Some((class, after)) => {
                    text.push_str(&class);
                    rest = after.chars();
                }
                None => text.push_str("\\["),
            },
            other => text.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    text.push('$');
    Regex::new(&text).map_err(|e| unusable(argument, &e))
}

/// `!a-z]…` as a regular expression's class, and what follows it; none without a closing bracket.
fn class(text: &str) -> Option<(String, &str)> {
    let (not, inner) = match text.strip_prefix('!') {
        Some(rest) => ("^", rest),
        None => ("", text),
    };
    // A bracket that comes first is one of the characters.
    let skip = inner.chars().next()?.len_utf8();
    let end = skip + inner[skip..].find(']')?;
    let escape = |c: char| match c {
        '\\' | '[' | ']' | '^' | '&' | '~' => format!("\\{c}"),
        other => other.to_string(),
    };
    let members: String = inner[..end].chars().map(escape).collect();
    Some((format!("[{not}{members}]"), &inner[end + 1..]))
}

/// `\Z` is Python's word for the very end.
fn translated(text: &str) -> String {
    let mut new = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        new.push(c);
        if c == '\\'
            && let Some(next) = chars.next()
        {
            new.push(if next == 'Z' { 'z' } else { next });
        }
    }
    new
}

fn unusable(argument: &str, error: &regex::Error) -> Failure {
    let hint = if error.to_string().contains("look-around") {
        " (there is no look-around and no backreference within a pattern here)"
    } else {
        ""
    };
    Failure::new(format!("`{argument}` cannot be used: {error}{hint}"))
}

/// Replaces `\1`, `\g<1>` and `\g<name>` as Python's `re` does.
pub(super) fn expand(template: &str, captures: &Captures<'_>) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some(start) = rest.find('\\') {
        text.push_str(&rest[..start]);
        rest = &rest[start + 1..];
        let digits = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            text.push_str(group(&rest[..digits], captures));
            rest = &rest[digits..];
        } else if let Some((name, end)) = rest.strip_prefix("g<").and_then(|r| r.split_once('>')) {
            text.push_str(group(name, captures));
            rest = end;
        } else if let Some(c) = rest.chars().next() {
            text.push_str(&escaped(c));
            rest = &rest[c.len_utf8()..];
        } else {
            text.push('\\');
        }
    }
    text.push_str(rest);
    text
}

fn escaped(c: char) -> String {
    match c {
        'n' => "\n".to_owned(),
        't' => "\t".to_owned(),
        'r' => "\r".to_owned(),
        '\\' => "\\".to_owned(),
        other => format!("\\{other}"),
    }
}

fn group<'a>(name: &str, captures: &Captures<'a>) -> &'a str {
    let found = match name.parse::<usize>() {
        Ok(index) => captures.get(index),
        Err(_) => captures.name(name),
    };
    found.map_or("", |m| m.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_whole_names() {
        for (pattern, name, matches) in [
            ("*.conf", "a.conf", true),
            ("*.conf", "a.conf.d", false),
            ("a?c", "a.c", true),
            ("[!a-c]x", "dx", true),
            ("[!a-c]x", "bx", false),
            ("[]x]", "]", true),
            ("a[", "a[", true),
            ("a+(b)", "a+(b)", true),
        ] {
            let Ok(regex) = wildcard("patterns", pattern) else {
                panic!("{pattern}")
            };
            assert_eq!(regex.is_match(name), matches, "{pattern} on {name}");
        }
    }

    #[test]
    fn groups_are_expanded_as_python_does() {
        let regex = line("regexp", r"(\w+)=(?P<value>\w*)\Z").expect("a pattern");
        let captures = regex.captures("key=42").expect("a match");
        let expanded = expand(r"\2 \g<1> \g<value>\n\\ \d \9", &captures);
        assert_eq!(expanded, "42 key 42\n\\ \\d ");
    }
}
