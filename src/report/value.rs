//! Results as people read them: indented text, no JSON blobs.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

/// One level of indentation.
pub(super) const INDENT: &str = "    ";

/// Text from a host as it may be shown: escape sequences and control characters removed, line
/// ends made one.
pub(super) fn clean(text: &str) -> String {
    let text = anstream::adapter::strip_str(text).to_string();
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let shown = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    text.chars().filter(shown).collect()
}

/// Every line of a text with an indentation, and a line end behind each.
pub(super) fn indented(text: &str, indent: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let line = format!("{indent}{line}");
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// `name: value` lines for a mapping.
pub(super) fn entries<'a>(
    entries: impl IntoIterator<Item = (&'a String, &'a Json)>,
    indent: &str,
) -> String {
    let mut out = String::new();
    for (key, value) in entries {
        write(&mut out, &format!("{indent}{}:", clean(key)), value, indent);
    }
    out
}

/// A value behind a lead such as `name:` or `-`; what does not fit there goes below, deeper.
fn write(out: &mut String, lead: &str, value: &Json, indent: &str) {
    let deeper = format!("{indent}{INDENT}");
    let below = match value {
        Json::Object(map) if !map.is_empty() => entries(map, &deeper),
        Json::Array(items) if !items.is_empty() => list(items, &deeper),
        Json::String(text) if text.trim_end().contains(['\n', '\r']) => {
            indented(clean(text).trim_end(), &deeper)
        }
        scalar => {
            let line = format!("{lead} {}", inline(scalar));
            let _ = writeln!(out, "{}", line.trim_end());
            return;
        }
    };
    let _ = writeln!(out, "{lead}");
    out.push_str(&below);
}

fn list(items: &[Json], indent: &str) -> String {
    let mut out = String::new();
    for item in items {
        write(&mut out, &format!("{indent}-"), item, indent);
    }
    out
}

/// A value on one line; strings as they are.
pub(super) fn inline(value: &Json) -> String {
    match value {
        Json::String(text) => clean(text).trim_end().to_owned(),
        other => other.to_string(),
    }
}

/// What `debug` has to say: its message, or a variable with its name.
pub(super) fn spoken(result: &Map<String, Json>) -> Option<String> {
    match result.get("msg") {
        Some(Json::String(text)) => Some(clean(text)),
        Some(value @ (Json::Array(_) | Json::Object(_))) => Some(block(value)),
        Some(value) => Some(value.to_string()),
        None => {
            let told = entries(interesting(result), "");
            (!told.is_empty()).then_some(told)
        }
    }
}

/// A collection without anything before it.
fn block(value: &Json) -> String {
    match value {
        Json::Object(map) if !map.is_empty() => entries(map, ""),
        Json::Array(items) if !items.is_empty() => list(items, ""),
        other => inline(other),
    }
}

/// The entries of a result that say something: not its status, which is shown already, nor what
/// repeats other entries.
pub(super) fn interesting(result: &Map<String, Json>) -> impl Iterator<Item = (&String, &Json)> {
    const SHOWN_ELSEWHERE: [&str; 15] = [
        "ansible_facts",
        "ansible_loop_var",
        "changed",
        "diff",
        "failed",
        "false_condition",
        "invocation",
        "item",
        "results",
        "skip_reason",
        "skipped",
        "stderr_lines",
        "stdout_lines",
        "unreachable",
        "warnings",
    ];
    result
        .iter()
        .filter(|(key, _)| !SHOWN_ELSEWHERE.contains(&key.as_str()))
        .filter(|(_, value)| !matches!(value, Json::String(text) if text.is_empty()))
}

/// A time in words of a fitting size: `0.4 s`, `12.0 s`, `3 min 05 s`, `1 h 02 min`.
pub(super) fn duration(ms: u64) -> String {
    let seconds = ms / 1000;
    match seconds {
        0..60 => format!("{seconds}.{} s", ms % 1000 / 100),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_read_like_yaml() {
        let value = json!({
            "rc": 1, "none": null, "text": "one\ntwo\r\n\nthree\n", "empty": {}, "list": ["a", {"b": [1]}]
        });
        let map = value.as_object().unwrap();
        assert_eq!(
            entries(map, "  "),
            "  rc: 1\n  none: null\n  text:\n      one\n      two\n\n      three\n  empty: {}\n  \
             list:\n      - a\n      -\n          b:\n              - 1\n"
        );
    }

    #[test]
    fn escape_sequences_do_not_reach_the_terminal() {
        assert_eq!(
            clean("a\u{1b}[31mred\u{1b}[0m\u{7}\tb\rc\u{1b}]0;t\u{7}"),
            "ared\tb\nc"
        );
    }

    #[test]
    fn times_have_a_fitting_size() {
        let times = [0, 449, 59_999, 61_000, 3_600_000].map(duration);
        assert_eq!(
            times,
            ["0.0 s", "0.4 s", "59.9 s", "1 min 01 s", "1 h 00 min"]
        );
    }
}
