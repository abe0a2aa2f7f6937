//! Where roles are found, and the files in them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::read;
use crate::diag::{Diagnostic, SourceFile, did_you_mean};
use crate::playbook::{Part, RoleFolder};

/// Where roles are looked for besides the playbook's folder, unless the configuration says so.
const DEFAULT: [&str; 3] = [
    "~/.ansible/roles",
    "/usr/share/ansible/roles",
    "/etc/ansible/roles",
];

/// The endings a role's file may have, in this order; a bare `main` comes last, a bare name that
/// was asked for comes first.
const ENDINGS: [&str; 3] = ["yml", "yaml", "json"];

/// The folders in which roles are looked for when nothing is configured.
pub(super) fn default_path() -> Vec<PathBuf> {
    DEFAULT.map(super::lookup::with_home).to_vec()
}

/// The folders a role may stand in, in the order they are looked at.
pub(super) struct Search<'a> {
    /// The playbook's folder.
    pub(super) playbook: &'a Path,
    /// The configured folders.
    pub(super) configured: &'a [PathBuf],
    /// The folder of the role that depends on it.
    pub(super) beside: Option<&'a Path>,
    /// The project's folder.
    pub(super) project: &'a Path,
}

impl Search<'_> {
    fn folders(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.playbook.join("roles")];
        folders.extend(self.configured.iter().cloned());
        folders.extend(self.beside.map(Path::to_owned));
        folders.push(self.playbook.to_owned());
        folders.push(self.project.join("roles"));
        let mut once: Vec<PathBuf> = Vec::new();
        for folder in folders {
            if !once.contains(&folder) {
                once.push(folder);
            }
        }
        once
    }

    /// The folder of the role called `name`, which may be a path.
    pub(super) fn find(&self, name: &str) -> Result<RoleFolder, Diagnostic> {
        let path = super::lookup::with_home(name);
        let folders = self.folders();
        let found = folders
            .iter()
            .map(|folder| folder.join(&path))
            .chain([std::path::absolute(&path).unwrap_or_else(|_| path.clone())])
            .find(|dir| dir.is_dir());
        match found {
            Some(dir) => Ok(RoleFolder {
                name: shown(name),
                collection: None,
                dir: plain(&dir),
            }),
            None => Err(unknown(name, &folders)),
        }
    }
}

/// A path is shown by its last part.
fn shown(name: &str) -> String {
    let last = name.trim_end_matches('/').rsplit('/').next();
    last.filter(|last| !last.is_empty())
        .unwrap_or(name)
        .to_owned()
}

/// The absolute path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    use std::path::Component;
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

fn unknown(name: &str, folders: &[PathBuf]) -> Diagnostic {
    let error = Diagnostic::error(format!("there is no role `{name}`"));
    let known: Vec<String> = folders.iter().flat_map(|folder| roles_in(folder)).collect();
    let error = match did_you_mean(name, known.iter().map(String::as_str)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error,
    };
    let looked: Vec<String> = folders.iter().map(|f| f.display().to_string()).collect();
    let error = error.help(format!("looked in {}", looked.join(", ")));
    if name.split('.').count() >= 3 && !name.contains('/') {
        return error.help(
            "roles of collections are not supported: copy the role's folder into `roles/`, \
             and use its short name",
        );
    }
    error
}

/// The names of the roles in a folder.
fn roles_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .filter_map(Result::ok)
        .filter(|entry| {
            let is = |part: &str| entry.path().join(part).is_dir();
            is("tasks") || is("meta") || is("defaults") || is("handlers")
        })
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .take(1000)
        .collect()
}

/// The files of a part of a role.
pub(super) fn part(
    role: &RoleFolder,
    part: Part,
    file: Option<&str>,
) -> Result<Vec<Arc<SourceFile>>, Diagnostic> {
    let folder = role.dir.join(part.folder());
    let ended = |name: &str| ENDINGS.map(|ending| folder.join(format!("{name}.{ending}")));
    let candidates: Vec<PathBuf> = match file {
        None => ended("main")
            .into_iter()
            .chain([folder.join("main")])
            .collect(),
        Some(name) => [folder.join(name)].into_iter().chain(ended(name)).collect(),
    };
    for path in &candidates {
        if path.is_file() {
            return Ok(vec![read(path)?]);
        }
        if path.is_dir() && part.may_be_folder() {
            return all_of(path);
        }
    }
    match file {
        None => Ok(Vec::new()),
        Some(name) => Err(Diagnostic::error(format!(
            "the role `{}` has no file `{name}` in {}",
            role.name,
            folder.display()
        ))),
    }
}

/// The files of a folder of variables, and of those in it, by name.
fn all_of(folder: &Path) -> Result<Vec<Arc<SourceFile>>, Diagnostic> {
    let failed = |why: std::io::Error| {
        Diagnostic::error(format!("failed to read {}: {why}", folder.display()))
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        if path.is_dir() {
            found.extend(all_of(&path)?);
        } else if ending.is_empty() || ENDINGS.contains(&&*ending) {
            found.push(read(&path)?);
        }
    }
    Ok(found)
}
