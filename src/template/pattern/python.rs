//! From Python's syntax of regular expressions to the engine's, where they differ.

/// The same pattern for the engine. When the text ends with a newline, `$` matches before it, too.
pub(super) fn translated(pattern: &str, newline: bool) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '\\' => escape(rest, &mut out),
            '[' => class(rest, &mut out),
            '{' => repetition(rest, &mut out),
            '$' if newline => {
                out.push_str(r"(?=\n?\z)");
                1
            }
            other => {
                out.push(other);
                other.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    out
}

/// An escape, outside of classes and within.
fn escape(rest: &str, out: &mut String) -> usize {
    let Some(next) = rest[1..].chars().next() else {
        out.push('\\');
        return 1;
    };
    match next {
        // The very end.
        'Z' => out.push_str(r"\z"),
        // Signs that are escaped for no reason, or mean words' edges to the engine.
        '<' | '>' | '\'' | '"' | '`' => out.push(next),
        other => {
            out.push('\\');
            out.push(other);
        }
    }
    1 + next.len_utf8()
}

/// A class of characters, in which the engine would see nested classes and set operations.
fn class(rest: &str, out: &mut String) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    out.push('[');
    if bytes.get(at) == Some(&b'^') {
        out.push('^');
        at += 1;
    }
    if bytes.get(at) == Some(&b']') {
        out.push_str(r"\]");
        at += 1;
    }
    let mut before = '[';
    while let Some(c) = rest[at..].chars().next() {
        match c {
            ']' => {
                out.push(']');
                return at + 1;
            }
            '\\' => {
                at += escape(&rest[at..], out);
                before = '\\';
                continue;
            }
            '[' => out.push_str(r"\["),
            '&' | '~' | '-' if before == c => {
                out.push('\\');
                out.push(c);
            }
            other => out.push(other),
        }
        before = c;
        at += c.len_utf8();
    }
    at
}

/// A brace is itself unless it says how often; `{,n}` has no lower bound.
fn repetition(rest: &str, out: &mut String) -> usize {
    let inner = rest[1..].split_once('}').map(|(inner, _)| inner);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match inner.map(|inner| (inner, inner.split_once(','))) {
        Some((inner, None)) if !inner.is_empty() && digits(inner) => out.push('{'),
        Some((_, Some((low, high)))) if digits(low) && digits(high) => {
            out.push('{');
            if low.is_empty() {
                out.push('0');
            }
        }
        _ => {
            out.push_str(r"\{");
            return 1;
        }
    }
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_translated() {
        for (python, expected) in [
            (r"a\Z", r"a\z"),
            ("a{,3}b{2}c{1,}", "a{0,3}b{2}c{1,}"),
            ("{x}{", r"\{x}\{"),
            ("[]a[&&--~~]", r"[\]a\[&\&-\-~\~]"),
            (r"[^]\]]x", r"[^\]\]]x"),
            (r"\<\'$", r"<'$"),
            (r"(?<=x)(?P<n>\d)(?P=n)\1", r"(?<=x)(?P<n>\d)(?P=n)\1"),
        ] {
            assert_eq!(translated(python, false), expected, "{python}");
        }
        assert_eq!(translated("a$", true), r"a(?=\n?\z)");
    }
}
