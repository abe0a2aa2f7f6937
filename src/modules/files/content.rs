//! File contents on the controller: where they come from, their hash, how a difference shows them.

use std::path::{Path, PathBuf};

use sha1::{Digest as _, Sha1};

use super::write::{Body, DIFF_LIMIT, Written};
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

/// Files up to here are held in memory, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// What a difference shows of a long file.
const LONG: &[u8] = b"(a long file: not shown)\n";

/// A file of the project.
#[derive(Debug)]
pub(super) struct Source {
    /// Its path on the controller, or the name it is embedded under.
    pub(super) name: String,
    /// Where it lies; none when embedded.
    pub(super) path: Option<PathBuf>,
    /// Its bytes; none when they are too many to be held.
    bytes: Option<Vec<u8>>,
    /// Its hash.
    pub(super) sha1: String,
    /// Its length, in bytes.
    pub(super) size: u64,
}

impl Source {
    /// A file that is embedded.
    pub(super) fn embedded(name: String, bytes: &[u8]) -> Self {
        Self {
            name,
            path: None,
            sha1: sha1_hex(bytes),
            size: bytes.len() as u64,
            bytes: Some(bytes.to_vec()),
        }
    }

    /// A file of the controller; a long one is read once for its hash, and not kept.
    pub(super) fn disk(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let wrong = |e: std::io::Error| unreadable(&name, &e);
        let size = std::fs::metadata(path).map_err(wrong)?.len();
        if size > LONGEST {
            let mut hash = Sha1::new();
            let mut file = std::fs::File::open(path).map_err(wrong)?;
            let size = std::io::copy(&mut file, &mut Hashing(&mut hash)).map_err(wrong)?;
            return Ok(Self {
                name,
                path: Some(path.to_owned()),
                bytes: None,
                sha1: hex(&hash.finalize()),
                size,
            });
        }
        let bytes = std::fs::read(path).map_err(wrong)?;
        Ok(Self {
            path: Some(path.to_owned()),
            ..Self::embedded(name, &bytes)
        })
    }

    /// The whole of a template.
    pub(super) fn text(
        ctx: &Ctx<'_>,
        kind: FileKind,
        name: &str,
    ) -> Result<(Self, String), Failure> {
        let (source, bytes) = match ctx.controller.find(kind, name)? {
            ProjectFile::Embedded(name, bytes) => (Self::embedded(name, bytes), bytes.to_vec()),
            ProjectFile::Disk(path) => {
                let name = path.display().to_string();
                let bytes = std::fs::read(&path).map_err(|e| unreadable(&name, &e))?;
                let source = Self {
                    path: Some(path),
                    ..Self::embedded(name, &bytes)
                };
                (source, bytes)
            }
        };
        let text = String::from_utf8(bytes)
            .map_err(|_| Failure::new(format!("the template {} is not UTF-8", source.name)))?;
        Ok((source, text))
    }

    /// What is to be written.
    pub(super) fn body(&self) -> Body<'_> {
        match (&self.bytes, &self.path) {
            (None, Some(path)) => Body::Disk(path),
            (bytes, _) => Body::Bytes(bytes.as_deref().unwrap_or_default()),
        }
    }

    /// What a difference shows of it.
    pub(super) fn preview(&self) -> &[u8] {
        self.bytes.as_deref().unwrap_or(LONG)
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

/// A hash as something to write to.
struct Hashing<'a>(&'a mut Sha1);

impl std::io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
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
    if !written.replaced {
        outcome = outcome.with("path", written.dest.clone());
    }
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
