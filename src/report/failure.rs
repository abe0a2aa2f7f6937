//! Failures as an operator reads them: place, cause and remedy first, then what was printed.

use serde_json::Value as Json;

use super::value::{self, INDENT, clean, indented};
use crate::event::StepResult;

/// Of long output only the end is shown, unless more is asked for.
const LAST_LINES: usize = 30;

/// What a failed result shows without being asked for more.
const SHOWN: [&str; 7] = [
    "cmd",
    "rc",
    "stdout",
    "stderr",
    "assertion",
    "evaluated_to",
    "query",
];

/// The cause in one line, with the place it stands at.
pub(super) fn headline(result: &StepResult, task_place: &str) -> String {
    if result.censored {
        return format!("{task_place}: (censored: no_log)");
    }
    let msg = clean(result.msg.as_deref().unwrap_or_default());
    let first = msg
        .trim()
        .lines()
        .next()
        .unwrap_or("failed without a message");
    // A mistake in the runbook brings its own place.
    if result.place.is_some() || task_place.is_empty() {
        return first.to_owned();
    }
    format!("{task_place}: {first}")
}

/// Everything below the headline, indented: the rest of the message, the line of the runbook, and
/// what the command printed; at higher verbosity all of the result.
pub(super) fn details(result: &StepResult, verbosity: u8) -> String {
    if result.censored {
        return String::new();
    }
    let msg = clean(result.msg.as_deref().unwrap_or_default());
    let rest = msg.trim().split_once('\n').map_or("", |(_, rest)| rest);
    let mut out = indented(rest, INDENT);
    if let Some(place) = &result.place {
        out.push_str(&indented(&snippet(place), INDENT));
    }
    let told = |key: &str, value: &Json| {
        key == "msg" || value.as_str().is_some_and(|v| msg.contains(v.trim()))
    };
    for (key, value) in value::interesting(&result.result).filter(|(k, v)| !told(k, v)) {
        if verbosity > 0 {
            out.push_str(&value::entries([(key, value)], INDENT));
        } else if SHOWN.contains(&key.as_str()) {
            out.push_str(&value::entries([(key, &shortened(key, value))], INDENT));
        }
    }
    out
}

/// The quoted source of a rendered message: without its title and its help, which the headline
/// says already.
fn snippet(place: &str) -> String {
    let lines = place.lines().skip(1);
    let quoted: Vec<&str> = lines
        .filter(|l| !l.trim_start().starts_with("= help:"))
        .collect();
    let text = quoted.join("\n");
    text.trim_end_matches(['\n', ' ', '|']).to_owned()
}

/// A command as one would type it, and only the end of long output.
fn shortened(key: &str, value: &Json) -> Json {
    match value {
        Json::Array(words) if key == "cmd" => {
            let words: Vec<String> = words.iter().map(value::inline).collect();
            let joined = shlex::try_join(words.iter().map(String::as_str));
            joined.map_or_else(|_| value.clone(), Json::String)
        }
        Json::String(text) => {
            let lines: Vec<&str> = text.trim_end().lines().collect();
            let hidden = lines.len().saturating_sub(LAST_LINES);
            if hidden == 0 {
                return value.clone();
            }
            let last = lines[hidden..].join("\n");
            format!("… {hidden} lines before (all with -v)\n{last}").into()
        }
        other => other.clone(),
    }
}
