//! Files that tasks name literally: whether they exist, and the templates among them.

use std::sync::Arc;

use super::item::Call;
use super::judge::{Used, Where};
use super::names::is_function;
use super::walk::{PlayScope, Step};
use super::{Lint, library, paths, rules};
use crate::diag::{Diagnostic, SourceFile, Span};
use crate::modules::{FileKind, ProjectFile, template_options};
use crate::playbook::first_word;
use crate::template::FileOptions;
use crate::yaml::{Node, Scalar};

/// The arguments of modules that name a file on this side.
const SOURCES: [(&str, &str, FileKind); 5] = [
    ("template", "src", FileKind::Templates),
    ("copy", "src", FileKind::Files),
    ("unarchive", "src", FileKind::Files),
    ("assemble", "src", FileKind::Files),
    ("script", "cmd", FileKind::Files),
];

/// The file a call names, with what it is.
fn named(call: &Call) -> Option<(&Node, String, FileKind)> {
    let spec = call.spec?;
    let (_, arg, kind) = SOURCES.iter().find(|(module, ..)| *module == spec.name)?;
    let remote = call.arg("remote_src").and_then(Node::scalar);
    if !matches!(remote, None | Some(Scalar::Bool(false))) && spec.name != "assemble" {
        return None;
    }
    if spec.name == "assemble" && !matches!(remote, Some(Scalar::Bool(false))) {
        return None;
    }
    let node = call.arg(arg)?;
    let text = node.raw()?;
    let name = if spec.name == "script" {
        &text[first_word(text)]
    } else {
        text
    };
    let elsewhere = paths::is_template(name) || name.contains("://") || name.is_empty();
    (!elsewhere).then(|| (node, name.trim_matches(['"', '\'']).to_owned(), *kind))
}

impl Lint<'_> {
    /// Looks for the file a task names.
    pub(super) fn files_of(&mut self, scope: &PlayScope, step: &Step<'_>) {
        let Some(call) = &step.item.call else { return };
        let Some((node, name, kind)) = named(call) else {
            return;
        };
        let play = scope.source.as_ref().unwrap_or(node.span.source());
        let found = self
            .project
            .file(&node.span, &role_of(node), play, kind, &name);
        match found {
            Err(error) => self
                .findings
                .add(&rules::MISSING_FILE, error.at(&node.span)),
            Ok(file) if kind == FileKind::Templates => self.template_file(scope, step, call, file),
            Ok(_) => {}
        }
    }

    fn template_file(
        &mut self,
        scope: &PlayScope,
        step: &Step<'_>,
        call: &Call,
        file: ProjectFile,
    ) {
        let source = match file {
            ProjectFile::Disk(path) => match library::read(&path) {
                Ok(source) => source,
                Err(_) => return,
            },
            ProjectFile::Embedded(name, bytes) => {
                SourceFile::inline(name, String::from_utf8_lossy(bytes))
            }
        };
        // Other delimiters may be given to the task.
        let own = call
            .args
            .iter()
            .any(|(key, _)| key.raw().is_some_and(|k| k.ends_with("_string")));
        if !own {
            self.template(scope, Some(step), &source);
        }
    }

    /// A template file.
    pub(super) fn template(
        &mut self,
        scope: &PlayScope,
        step: Option<&Step<'_>>,
        source: &Arc<SourceFile>,
    ) {
        self.library.keep(source);
        let mut options = FileOptions::default();
        let text = match template_options(&source.text, &mut options) {
            Ok(text) => text,
            Err(why) => {
                let place = Span::new(source, 0..source.text.find('\n').unwrap_or(0));
                return self
                    .findings
                    .add(&rules::TEMPLATE_SYNTAX, Diagnostic::error(why).at(&place));
            }
        };
        let read = match text {
            None => Arc::clone(source),
            Some(text) => Arc::new(SourceFile {
                name: source.name.clone(),
                path: source.path.clone(),
                text,
                secret: source.secret,
            }),
        };
        let uses = match self.templar.check_file(&read, &options) {
            Ok(uses) => uses,
            Err(error) => return self.findings.add(&rules::TEMPLATE_SYNTAX, error.into()),
        };
        for used in &uses.names {
            let name = used.name.as_str();
            let known =
                is_function(name) || used.called || uses.guards().any(|guard| guard == name);
            let guarded =
                step.is_some_and(|step| step.trail().any(|i| i.guards.iter().any(|g| g == name)));
            if !known && !guarded && scope.judged {
                let place = Where::Span(Span::new(&read, used.range.clone()));
                self.uses.push(Used {
                    name: name.to_owned(),
                    place,
                });
            }
        }
    }
}

/// The role whose tasks a node stands in, if any.
fn role_of(node: &Node) -> Vec<std::path::PathBuf> {
    let folder = node
        .span
        .source()
        .path
        .as_deref()
        .and_then(|path| path.parent());
    let folder = folder.filter(|dir| dir.ends_with("tasks") || dir.ends_with("handlers"));
    let role = folder.and_then(|dir| dir.parent());
    role.map(std::path::Path::to_path_buf).into_iter().collect()
}
