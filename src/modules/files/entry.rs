//! A file of the host, as one `stat` tells it.

use crate::modules::outcome::Outcome;

/// What `stat -c` is asked for; user and group names hold no colon.
pub(super) const FORMAT: &str = "%f:%a:%u:%g:%s:%Y:%i:%U:%G";

/// Owner, permissions and size of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The line itself, to recognise the same state again.
    pub(super) line: String,
    /// File type and permission bits.
    raw: u32,
    pub(super) uid: u32,
    pub(super) gid: u32,
    /// In bytes.
    pub(super) size: u64,
    pub(super) inode: u64,
    pub(super) owner: String,
    pub(super) group: String,
}

impl Entry {
    /// Reads a line of [`FORMAT`]; none when there was no such file (`-`).
    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut fields = line.trim_end_matches('\n').split(':');
        let mut next = || fields.next();
        let raw = u32::from_str_radix(next()?, 16).ok()?;
        let _permissions = next()?;
        let uid = next()?.parse().ok()?;
        let gid = next()?.parse().ok()?;
        let size = next()?.parse().ok()?;
        let _modified = next()?;
        let inode = next()?.parse().ok()?;
        let owner = next()?.to_owned();
        let group = next()?.to_owned();
        Some(Self {
            line: line.to_owned(),
            raw,
            uid,
            gid,
            size,
            inode,
            owner,
            group,
        })
    }

    /// The permission bits, set-id and sticky bits included.
    pub(super) fn mode(&self) -> u32 {
        self.raw & 0o7777
    }

    /// The same file with other permission bits.
    pub(super) fn with_mode(mut self, mode: u32) -> Self {
        self.raw = (self.raw & !0o7777) | mode;
        self
    }

    /// Ansible's word for what it is.
    pub(super) fn state(&self) -> &'static str {
        match self.raw & 0o170_000 {
            0o100_000 => "file",
            0o040_000 => "directory",
            0o120_000 => "link",
            _ => "special",
        }
    }

    pub(super) fn is_dir(&self) -> bool {
        self.state() == "directory"
    }

    /// Puts owner, mode, size and state into a result.
    pub(super) fn describe(&self, outcome: Outcome) -> Outcome {
        outcome
            .with("uid", self.uid)
            .with("gid", self.gid)
            .with("owner", self.owner.clone())
            .with("group", self.group.clone())
            .with("mode", format!("{:04o}", self.mode()))
            .with("size", self.size)
            .with("state", self.state())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stat_line_is_read() {
        let entry = Entry::parse("81a4:644:0:33:7:1700:42:root:www data\n").expect("an entry");
        assert_eq!(
            (entry.mode(), entry.uid, entry.gid, entry.size),
            (0o644, 0, 33, 7)
        );
        assert_eq!((entry.state(), entry.group.as_str()), ("file", "www data"));
        assert!(Entry::parse("-").is_none());
    }
}
