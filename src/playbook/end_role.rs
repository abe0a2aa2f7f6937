//! `meta: end_role` stands where there is a role to end.

use super::ast::{Action, Meta, Play, Step};
use super::decoder::Decoder;
use crate::diag::{Diagnostic, Span};

/// Reports every `end_role` among the tasks of a play that are no role's, and among handlers.
pub(super) fn check(decoder: &mut Decoder<'_>, play: &Play) {
    let tasks = [&play.pre_tasks, &play.tasks, &play.post_tasks];
    for step in tasks.into_iter().flatten() {
        misplaced(step, false, decoder);
    }
    for step in &play.handlers {
        misplaced(step, true, decoder);
    }
}

fn misplaced(step: &Step, handlers: bool, decoder: &mut Decoder<'_>) {
    match step {
        Step::Task(task) if matches!(task.action, Action::Meta(Meta::EndRole)) => {
            decoder.push(nothing_to_end(&task.action_span));
        }
        Step::Block(block) if handlers || block.role.is_none() => {
            for step in block.body.iter().chain(&block.rescue).chain(&block.always) {
                misplaced(step, handlers, decoder);
            }
        }
        Step::Task(_) | Step::Block(_) => {}
    }
}

/// The mistake of an `end_role` outside a role or in a handler.
pub(crate) fn nothing_to_end(place: &Span) -> Diagnostic {
    Diagnostic::error("`end_role` stands outside of the tasks of a role")
        .at(place)
        .help("use `end_host` to end the play for the host, or put a `when` on what is to be left out")
}
