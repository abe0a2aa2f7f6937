//! What would run: for `--list-hosts`, `--list-tasks` and `--list-tags`. Nothing is connected to.

use super::inherit::Inherited;
use super::run::Engine;
use super::task::shown_name;
use crate::diag::Diagnostic;
use crate::playbook::{Action, Meta, Play, Playbook, Step};
use crate::vars::Scope;
use std::sync::Arc;

/// One play of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlayListing {
    /// Its name, or its hosts pattern.
    pub name: String,
    /// `hosts` as one pattern.
    pub pattern: String,
    /// Its own tags.
    pub tags: Vec<String>,
    /// The hosts it would work on, in order.
    pub hosts: Vec<String>,
    /// The tasks that the tags admit.
    pub tasks: Vec<TaskListing>,
}

/// One task of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskListing {
    /// Its name, or its module.
    pub name: String,
    /// All its tags, inherited ones included.
    pub tags: Vec<String>,
}

/// Lists the plays of a playbook, with hosts and tasks.
pub fn list(engine: &Engine, playbook: &Playbook) -> Result<Vec<PlayListing>, Diagnostic> {
    playbook
        .plays
        .iter()
        .map(|play| list_play(engine, play))
        .collect()
}

fn list_play(engine: &Engine, play: &Play) -> Result<PlayListing, Diagnostic> {
    engine.enter(play);
    let scope = engine.play_scope(play);
    let pattern = super::play::pattern(&play.hosts, &scope)?;
    let hosts = engine.play_hosts(play, &scope)?.hosts;
    let inherited = Inherited::of_play(play, &engine.options.keywords);
    let mut tasks = Vec::new();
    for steps in [&play.pre_tasks, &play.tasks, &play.post_tasks] {
        collect(engine, steps, &inherited, &scope, &mut tasks);
    }
    Ok(PlayListing {
        name: super::play::play_name(play, &scope)?,
        pattern,
        tags: inherited.tags,
        hosts: hosts.iter().map(ToString::to_string).collect(),
        tasks,
    })
}

fn collect(
    engine: &Engine,
    steps: &[Step],
    inherited: &Inherited,
    scope: &Arc<Scope>,
    tasks: &mut Vec<TaskListing>,
) {
    for step in steps {
        match step {
            Step::Task(task) if matches!(task.action, Action::Meta(Meta::Noop)) => {}
            Step::Task(task) => {
                let tags = inherited.descend(&task.common).tags;
                if engine.options.tags.admits(&tags) {
                    let name = shown_name(task, inherited, scope);
                    tasks.push(TaskListing { name, tags });
                }
            }
            Step::Block(block) => {
                let inherited = inherited.enter(block);
                for steps in [&block.body, &block.rescue, &block.always] {
                    collect(engine, steps, &inherited, scope, tasks);
                }
            }
        }
    }
}
