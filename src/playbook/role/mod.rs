//! Roles: folders of tasks, handlers, variables and files that plays share.
//!
//! A role is read once, however often a play uses it; each use is a block of its tasks, with what
//! is said to it there.

mod entry;
mod handlers;
mod include;
mod load;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::ast::Step;
use super::files::RoleFolder;
use crate::diag::SourceFile;
use crate::vars::VarMap;

pub(crate) use entry::Use as RoleUsing;
pub(super) use entry::roles;
pub(crate) use entry::step as role_step;
pub(crate) use handlers::handlers;
pub use include::IncludeRole;
pub(super) use include::{import, include};
pub(in crate::playbook) use load::role as load_role;

/// A role, as it stands in its folder.
#[derive(Debug, Clone)]
pub struct Role {
    /// Its name, as it is shown.
    pub name: String,
    /// The collection it belongs to.
    pub collection: Option<String>,
    /// Its folder, absolute.
    pub dir: PathBuf,
    /// `defaults/main.yml`.
    pub defaults: Arc<VarMap>,
    /// `vars/main.yml`.
    pub vars: Arc<VarMap>,
    /// `tasks/main.yml`.
    pub tasks: Vec<Step>,
    /// `handlers/main.yml`.
    pub handlers: Vec<Step>,
    /// The task that checks its arguments, when it says what it takes.
    pub validation: Option<Step>,
    /// The roles it depends on, each a block.
    pub dependencies: Vec<Step>,
    /// `allow_duplicates` of `meta/main.yml`.
    pub allow_duplicates: bool,
    /// The files that were read instead of `main`.
    pub from: RoleFrom,
}

/// A role at one of the places where it is used.
#[derive(Debug, Clone)]
pub struct RoleUse {
    /// The role.
    pub role: Arc<Role>,
    /// Parameters given to it in line, which win over nearly everything.
    pub params: Arc<VarMap>,
    /// `vars` given to it, which win over its own.
    pub vars: Arc<VarMap>,
    /// What makes two uses the same one, which runs once: name, folder, parameters, condition,
    /// tags and files.
    pub identity: Arc<str>,
    /// Whether it runs again where the same use has run already.
    pub allow_duplicates: bool,
    /// Whether the whole play sees the role's variables.
    pub public: bool,
    /// Whether an `import_role` or `include_role` brought it.
    pub included: bool,
}

/// Which files of a role are read instead of `main`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct RoleFrom {
    /// `tasks_from`.
    pub tasks: Option<String>,
    /// `vars_from`.
    pub vars: Option<String>,
    /// `defaults_from`.
    pub defaults: Option<String>,
    /// `handlers_from`.
    pub handlers: Option<String>,
}

/// The roles of one pass of the decoder.
#[derive(Debug)]
pub(super) struct Roles {
    /// The playbook: roles are looked for beside it.
    playbook: Arc<SourceFile>,
    /// What was read so far; none for one with mistakes.
    read: HashMap<(RoleFolder, RoleFrom), Option<Arc<Role>>>,
    /// The roles being read, outermost first.
    stack: Vec<(RoleFolder, RoleFrom)>,
}

impl Roles {
    /// With nothing read yet.
    pub(super) fn new(playbook: &Arc<SourceFile>) -> Self {
        Self {
            playbook: Arc::clone(playbook),
            read: HashMap::new(),
            stack: Vec::new(),
        }
    }
}
