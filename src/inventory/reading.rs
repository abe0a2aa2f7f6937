//! How inventories are read: what the settings say about it.

use regex::Regex;

use crate::diag::Diagnostic;

/// Endings that are never an inventory (ansible-core's `INVENTORY_IGNORE_EXTS`).
pub(super) const IGNORED: [&str; 12] = [
    ".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry",
];

/// What becomes of characters that names of groups should not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupNames {
    /// They stay, with a warning.
    #[default]
    Warn,
    /// They stay.
    Keep,
    /// They become `_`, with a warning.
    ReplaceAndWarn,
    /// They become `_`.
    Replace,
}

/// How inventories are read.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Endings of files in an inventory folder that are not read.
    pub ignored_endings: Vec<String>,
    /// Files in an inventory folder that are not read, by name.
    pub ignored_names: Vec<Regex>,
    /// What becomes of strange names of groups.
    pub group_names: GroupNames,
    /// Whether an inventory without hosts is an error.
    pub empty_is_error: bool,
    /// Whether to warn of an inventory without hosts.
    pub warn_of_empty: bool,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            ignored_endings: IGNORED.iter().map(ToString::to_string).collect(),
            ignored_names: Vec::new(),
            group_names: GroupNames::default(),
            empty_is_error: false,
            warn_of_empty: true,
        }
    }
}

impl Reading {
    /// The regular expressions of names that are not read.
    pub fn patterns(texts: &[String]) -> Result<Vec<Regex>, Diagnostic> {
        let compiled = texts.iter().map(|text| {
            Regex::new(text).map_err(|_| {
                let message = format!("`{text}` is no regular expression");
                Diagnostic::error(message).help("it stands in `inventory_ignore_patterns`")
            })
        });
        compiled.collect()
    }

    /// Whether a file or folder in an inventory folder is passed over.
    pub(super) fn ignores(&self, name: &str) -> bool {
        let ending = |ending: &String| name.ends_with(ending.as_str());
        name.starts_with('.')
            || self.ignored_endings.iter().any(ending)
            || self.ignored_names.iter().any(|regex| regex.is_match(name))
    }
}
