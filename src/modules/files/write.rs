//! One file brought to its content, owner and mode, in one exchange with the host.
//!
//! The script looks at what is there, decides, writes a private temporary file beside the
//! destination, gives it its owner and mode, syncs and renames it. It counts its processes: an
//! unchanged file costs one `stat` and one `sha1sum`, a new one `sync`, `stat` and `mv`.

mod script;
mod stage;

use std::path::Path;

use super::attrs::{Attrs, differ};
use super::entry::Entry;
use super::path::backup_suffix;
use super::trouble::trouble;
use crate::modules::{Ctx, Failure, Mode};
use crate::transport::Output;

/// Up to this many bytes travel with the script; more only after the host asked for them.
const INLINE: usize = 32 * 1024;

/// The most of an old file that is read to show a difference, in bytes.
pub(super) const DIFF_LIMIT: u64 = 104_448;

/// Where the content comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Body<'a> {
    /// The controller's memory.
    Bytes(&'a [u8]),
    /// A file of the controller, too long for its memory.
    Disk(&'a Path),
    /// A file of the host.
    Remote(&'a str),
}

/// What to do about a missing directory.
#[derive(Debug, Clone, Copy)]
pub(super) enum Parents<'a> {
    /// Fail.
    MustExist,
    /// Make it and those above it, with this mode if one is given.
    Make(Option<&'a Mode>),
}

/// A file as it shall be.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an argument of the modules"
)]
#[derive(Debug, Clone)]
pub(super) struct Write<'a> {
    /// Where.
    pub(super) dest: &'a str,
    /// The name in it, should `dest` be a directory.
    pub(super) into: Option<&'a str>,
    /// Whether to make the directory it lies in, with which mode.
    pub(super) parents: Parents<'a>,
    /// What it holds.
    pub(super) body: Body<'a>,
    /// SHA-1 of the content, in hexadecimal.
    pub(super) sha1: String,
    /// Length of the content, in bytes.
    pub(super) size: u64,
    /// Its owner and mode.
    pub(super) attrs: &'a Attrs,
    /// Whether a file that is there already is left alone.
    pub(super) keep: bool,
    /// Whether a symbolic link is written through rather than replaced.
    pub(super) follow: bool,
    /// Whether to keep the old file under another name.
    pub(super) backup: bool,
    /// A command that must accept the new file, `%s` standing for it.
    pub(super) validate: Option<&'a str>,
    /// Whether a file that cannot be replaced is written into.
    pub(super) unsafe_writes: bool,
    /// What `stat` must say (see [`Entry::line`]), or `-`: otherwise somebody else was at it.
    pub(super) expect: Option<&'a str>,
}

/// What became of it.
#[derive(Debug, Clone)]
pub(super) struct Written {
    /// The path that was written in the end.
    pub(super) dest: String,
    /// Whether anything changed, or would.
    pub(super) changed: bool,
    /// Whether the content did, or would.
    pub(super) replaced: bool,
    /// Whether an existing file was left alone because of `force: false`.
    pub(super) kept: bool,
    /// The file before; none when there was none.
    pub(super) before: Option<Entry>,
    /// The file now, or as predicted; none for a file that would be new.
    pub(super) after: Option<Entry>,
    /// The old content, when a difference was asked for and the file is not too long.
    pub(super) old: Option<Vec<u8>>,
    /// The backup that was made.
    pub(super) backup: Option<String>,
}

impl Write<'_> {
    /// Does it, or under `--check` says what it would do.
    pub(super) async fn run(&self, ctx: &Ctx<'_>) -> Result<Written, Failure> {
        if ctx.check {
            return self.exchange(ctx, false, None).await;
        }
        let late = match self.body {
            Body::Bytes(bytes) => !travels(bytes),
            Body::Disk(_) => true,
            Body::Remote(_) => false,
        };
        if !late {
            return self.exchange(ctx, true, None).await;
        }
        let plan = self.exchange(ctx, false, None).await?;
        if !plan.changed {
            return Ok(plan);
        }
        match self.body {
            Body::Disk(path) if plan.replaced => {
                let staged = self.stage(ctx, path, &plan.dest).await?;
                self.exchange(ctx, true, Some(&staged)).await
            }
            _ => self.exchange(ctx, true, None).await,
        }
    }

    /// One script and its answer; `staged` is where the content already lies on the host.
    async fn exchange(
        &self,
        ctx: &Ctx<'_>,
        act: bool,
        staged: Option<&str>,
    ) -> Result<Written, Failure> {
        let backup = self.backup.then(backup_suffix);
        let script = self.script(act, staged, ctx.diff, backup.as_deref());
        let output = match self.body {
            Body::Bytes(bytes) if act && !travels(bytes) => {
                ctx.remote.run_with_stdin(&script, bytes).await?
            }
            _ => ctx.remote.run(&script).await?,
        };
        if !output.ok() {
            return Err(trouble("write", self.dest, &output));
        }
        self.read(&output, act, backup)
    }

    fn read(&self, output: &Output, act: bool, backup: Option<String>) -> Result<Written, Failure> {
        let mut parts = output.stdout.splitn(5, |b| *b == 0);
        let mut next = || {
            let part = parts
                .next()
                .map(|p| String::from_utf8_lossy(p).into_owned());
            part.ok_or_else(|| trouble("read the state of", self.dest, output))
        };
        let (word, before, after, dest) = (next()?, next()?, next()?, next()?);
        let before = Entry::parse(&before);
        let mut after = Entry::parse(&after);
        let replaced = word == "new" || word == "replace";
        if act && after.is_none() {
            // A regular file replaced by its own owner: the host need not be asked again.
            after = before.as_ref().map(|entry| self.attrs.predict(entry));
        }
        if !act && word != "kept" {
            after = after
                .filter(|entry| entry.state() == "file")
                .map(|entry| self.attrs.predict(&entry));
        }
        if let Some(entry) = after.as_mut().filter(|_| replaced) {
            entry.size = self.size;
        }
        let touched = match (&before, &after) {
            (Some(before), Some(after)) => word == "attrs" && differ(before, after),
            _ => false,
        };
        let old = parts.next().map(<[u8]>::to_vec).filter(|_| replaced);
        Ok(Written {
            changed: replaced || touched,
            replaced,
            kept: word == "kept",
            backup: backup
                .filter(|_| act && word == "replace")
                .map(|suffix| format!("{dest}{suffix}")),
            old,
            before,
            after,
            dest,
        })
    }
}

/// The start of every script here: English messages, and a way to fail.
pub(super) const PRELUDE: &str = "export LC_ALL=C\ndie() { printf '%s\\n' \"$*\" >&2; exit 1; }\n";

/// Whether the content travels with the script.
fn travels(bytes: &[u8]) -> bool {
    bytes.len() <= INLINE && as_text(bytes).is_some()
}

/// The content as text a shell can hold in a variable.
fn as_text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\0'))
}
