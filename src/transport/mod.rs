//! Bytes and exit codes: how commands reach a host. Knows nothing of YAML.
//!
//! One OpenSSH master per host, one persistent `/bin/sh` per (host, identity), one frame per
//! command; bytes and anything that may hang on channels of their own.

mod channel;
mod connector;
mod error;
pub mod fake;
mod frame;
mod host;
mod kill;
mod local;
mod payload;
mod pool;
mod secret;
mod shell;
mod ssh;
mod sudo;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

pub use connector::SystemConnector;
pub use error::TransportError;
#[doc(hidden)]
pub use frame::probe as probe_frames;
pub use secret::Secret;

/// As whom a command runs on the host.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Identity {
    /// The user that logged in.
    #[default]
    Login,
    /// Another user, by way of `sudo`.
    Sudo(Sudo),
}

/// How to become another user.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sudo {
    /// The user to become.
    pub user: String,
    /// What `sudo` may ask for; given on its standard input, never in argv.
    pub password: Option<Secret>,
    /// The program, `sudo` unless told otherwise.
    pub exe: String,
    /// Further words for it, such as `-H`.
    pub flags: Vec<String>,
}

/// One command: a POSIX shell script, run in a subshell of the identity's persistent shell.
#[derive(Debug, Clone)]
pub struct Exec<'a> {
    /// The script; may be of several lines; `exit`, `cd`, `set -e`, `exec` stay within it.
    pub script: &'a str,
    /// As whom.
    pub identity: &'a Identity,
    /// Standard input; `/dev/null` when none. Any bytes, any length.
    pub stdin: Option<&'a [u8]>,
    /// After this the remote process group is killed and the call ends with
    /// [`TransportError::Timeout`]; none waits as long as the connection lives.
    pub timeout: Option<Duration>,
    /// Whether it may run for long: it then gets a channel of its own, so that other commands
    /// on the same host (probes, delegated tasks) do not queue behind it.
    pub long: bool,
}

impl<'a> Exec<'a> {
    /// A short command without input.
    #[must_use]
    pub fn new(script: &'a str, identity: &'a Identity) -> Self {
        Self {
            script,
            identity,
            stdin: None,
            timeout: None,
            long: false,
        }
    }
}

/// What a command left behind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Output {
    /// The exit code; 128 + the signal's number when a signal ended it.
    pub code: i32,
    /// Standard output, every byte.
    pub stdout: Vec<u8>,
    /// Standard error, every byte.
    pub stderr: Vec<u8>,
}

impl Output {
    /// Whether the exit code is 0.
    #[must_use]
    pub fn ok(&self) -> bool {
        self.code == 0
    }

    /// Standard output as text, invalid UTF-8 replaced.
    #[must_use]
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text, invalid UTF-8 replaced.
    #[must_use]
    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

/// The far end of a forwarded connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// A TCP port as the host sees it.
    Tcp(String, u16),
    /// A Unix socket on the host.
    Unix(String),
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp(host, port) => write!(f, "{host}:{port}"),
            Self::Unix(path) => f.write_str(path),
        }
    }
}

/// A live way to one host. Cheap to share; safe to use from several tasks at once.
#[async_trait]
pub trait Connection: Send + Sync + std::fmt::Debug {
    /// Runs one command to its end.
    async fn exec(&self, exec: Exec<'_>) -> Result<Output, TransportError>;

    /// Writes bytes to a file on the host, atomically: into a private temporary file beside
    /// the destination, synced, given its mode, then renamed. `mode` is octal text such as `0600`.
    async fn put(
        &self,
        data: &[u8],
        dest: &str,
        mode: &str,
        identity: &Identity,
    ) -> Result<(), TransportError>;

    /// Reads a whole file of the host.
    async fn get(&self, path: &str, identity: &Identity) -> Result<Vec<u8>, TransportError>;

    /// Opens a byte stream to an endpoint as the host sees it (a database socket, a REST port).
    async fn open(&self, endpoint: &Endpoint) -> Result<Box<dyn Stream>, TransportError>;

    /// Gives the connection back: ends its shells; an OpenSSH master may stay for its
    /// `ControlPersist` time.
    async fn close(&self);
}

/// A byte stream both ways.
pub trait Stream: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Sync + Unpin {}

impl<T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Sync + Unpin> Stream for T {}

/// How a host is reached, from its connection variables.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    /// The inventory's name for it, for messages.
    pub name: String,
    /// The way.
    pub kind: TargetKind,
}

/// The ways there are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TargetKind {
    /// This machine, without SSH.
    Local,
    /// OpenSSH.
    Ssh(SshTarget),
}

/// What OpenSSH is told. Everything not said here is the user's `ssh_config`'s business.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SshTarget {
    /// `ansible_host`, or the inventory name.
    pub address: String,
    /// `ansible_user`.
    pub user: Option<String>,
    /// `ansible_port`.
    pub port: Option<u16>,
    /// `ansible_ssh_private_key_file`.
    pub key: Option<String>,
    /// `ansible_ssh_common_args` and `ansible_ssh_extra_args`, split into words.
    pub args: Vec<String>,
    /// Longest time to connect.
    pub connect_timeout: Duration,
    /// Whether a host key may be unknown (`ansible_host_key_checking: false`): strict otherwise.
    pub insecure_host_key: bool,
    /// The shell on the far side.
    pub shell: String,
}

/// Makes connections; the engine keeps one per host. Replaced by a scripted one in unit tests.
#[async_trait]
pub trait Connector: Send + Sync + std::fmt::Debug {
    /// Connects, or says in OpenSSH's own words why not.
    async fn connect(&self, target: &Target) -> Result<Arc<dyn Connection>, TransportError>;
}

/// Quotes a word for a POSIX shell.
#[must_use]
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%_-+=:,./".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
