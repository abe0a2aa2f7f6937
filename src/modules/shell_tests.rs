//! A host for unit tests with stand-ins for the commands that a test must not really run.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use super::testing::Lab;
use super::{Ctx, Remote};
use crate::template::Templar;
use crate::transport::{Connection, Connector as _, Identity, SystemConnector, Target, TargetKind};
use crate::vars::{Scope, Value};

/// A host made of stand-in commands in a folder that comes first in `PATH`.
pub(super) struct TestHost {
    /// The folder: `bin/` holds the stand-ins, the rest is the test's own.
    pub(super) dir: tempfile::TempDir,
    scope: Arc<Scope>,
    controller: Lab,
    connection: tokio::sync::OnceCell<Arc<dyn Connection>>,
}

impl TestHost {
    /// A host without stand-ins.
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(dir.path().join("bin")).expect("a folder");
        let scope = Scope::builder(&Templar::new()).build();
        Self {
            dir,
            scope,
            controller: Lab::new(),
            connection: tokio::sync::OnceCell::new(),
        }
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
    pub(super) async fn ctx(&self, check: bool) -> Ctx<'_> {
        let connect = || async {
            let target = Target {
                name: "here".to_owned(),
                kind: TargetKind::Local,
            };
            let connection = SystemConnector::new().connect(&target).await;
            connection.expect("a local connection")
        };
        let connection = self.connection.get_or_init(connect).await;
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", self.dir.path().join("bin").display());
        Ctx {
            host: "here",
            remote: Remote::new(Arc::clone(connection), Identity::Login)
                .with_environment(&[("PATH".to_owned(), path)]),
            check,
            diff: true,
            scope: &self.scope,
            controller: &self.controller,
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
