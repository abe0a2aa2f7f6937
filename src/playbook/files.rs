//! Where the files come from that a playbook names.

use std::path::PathBuf;
use std::sync::Arc;

use crate::diag::{Diagnostic, SourceFile};

/// Reads files that a playbook names.
pub trait Files {
    /// Reads the file that `from` calls `relative`. The error says, in one line, where it was
    /// looked for.
    fn read(&self, from: &SourceFile, relative: &str) -> Result<Arc<SourceFile>, String>;

    /// Finds the folder of a role, for a play of `playbook`; `beside` is the folder in which the
    /// role stands that depends on it. The error says where it was looked for.
    fn role(
        &self,
        playbook: &SourceFile,
        beside: Option<&RoleFolder>,
        name: &str,
    ) -> Result<RoleFolder, Diagnostic> {
        let _ = (playbook, beside);
        Err(Diagnostic::error(format!("there is no role `{name}`")))
    }

    /// Reads the files of a part of a role: `main`, unless another file is asked for. None when
    /// the role has no such part; a file that was asked for must be there.
    fn part(
        &self,
        role: &RoleFolder,
        part: Part,
        file: Option<&str>,
    ) -> Result<Vec<Arc<SourceFile>>, Diagnostic> {
        let _ = (role, part, file);
        Ok(Vec::new())
    }
}

/// A role's folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RoleFolder {
    /// The role's name, as it is shown.
    pub name: String,
    /// The collection it belongs to.
    pub collection: Option<String>,
    /// The folder, absolute.
    pub dir: PathBuf,
}

/// A part of a role: one of its folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// `defaults/`.
    Defaults,
    /// `vars/`.
    Vars,
    /// `tasks/`.
    Tasks,
    /// `handlers/`.
    Handlers,
    /// `meta/`.
    Meta,
}

impl Part {
    /// The folder's name.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::Defaults => "defaults",
            Self::Vars => "vars",
            Self::Tasks => "tasks",
            Self::Handlers => "handlers",
            Self::Meta => "meta",
        }
    }

    /// Whether a folder `main/` may stand for the file `main.yml`.
    #[must_use]
    pub fn may_be_folder(self) -> bool {
        matches!(self, Self::Defaults | Self::Vars)
    }
}
