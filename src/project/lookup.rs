//! Where a relative path may lead.

use std::path::{Path, PathBuf};

use crate::diag::SourceFile;
use crate::playbook::Section;

/// A path with `~` for the home folder resolved.
pub(super) fn with_home(name: &str) -> PathBuf {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    match (name.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(name),
    }
}

/// The places a name stands for, as written in `from`: in these folders beside it, nearest first.
/// An absolute path, or one from the home folder, stands for itself.
pub(super) fn candidates(from: &SourceFile, folders: &[&str], name: &str) -> Vec<PathBuf> {
    let path = Path::new(name);
    if path.is_absolute() {
        return vec![path.to_owned()];
    }
    if let Some(rest) = name.strip_prefix("~/")
        && let Some(home) = std::env::var_os("HOME")
    {
        return vec![Path::new(&home).join(rest)];
    }
    let Some(dir) = from
        .path
        .as_deref()
        .map(|file| file.parent().unwrap_or(Path::new(".")))
    else {
        return Vec::new();
    };
    folders
        .iter()
        .map(|folder| dir.join(folder).join(name))
        .collect()
}

/// The places a name stands for in roles: in a folder of each, then in the role itself.
pub(super) fn in_roles(roles: &[PathBuf], folder: &str, name: &str) -> Vec<PathBuf> {
    if Path::new(name).is_absolute() || name.starts_with("~/") {
        return Vec::new();
    }
    roles
        .iter()
        .flat_map(|role| [role.join(folder).join(name), role.join(name)])
        .collect()
}

/// A file of tasks (or of handlers) in the nearest of these roles that has it.
pub(super) fn tasks_of_roles(roles: &[PathBuf], section: Section, name: &str) -> Option<PathBuf> {
    let folder = match section {
        Section::Handlers => "handlers",
        Section::PreTasks | Section::Tasks | Section::PostTasks => "tasks",
    };
    in_roles(roles, folder, name)
        .into_iter()
        .find(|path| path.is_file())
}

/// The place a name stands for in the `tasks` or `handlers` folder around a file of a role, which
/// may stand in a folder of that.
pub(super) fn role_tasks(from: &SourceFile, name: &str) -> Option<PathBuf> {
    let folders = from.path.as_deref()?.ancestors().skip(2);
    let is_tasks = |folder: &&Path| {
        folder
            .file_name()
            .is_some_and(|name| name == "tasks" || name == "handlers")
    };
    let folder = folders.take(8).find(is_tasks)?;
    Some(folder.join(name)).filter(|path| path.is_file())
}
