//! A host as modules see it: one user, one environment, one time limit.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use super::detach::Detach;
use super::outcome::Failure;
use crate::transport::{
    Connection, Endpoint, Exec, Identity, Output, Stream, Sudo, TransportError, quote,
};

/// The way to a host for one task. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Remote {
    connection: Option<Arc<dyn Connection>>,
    identity: Identity,
    environment: Arc<str>,
    timeout: Option<Duration>,
    detach: Option<Arc<Detach>>,
}

impl Remote {
    /// A host reached through a connection as an identity.
    #[must_use]
    pub fn new(connection: Arc<dyn Connection>, identity: Identity) -> Self {
        Self {
            connection: Some(connection),
            identity,
            environment: "".into(),
            timeout: None,
            detach: None,
        }
    }

    /// No host at all, for modules that work on the controller alone.
    #[must_use]
    pub fn none() -> Self {
        Self {
            connection: None,
            identity: Identity::Login,
            environment: "".into(),
            timeout: None,
            detach: None,
        }
    }

    /// The same host, on which every script goes on without the connection.
    #[must_use]
    pub fn detached(mut self, detach: Detach) -> Self {
        self.detach = Some(Arc::new(detach));
        self
    }

    /// The same host through another connection.
    #[must_use]
    pub(super) fn through(&self, connection: Arc<dyn Connection>) -> Self {
        Self {
            connection: Some(connection),
            ..self.clone()
        }
    }

    /// Exports these variables before every script.
    #[must_use]
    pub fn with_environment(mut self, environment: &[(String, String)]) -> Self {
        let mut exports = String::new();
        for (name, value) in environment {
            let _ = writeln!(exports, "export {name}={}", quote(value));
        }
        self.environment = exports.into();
        self
    }

    /// Limits every command to this time (the task's `timeout`).
    #[must_use]
    pub fn with_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.timeout = timeout;
        self
    }

    /// The same host as another user, with the password and the flags of the present `become`.
    #[must_use]
    pub fn as_user(&self, user: &str) -> Self {
        let identity = match &self.identity {
            Identity::Login => Identity::Sudo(Sudo {
                user: user.to_owned(),
                password: None,
                exe: "sudo".to_owned(),
                flags: Vec::new(),
            }),
            Identity::Sudo(sudo) => Identity::Sudo(Sudo {
                user: user.to_owned(),
                ..sudo.clone()
            }),
        };
        Self {
            identity,
            ..self.clone()
        }
    }

    /// As whom commands run.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    fn connection(&self) -> Result<&Arc<dyn Connection>, TransportError> {
        self.connection
            .as_ref()
            .ok_or_else(|| TransportError::Unreachable {
                host: "the controller".to_owned(),
                reason: "this module has no connection".to_owned(),
            })
    }

    /// Runs a POSIX shell script; its exit code is the caller's business.
    pub async fn run(&self, script: &str) -> Result<Output, TransportError> {
        self.exec(script, None, false).await
    }

    /// Runs a script that may take long, on a channel of its own.
    pub async fn run_long(&self, script: &str) -> Result<Output, TransportError> {
        self.exec(script, None, true).await
    }

    /// Runs a script with bytes on its standard input.
    pub async fn run_with_stdin(
        &self,
        script: &str,
        stdin: &[u8],
    ) -> Result<Output, TransportError> {
        self.exec(script, Some(stdin), false).await
    }

    async fn exec(
        &self,
        script: &str,
        stdin: Option<&[u8]>,
        long: bool,
    ) -> Result<Output, TransportError> {
        let whole;
        let script = if self.environment.is_empty() {
            script
        } else {
            whole = format!("{}{script}", self.environment);
            &whole
        };
        if let Some(detach) = &self.detach {
            return detach.run(self, script, stdin).await;
        }
        self.send(script, stdin, long).await
    }

    /// Runs a script on the connection itself, without the task's environment.
    pub(super) async fn attached(
        &self,
        script: &str,
        stdin: Option<&[u8]>,
    ) -> Result<Output, TransportError> {
        self.send(script, stdin, false).await
    }

    async fn send(
        &self,
        script: &str,
        stdin: Option<&[u8]>,
        long: bool,
    ) -> Result<Output, TransportError> {
        let exec = Exec {
            script,
            identity: &self.identity,
            stdin,
            timeout: self.timeout,
            long,
        };
        self.connection()?.exec(exec).await
    }

    /// Runs a script that must exit with 0; otherwise the failure says what was being done.
    pub async fn check(&self, doing: &str, script: &str) -> Result<Output, Failure> {
        let output = self.run(script).await?;
        if output.ok() {
            Ok(output)
        } else {
            Err(failed(doing, &output))
        }
    }

    /// Writes a file atomically; `mode` is octal text.
    pub async fn put(&self, data: &[u8], dest: &str, mode: &str) -> Result<(), TransportError> {
        self.connection()?
            .put(data, dest, mode, &self.identity)
            .await
    }

    /// Reads a whole file.
    pub async fn get(&self, path: &str) -> Result<Vec<u8>, TransportError> {
        self.connection()?.get(path, &self.identity).await
    }

    /// Opens a byte stream to an endpoint as the host sees it.
    pub async fn open(&self, endpoint: &Endpoint) -> Result<Box<dyn Stream>, TransportError> {
        self.connection()?.open(endpoint).await
    }
}

/// A failure that says what was being done, with the last words of the command.
pub(crate) fn failed(doing: &str, output: &Output) -> Failure {
    let words = [output.err(), output.out()]
        .iter()
        .map(|text| text.trim().to_owned())
        .find(|text| !text.is_empty())
        .unwrap_or_else(|| "no output".to_owned());
    Failure::new(format!(
        "failed to {doing}: {words} (exit code {})",
        output.code
    ))
    .with("rc", output.code)
    .with("stdout", output.out())
    .with("stderr", output.err())
}
