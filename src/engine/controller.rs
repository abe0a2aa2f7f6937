//! The controller's side of a module call.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;

use super::run::Engine;
use crate::diag::Diagnostic;
use crate::modules::{Controller, FileKind, ProjectFile};
use crate::playbook::{Play, Task};

/// What modules may ask of the controller, in the place of one task.
pub(super) struct TaskController<'a> {
    pub(super) engine: &'a Engine,
    pub(super) play: &'a Play,
    pub(super) task: &'a Arc<Task>,
    /// The folders of the roles the task stands in, innermost first.
    pub(super) roles: Vec<PathBuf>,
}

#[async_trait]
impl Controller for TaskController<'_> {
    fn find(&self, kind: FileKind, name: &str) -> Result<ProjectFile, Diagnostic> {
        self.engine
            .project
            .file(&self.task.span, &self.roles, &self.play.source, kind, name)
    }

    fn vars_folder(&self, name: &str) -> PathBuf {
        self.engine.project.vars_folder(&self.task.span, name)
    }

    async fn ask(&self, question: &str, echo: bool) -> Option<String> {
        self.engine.operator.ask(question, echo).await
    }
}
