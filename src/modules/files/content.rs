//! File contents on the controller: where they come from, their hash, how a difference shows them.

use std::path::{Path, PathBuf};

use sha1::{Digest as _, Sha1};

use super::write::{DIFF_LIMIT, Written};
use crate::modules::context::{FileKind, ProjectFile};
use crate::modules::outcome::Outcome;
use crate::modules::{Ctx, Failure};

/// SHA-1 in hexadecimal: what Ansible calls a file's `checksum`.
pub(super) fn sha1_hex(bytes: &[u8]) -> String {
    hex(&Sha1::digest(bytes))
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A file of the project, read.
#[derive(Debug)]
pub(super) struct Source {
    /// Its path on the controller, or the name it is embedded under.
    pub(super) name: String,
    /// Where it lies; none when embedded.
    pub(super) path: Option<PathBuf>,
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
}

impl Source {
    /// Finds and reads a file of the project.
    pub(super) fn read(ctx: &Ctx<'_>, kind: FileKind, name: &str) -> Result<Self, Failure> {
        match ctx.controller.find(kind, name)? {
            ProjectFile::Disk(path) => Self::disk(&path),
            ProjectFile::Embedded(name, bytes) => Ok(Self {
                name,
                path: None,
                bytes: bytes.to_vec(),
            }),
        }
    }

    /// Reads a file of the controller.
    pub(super) fn disk(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|e| unreadable(&name, &e))?;
        Ok(Self {
            name,
            path: Some(path.to_owned()),
            bytes,
        })
    }

    /// The last part of its name.
    pub(super) fn base_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }

    /// Its permission bits; 0644 when embedded.
    pub(super) fn mode(&self) -> Result<u32, Failure> {
        use std::os::unix::fs::PermissionsExt as _;
        let Some(path) = &self.path else {
            return Ok(0o644);
        };
        let metadata = std::fs::metadata(path).map_err(|e| unreadable(&self.name, &e))?;
        Ok(metadata.permissions().mode() & 0o7777)
    }
}

/// A file of the controller that cannot be read.
pub(super) fn unreadable(name: &str, error: &std::io::Error) -> Failure {
    Failure::new(format!("failed to read {name} on the controller: {error}"))
}

/// Content as a difference shows it.
pub(super) fn shown(bytes: &[u8]) -> String {
    if bytes.len() as u64 > DIFF_LIMIT {
        return format!("(longer than {DIFF_LIMIT} bytes: not shown)\n");
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => text.to_owned(),
        _ => "(not text: not shown)\n".to_owned(),
    }
}

/// The outcome every module that writes one file shares.
pub(super) fn written(written: &Written, new: &[u8], diff: bool) -> Outcome {
    let mut outcome = Outcome::changed(written.changed);
    if let Some(after) = &written.after {
        outcome = after.describe(outcome);
    }
    if let Some(backup) = &written.backup {
        outcome = outcome.with("backup_file", backup.clone());
    }
    if !diff {
        return outcome;
    }
    if written.replaced {
        let old = written.old.as_deref().unwrap_or_default();
        outcome = outcome.diff(written.dest.clone(), shown(old), shown(new));
    }
    if let (Some(before), Some(after)) = (&written.before, &written.after) {
        let (was, is) = super::attrs::describe(Some(before), Some(after));
        outcome = outcome.diff(format!("{} (attributes)", written.dest), was, is);
    }
    outcome
}
