//! File contents on the controller: where they come from, their hash, how a difference shows them.

use std::path::{Path, PathBuf};

use sha1::{Digest as _, Sha1};

use super::write::{Body, DIFF_LIMIT, Written};
use crate::modules::context::{FileKind, ProjectFile};
use crate::modules::outcome::Outcome;
use crate::modules::{Ctx, Failure};
use crate::vault;

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

/// What a difference shows of a file that came out of an encrypted one.
const SECRET: &str = "(from an encrypted file: not shown)\n";

/// What a difference shows of a new content.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shown<'a> {
    /// These bytes.
    Bytes(&'a [u8]),
    /// Nothing of it, nor of what was there before.
    Secret,
}

/// What a difference shows of a file that is not read whole.
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
    /// Whether it came out of an encrypted file, and is not to be shown.
    pub(super) secret: bool,
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
            secret: false,
        }
    }

    /// A file of the controller; a long one is read once for its hash, and not kept.
    pub(super) fn disk(path: &Path, decrypt: bool) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let wrong = |e: std::io::Error| unreadable(&name, &e);
        let size = std::fs::metadata(path).map_err(wrong)?.len();
        if size > LONGEST && !(decrypt && begins_encrypted(path).map_err(wrong)?) {
            let mut hash = Sha1::new();
            let mut file = std::fs::File::open(path).map_err(wrong)?;
            let size = std::io::copy(&mut file, &mut Hashing(&mut hash)).map_err(wrong)?;
            return Ok(Self {
                name,
                path: Some(path.to_owned()),
                bytes: None,
                secret: false,
                sha1: hex(&hash.finalize()),
                size,
            });
        }
        let bytes = std::fs::read(path).map_err(wrong)?;
        let secret = decrypt && vault::is_encrypted(&bytes);
        let bytes = if secret {
            vault::plain_bytes(path, &bytes)?
        } else {
            bytes.into()
        };
        Ok(Self {
            path: Some(path.to_owned()),
            secret,
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
                let secret = vault::is_encrypted(&bytes);
                let bytes = vault::plain_bytes(&path, &bytes)?.into_owned();
                let source = Self {
                    path: Some(path),
                    secret,
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
    pub(super) fn preview(&self) -> Shown<'_> {
        if self.secret {
            return Shown::Secret;
        }
        Shown::Bytes(self.bytes.as_deref().unwrap_or(LONG))
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

/// Whether a file begins as encrypted ones do.
fn begins_encrypted(path: &Path) -> std::io::Result<bool> {
    use std::io::Read as _;
    let mut start = Vec::new();
    std::fs::File::open(path)?
        .take(64)
        .read_to_end(&mut start)?;
    Ok(vault::is_encrypted(&start))
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
pub(super) fn written(written: &Written, new: Shown<'_>, diff: bool) -> Outcome {
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
        outcome = match new {
            Shown::Bytes(new) => outcome.diff(written.dest.clone(), shown(old), shown(new)),
            Shown::Secret => outcome.diff(written.dest.clone(), "", SECRET),
        };
    }
    if let (Some(before), Some(after)) = (&written.before, &written.after) {
        let (was, is) = super::attrs::describe(Some(before), Some(after));
        outcome = outcome.diff(format!("{} (attributes)", written.dest), was, is);
    }
    outcome
}
