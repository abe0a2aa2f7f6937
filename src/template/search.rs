//! Where the files that a template names are looked for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::vars::Scope;

/// The folders for files of a kind, nearest first: those of the roles, that of the task's file,
/// that of the playbook; each with its own subfolder before it.
pub(crate) fn folders(scope: &Arc<Scope>, subfolder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in bases(scope) {
        // Of a role, `tasks/` counts too: files stand beside the tasks that name them.
        let tasks = folder.join("tasks");
        let is_role = tasks.join("main.yml").exists() || tasks.join("main.yaml").exists();
        let tasks = is_role.then_some(tasks);
        for folder in std::iter::once(folder).chain(tasks) {
            found.extend([folder.join(subfolder), folder]);
        }
    }
    found
}

fn bases(scope: &Arc<Scope>) -> Vec<PathBuf> {
    let text = |name: &str| {
        let value = scope.get(name).ok().flatten()?;
        value.as_str().map(PathBuf::from)
    };
    let listed = scope.get("ansible_search_path").ok().flatten();
    let listed = listed.and_then(|dirs| Some(dirs.try_iter().ok()?.collect::<Vec<_>>()));
    let mut dirs: Vec<PathBuf> = match listed {
        Some(dirs) => {
            let dirs = dirs.iter().filter_map(|dir| dir.as_str());
            dirs.map(PathBuf::from).collect()
        }
        None => ["role_path", "playbook_dir"]
            .into_iter()
            .filter_map(text)
            .collect(),
    };
    let here = Path::new(".").to_owned();
    dirs.push(here);
    dirs
}
