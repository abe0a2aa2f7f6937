//! Keywords on their way from the play down to a task.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::defaults::KeywordDefaults;
use super::role::RoleContext;
use crate::diag::SourceFile;
use crate::playbook::{Block, Common, Play, Task};
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
    /// Every `environment` on the way, outermost first: they are merged.
    pub(super) environment: Vec<Node>,
    /// Every `module_defaults` on the way, outermost first.
    pub(super) module_defaults: Vec<Node>,
    /// The innermost word on each of the other keywords.
    pub(super) keywords: Common,
    /// The role it stands in.
    pub(super) role: Option<Arc<RoleContext>>,
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
        next.environment.extend(inner.environment.clone());
        next.module_defaults.extend(inner.module_defaults.clone());
        next.keywords.override_with(inner);
        next
    }

    /// Into a block, which may be a role's.
    pub(super) fn enter(&self, block: &Block) -> Self {
        let mut next = self.descend(&block.common);
        if let Some(used) = &block.role {
            next.role = Some(RoleContext::enter(used, self.role.as_ref()));
        }
        next
    }

    /// The folders of the roles around, innermost first: files are looked for there.
    pub(super) fn role_folders(&self) -> Vec<PathBuf> {
        let role = self.role.as_deref();
        role.map(|role| role.folders().map(Path::to_owned).collect())
            .unwrap_or_default()
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
        let pairs: [(&mut Option<Node>, &Option<Node>); 18] = [
            (&mut self.r#become, &inner.r#become),
            (&mut self.become_user, &inner.become_user),
            (&mut self.become_method, &inner.become_method),
            (&mut self.become_flags, &inner.become_flags),
            (&mut self.become_exe, &inner.become_exe),
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
