//! Roles: their variables, handlers and tasks.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::item::Item;
use super::walk::{PlayScope, Step};
use super::{Lint, library, paths, rules};
use crate::diag::{Diagnostic, SourceFile, did_you_mean};
use crate::playbook::{Place, keyword};
use crate::yaml::Node;

/// How deep roles may depend on each other.
const MAX_DEPTH: usize = 32;

impl Lint<'_> {
    /// The roles of a play.
    pub(super) fn roles_of_play(&mut self, scope: &mut PlayScope, step: &Step<'_>) {
        let Some(roles) = step.item.get("roles").and_then(Node::seq) else {
            return;
        };
        for entry in roles {
            self.entry(scope, entry, Some(step), 0);
        }
    }

    /// An entry of `roles` or of `dependencies`.
    fn entry(&mut self, scope: &mut PlayScope, entry: &Node, up: Option<&Step<'_>>, depth: usize) {
        let name = entry
            .get("role")
            .or_else(|| entry.get("name"))
            .unwrap_or(entry);
        for (key, _) in entry.map().unwrap_or_default() {
            let written = key.raw().unwrap_or_default();
            if keyword(written).is_none() && !matches!(written, "role" | "name") {
                self.names.add_node(key);
            }
        }
        let item = Item::read(entry, Place::Block);
        match &item {
            None => self.role(scope, name, None, up, depth),
            Some(item) => {
                let step = Step { item, up };
                self.judge(scope, &step);
                let tasks = entry.get("tasks_from");
                self.role(scope, name, tasks, Some(&step), depth);
            }
        }
    }

    /// `include_role` or `import_role`.
    pub(super) fn role_of_task(&mut self, scope: &mut PlayScope, step: &Step<'_>, _: Place) {
        let Some(call) = &step.item.call else { return };
        match call.arg("name") {
            Some(name) => self.role(scope, name, call.arg("tasks_from"), Some(step), 0),
            None => scope.opaque = true,
        }
    }

    fn role(
        &mut self,
        scope: &mut PlayScope,
        name: &Node,
        tasks: Option<&Node>,
        up: Option<&Step<'_>>,
        depth: usize,
    ) {
        let Some(text) = name.raw() else { return };
        let tasks = tasks.map_or(Some("main"), Node::raw).unwrap_or("main");
        if paths::is_template(text) || paths::is_template(tasks) || depth > MAX_DEPTH {
            scope.opaque = true;
            return;
        }
        let from = scope
            .source
            .clone()
            .unwrap_or_else(|| Arc::clone(name.span.source()));
        match self.find_role(&from, name.span.source(), text) {
            Ok(dir) => self.role_folder(scope, &dir, tasks, up, depth),
            Err(error) => {
                scope.opaque = true;
                self.findings
                    .add(&rules::MISSING_FILE, error.at(&name.span));
            }
        }
    }

    fn find_role(
        &self,
        play: &SourceFile,
        from: &SourceFile,
        name: &str,
    ) -> Result<PathBuf, Diagnostic> {
        let mut folders: Vec<PathBuf> = Vec::new();
        if let Some(dir) = paths::folder(play) {
            folders.extend([dir.join("roles"), dir.to_owned()]);
        }
        folders.extend([self.project.dir().join("roles")]);
        folders.extend(self.project.roles_path().iter().cloned());
        // A role stands beside the one that depends on it.
        let role = from
            .path
            .as_deref()
            .and_then(|path| path.ancestors().nth(3));
        folders.extend(role.map(Path::to_owned));
        let found = folders
            .iter()
            .map(|folder| folder.join(name))
            .find(|dir| dir.is_dir());
        let found = found.or_else(|| {
            let elsewhere = crate::playbook::Files::role(self.project, play, None, name);
            elsewhere.ok().map(|role| role.dir)
        });
        found.ok_or_else(|| {
            let there: Vec<String> = folders
                .iter()
                .flat_map(|folder| paths::entries(folder))
                .filter(|path| path.join("tasks").is_dir())
                .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
                .collect();
            let error = Diagnostic::error(format!("there is no role `{name}`"));
            match did_you_mean(name, there.iter().map(String::as_str)) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help(format!(
                    "looked in {}",
                    folders
                        .iter()
                        .map(|f| library_name(f))
                        .collect::<Vec<_>>()
                        .join(", ")
                )),
            }
        })
    }

    /// A role: the variables of all its files, its handlers, and one file of tasks.
    pub(super) fn role_folder(
        &mut self,
        scope: &mut PlayScope,
        dir: &Path,
        tasks: &str,
        up: Option<&Step<'_>>,
        depth: usize,
    ) {
        let first = self.roles.insert(dir.to_owned());
        if first {
            for part in ["defaults", "vars"] {
                for path in paths::files_below(&dir.join(part)) {
                    self.vars_path(&path);
                }
            }
        }
        self.meta(scope, dir, up, depth, first);
        for (part, file, place) in [
            ("handlers", "main", Place::Handler),
            ("tasks", tasks, Place::Task),
        ] {
            let Some(path) = main_file(&dir.join(part), file) else {
                continue;
            };
            match library::read(&path) {
                Ok(source) => {
                    let unit = self.library.unit(&source);
                    self.tasks(scope, &unit, place, up);
                }
                Err(error) => self.findings.add(&rules::LOAD_ERROR, error),
            }
        }
    }

    fn meta(
        &mut self,
        scope: &mut PlayScope,
        dir: &Path,
        up: Option<&Step<'_>>,
        depth: usize,
        first: bool,
    ) {
        for name in ["main", "argument_specs"] {
            let Some(path) = main_file(&dir.join("meta"), name) else {
                continue;
            };
            let Ok(source) = library::read(&path) else {
                continue;
            };
            let unit = self.library.unit(&source);
            if first {
                self.findings.loaded(unit.mistakes.clone());
            }
            let Some(node) = &unit.node else { continue };
            let specs = node
                .get("argument_specs")
                .and_then(Node::map)
                .unwrap_or_default();
            for (_, entry) in specs {
                if let Some(options) = entry.get("options") {
                    self.names.add_keys(options);
                }
            }
            let dependencies = node
                .get("dependencies")
                .and_then(Node::seq)
                .unwrap_or_default();
            if scope.dependencies.insert(unit.source.name.clone()) {
                for entry in dependencies {
                    self.entry(scope, entry, up, depth + 1);
                }
            }
        }
    }
}

/// `main.yml` and its other spellings.
fn main_file(dir: &Path, name: &str) -> Option<PathBuf> {
    ["", ".yml", ".yaml", ".json"]
        .iter()
        .map(|ending| dir.join(format!("{name}{ending}")))
        .find(|path| path.is_file())
}

fn library_name(path: &Path) -> String {
    super::finding::shown(path)
}
