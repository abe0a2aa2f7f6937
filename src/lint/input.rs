//! What is judged: named files, or everything a project holds.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::library::{self, Library};
use super::walk::PlayScope;
use super::{Lint, paths, rules};
use crate::diag::SourceFile;
use crate::inventory::Inventory;
use crate::playbook::{self, Place};
use crate::yaml::Node;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Playbook,
    Tasks,
    Handlers,
    Variables,
    Inventory,
    Template,
}

impl Lint<'_> {
    /// Judges what is named, or the whole project.
    pub(super) fn inputs(&mut self, names: &[String]) {
        if names.is_empty() {
            let dir = here_first(self.project.dir());
            self.vars_beside(&dir);
            return self.folder(&dir);
        }
        for name in names {
            let path = Path::new(name);
            if path.is_dir() {
                self.named_folder(path);
            } else if path.is_file() {
                self.named_file(path);
            } else {
                match self.project.playbook_source(name) {
                    Ok(source) => self.whole_playbook(&source),
                    Err(error) => self.findings.add(&rules::LOAD_ERROR, error),
                }
            }
        }
        self.tasks_left();
    }

    /// The variables of inventories, and what is wrong with them.
    pub(super) fn inventories(&mut self, sources: &[String]) {
        if sources.is_empty() {
            return;
        }
        for source in sources {
            let path = Path::new(source);
            let dir = if path.is_dir() {
                Some(path)
            } else {
                path.parent()
            };
            if let Some(dir) = dir.filter(|_| path.exists()) {
                self.vars_beside(dir);
            }
        }
        match Inventory::load(sources) {
            Err(found) => self.findings.loaded(found),
            Ok((inventory, warnings)) => {
                self.findings.loaded(warnings);
                self.population.add(&inventory);
                let hosts = inventory.hosts().map(|host| Arc::clone(&host.vars));
                let groups = inventory.groups().map(|group| Arc::clone(&group.vars));
                for vars in hosts.chain(groups) {
                    vars.keys().for_each(|name| self.names.add(name));
                }
            }
        }
    }

    fn named_folder(&mut self, dir: &Path) {
        if is_role(dir) {
            let mut scope = PlayScope {
                judged: true,
                ..PlayScope::default()
            };
            self.role_folder(&mut scope, dir, "main", None, 0);
            self.rest_of_role(&mut scope, dir);
            self.judge_handlers(&scope);
        } else {
            self.vars_beside(dir);
            self.folder(dir);
        }
    }

    /// The files of tasks of a role that its `main` does not include by a literal name.
    fn rest_of_role(&mut self, scope: &mut PlayScope, dir: &Path) {
        for path in paths::files_below(&dir.join("tasks"))
            .into_iter()
            .filter(|p| is_yaml(p))
        {
            if let Ok(source) = library::read(&path) {
                let unit = self.library.unit(&source);
                self.tasks(scope, &unit, Place::Task, None);
            }
        }
    }

    /// The playbooks, files of tasks, roles and inventories of a folder.
    fn folder(&mut self, dir: &Path) {
        let top = paths::entries(dir);
        let sources: Vec<String> = inventories_in(&dir.join("inventories"));
        self.inventories(&sources);
        let in_playbooks = paths::files_below(&dir.join("playbooks"));
        let files = top
            .into_iter()
            .filter(|path| path.is_file())
            .chain(in_playbooks);
        let mut others = Vec::new();
        for path in files.filter(|path| is_yaml(path) && !is_settings(path)) {
            match sort_of(&mut self.library, &path) {
                Some(Sort::Playbook) => self.named_file(&path),
                Some(Sort::Tasks | Sort::Handlers) => others.push(path),
                _ => {}
            }
        }
        for role in paths::entries(&dir.join("roles"))
            .into_iter()
            .filter(|path| is_role(path))
        {
            self.named_folder(&role);
        }
        others.extend(
            paths::files_below(&dir.join("hooks"))
                .into_iter()
                .filter(|p| is_yaml(p)),
        );
        self.others.extend(others);
        self.tasks_left();
    }

    /// Files of tasks that no playbook has led to.
    fn tasks_left(&mut self) {
        for path in std::mem::take(&mut self.others) {
            let Ok(source) = library::read(&path) else {
                continue;
            };
            let known = [false, true]
                .iter()
                .any(|handlers| self.loaded.contains(&(source.name.clone(), *handlers)));
            if !known {
                self.named_file(&path);
            }
        }
    }

    fn named_file(&mut self, path: &Path) {
        let source = match library::read(path) {
            Ok(source) => source,
            Err(error) => return self.findings.add(&rules::LOAD_ERROR, error),
        };
        match sort_of(&mut self.library, path) {
            Some(Sort::Inventory) => self.inventories(std::slice::from_ref(&source.name)),
            Some(Sort::Variables) => self.vars_path(path),
            Some(Sort::Template) => {
                self.template(&PlayScope::default(), None, &source);
            }
            Some(Sort::Playbook) | None => self.whole_playbook(&source),
            Some(sort) => {
                let place = if sort == Sort::Handlers {
                    Place::Handler
                } else {
                    Place::Task
                };
                let unit = self.library.unit(&source);
                // Who includes it knows what variables and handlers there are.
                self.tasks(&mut PlayScope::default(), &unit, place, None);
            }
        }
    }

    /// A playbook as it would be loaded, then by the rules.
    fn whole_playbook(&mut self, source: &Arc<SourceFile>) {
        let unit = self.library.unit(source);
        self.findings.loaded(match &unit.node {
            None => unit.mistakes.clone(),
            Some(node) => playbook::check(&unit.source, node, self.project, self.templar),
        });
        self.playbook(&unit);
    }
}

