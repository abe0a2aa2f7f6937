//! Why a command did not come back with an exit code.

use std::time::Duration;

/// A failure of the way to the host, not of the command.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TransportError {
    /// The host cannot be reached, or went away in the middle.
    #[error("failed to reach {host}: {reason}")]
    Unreachable {
        /// The inventory's name.
        host: String,
        /// OpenSSH's own words where there are any, and the remedy.
        reason: String,
    },
    /// The other identity was not granted: wrong or missing password, not in sudoers.
    #[error("failed to become {user} on {host}: {reason}")]
    Become {
        /// The inventory's name.
        host: String,
        /// Whom to become.
        user: String,
        /// What sudo said, and the remedy.
        reason: String,
    },
    /// The time was up; the remote process group was killed.
    #[error("timed out after {after:?} on {host}; {killed}")]
    Timeout {
        /// The inventory's name.
        host: String,
        /// The limit.
        after: Duration,
        /// What became of the remote processes, in words.
        killed: String,
    },
    /// A file could not be written or read on the host.
    #[error("failed to {action} on {host}: {reason}")]
    File {
        /// The inventory's name.
        host: String,
        /// `write /etc/motd`, `read /etc/motd`.
        action: String,
        /// The host's own words (`No space left on device`).
        reason: String,
    },
}

impl TransportError {
    /// Whether the host is to be counted as unreachable rather than failed.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}
