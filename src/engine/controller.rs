//! The controller's side of a module call.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;

use super::jobs::Jobs;
use super::options::Operator;
use super::play::PlayRun;
use super::task::TaskRun;
use crate::diag::{Diagnostic, SourceFile};
use crate::modules::{Controller, FileKind, JobState, ProjectFile};
use crate::playbook::Task;
use crate::project::Project;

/// What modules may ask of the controller, in the place of one task; a background job may outlive
/// its play.
pub(super) struct TaskController {
    project: Arc<Project>,
    operator: Arc<dyn Operator>,
    jobs: Arc<Jobs>,
    play: Arc<SourceFile>,
    task: Arc<Task>,
    /// The folders of the roles the task stands in, innermost first.
    roles: Vec<PathBuf>,
    host: String,
}

impl TaskController {
    /// For a task on a host.
    pub(super) fn new(play: &PlayRun<'_>, run: &TaskRun<'_>, host: &str) -> Self {
        let engine = play.engine;
        Self {
            project: Arc::clone(&engine.project),
            operator: Arc::clone(&engine.operator),
            jobs: Arc::clone(&engine.jobs),
            play: Arc::clone(&play.play.source),
            task: Arc::clone(run.task),
            roles: run.inherited.role_folders(),
            host: host.to_owned(),
        }
    }
}

#[async_trait]
impl Controller for TaskController {
    fn find(&self, kind: FileKind, name: &str) -> Result<ProjectFile, Diagnostic> {
        self.project
            .file(&self.task.span, &self.roles, &self.play, kind, name)
    }

    async fn job(&self, jid: &str, forget: bool) -> JobState {
        self.jobs.state(&self.host, jid, forget).await
    }

    fn vars_folder(&self, name: &str) -> PathBuf {
        self.project.vars_folder(&self.task.span, name)
    }

    async fn ask(&self, question: &str, echo: bool) -> Option<String> {
        self.operator.ask(question, echo).await
    }
}
