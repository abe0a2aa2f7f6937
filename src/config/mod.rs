//! What is set once for all runs: `runbook.toml`, an existing `ansible.cfg`, and the environment.
//!
//! Everything derives from one table, [`SETTINGS`]. From the lowest to the highest: the default,
//! the `ansible.cfg`, the `runbook.toml`, the environment. The command line is above them all.

mod find;
mod ini;
mod load;
mod setting;
mod table;
#[cfg(test)]
mod tests;
mod toml_file;
mod value;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use setting::{Effect, Kind, Setting};
pub use table::{Key, SETTINGS};
pub use value::Value;

use crate::diag::Span;

/// What settings are read from.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The present folder.
    pub here: PathBuf,
    /// The project's folder.
    pub project: PathBuf,
    /// The environment.
    pub variables: BTreeMap<String, String>,
}

impl Surroundings {
    /// An environment variable; an empty one counts as absent.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        let value = self.variables.get(name)?;
        Some(&**value).filter(|value| !value.is_empty())
    }
}

/// Where a value came from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A file.
    File(Span),
    /// This environment variable.
    Variable(String),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(span) => write!(f, "{span}"),
            Self::Variable(name) => write!(f, "${name}"),
        }
    }
}

/// Every setting's value.
#[derive(Debug, Clone)]
pub struct Settings {
    /// In the order of [`SETTINGS`].
    values: Vec<(Value, Origin)>,
    files: Vec<PathBuf>,
}

impl Settings {
    /// All settings with their values and where these came from.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Setting, &Value, &Origin)> {
        let rows = SETTINGS.iter().zip(&self.values);
        rows.map(|(setting, (value, origin))| (setting, value, origin))
    }

    /// The files that were read.
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// A setting's value.
    #[must_use]
    pub fn value(&self, key: Key) -> &Value {
        &self.values[key as usize].0
    }

    /// Whether anybody set it.
    #[must_use]
    pub fn is_set(&self, key: Key) -> bool {
        !matches!(self.values[key as usize].1, Origin::Default)
    }

    /// A text, a path or a word; none when it is not set or empty.
    #[must_use]
    pub fn text(&self, key: Key) -> Option<String> {
        match self.value(key) {
            Value::Text(text) if !text.is_empty() => Some(text.clone()),
            _ => None,
        }
    }

    /// Yes or no.
    #[must_use]
    pub fn flag(&self, key: Key) -> bool {
        *self.value(key) == Value::Bool(true)
    }

    /// A number that is not negative.
    #[must_use]
    pub fn number(&self, key: Key) -> Option<u64> {
        match self.value(key) {
            Value::Int(number) => u64::try_from(*number).ok(),
            _ => None,
        }
    }

    /// Several texts or paths.
    #[must_use]
    pub fn list(&self, key: Key) -> Vec<String> {
        match self.value(key) {
            Value::List(items) => items.clone(),
            _ => Vec::new(),
        }
    }
}
