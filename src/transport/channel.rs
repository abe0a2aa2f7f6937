//! A command's three pipes and its end, whatever carries them.

use std::fmt::Debug;

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::TransportError;

/// How a channel's command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// With an exit code, or 128 + the number of a signal.
    Code(i32),
    /// By a signal nobody named, or because the way to the host was lost.
    Unknown,
}

/// A running command. Dropping it closes its pipes; a shell then ends by itself.
pub(super) struct Channel {
    pub(super) stdin: Option<Box<dyn AsyncWrite + Send + Sync + Unpin>>,
    pub(super) stdout: Box<dyn AsyncRead + Send + Sync + Unpin>,
    pub(super) stderr: Box<dyn AsyncRead + Send + Sync + Unpin>,
    end: watch::Receiver<Option<End>>,
    waiter: JoinHandle<()>,
}

impl Channel {
    /// Puts the pipes together with what becomes of the command.
    pub(super) fn new<W, O, E>(
        stdin: W,
        stdout: O,
        stderr: E,
        end: impl Future<Output = End> + Send + 'static,
    ) -> Self
    where
        W: AsyncWrite + Send + Sync + Unpin + 'static,
        O: AsyncRead + Send + Sync + Unpin + 'static,
        E: AsyncRead + Send + Sync + Unpin + 'static,
    {
        let (sender, receiver) = watch::channel(None);
        let waiter = tokio::spawn(async move {
            sender.send_replace(Some(end.await));
        });
        Self {
            stdin: Some(Box::new(stdin)),
            stdout: Box::new(stdout),
            stderr: Box::new(stderr),
            end: receiver,
            waiter,
        }
    }

    /// Waits for the end; may be called any number of times.
    pub(super) fn end(&self) -> impl Future<Output = End> + Send + use<> {
        let mut receiver = self.end.clone();
        async move {
            match receiver.wait_for(Option::is_some).await {
                Ok(end) => end.unwrap_or(End::Unknown),
                Err(_) => End::Unknown,
            }
        }
    }

    /// Whether the command is known to have ended.
    pub(super) fn ended(&self) -> bool {
        self.end.borrow().is_some()
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.waiter.abort();
    }
}

/// Why a channel could not be opened.
#[derive(Debug)]
pub(super) enum OpenError {
    /// The host allows no further session on this connection (`MaxSessions`), in its words.
    Refused(String),
    /// Anything else.
    Transport(TransportError),
}

impl From<TransportError> for OpenError {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

/// Starts commands on a host as the login user.
#[async_trait]
pub(super) trait Opener: Debug + Send + Sync + 'static {
    /// The inventory's name for the host.
    fn host(&self) -> &str;

    /// The shell to speak to, a POSIX one.
    fn shell(&self) -> &str;

    /// Starts a command. It is read by the login user's own shell, which may be any: simple
    /// words, single quotes and `;` within them only.
    async fn open(&self, command: &str) -> Result<Channel, OpenError>;

    /// After a channel broke: the words why the host is gone, or nothing when it is still there.
    async fn lost(&self) -> Option<String>;

    /// A byte stream to an endpoint as the host sees it.
    async fn stream(
        &self,
        endpoint: &super::Endpoint,
    ) -> Result<Box<dyn super::Stream>, TransportError>;
}
