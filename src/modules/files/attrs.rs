//! Owner, group and mode: what is asked for, and the shell that sees to it.

use std::fmt::Write as _;

use super::entry::Entry;
use crate::modules::Mode;
use crate::transport::quote;

/// Whose metadata is meant where a path is a symbolic link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    /// That of the file it leads to.
    Follow,
    /// Its own; a link has an owner but no mode.
    Keep,
}

/// What a task asks of a file's metadata.
#[derive(Debug, Clone, Default)]
pub(super) struct Attrs {
    /// The permissions.
    pub(super) mode: Option<Mode>,
    /// A user's name or number.
    pub(super) owner: Option<String>,
    /// A group's name or number.
    pub(super) group: Option<String>,
}

impl Attrs {
    pub(super) fn new(mode: Option<Mode>, owner: Option<String>, group: Option<String>) -> Self {
        let given = |name: Option<String>| name.filter(|n| !n.is_empty());
        Self {
            mode,
            owner: given(owner),
            group: given(group),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.mode.is_none() && self.owner.is_none() && self.group.is_none()
    }

    /// The permissions in octal without leading zeros, as `stat -c %a` prints them.
    pub(super) fn octal(&self) -> Option<String> {
        let bits = self.mode.as_ref()?.octal()?;
        Some(format!("{bits:o}"))
    }

    /// The permissions when only `chmod` can work them out.
    pub(super) fn symbolic(&self) -> Option<&str> {
        let mode = self.mode.as_ref()?;
        mode.octal().is_none().then_some(mode.0.as_str())
    }

    /// What `chown` takes; none when neither owner nor group is asked for.
    pub(super) fn chown(&self) -> Option<String> {
        if self.owner.is_none() && self.group.is_none() {
            return None;
        }
        let owner = self.owner.as_deref().unwrap_or_default();
        let group = self.group.as_ref().map(|g| format!(":{g}"));
        Some(format!("{owner}{}", group.unwrap_or_default()))
    }

    /// What `chmod` takes. Five digits, because GNU `chmod` keeps a directory's set-id bits at four.
    pub(super) fn chmod(&self) -> Option<String> {
        let mode = self.mode.as_ref()?;
        Some(
            mode.octal()
                .map_or_else(|| mode.0.clone(), |bits| format!("{bits:05o}")),
        )
    }

    /// The pattern of `case` that a stat line matches when everything asked for is so already;
    /// none when only `chmod` can tell.
    fn pattern(&self) -> Option<String> {
        if self.symbolic().is_some() {
            return None;
        }
        let mode = self.octal().unwrap_or_else(|| "*".to_owned());
        let (uid, owner) = number_or_name(self.owner.as_deref());
        let (gid, group) = number_or_name(self.group.as_deref());
        Some(format!("*:{mode}:{uid}:{gid}:*:*:*:{owner}:{group}"))
    }

    /// Sets `word` to `$2` where the stat line in `$1` already shows what is asked for, to `$3` otherwise.
    pub(super) fn compare(&self, line: &str, word: &str, same: &str, other: &str) -> String {
        match self.pattern() {
            None => format!("{word}={other}\n"),
            Some(pattern) => {
                format!("case ${line} in {pattern}) {word}={same};; *) {word}={other};; esac\n")
            }
        }
    }

    /// Shell that gives files their owner and mode, exiting with `chown`'s or `chmod`'s words.
    pub(super) fn apply(&self, files: &str, links: Links) -> String {
        let mut script = String::new();
        if let Some(who) = self.chown() {
            let flag = if links == Links::Follow { "" } else { "-h " };
            let _ = writeln!(script, "chown {flag}-- {} {files} || exit 1", quote(&who));
        }
        if let Some(mode) = self.chmod().filter(|_| links == Links::Follow) {
            let _ = writeln!(script, "chmod -- {} {files} || exit 1", quote(&mode));
        }
        script
    }

    /// What the file will look like.
    pub(super) fn predict(&self, before: &Entry) -> Entry {
        let mut after = before.clone();
        if let Some(mode) = &self.mode {
            let bits = mode.applied(before.mode(), before.is_dir());
            after = after.with_mode(bits);
        }
        if let Some(owner) = &self.owner {
            match owner.parse() {
                Ok(uid) => after.uid = uid,
                Err(_) => after.owner.clone_from(owner),
            }
        }
        if let Some(group) = &self.group {
            match group.parse() {
                Ok(gid) => after.gid = gid,
                Err(_) => after.group.clone_from(group),
            }
        }
        after
    }

    /// Whether the file is not yet as asked for.
    pub(super) fn differ(&self, before: &Entry) -> bool {
        differ(before, &self.predict(before))
    }
}

/// Whether owner, group or mode differ.
pub(super) fn differ(before: &Entry, after: &Entry) -> bool {
    let key = |e: &Entry| {
        (
            e.mode(),
            e.uid,
            e.gid,
            e.owner.clone(),
            e.group.clone(),
            e.state(),
        )
    };
    key(before) != key(after)
}

/// The attributes that differ, a line each, before and after.
pub(super) fn describe(before: Option<&Entry>, after: Option<&Entry>) -> (String, String) {
    let lines = |entry: Option<&Entry>| match entry {
        None => vec!["state: absent".to_owned()],
        Some(e) => vec![
            format!("state: {}", e.state()),
            format!("owner: {}", e.owner),
            format!("group: {}", e.group),
            format!("mode: {:04o}", e.mode()),
        ],
    };
    let (before, after) = (lines(before), lines(after));
    let unlike = |these: &[String], those: &[String]| {
        let kept = these.iter().filter(|line| !those.contains(line));
        kept.fold(String::new(), |text, line| text + line + "\n")
    };
    (unlike(&before, &after), unlike(&after, &before))
}

fn number_or_name(given: Option<&str>) -> (String, String) {
    let any = || "*".to_owned();
    match given {
        None => (any(), any()),
        Some(number) if number.bytes().all(|b| b.is_ascii_digit()) => (number.to_owned(), any()),
        Some(name) => (any(), quote(name)),
    }
}
