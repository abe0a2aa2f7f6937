//! What a module is given besides its arguments.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;

use super::remote::Remote;
use crate::diag::Diagnostic;
use crate::vars::Scope;

/// Which folder of the project a relative file is looked for in, besides the playbook's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// `files/`.
    Files,
    /// `templates/`.
    Templates,
    /// `vars/`.
    Vars,
}

/// The controller's side of things, as far as modules may touch it.
#[async_trait]
pub trait Controller: Send + Sync {
    /// Finds a file of the project (or one embedded in the binary) the way Ansible does: beside
    /// the task file in `files/` or `templates/`, beside the task file, then the same at the
    /// playbook. The error lists the places that were looked at.
    fn find(&self, kind: FileKind, name: &str) -> Result<ProjectFile, Diagnostic>;

    /// The folder of variables that a task means by `name`; it need not exist.
    fn vars_folder(&self, name: &str) -> PathBuf;

    /// Asks the operator; none when nobody is there to be asked.
    async fn ask(&self, question: &str, echo: bool) -> Option<String>;
}

/// A file of the project.
#[derive(Debug, Clone)]
pub enum ProjectFile {
    /// On disk.
    Disk(PathBuf),
    /// Embedded in the binary: its name and content.
    Embedded(String, &'static [u8]),
}

/// One call of a module on one host.
pub struct Ctx<'a> {
    /// The inventory's name of the host.
    pub host: &'a str,
    /// The way to the host, as the right user, with the right environment.
    pub remote: Remote,
    /// Predict, change nothing.
    pub check: bool,
    /// Show what changes.
    pub diff: bool,
    /// The variables of the task on this host; for modules that evaluate or render.
    pub scope: &'a Arc<Scope>,
    /// The controller's side.
    pub controller: &'a dyn Controller,
}
