//! Keywords on their way from the play down to a task.

use std::sync::Arc;

use super::defaults::KeywordDefaults;
use crate::diag::SourceFile;
use crate::playbook::{Common, Play, Task};
use crate::vars::{Layers, Level};
use crate::yaml::Node;

/// What the play, the blocks and the includes around a step say to it.
#[derive(Debug, Clone, Default)]
pub(super) struct Inherited {
    /// Every `when` on the way, outermost first: all must hold.
    pub(super) whens: Vec<Node>,
    /// Every tag on the way.
    pub(super) tags: Vec<String>,
    /// `vars` of the blocks and of the task, what roles and includes bring along: each at its
    /// level.
    pub(super) layers: Layers,
    /// The innermost word on each of the other keywords.
    pub(super) keywords: Common,
    /// The file the task stands in.
    pub(super) file: Option<Arc<SourceFile>>,
    /// Whether the step belongs to a `rescue` or `always`, which an interrupt does not stop.
    pub(super) cleanup: bool,
}

impl Inherited {
    /// What the settings and a play say to all its tasks. Its `vars` have a precedence of their
    /// own and are not among these.
    pub(super) fn of_play(play: &Play, defaults: &KeywordDefaults) -> Self {
        let settings = Self::default().descend(&defaults.common);
        let mut inherited = settings.descend(&play.common);
        inherited.layers = Layers::new();
        inherited
    }

    /// One level further in: a block.
    pub(super) fn descend(&self, inner: &Common) -> Self {
        self.inside(inner, Level::BlockVars)
    }

    /// What a task itself sees.
    pub(super) fn of_task(&self, task: &Task) -> Self {
        let mut own = self.inside(&task.common, Level::TaskVars);
        own.file = Some(Arc::clone(task.span.source()));
        own
    }

    fn inside(&self, inner: &Common, level: Level) -> Self {
        let mut next = self.clone();
        next.whens.extend(inner.when.clone());
        for tag in &inner.tags {
            if !next.tags.contains(tag) {
                next.tags.push(tag.clone());
            }
        }
        next.layers.push(level, Arc::clone(&inner.vars));
        next.keywords.override_with(inner);
        next
    }

    /// The same within a `rescue` or `always`.
    pub(super) fn for_cleanup(&self) -> Self {
        Self {
            cleanup: true,
            ..self.clone()
        }
    }
}

impl Common {
    /// Takes over every keyword that the inner level says something about.
    fn override_with(&mut self, inner: &Common) {
        let pairs: [(&mut Option<Node>, &Option<Node>); 19] = [
            (&mut self.r#become, &inner.r#become),
            (&mut self.become_user, &inner.become_user),
            (&mut self.become_method, &inner.become_method),
            (&mut self.become_flags, &inner.become_flags),
            (&mut self.become_exe, &inner.become_exe),
            (&mut self.environment, &inner.environment),
            (&mut self.no_log, &inner.no_log),
            (&mut self.check_mode, &inner.check_mode),
            (&mut self.diff, &inner.diff),
            (&mut self.ignore_errors, &inner.ignore_errors),
            (&mut self.ignore_unreachable, &inner.ignore_unreachable),
            (&mut self.any_errors_fatal, &inner.any_errors_fatal),
            (&mut self.delegate_to, &inner.delegate_to),
            (&mut self.run_once, &inner.run_once),
            (&mut self.timeout, &inner.timeout),
            (&mut self.connection, &inner.connection),
            (&mut self.remote_user, &inner.remote_user),
            (&mut self.port, &inner.port),
            (&mut self.throttle, &inner.throttle),
        ];
        for (outer, inner) in pairs {
            if inner.is_some() {
                outer.clone_from(inner);
            }
        }
        self.notify.extend(inner.notify.iter().cloned());
    }
}
