//! What a run came to, in a form that can be compared and kept.

use std::collections::BTreeMap;
use std::path::Path;

use libtest_mimic::Failed;
use serde::{Deserialize, Serialize};

use super::normal;

/// How every host fared: `ok`, `changed` and so on.
pub type Recap = BTreeMap<String, BTreeMap<String, u64>>;

/// What a run came to.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The exit code; "refused" when nothing was run because of a mistake.
    pub exit: String,
    /// The recap.
    pub recap: Recap,
    /// Files under `out`, with their modes and contents.
    pub files: BTreeMap<String, serde_json::Value>,
    /// The output of a command that only prints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<serde_json::Value>,
}

impl Outcome {
    /// The one kept in a file, if it is there.
    pub fn read(path: &Path) -> Result<Option<Self>, Failed> {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let mut outcome: Self = serde_json::from_str(&text)?;
                for file in outcome.files.values_mut() {
                    *file = normal::masked(file.take());
                }
                Ok(Some(outcome))
            }
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(why.into()),
        }
    }

    /// Keeps it.
    pub fn write(&self, path: &Path) -> Result<(), Failed> {
        std::fs::create_dir_all(path.parent().unwrap())?;
        std::fs::write(path, self.text() + "\n")?;
        Ok(())
    }

    /// As text, keys sorted.
    fn text(&self) -> String {
        let value = serde_json::to_value(self).unwrap();
        serde_json::to_string_pretty(&normal::sorted(value)).unwrap()
    }

    /// Fails with a diff when the other is not the same.
    pub fn same(&self, other: &Self, us: &str, them: &str) -> Result<(), Failed> {
        let (ours, theirs) = (self.text(), other.text());
        if ours == theirs {
            return Ok(());
        }
        let diff = similar::TextDiff::from_lines(&theirs, &ours);
        let diff = diff.unified_diff().header(them, us).to_string();
        Err(format!("{us} and {them} differ\n{diff}").into())
    }
}
