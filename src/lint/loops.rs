//! Loops within loops.

use super::walk::Step;
use crate::diag::Diagnostic;

/// A loop whose variable is that of a loop around it.
pub(super) fn shadow(step: &Step<'_>) -> Option<Diagnostic> {
    let (key, _) = step.item.looped()?;
    let name = step.item.loop_var();
    let outer = step.trail().skip(1).find(|around| {
        around.call.is_some() && around.looped().is_some() && around.loop_var() == name
    })?;
    let (outer_key, _) = outer.looped()?;
    Some(
        Diagnostic::warning(format!(
            "this loop hides the `{name}` of the loop around it"
        ))
        .at(&key.span)
        .also(&outer_key.span, "the loop around it")
        .help("name one of them: `loop_control: {loop_var: …}`"),
    )
}
