//! Runs modules for real on this machine, for tests.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value as Json};

use super::args::{Argument, Arguments};
use super::context::{Controller, Ctx, FileKind, ProjectFile};
use super::outcome::{Failure, Outcome};
use super::remote::Remote;
use crate::diag::{Diagnostic, SourceFile};
use crate::template::Templar;
use crate::transport::{Connection, Connector as _, Identity, SystemConnector, Target, TargetKind};
use crate::vars::{Scope, Value, VarMap};
use crate::yaml::{Kind, Node, Style};

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
    connection: tokio::sync::OnceCell<Arc<dyn Connection>>,
}

#[async_trait]
impl Controller for Lab {
    fn find(&self, kind: FileKind, name: &str) -> Result<ProjectFile, Diagnostic> {
        let folder = match kind {
            FileKind::Files => "files",
            FileKind::Templates => "templates",
            FileKind::Vars => "vars",
        };
        let path = self.dir.path().join(folder).join(name);
        if path.exists() {
            Ok(ProjectFile::Disk(path))
        } else {
            Err(Diagnostic::error(format!("there is no `{name}`")))
        }
    }

    fn vars_folder(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
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
            connection: tokio::sync::OnceCell::new(),
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

    /// The way to this machine, made once.
    async fn remote(&self) -> Remote {
        let target = Target {
            name: "local".to_owned(),
            kind: TargetKind::Local,
        };
        let connect = || async move { SystemConnector::new().connect(&target).await };
        let connection = self.connection.get_or_try_init(connect).await;
        Remote::new(Arc::clone(connection.expect("a shell")), Identity::Login)
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
                value: Value::from(minijinja::value::Serde(&json)),
                node: Some(node(&json)),
            };
            decoded.0.insert(name.to_owned(), argument);
        }
        let scope = Scope::builder(&Templar::new())
            .layer(Arc::new(self.vars.clone()))
            .build();
        let ctx = Ctx {
            host: "local",
            remote: self.remote().await,
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
            Err(Failure::Failed {
                msg,
                detail,
                mut result,
                ..
            }) => {
                let words = format!("{msg}{}", detail.unwrap_or_default());
                result.insert("msg".to_owned(), msg.into());
                (words, result)
            }
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
