//! Commands on this machine, through the same shells as everywhere else.

use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::process::{Child, Command};

use super::channel::{Channel, End, OpenError, Opener};
use super::{Endpoint, Stream, TransportError};

/// This machine.
#[derive(Debug)]
pub(super) struct Local {
    name: String,
}

impl Local {
    /// Under the inventory's name for it.
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
        }
    }
}

#[async_trait]
impl Opener for Local {
    fn host(&self) -> &str {
        &self.name
    }

    fn shell(&self) -> &'static str {
        "/bin/sh"
    }

    async fn open(&self, command: &str) -> Result<Channel, OpenError> {
        let failed = |error: std::io::Error| TransportError::Unreachable {
            host: self.name.clone(),
            reason: format!("failed to start /bin/sh: {error}"),
        };
        let mut child = spawn(command).map_err(failed)?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(failed(std::io::Error::other("it has no pipes")).into());
        };
        Ok(Channel::new(stdin, stdout, stderr, async move {
            child.wait().await.map_or(End::Unknown, end)
        }))
    }

    async fn lost(&self) -> Option<String> {
        None
    }

    async fn stream(&self, endpoint: &Endpoint) -> Result<Box<dyn Stream>, TransportError> {
        let opened = match endpoint {
            Endpoint::Tcp(host, port) => {
                TcpStream::connect((host.as_str(), *port)).await.map(boxed)
            }
            Endpoint::Unix(path) => UnixStream::connect(path).await.map(boxed),
        };
        opened.map_err(|error| TransportError::File {
            host: self.name.clone(),
            action: format!("connect to {endpoint}"),
            reason: error.to_string(),
        })
    }
}

fn boxed(stream: impl AsyncRead + AsyncWrite + Send + Sync + Unpin + 'static) -> Box<dyn Stream> {
    Box::new(stream)
}

/// Starts the command in a session of its own, away from the operator's terminal: what wants to
/// ask there fails at once and is not stopped for ever by `SIGTTIN`. Without `setsid` it still
/// gets a process group of its own.
fn spawn(command: &str) -> std::io::Result<Child> {
    let start = |mut program: Command| {
        program
            .args(["/bin/sh", "-c", command])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
    };
    match start(Command::new("setsid")) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut env = Command::new("env");
            env.process_group(0);
            start(env)
        }
        other => other,
    }
}

/// Exit code, or 128 + signal.
fn end(status: ExitStatus) -> End {
    status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal))
        .map_or(End::Unknown, End::Code)
}
