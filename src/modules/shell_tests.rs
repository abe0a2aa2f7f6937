//! A host for unit tests: every script runs in a fresh `/bin/sh` on this machine, with stand-ins
//! for the commands that a test must not really run.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::io::AsyncWriteExt as _;

use super::{Controller, Ctx, FileKind, ProjectFile, Remote};
use crate::diag::Diagnostic;
use crate::template::Templar;
use crate::transport::{Connection, Endpoint, Exec, Identity, Output, Stream, TransportError};
use crate::vars::{Scope, Value};

/// Runs scripts here, whatever the identity.
#[derive(Debug)]
struct Here;

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err wants"
)]
fn broken(reason: std::io::Error) -> TransportError {
    TransportError::Unreachable {
        host: "here".to_owned(),
        reason: reason.to_string(),
    }
}

#[async_trait]
impl Connection for Here {
    async fn exec(&self, exec: Exec<'_>) -> Result<Output, TransportError> {
        let mut child = tokio::process::Command::new("/bin/sh")
            .args(["-c", exec.script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(broken)?;
        let mut stdin = child.stdin.take().expect("piped");
        stdin
            .write_all(exec.stdin.unwrap_or_default())
            .await
            .map_err(broken)?;
        drop(stdin);
        let done = child.wait_with_output().await.map_err(broken)?;
        Ok(Output {
            code: done.status.code().unwrap_or(128),
            stdout: done.stdout,
            stderr: done.stderr,
        })
    }

    async fn put(
        &self,
        data: &[u8],
        dest: &str,
        _mode: &str,
        _identity: &Identity,
    ) -> Result<(), TransportError> {
        std::fs::write(dest, data).map_err(broken)
    }

    async fn get(&self, path: &str, _identity: &Identity) -> Result<Vec<u8>, TransportError> {
        std::fs::read(path).map_err(broken)
    }

    async fn open(&self, endpoint: &Endpoint) -> Result<Box<dyn Stream>, TransportError> {
        Ok(match endpoint {
            Endpoint::Tcp(host, port) => {
                let stream = tokio::net::TcpStream::connect((host.as_str(), *port));
                Box::new(stream.await.map_err(broken)?)
            }
            Endpoint::Unix(path) => Box::new(
                tokio::net::UnixStream::connect(path)
                    .await
                    .map_err(broken)?,
            ),
        })
    }

    async fn close(&self) {}
}

/// A controller without files and without an operator.
struct Nobody;

#[async_trait]
impl Controller for Nobody {
    fn find(&self, _kind: FileKind, name: &str) -> Result<ProjectFile, Diagnostic> {
        Err(Diagnostic::error(format!("no file {name}")))
    }

    async fn ask(&self, _question: &str, _echo: bool) -> Option<String> {
        None
    }
}

/// A host made of stand-in commands in a folder that comes first in `PATH`.
pub(super) struct TestHost {
    /// The folder: `bin/` holds the stand-ins, the rest is the test's own.
    pub(super) dir: tempfile::TempDir,
    scope: Arc<Scope>,
}

impl TestHost {
    /// A host without stand-ins.
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(dir.path().join("bin")).expect("a folder");
        let scope = Scope::builder(&Templar::new()).build();
        Self { dir, scope }
    }

    /// Adds a stand-in: a shell script of this name. `$D` in it is the host's folder.
    pub(super) fn command(self, name: &str, script: &str) -> Self {
        let path = self.dir.path().join("bin").join(name);
        let text = format!("#!/bin/sh\nD={}\n{script}\n", self.dir.path().display());
        std::fs::write(&path, text).expect("a stand-in");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
        self
    }

    /// What the stand-ins wrote into a file of the folder.
    pub(super) fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.dir.path().join(name)).unwrap_or_default()
    }

    /// What a module is given.
    pub(super) fn ctx(&self, check: bool) -> Ctx<'_> {
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", self.dir.path().join("bin").display());
        Ctx {
            host: "here",
            remote: Remote::new(Arc::new(Here), Identity::Login)
                .with_environment(&[("PATH".to_owned(), path)]),
            check,
            diff: true,
            scope: &self.scope,
            controller: &Nobody,
        }
    }
}

/// Arguments of a call, from JSON.
pub(super) fn arguments(json: serde_json::Value) -> super::args::Arguments {
    let mut arguments = super::args::Arguments::default();
    if let serde_json::Value::Object(map) = json {
        for (name, value) in map {
            let value = Value::from(minijinja::value::Serde(value));
            arguments
                .0
                .insert(name, super::args::Argument { value, node: None });
        }
    }
    arguments
}

/// A failure's message.
pub(super) fn message(failure: &super::Failure) -> &str {
    match failure {
        super::Failure::Unreachable(msg) | super::Failure::Failed { msg, .. } => msg,
    }
}