/// A path as it is written from where one is.
fn here_first(dir: &Path) -> PathBuf {
    let here = std::env::current_dir().ok();
    match here.as_deref().and_then(|here| dir.strip_prefix(here).ok()) {
        Some(below) if below.as_os_str().is_empty() => PathBuf::from("."),
        Some(below) => below.to_owned(),
        None => dir.to_owned(),
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "yml" || e == "yaml")
}

/// YAML files of a project's top that are other programs' settings.
fn is_settings(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    ["requirements.", "galaxy.", "docker-compose.", "mkdocs."]
        .iter()
        .any(|begin| name.starts_with(begin))
}

fn is_role(dir: &Path) -> bool {
    let has = |part: &str| dir.join(part).is_dir();
    (has("tasks") || has("meta") || has("handlers")) && !has("playbooks") && !has("inventories")
}

/// The inventories of a folder; programs are left out, because they would have to be run.
fn inventories_in(dir: &Path) -> Vec<String> {
    let program = |path: &Path| {
        path.is_file()
            && path
                .metadata()
                .is_ok_and(|m| m.permissions().mode() & 0o111 != 0)
    };
    let reserved = |path: &Path| path.ends_with("group_vars") || path.ends_with("host_vars");
    let paths = paths::entries(dir).into_iter();
    let paths = paths.filter(|path| !program(path) && !reserved(path));
    let named = |path: PathBuf| {
        path.strip_prefix(".")
            .unwrap_or(&path)
            .display()
            .to_string()
    };
    paths.map(named).collect()
}

/// What a file is, by where it stands and what it holds; none when that cannot be told.
fn sort_of(library: &mut Library, path: &Path) -> Option<Sort> {
    let folder = |name: &str| {
        path.parent()
            .is_some_and(|dir| dir.iter().any(|part| part == name))
    };
    let ending = path
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default();
    if ending == "j2" || folder("templates") {
        return Some(Sort::Template);
    }
    if ["group_vars", "host_vars", "vars", "defaults"]
        .iter()
        .any(|name| folder(name))
    {
        return Some(Sort::Variables);
    }
    if !is_yaml(path) {
        return Some(Sort::Inventory);
    }
    let unit = library.unit(&library::read(path).ok()?);
    let node = unit.node.as_ref()?;
    if let Some(entries) = node.seq() {
        let play = |entry: &Node| {
            [
                "hosts",
                "import_playbook",
                "ansible.builtin.import_playbook",
            ]
            .iter()
            .any(|key| entry.get(key).is_some())
        };
        return Some(match entries.iter().any(play) {
            true => Sort::Playbook,
            false if folder("handlers") => Sort::Handlers,
            false => Sort::Tasks,
        });
    }
    let entries = node.map()?;
    let group = |value: &Node| {
        ["hosts", "children", "vars"]
            .iter()
            .any(|key| value.get(key).is_some())
    };
    let inventory =
        folder("inventories") || (!entries.is_empty() && entries.iter().all(|(_, v)| group(v)));
    Some(if inventory {
        Sort::Inventory
    } else {
        Sort::Variables
    })
}
