//! Owner and mode of everything below a directory.

use std::fmt::Write as _;

use super::Order;
use crate::modules::files::attrs::Attrs;
use crate::modules::files::entry::{Entry, FORMAT};
use crate::modules::files::trouble::trouble;
use crate::modules::files::write::PRELUDE;
use crate::modules::{Ctx, Failure, Outcome};
use crate::transport::quote;

/// Adds to the directory's own outcome what becomes of everything in it.
pub(super) async fn run(
    order: &Order<'_>,
    mut outcome: Outcome,
    ctx: &Ctx<'_>,
) -> Result<Outcome, Failure> {
    if order.attrs.is_empty() {
        return Ok(outcome);
    }
    let folder = quote(&order.path);
    let script = format!(
        "{PRELUDE}d={folder}\n[ -d \"$d\" ] || exit 0\nfind \"$d/\" -exec stat -c {FORMAT} -- {{}} + || exit 1"
    );
    let output = ctx.remote.run(&script).await?;
    if !output.ok() {
        return Err(trouble("look through", &order.path, &output));
    }
    let text = output.out();
    let count = text
        .lines()
        .filter_map(Entry::parse)
        .filter(|entry| pending(&order.attrs, entry))
        .count();
    if count == 0 {
        return Ok(outcome);
    }
    if !ctx.check {
        apply(order, ctx).await?;
    }
    outcome.changed = true;
    if ctx.diff {
        let what = format!("{} (and below)", order.path);
        outcome = outcome.diff(
            what,
            String::new(),
            format!("{count} files get their owner and mode\n"),
        );
    }
    Ok(outcome)
}

/// Links keep their mode: it means nothing.
fn pending(attrs: &Attrs, entry: &Entry) -> bool {
    if entry.state() == "link" {
        let owner = Attrs::new(None, attrs.owner.clone(), attrs.group.clone());
        return owner.differ(entry);
    }
    attrs.differ(entry)
}

async fn apply(order: &Order<'_>, ctx: &Ctx<'_>) -> Result<(), Failure> {
    let mut script = format!("{PRELUDE}d={}\n", quote(&order.path));
    if let Some(who) = order.attrs.chown() {
        let _ = writeln!(script, "chown -hR -- {} \"$d/\" || exit 1", quote(&who));
    }
    if let Some(mode) = order.attrs.chmod() {
        let _ = writeln!(script, "chmod -R -- {} \"$d/\" || exit 1", quote(&mode));
    }
    let output = ctx.remote.run(&script).await?;
    if output.ok() {
        Ok(())
    } else {
        Err(trouble("change everything below", &order.path, &output))
    }
}
