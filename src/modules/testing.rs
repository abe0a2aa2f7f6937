//! Runs modules for real on this machine, for tests.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value as Json};
use tokio::io::AsyncWriteExt as _;

use super::args::{Argument, Arguments};
use super::context::{Controller, Ctx, FileKind, ProjectFile};
use super::outcome::{Failure, Outcome};
use super::remote::Remote;
use crate::diag::{Diagnostic, SourceFile};
use crate::template::Templar;
use crate::transport::{
    Connection, Endpoint, Exec, Identity, Output, Stream, TransportError, quote,
};
use crate::vars::{Scope, Value, VarMap};
use crate::yaml::{Kind, Node, Style};

/// A connection that starts one `/bin/sh` a command.
#[derive(Debug)]
pub(crate) struct LocalShell;

#[async_trait]
impl Connection for LocalShell {
    async fn exec(&self, exec: Exec<'_>) -> Result<Output, TransportError> {
        let mut child = tokio::process::Command::new("/bin/sh")
            .arg("-c")
            .arg(format!("( eval {} )", quote(exec.script)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut input = child.stdin.take().expect("piped");
        let bytes = exec.stdin.unwrap_or_default().to_vec();
        let feed = async move {
            let _ = input.write_all(&bytes).await;
        };
        let (output, ()) = tokio::join!(child.wait_with_output(), feed);
        let output = output.expect("an exit code");
        Ok(Output {
            code: output.status.code().unwrap_or(137),
            stdout: output.stdout,
            stderr: output.stderr,
        })
    }

    async fn put(
        &self,
        _data: &[u8],
        _dest: &str,
        _mode: &str,
        _identity: &Identity,
    ) -> Result<(), TransportError> {
        unimplemented!("file modules write by themselves")
    }

    async fn get(&self, path: &str, _identity: &Identity) -> Result<Vec<u8>, TransportError> {
        Ok(std::fs::read(path).expect("a readable file"))
    }

    async fn open(&self, endpoint: &Endpoint) -> Result<Box<dyn Stream>, TransportError> {
        let failed = |e: std::io::Error| TransportError::File {
            host: "local".into(),
            action: "connect".into(),
            reason: e.to_string(),
        };
        Ok(match endpoint {
            Endpoint::Tcp(host, port) => Box::new(
                tokio::net::TcpStream::connect((host.as_str(), *port))
                    .await
                    .map_err(failed)?,
            ),
            Endpoint::Unix(path) => {
                Box::new(tokio::net::UnixStream::connect(path).await.map_err(failed)?)
            }
        })
    }

    async fn close(&self) {}
}

/// A project in a temporary folder, with one host: this machine.
pub(crate) struct Lab {
    /// The project's folder, and the host's scratch space.
    pub(crate) dir: tempfile::TempDir,
    /// Variables of the tasks.
    pub(crate) vars: VarMap,
    /// What the operator answers; none when nobody is there.
    pub(crate) answer: Option<String>,
    /// Whether tasks only predict.
    pub(crate) check: bool,
    /// Whether tasks show differences.
    pub(crate) diff: bool,
}

#[async_trait]
impl Controller for Lab {
    fn find(&self, kind: FileKind, name: &str) -> Result<ProjectFile, Diagnostic> {
        let folder = match kind {
            FileKind::Files => "files",
            FileKind::Templates => "templates",
        };
        let path = self.dir.path().join(folder).join(name);
        if path.exists() {
            Ok(ProjectFile::Disk(path))
        } else {
            Err(Diagnostic::error(format!("there is no `{name}`")))
        }
    }

    async fn ask(&self, _question: &str, _echo: bool) -> Option<String> {
        self.answer.clone()
    }
}

impl Lab {
    /// An empty project.
    pub(crate) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().expect("a temporary folder"),
            vars: VarMap::new(),
            answer: None,
            check: false,
            diff: false,
        }
    }

    /// The same project, predicting only.
    pub(crate) fn check(mut self, check: bool) -> Self {
        self.check = check;
        self
    }

    /// Sets a variable.
    pub(crate) fn var(&mut self, name: &str, value: impl Into<Value>) {
        self.vars
            .insert(name.into(), crate::vars::Var::Data(value.into()));
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A path in the folder, as text.
    pub(crate) fn at(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Writes a file in the folder, with the folders above it.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(&path, content).expect("a written file");
        path.display().to_string()
    }

    /// Reads a file of the folder.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("a readable file")
    }

    /// The names in a folder, sorted.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.path(name))
            .expect("a folder")
            .map(|e| e.expect("an entry").file_name().display().to_string())
            .collect();
        names.sort();
        names
    }

    /// Runs a module; `arguments` is a JSON mapping.
    pub(crate) async fn run(&self, module: &str, arguments: Json) -> Result<Outcome, Failure> {
        let spec = super::find(module).expect("a module of this name");
        let Json::Object(map) = arguments else {
            panic!("arguments are a mapping")
        };
        let mut decoded = Arguments::default();
        for (name, json) in map {
            let name = spec.arg(&name).map_or(name.as_str(), |arg| arg.name);
            let argument = Argument {
                value: Value::from_serialize(&json),
                node: Some(node(&json)),
            };
            decoded.0.insert(name.to_owned(), argument);
        }
        let scope = Scope::builder(&Templar::new())
            .layer(Arc::new(self.vars.clone()))
            .build();
        let ctx = Ctx {
            host: "local",
            remote: Remote::new(Arc::new(LocalShell), Identity::Login),
            check: self.check,
            diff: self.diff,
            scope: &scope,
            controller: self,
        };
        (spec.run)(decoded, &ctx).await
    }

    /// Runs a module that must not fail.
    pub(crate) async fn ok(&self, module: &str, arguments: Json) -> Outcome {
        match self.run(module, arguments).await {
            Ok(outcome) => outcome,
            Err(failure) => panic!("`{module}` failed: {failure:?}"),
        }
    }

    /// Runs a module that must fail; the message and the rest of the result.
    pub(crate) async fn fails(&self, module: &str, arguments: Json) -> (String, Map<String, Json>) {
        match self.run(module, arguments).await {
            Ok(outcome) => panic!("`{module}` succeeded: {outcome:?}"),
            Err(Failure::Failed { msg, result, .. }) => (msg, result),
            Err(Failure::Unreachable(why)) => panic!("unreachable: {why}"),
        }
    }
}

/// The permission bits of a file.
pub(crate) fn mode_of(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = std::fs::symlink_metadata(path).expect("a file");
    metadata.permissions().mode() & 0o7777
}

/// What a person would have written for this value.
fn node(json: &Json) -> Node {
    let text = match json {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let span = SourceFile::inline("<test>", text.clone()).whole();
    match json {
        Json::Array(items) => Node::new(span, None, Kind::Seq(items.iter().map(node).collect())),
        Json::Object(map) => {
            let entry =
                |(k, v): (&String, &Json)| (Node::text(&span, k, Style::DoubleQuoted), node(v));
            let entries = map.iter().map(entry).collect();
            Node::new(span.clone(), None, Kind::Map(entries))
        }
        Json::String(_) => Node::text(&span, &text, Style::DoubleQuoted),
        _ => Node::text(&span, &text, Style::Plain),
    }
}
