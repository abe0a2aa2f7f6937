//! Files changed in place: read in one exchange, and written in another only when they differ.

use super::attrs::Attrs;
use super::content::{sha1_hex, shown};
use super::entry::{Entry, FORMAT};
use super::path::{resolve, trimmed};
use super::trouble::trouble;
use super::write::{Body, PRELUDE, Parents, Write};
use crate::modules::{Ctx, Failure, Outcome};
use crate::transport::quote;

/// A text file of the host as it is now.
#[derive(Debug)]
pub(super) struct Text {
    /// Its path, as the task gave it.
    pub(super) path: String,
    /// Owner and mode; none when there is no such file.
    entry: Option<Entry>,
    /// Its content; empty when there is no such file.
    pub(super) content: String,
}

impl Text {
    /// Reads a file, following symbolic links.
    pub(super) async fn read(ctx: &Ctx<'_>, path: &str) -> Result<Self, Failure> {
        let path = trimmed(&resolve(ctx, "path", path).await?).to_owned();
        let script = format!(
            "{PRELUDE}d={}\n\
             if [ -f \"$d\" ]; then stat -L -c {FORMAT} -- \"$d\" && cat -- \"$d\" || exit 1\n\
             elif [ -d \"$d\" ]; then die 'it is a directory; name a file'\n\
             elif [ -e \"$d\" ]; then die 'it is not a regular file'\n\
             else echo -; fi",
            quote(&path)
        );
        let output = ctx.remote.run(&script).await?;
        if !output.ok() {
            return Err(trouble("read", &path, &output));
        }
        let end = output.stdout.iter().position(|byte| *byte == b'\n');
        let (line, rest) = output.stdout.split_at(end.unwrap_or(output.stdout.len()));
        let content = String::from_utf8(rest.get(1..).unwrap_or_default().to_vec());
        let content = content
            .map_err(|_| Failure::new(format!("failed to edit {path}: it is not text in UTF-8")))?;
        Ok(Self {
            path,
            entry: Entry::parse(&String::from_utf8_lossy(line)),
            content,
        })
    }

    /// Whether the file is there.
    pub(super) fn exists(&self) -> bool {
        self.entry.is_some()
    }
}

/// How the new text is put in place.
#[derive(Debug)]
pub(super) struct Options<'a> {
    pub(super) attrs: Attrs,
    pub(super) backup: bool,
    pub(super) validate: Option<&'a str>,
    pub(super) unsafe_writes: bool,
}

impl Text {
    /// Puts the new content in place when it differs; sees to owner and mode in any case.
    pub(super) async fn finish(
        &self,
        ctx: &Ctx<'_>,
        new: &str,
        options: Options<'_>,
    ) -> Result<Outcome, Failure> {
        let differs = !self.exists() || new != self.content;
        let attributes = self
            .entry
            .as_ref()
            .filter(|entry| options.attrs.differ(entry));
        let mut outcome = Outcome::changed(differs || attributes.is_some());
        if outcome.changed && !ctx.check {
            let done = self.write(new, &options).run(ctx).await?;
            if let Some(backup) = done.backup {
                outcome = outcome
                    .with("backup", backup.clone())
                    .with("backup_file", backup);
            }
        }
        if ctx.diff {
            outcome = outcome.diff(
                self.path.clone(),
                shown(self.content.as_bytes()),
                shown(new.as_bytes()),
            );
            if let Some(before) = attributes {
                let after = options.attrs.predict(before);
                let (was, is) = super::attrs::describe(Some(before), Some(&after));
                outcome = outcome.diff(format!("{} (attributes)", self.path), was, is);
            }
        }
        Ok(outcome)
    }

    fn write<'a>(&'a self, new: &'a str, options: &'a Options<'a>) -> Write<'a> {
        Write {
            dest: &self.path,
            into: None,
            parents: Parents::MustExist,
            body: Body::Bytes(new.as_bytes()),
            sha1: sha1_hex(new.as_bytes()),
            size: new.len() as u64,
            attrs: &options.attrs,
            keep: false,
            follow: true,
            backup: options.backup,
            validate: options.validate,
            unsafe_writes: options.unsafe_writes,
            expect: Some(self.entry.as_ref().map_or("-", |entry| entry.line.as_str())),
        }
    }
}

/// Lines with their ends, as they are in a text.
pub(super) fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}
