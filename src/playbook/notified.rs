//! Whether what tasks notify is there.

use super::ast::{Action, Common, Play, Step};
use super::decoder::{Decoder, is_template};
use crate::diag::{Diagnostic, did_you_mean, or_list};
use crate::yaml::Node;

/// Reports every `notify` of a play that names no handler. Nothing can be said when handlers have
/// names, or come from files, that are only known at run time.
pub(super) fn check(decoder: &mut Decoder<'_>, play: &Play) {
    let mut names = Vec::new();
    if !play
        .handlers
        .iter()
        .all(|handler| collect(handler, &mut names))
    {
        return;
    }
    let names: Vec<&str> = names.iter().filter_map(|name| name.raw()).collect();
    let steps = [
        &play.pre_tasks,
        &play.tasks,
        &play.post_tasks,
        &play.handlers,
    ];
    for step in steps.into_iter().flatten() {
        notified(step, &mut |node| {
            let name = node.raw().unwrap_or_default();
            if !is_template(node) && !names.contains(&name) {
                decoder.push(unknown(node, name, &names));
            }
        });
    }
}

/// Collects the names a handler answers to; false when they cannot be known.
fn collect<'p>(step: &'p Step, names: &mut Vec<&'p Node>) -> bool {
    match step {
        Step::Block(block) => block.body.iter().all(|step| collect(step, names)),
        Step::Task(task) => {
            let own: Vec<&Node> = task.common.name.iter().chain(&task.listen).collect();
            let known = !own.iter().any(|name| is_template(name));
            names.extend(own);
            known && !matches!(task.action, Action::Include(_))
        }
    }
}

/// Hands over every `notify` of a step.
fn notified(step: &Step, found: &mut impl FnMut(&Node)) {
    let mut of = |common: &Common| common.notify.iter().for_each(&mut *found);
    match step {
        Step::Task(task) => {
            of(&task.common);
            if let Action::Include(include) = &task.action {
                of(&include.apply);
            }
        }
        Step::Block(block) => {
            of(&block.common);
            for step in block.body.iter().chain(&block.rescue).chain(&block.always) {
                notified(step, found);
            }
        }
    }
}

fn unknown(node: &Node, name: &str, names: &[&str]) -> Diagnostic {
    let error =
        Diagnostic::error(format!("no handler of this play is called `{name}`")).at(&node.span);
    match did_you_mean(name, names.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => error.help("add it below `handlers:` of the play"),
        None => error.help(format!("it has {}", or_list(names.iter().copied()))),
    }
}
