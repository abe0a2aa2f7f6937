//! Playbooks the binary brings along, so that `runbook play update-postgres.yml` works anywhere.

use std::sync::Arc;

use crate::diag::SourceFile;

/// How messages name an embedded file.
const PREFIX: &str = "<built-in>/";

/// One file below `playbooks/`.
macro_rules! embed {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../playbooks/", $path)))),*]
    };
}

/// Every embedded file, by its path below `playbooks/`.
static FILES: &[(&str, &str)] = embed![
    "update-postgres.yml",
    "lab/m1.yml",
    "update-postgres/guard-sample.yml",
    "update-postgres/guard.yml",
    "update-postgres/hand-over.yml",
    "update-postgres/hook.yml",
    "update-postgres/packages.yml",
    "update-postgres/settings.yml",
    "update-postgres/switchover.yml",
    "update-postgres/update-node.yml",
];

/// The embedded playbooks one can play by name: those at the top.
pub fn playbooks() -> impl Iterator<Item = &'static str> {
    FILES
        .iter()
        .map(|(path, _)| *path)
        .filter(|path| !path.contains('/'))
}

/// The embedded file of this path.
pub(super) fn source(path: &str) -> Option<Arc<SourceFile>> {
    let path = path.strip_prefix(PREFIX).unwrap_or(path);
    let (path, text) = FILES.iter().find(|(known, _)| *known == path)?;
    Some(SourceFile::inline(format!("{PREFIX}{path}"), *text))
}

/// The embedded file that a relative path leads to, from another embedded file.
pub(super) fn relative(from: &SourceFile, relative: &str) -> Option<Arc<SourceFile>> {
    source(&joined(from, relative)?)
}

/// The same, as name and text.
pub(super) fn relative_text(from: &SourceFile, relative: &str) -> Option<(String, &'static str)> {
    let path = joined(from, relative)?;
    let (path, text) = FILES.iter().find(|(known, _)| *known == path)?;
    Some((format!("{PREFIX}{path}"), text))
}

fn joined(from: &SourceFile, relative: &str) -> Option<String> {
    let own = from.name.strip_prefix(PREFIX)?;
    let mut parts: Vec<&str> = own.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn on_disk(dir: &Path, base: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                on_disk(&path, base, found);
            } else {
                found.push(path.strip_prefix(base).unwrap().display().to_string());
            }
        }
    }

    #[test]
    fn every_playbook_of_the_repository_is_embedded() {
        let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("playbooks");
        let mut found = Vec::new();
        on_disk(&base, &base, &mut found);
        found.sort();
        let mut embedded: Vec<&str> = FILES.iter().map(|(path, _)| *path).collect();
        embedded.sort_unstable();
        assert_eq!(embedded, found);
    }

    #[test]
    fn relative_paths_stay_inside() {
        let from = source("update-postgres/guard.yml").unwrap();
        assert!(relative(&from, "guard-sample.yml").is_some());
        assert!(relative(&from, "../update-postgres.yml").is_some());
        assert!(relative(&from, "../../Cargo.toml").is_none());
    }
}
