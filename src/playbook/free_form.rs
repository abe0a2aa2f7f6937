//! `name=value` lines, as in `copy: src=a dest="b c"`.

use std::ops::Range;

/// The first word of a text.
pub(super) fn first_word(text: &str) -> Range<usize> {
    words(text)
        .and_then(|words| words.into_iter().next())
        .unwrap_or(0..text.len())
}

/// The words of a line: quotes and template braces hold one together. None when a quote or a
/// brace is left open.
pub(super) fn words(text: &str) -> Option<Vec<Range<usize>>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote: Option<char> = None;
    let mut braces: Vec<&str> = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let mut width = c.len_utf8();
        let opened = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")]
            .into_iter()
            .find(|(open, _)| rest.starts_with(open));
        if braces.last().is_some_and(|close| rest.starts_with(close)) {
            braces.pop();
            width = 2;
        } else if let Some((_, close)) = opened {
            braces.push(close);
            width = 2;
        } else if c == '\\' && braces.is_empty() {
            width += rest[1..].chars().next().map_or(0, char::len_utf8);
        } else if braces.is_empty() && matches!(c, '"' | '\'') {
            match quote {
                Some(open) if open == c => quote = None,
                Some(_) => {}
                None => quote = Some(c),
            }
        }
        let between = c.is_whitespace() && quote.is_none() && braces.is_empty();
        match (between, start) {
            (true, Some(from)) => {
                words.push(from..at);
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
        at += width;
    }
    if let Some(from) = start {
        words.push(from..text.len());
    }
    (quote.is_none() && braces.is_empty()).then_some(words)
}

/// The name and the value of a word like `name=value`, quotes around the whole value left out.
pub(super) fn pair(text: &str, word: &Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let equals = word.start + text[word.clone()].find('=')?;
    let name = &text[word.start..equals];
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let mut value = equals + 1..word.end;
    let written = &text[value.clone()];
    let quoted = ["\"", "'"]
        .iter()
        .any(|q| written.len() > 1 && written.starts_with(q) && written.ends_with(q));
    if quoted {
        value = value.start + 1..value.end - 1;
    }
    named.then_some((word.start..equals, value))
}

/// A text with the escapes of Python replaced: `\n`, `\t`, `\\`, `\"`, `\x41`, `\u00e9` and their
/// kin; other backslashes stay.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (c, width) = escape(after).unwrap_or(('\\', 0));
        out.push(c);
        rest = &after[width..];
    }
    out + rest
}

/// The letter an escape stands for, and how many bytes after the backslash it takes.
fn escape(after: &str) -> Option<(char, usize)> {
    let simple = match after.chars().next()? {
        c @ ('\\' | '\'' | '"') => c,
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        kind @ ('x' | 'u' | 'U') => {
            let digits = match kind {
                'x' => 2,
                'u' => 4,
                _ => 8,
            };
            let code = u32::from_str_radix(after.get(1..=digits)?, 16).ok()?;
            return Some((char::from_u32(code)?, digits + 1));
        }
        _ => return None,
    };
    Some((simple, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Option<Vec<&str>> {
        words(text).map(|words| words.into_iter().map(|w| &text[w]).collect())
    }

    fn pairs(text: &str) -> Vec<(&str, &str)> {
        let words = words(text).expect("quotes are closed");
        words
            .iter()
            .filter_map(|word| pair(text, word))
            .map(|(name, value)| (&text[name], &text[value]))
            .collect()
    }

    #[test]
    fn quotes_and_braces_hold_words_together() {
        assert_eq!(split("src=a  dest=b"), Some(vec!["src=a", "dest=b"]));
        assert_eq!(
            split("msg='a b' x=\"c d\""),
            Some(vec!["msg='a b'", "x=\"c d\""])
        );
        assert_eq!(
            split("src={{ a | default('b c') }}/d e"),
            Some(vec!["src={{ a | default('b c') }}/d", "e"])
        );
        assert_eq!(split("a\\ b 'it\\'s'"), Some(vec!["a\\ b", "'it\\'s'"]));
        assert_eq!(split("é ü\n\tx"), Some(vec!["é", "ü", "x"]));
        assert_eq!(split("  "), Some(vec![]));
    }

    #[test]
    fn what_is_left_open_is_told() {
        for text in ["it's", "a \"b", "{{ a", "{% if"] {
            assert_eq!(split(text), None, "{text}");
        }
    }

    #[test]
    fn pairs_lose_the_quotes_around_their_value() {
        assert_eq!(
            pairs("src=a mode='u=rw' msg=\"it's\" empty= x=a'b' ls -l a.b=c"),
            [
                ("src", "a"),
                ("mode", "u=rw"),
                ("msg", "it's"),
                ("empty", ""),
                ("x", "a'b'")
            ]
        );
    }

    #[test]
    fn escapes_are_those_of_python() {
        for (written, meant) in [
            (r"a\nb", "a\nb"),
            (r"\\ \' \x41\u00e9", r"\ ' Aé"),
            (r"\d \x4 \", r"\d \x4 \"),
            (r"\U0001F600", "😀"),
            (r"\é", r"\é"),
        ] {
            assert_eq!(unescaped(written), meant, "{written}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_line_is_split(text in "[a-z='\"{}%#\\\\ é\n]{0,30}") {
            for word in words(&text).unwrap_or_default() {
                let _ = pair(&text, &word);
                let _ = unescaped(&text[word]);
            }
            let _ = &text[first_word(&text)];
        }
    }
}
