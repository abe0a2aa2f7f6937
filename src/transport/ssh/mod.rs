//! Commands on a host through the user's own OpenSSH.

mod forward;
mod master;
mod words;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use openssh::{Error, Session, Stdio};

use super::channel::{Channel, End, OpenError, Opener};
use super::{Endpoint, SshTarget, Stream, TransportError};
use master::Master;

/// A host behind an OpenSSH master.
#[derive(Debug)]
pub(super) struct Ssh {
    name: String,
    shell: String,
    master: Master,
    session: Arc<Session>,
}

impl Ssh {
    /// Connects, or takes over the master an earlier connection left.
    pub(super) async fn connect(
        name: &str,
        target: &SshTarget,
        sockets: &Path,
    ) -> Result<Self, TransportError> {
        let unreachable = |reason| TransportError::Unreachable {
            host: name.to_owned(),
            reason,
        };
        let master = Master::new(target.clone(), sockets).map_err(unreachable)?;
        master.ensure().await.map_err(unreachable)?;
        Ok(Self {
            name: name.to_owned(),
            shell: target.shell.clone(),
            session: Arc::new(master.session()),
            master,
        })
    }

    fn unreachable(&self, reason: String) -> TransportError {
        TransportError::Unreachable {
            host: self.name.clone(),
            reason,
        }
    }

    async fn spawn(&self, command: &str) -> Result<Channel, Error> {
        let mut child = Arc::clone(&self.session)
            .arc_raw_command(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .await?;
        let (Some(stdin), Some(stdout), Some(stderr)) = (
            child.stdin().take(),
            child.stdout().take(),
            child.stderr().take(),
        ) else {
            return Err(Error::ChildIo(std::io::Error::other("no pipes")));
        };
        Ok(Channel::new(stdin, stdout, stderr, async move {
            match child.wait().await {
                Ok(status) => status.code().map_or(End::Unknown, End::Code),
                // The library's reading of the code 127.
                Err(Error::Remote(_)) => End::Code(127),
                Err(_) => End::Unknown,
            }
        }))
    }

    /// Does `work` on the master; when it turns out to have gone (its idle time was up, the
    /// network was cut while nothing ran), once more on a new one.
    async fn on_master<T, F>(&self, work: impl Fn() -> F) -> Result<T, OpenError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut result = work().await;
        if matches!(result, Err(Error::Disconnected)) {
            self.master
                .ensure()
                .await
                .map_err(|reason| self.unreachable(reason))?;
            result = work().await;
        }
        match result {
            Ok(done) => Ok(done),
            Err(error) => match (words::chain(&error), self.master.lost().await) {
                (_, Some(reason)) => Err(self.unreachable(reason).into()),
                (words, None) if words.contains("refused by peer") => {
                    Err(OpenError::Refused(words))
                }
                (words, None) => Err(self.unreachable(words).into()),
            },
        }
    }
}

#[async_trait]
impl Opener for Ssh {
    fn host(&self) -> &str {
        &self.name
    }

    fn shell(&self) -> &str {
        &self.shell
    }

    async fn open(&self, command: &str) -> Result<Channel, OpenError> {
        self.on_master(|| self.spawn(command)).await
    }

    async fn lost(&self) -> Option<String> {
        self.master.lost().await
    }

    async fn stream(&self, endpoint: &Endpoint) -> Result<Box<dyn Stream>, TransportError> {
        let forwarded = self
            .on_master(|| forward::open(&self.session, &self.master, endpoint))
            .await;
        match forwarded {
            Ok(stream) => Ok(Box::new(stream)),
            Err(OpenError::Transport(error)) => Err(error),
            Err(OpenError::Refused(reason)) => Err(TransportError::File {
                host: self.name.clone(),
                action: format!("connect to {endpoint}"),
                reason,
            }),
        }
    }
}
