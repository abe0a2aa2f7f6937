//! The inventory a run takes when none is named.

use std::path::{Path, PathBuf};

use super::load;
use crate::diag::{Diagnostic, Diagnostics};

/// The files that make a folder an inventory, the first one found counting.
const HOSTS: [&str; 5] = [
    "hosts.yml",
    "hosts.yaml",
    "hosts.json",
    "hosts.ini",
    "hosts",
];

/// Finds the only inventory in `inventories/` of a project: a file, or a folder with a file
/// `hosts.yml` (`.yaml`, `.json`, `.ini`, or without an ending), which is the answer then. None or
/// several are an error that lists what was found.
pub fn discover(project: &Path) -> Result<PathBuf, Diagnostic> {
    let dir = project.join("inventories");
    let mut found = Vec::new();
    if dir.is_dir() {
        let mut trouble = Diagnostics::new();
        let paths = load::entries(&dir, &mut trouble);
        if let Some(error) = trouble.into_iter().next() {
            return Err(error);
        }
        found.extend(paths.iter().filter_map(|path| inventory_at(path)));
    }
    match &found[..] {
        [only] => Ok(only.clone()),
        [] => Err(Diagnostic::error(format!(
            "no inventory is named, and there is none in `{}`",
            dir.display()
        ))
        .help("name one with `-i FILE` or `RUNBOOK_INVENTORY`")
        .help(format!(
            "or write `{}`, for example: `all: {{hosts: {{db1: {{ansible_host: 10.0.0.1}}}}}}`",
            dir.join("hosts.yml").display()
        ))),
        several => Err(Diagnostic::error(format!(
            "no inventory is named, and there are {} in `{}`",
            several.len(),
            dir.display()
        ))
        .help(several.iter().fold("name one:".to_owned(), |text, path| {
            format!("{text} `-i {}`", path.display())
        }))),
    }
}

fn inventory_at(path: &Path) -> Option<PathBuf> {
    if path.is_dir() {
        let files = HOSTS.iter().map(|name| path.join(name));
        return files.into_iter().find(|file| file.is_file());
    }
    let ending = path.extension().and_then(|e| e.to_str());
    let known = matches!(
        ending,
        None | Some("yml" | "yaml" | "json" | "ini" | "py" | "sh")
    );
    known.then(|| path.to_owned())
}
