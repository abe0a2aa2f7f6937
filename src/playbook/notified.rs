//! Whether what tasks notify is there.

use super::ast::{Action, Common, Play, Step, Task};
use super::decoder::{Decoder, is_template};
use crate::diag::{Diagnostic, Severity, did_you_mean, or_list};
use crate::yaml::Node;

/// The names that handlers answer to.
#[derive(Default)]
struct Names {
    /// Their own, and what they listen to.
    own: Vec<String>,
    /// Their own with their role's before it.
    with_role: Vec<String>,
    /// There are more, which are only known at run time.
    open: bool,
}

/// Reports every `notify` of a play that names no handler. Nothing can be said when handlers have
/// names, or come from files or roles, that are only known at run time.
pub(super) fn check(decoder: &mut Decoder<'_>, play: &Play) {
    let mut names = Names::default();
    play.handlers
        .iter()
        .for_each(|handler| collect(handler, None, &mut names));
    let steps = [
        &play.pre_tasks,
        &play.tasks,
        &play.post_tasks,
        &play.handlers,
    ];
    let steps = || steps.into_iter().flatten();
    if names.open || steps().any(|step| any(step, |a| matches!(a, Action::IncludeRole(_)))) {
        return;
    }
    let unsure = steps().any(|step| any(step, |a| matches!(a, Action::Include(_))));
    let known = |name: &str| names.own.iter().chain(&names.with_role).any(|n| n == name);
    for step in steps() {
        notified(step, &mut |node| {
            let name = node.raw().unwrap_or_default();
            if !is_template(node) && !known(name) {
                let mistake = unknown(node, name, &names.own);
                decoder.push(if unsure { maybe(mistake) } else { mistake });
            }
        });
    }
}

/// Collects the names a handler answers to.
fn collect(step: &Step, role: Option<&str>, names: &mut Names) {
    match step {
        Step::Block(block) => {
            let own = block.role.as_ref().map(|used| used.role.name.as_str());
            for step in &block.body {
                collect(step, own.or(role), names);
            }
        }
        Step::Task(task) => handler(task, role, names),
    }
}

fn handler(task: &Task, role: Option<&str>, names: &mut Names) {
    let own = || task.common.name.iter().chain(&task.listen);
    names.open |= own().any(is_template) || matches!(task.action, Action::Include(_));
    names
        .own
        .extend(own().filter_map(Node::raw).map(str::to_owned));
    if let (Some(role), Some(name)) = (role, task.common.name.as_ref().and_then(Node::raw)) {
        names.with_role.push(format!("{role} : {name}"));
    }
}

/// Whether a step has such an action in it.
fn any(step: &Step, is: fn(&Action) -> bool) -> bool {
    match step {
        Step::Task(task) => is(&task.action),
        Step::Block(block) => [&block.body, &block.rescue, &block.always]
            .into_iter()
            .flatten()
            .any(|step| any(step, is)),
    }
}

/// A file that is included may import a role that brings the handler.
fn maybe(mut mistake: Diagnostic) -> Diagnostic {
    mistake.severity = Severity::Warning;
    mistake.help("unless a role of an included file brings it")
}

/// Hands over every `notify` of a step.
fn notified(step: &Step, found: &mut impl FnMut(&Node)) {
    let mut of = |common: &Common| common.notify.iter().for_each(&mut *found);
    match step {
        Step::Task(task) => {
            of(&task.common);
            match &task.action {
                Action::Include(include) => of(&include.apply),
                Action::IncludeRole(include) => of(&include.apply),
                Action::Module { .. } | Action::Meta(_) => {}
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

fn unknown(node: &Node, name: &str, names: &[String]) -> Diagnostic {
    let error =
        Diagnostic::error(format!("no handler of this play is called `{name}`")).at(&node.span);
    let known = || names.iter().map(String::as_str);
    match did_you_mean(name, known()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => error.help("add it below `handlers:` of the play"),
        None => error.help(format!("it has {}", or_list(known()))),
    }
}
