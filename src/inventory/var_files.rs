//! `group_vars/` and `host_vars/` beside an inventory or a playbook.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{load, vars};
use crate::diag::{Diagnostic, Diagnostics, SourceFile};
use crate::vars::VarMap;
use crate::yaml;

/// The endings a file of variables may have; where one name has several, the first one counts.
const ENDINGS: [&str; 4] = ["", ".yml", ".yaml", ".json"];

/// How deep folders of variables may be nested.
const MAX_DEPTH: usize = 16;

type ByName = BTreeMap<String, Arc<VarMap>>;

/// The variables of groups and hosts that stand in files beside something.
#[derive(Debug, Clone, Default)]
pub(super) struct VarFiles {
    groups: ByName,
    hosts: ByName,
}

impl VarFiles {
    /// Reads all files of `group_vars/` and `host_vars/` in a folder, those of groups that do not
    /// exist (yet) too.
    pub fn read(dir: &Path, diagnostics: &mut Diagnostics) -> Self {
        Self {
            groups: read_names(&dir.join("group_vars"), diagnostics),
            hosts: read_names(&dir.join("host_vars"), diagnostics),
        }
    }

    /// What is said of a group.
    pub fn group(&self, name: &str) -> Option<Arc<VarMap>> {
        self.groups.get(name).cloned()
    }

    /// What is said of a host.
    pub fn host(&self, name: &str) -> Option<Arc<VarMap>> {
        self.hosts.get(name).cloned()
    }
}

fn read_names(dir: &Path, diagnostics: &mut Diagnostics) -> ByName {
    if !dir.is_dir() {
        return ByName::new();
    }
    let mut names: BTreeMap<String, Vec<(usize, PathBuf)>> = BTreeMap::new();
    for path in load::entries(dir, diagnostics) {
        if let Some((rank, name)) = ranked(&path) {
            names.entry(name).or_default().push((rank, path));
        }
    }
    let mut out = ByName::new();
    for (name, mut paths) in names {
        paths.sort();
        if let [(_, used), (_, unused), ..] = &paths[..] {
            let message = format!("`{}` is not read", unused.display());
            let help = format!("`{}` comes first; put both into one", used.display());
            diagnostics.push(Diagnostic::warning(message).help(help));
        }
        let mut vars = VarMap::new();
        if let Some((_, path)) = paths.first() {
            read_path(path, &mut vars, diagnostics, 0);
        }
        out.insert(name, Arc::new(vars));
    }
    out
}

/// For whom a file or folder speaks, and how it ranks among others for the same name.
fn ranked(path: &Path) -> Option<(usize, String)> {
    let name = path.file_name()?.to_str()?;
    if path.is_dir() {
        return Some((0, name.to_owned()));
    }
    let endings = ENDINGS.iter().enumerate().rev();
    let mut found = endings.filter_map(|(rank, e)| Some((rank, name.strip_suffix(e)?.to_owned())));
    found.next()
}

fn read_path(path: &Path, vars: &mut VarMap, diagnostics: &mut Diagnostics, depth: usize) {
    if !path.is_dir() {
        vars.extend(read_file(path, diagnostics));
        return;
    }
    if depth > MAX_DEPTH {
        let message = format!("`{}` is nested too deeply", path.display());
        diagnostics.push(Diagnostic::error(message).help("is there a circle of symbolic links?"));
        return;
    }
    for entry in load::entries(path, diagnostics) {
        let ending = entry
            .extension()
            .map(|e| format!(".{}", e.to_string_lossy()));
        if entry.is_dir() || ENDINGS.contains(&ending.as_deref().unwrap_or("")) {
            read_path(&entry, vars, diagnostics, depth + 1);
        }
    }
}

/// The variables of one YAML or JSON file.
pub(crate) fn read_file(path: &Path, diagnostics: &mut Diagnostics) -> VarMap {
    let source = match SourceFile::read(path) {
        Ok(source) => source,
        Err(error) => {
            diagnostics.push(load::unreadable(path, &error));
            return VarMap::new();
        }
    };
    read_source(&source, diagnostics)
}

/// The variables of one YAML or JSON text.
pub(crate) fn read_source(source: &Arc<SourceFile>, diagnostics: &mut Diagnostics) -> VarMap {
    match yaml::read_one(source) {
        Ok(node) => vars::from_mapping(&node, "a file of variables", diagnostics),
        Err(errors) => {
            diagnostics.extend(errors);
            VarMap::new()
        }
    }
}
