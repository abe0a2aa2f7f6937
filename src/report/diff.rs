//! Changes as unified diffs.

use similar::{ChangeTag, TextDiff};

use super::style::{Palette, Role};
use super::value::clean;
use crate::modules::Diff;

/// A longer diff is cut here; the rest is counted.
const MAX_LINES: usize = 400;

/// The diff with its headers, a line end behind each line; nothing when nothing changed.
pub(super) fn unified(diff: &Diff, palette: Palette, context: usize) -> String {
    if diff.before == diff.after {
        return String::new();
    }
    let what = clean(&diff.what);
    if is_value(diff) {
        return value(diff, &what, palette);
    }
    let text = TextDiff::from_lines(diff.before.as_str(), diff.after.as_str());
    let absent = |text: &str| if text.is_empty() { " (absent)" } else { "" };
    let mut lines = vec![
        palette.paint(
            Role::Heading,
            format!("--- before: {what}{}", absent(&diff.before)),
        ),
        palette.paint(
            Role::Heading,
            format!("+++ after: {what}{}", absent(&diff.after)),
        ),
    ];
    for hunk in text.unified_diff().context_radius(context).iter_hunks() {
        lines.push(palette.paint(Role::Notice, hunk.header()));
        for change in hunk.iter_changes() {
            lines.push(line(change.tag(), change.value(), palette));
            if change.missing_newline() {
                lines.push("\\ no newline at the end".to_owned());
            }
        }
    }
    let cut = lines.len().saturating_sub(MAX_LINES);
    lines.truncate(MAX_LINES);
    if cut > 0 {
        lines.push(palette.paint(Role::Minor, format!("… {cut} more lines")));
    }
    lines.join("\n") + "\n"
}

/// Whether one word changed (a version, a role) rather than the lines of a file.
fn is_value(diff: &Diff) -> bool {
    let one_line = |text: &str| !text.contains('\n');
    !diff.what.starts_with(['/', '~']) && one_line(&diff.before) && one_line(&diff.after)
}

fn value(diff: &Diff, what: &str, palette: Palette) -> String {
    let shown = |text: &str| {
        if text.is_empty() {
            "(none)".to_owned()
        } else {
            clean(text)
        }
    };
    let before = palette.paint(Role::Failed, shown(&diff.before));
    let after = palette.paint(Role::Ok, shown(&diff.after));
    format!("~ {what}: {before} -> {after}\n")
}

fn line(tag: ChangeTag, value: &str, palette: Palette) -> String {
    let text = clean(value.trim_end_matches(['\n', '\r']));
    match tag {
        ChangeTag::Equal => format!(" {text}"),
        ChangeTag::Delete => palette.paint(Role::Failed, format!("-{text}")),
        ChangeTag::Insert => palette.paint(Role::Ok, format!("+{text}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(before: &str, after: &str) -> String {
        let (what, before, after) = ("/etc/x".into(), before.into(), after.into());
        unified(
            &Diff {
                what,
                before,
                after,
            },
            Palette::Plain,
            3,
        )
    }

    #[test]
    fn a_changed_word_is_one_line() {
        let change = |before: &str, after: &str| Diff {
            what: "package postgresql-15".into(),
            before: before.into(),
            after: after.into(),
        };
        assert_eq!(
            unified(&change("15.18", "15.20"), Palette::Plain, 3),
            "~ package postgresql-15: 15.18 -> 15.20\n"
        );
        assert_eq!(
            unified(&change("", "15.20"), Palette::Plain, 3),
            "~ package postgresql-15: (none) -> 15.20\n"
        );
    }

    #[test]
    fn changes_are_shown_with_context() {
        assert_eq!(
            diff("a\nb\nc\n", "a\nB\nc\n"),
            "--- before: /etc/x\n+++ after: /etc/x\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"
        );
        assert_eq!(
            diff("", "new"),
            "--- before: /etc/x (absent)\n+++ after: /etc/x\n@@ -0,0 +1 @@\n+new\n\
             \\ no newline at the end\n"
        );
        assert_eq!(diff("same", "same"), "");
    }

    #[test]
    fn long_diffs_are_cut() {
        let text = diff("", &"x\n".repeat(1000));
        assert_eq!(text.lines().count(), MAX_LINES + 1);
        assert!(text.ends_with("… 603 more lines\n"), "{text}");
    }
}
