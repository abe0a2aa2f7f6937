//! Where a relative path may lead.

use std::path::{Path, PathBuf};

use crate::diag::SourceFile;

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
