//! Which files a name in a playbook may mean, without running anything.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use crate::diag::SourceFile;

/// How many files of a folder are looked at.
const MAX_FILES: usize = 5_000;

/// How deep folders are looked into.
const MAX_DEPTH: usize = 8;

/// Whether a text has a template in it.
pub(super) fn is_template(text: &str) -> bool {
    let mut pairs = text.as_bytes().windows(2);
    pairs.any(|pair| matches!(pair, b"{{" | b"{%"))
}

/// A name in which `*` stands for every template; none when nothing else is left of it.
pub(super) fn pattern(text: &str) -> Option<String> {
    let mut rest = text;
    let mut out = String::new();
    while let Some(at) = rest.find("{{") {
        out.push_str(&rest[..at]);
        out.push('*');
        let end = rest[at..].find("}}")?;
        rest = &rest[at + end + 2..];
    }
    out.push_str(rest);
    let says = out.chars().any(|c| c.is_ascii_alphanumeric());
    (says && !out.contains("{%")).then_some(out)
}

/// A pattern that matches whole names.
pub(super) fn matcher(pattern: &str) -> Option<GlobMatcher> {
    let glob = GlobBuilder::new(pattern).literal_separator(false).build();
    glob.ok().map(|glob| glob.compile_matcher())
}

/// The folder a source stands in; none for those that are no files.
pub(super) fn folder(source: &SourceFile) -> Option<&Path> {
    let parent = source.path.as_deref()?.parent()?;
    Some(if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    })
}

/// The files that a name, perhaps with templates in it, can mean below these folders.
pub(super) fn candidates(folders: &[PathBuf], name: &str) -> Vec<PathBuf> {
    if !is_template(name) {
        let paths = folders.iter().map(|folder| folder.join(name));
        return paths.filter(|path| path.exists()).take(1).collect();
    }
    let Some(pattern) = pattern(name) else {
        return Vec::new();
    };
    let wanted = pattern.trim_start_matches("*/").trim_start_matches("./");
    let mut found = Vec::new();
    for folder in folders {
        let Some(matcher) = matcher(&folder.join(wanted).to_string_lossy()) else {
            continue;
        };
        let files = files_below(folder);
        found.extend(files.into_iter().filter(|path| matcher.is_match(path)));
    }
    found.sort();
    found.dedup();
    found
}

/// Every file below a folder that is not hidden, sorted.
pub(super) fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(dir, 0, &mut found);
    found
}

fn walk(dir: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    for path in entries(dir) {
        if found.len() >= MAX_FILES {
            return;
        }
        if path.is_dir() {
            if depth < MAX_DEPTH {
                walk(&path, depth + 1, found);
            }
        } else {
            found.push(path);
        }
    }
}

/// What a folder holds, hidden things left out, sorted.
pub(super) fn entries(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Vec::new();
    };
    let hidden = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with('.') || name.ends_with('~')
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| !hidden(path))
        .collect();
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_become_wildcards() {
        assert_eq!(
            pattern("vars/{{ os }}-{{ v }}.yml").as_deref(),
            Some("vars/*-*.yml")
        );
        assert_eq!(pattern("{{ file }}"), None);
        assert_eq!(pattern("a"), Some("a".to_owned()));
        assert_eq!(pattern("a{{ b"), None);
    }
}
