//! Tasks that can never run, and tags that nothing has.

use std::collections::BTreeSet;

use super::item::Item;
use super::walk::Step;
use crate::diag::{Diagnostic, Span, did_you_mean};
use crate::yaml::{Node, Scalar};

/// Tags with a meaning of their own.
const SPECIAL: [&str; 5] = ["all", "always", "never", "tagged", "untagged"];

/// What lets nothing after it run, in the same list: its name and its place.
pub(super) fn ends(step: &Step<'_>) -> Option<(&'static str, Span)> {
    let item = step.item;
    let call = item.call.as_ref()?;
    let what = match call.name.as_str() {
        "fail" => "`fail`",
        "meta" => {
            let word = call.arg("file").or(call.line.as_ref())?.raw()?.trim();
            match word {
                "end_play" => "`meta: end_play`",
                "end_host" => "`meta: end_host`",
                "end_batch" => "`meta: end_batch`",
                "end_role" => "`meta: end_role`",
                _ => return None,
            }
        }
        _ => return None,
    };
    // With tags, on it or around it, it may be left out while its neighbours are not.
    let loose = [
        "when",
        "tags",
        "failed_when",
        "ignore_errors",
        "until",
        "check_mode",
    ];
    let conditional =
        loose.iter().any(|keyword| item.get(keyword).is_some()) || item.looped().is_some();
    let forgiven = step
        .trail()
        .any(|around| around.get("ignore_errors").is_some());
    (!conditional && !forgiven).then(|| (what, call.key.span.clone()))
}

/// Says that a task follows an end.
pub(super) fn after(node: &Node, what: &str, end: &Span) -> Diagnostic {
    Diagnostic::warning(format!("this can never run: {what} comes before it"))
        .at(&first_line(node))
        .also(end, "nothing after this runs")
        .help("remove it, or give the other one a `when`")
}

/// Says that a condition is never true.
pub(super) fn never(item: &Item<'_>) -> Option<Diagnostic> {
    let when = item.get("when")?;
    let conditions = when.seq().unwrap_or(std::slice::from_ref(when));
    let constant = |node: &&Node| match node.scalar() {
        Some(Scalar::Bool(value)) => !value,
        Some(Scalar::Str(text)) => matches!(text.trim(), "false" | "False"),
        _ => false,
    };
    let condition = conditions.iter().find(constant)?;
    Some(
        Diagnostic::warning("this can never run: its condition is always false")
            .at(&condition.span)
            .help("remove it, or give it the tag `never`, with which it runs when it is asked for"),
    )
}

fn first_line(node: &Node) -> Span {
    let range = node.span.range();
    let line = node.span.text().lines().next().unwrap_or_default().len();
    Span::new(node.span.source(), range.start..range.start + line)
}

/// The tags of an item.
pub(super) fn tags_of(item: &Item<'_>, into: &mut BTreeSet<String>) {
    let Some(node) = item.get("tags") else { return };
    for text in node.seq().unwrap_or(std::slice::from_ref(node)) {
        let tags = text.raw().unwrap_or_default().split(',').map(str::trim);
        into.extend(tags.filter(|tag| !tag.is_empty()).map(str::to_owned));
    }
}

/// The tags given on the command line that nothing has.
pub(super) fn unknown_tags(
    flag: &str,
    given: &[String],
    there: &BTreeSet<String>,
) -> Vec<Diagnostic> {
    let unknown = given.iter().map(|tag| tag.trim());
    let unknown = unknown.filter(|tag| !SPECIAL.contains(tag) && !there.contains(*tag));
    let said = unknown.map(|tag| {
        let error = Diagnostic::error(format!("`{flag} {tag}`: nothing has this tag"));
        match did_you_mean(tag, there.iter().map(String::as_str)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        }
    });
    said.collect()
}
