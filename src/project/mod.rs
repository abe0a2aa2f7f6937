//! Where playbooks, task files, variables, templates and hooks come from: the disk first, the
//! binary's own after it.

mod embedded;
mod lookup;
mod roles;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics, SourceFile, Span, did_you_mean};
use crate::modules::{FileKind, ProjectFile};
use crate::playbook::{self, Files, Part, Playbook, Role, RoleFolder, RoleFrom, Section, Step};
use crate::template::Templar;
use crate::vars::{Var, VarMap};
use crate::yaml::{self, Node};

pub use embedded::playbooks as embedded_playbooks;

/// A folder with `playbooks/`, `inventories/` and `hooks/`, and what the binary brings.
#[derive(Debug)]
pub struct Project {
    dir: PathBuf,
    templar: Arc<Templar>,
    /// Where roles are looked for besides the playbook's folder.
    roles_path: Vec<PathBuf>,
}

impl Project {
    /// The project in a folder; roles are looked for where Ansible does by default.
    #[must_use]
    pub fn new(dir: PathBuf, templar: &Arc<Templar>) -> Arc<Self> {
        Self::with_roles(dir, templar, roles::default_path())
    }

    /// The project in a folder, with folders of roles from elsewhere (the setting `roles_path`).
    #[must_use]
    pub fn with_roles(dir: PathBuf, templar: &Arc<Templar>, roles_path: Vec<PathBuf>) -> Arc<Self> {
        Arc::new(Self {
            dir,
            templar: Arc::clone(templar),
            roles_path,
        })
    }

    /// Folders of roles, looked at after those beside the playbook.
    #[must_use]
    pub fn roles_path(&self) -> &[PathBuf] {
        &self.roles_path
    }

    /// The folder of the project one stands in: the nearest one upwards that holds `runbook.toml`,
    /// `inventories/` or `playbooks/`; the present folder when there is none.
    #[must_use]
    pub fn discover(start: &Path) -> PathBuf {
        let marks = ["runbook.toml", "inventories", "playbooks"];
        start
            .ancestors()
            .find(|dir| marks.iter().any(|mark| dir.join(mark).exists()))
            .unwrap_or(start)
            .to_owned()
    }

    /// The project's folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Reads and decodes a playbook: a path, a name in the project's `playbooks/`, or one of the
    /// binary's own. Warnings come with it.
    pub fn playbook(&self, name: &str) -> Result<(Playbook, Diagnostics), Diagnostics> {
        let source = self.playbook_source(name)?;
        playbook::load(&source, self, &self.templar)
    }

    fn playbook_source(&self, name: &str) -> Result<Arc<SourceFile>, Diagnostic> {
        for path in [PathBuf::from(name), self.dir.join("playbooks").join(name)] {
            if path.is_file() {
                return read(&path);
            }
        }
        if let Some(source) = embedded::source(name) {
            return Ok(source);
        }
        let error = Diagnostic::error(format!("there is no playbook `{name}`"));
        let near = did_you_mean(name, embedded_playbooks());
        Err(match near {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!(
                "looked for the path itself, in {}, and among the built-in ones: {}",
                self.dir.join("playbooks").display(),
                embedded_playbooks().collect::<Vec<_>>().join(", ")
            )),
        })
    }

    /// Reads the first of these files of variables that exists.
    pub fn vars_file(&self, from: &SourceFile, names: &[String]) -> Result<VarMap, Diagnostic> {
        for name in names {
            let found = lookup::candidates(from, &[""], name)
                .into_iter()
                .find(|p| p.is_file());
            let source = match found {
                Some(path) => Some(read(&path)?),
                None => embedded::relative(from, name),
            };
            if let Some(source) = source {
                return variables(&source);
            }
        }
        let error = Diagnostic::error(format!("no such file of variables: {}", names.join(", ")));
        Err(error.help("it is looked for beside the playbook, and in `vars/` there"))
    }

    /// Reads and decodes a file of tasks, named in a task at `from` of a play, within roles.
    pub fn tasks_file(
        &self,
        from: &Span,
        roles: &[PathBuf],
        play: &Arc<SourceFile>,
        name: &str,
        section: Section,
    ) -> Result<Vec<Step>, Diagnostics> {
        let own = self.read(from.source(), name);
        let own = own.or_else(|why| match lookup::tasks_of_roles(roles, section, name) {
            Some(path) => read(&path).map_err(|error| error.message),
            None => Err(why),
        });
        let source = own.or_else(|why| self.read(play, name).map_err(|_| why));
        let source = source.map_err(|why| Diagnostic::error(why).at(from))?;
        playbook::load_tasks(&source, play, self, &self.templar, section)
    }

    /// Finds and reads the role that a task of a play calls `name`.
    pub fn included_role(
        &self,
        name: &Node,
        from: &RoleFrom,
        play: &Arc<SourceFile>,
    ) -> Result<Arc<Role>, Diagnostics> {
        playbook::load_role(name, from, play, self, &self.templar)
    }

    /// Finds a file or a template for a module: in the roles around, innermost first, beside the
    /// file of tasks, beside the playbook.
    pub fn file(
        &self,
        from: &Span,
        roles: &[PathBuf],
        play: &SourceFile,
        kind: FileKind,
        name: &str,
    ) -> Result<ProjectFile, Diagnostic> {
        let folder = match kind {
            FileKind::Files => "files",
            FileKind::Templates => "templates",
            FileKind::Vars => "vars",
        };
        let mut looked = Vec::new();
        for path in lookup::in_roles(roles, folder, name) {
            if path.exists() {
                return Ok(ProjectFile::Disk(path));
            }
            looked.push(path);
        }
        for source in [from.source().as_ref(), play] {
            for path in lookup::candidates(source, &[folder, ""], name) {
                if path.exists() {
                    return Ok(ProjectFile::Disk(path));
                }
                if !looked.contains(&path) {
                    looked.push(path);
                }
            }
            for name in [format!("{folder}/{name}"), name.to_owned()] {
                if let Some((name, text)) = embedded::relative_text(source, &name) {
                    return Ok(ProjectFile::Embedded(name, text.as_bytes()));
                }
            }
        }
        let error = Diagnostic::error(format!("there is no file `{name}`"));
        let looked: Vec<String> = looked.iter().map(|p| p.display().to_string()).collect();
        Err(if looked.is_empty() {
            error
        } else {
            error.help(format!("looked for {}", looked.join(", ")))
        })
    }
}

impl Project {
    /// The folder of variables that a task at `from` means.
    #[must_use]
    pub fn vars_folder(&self, from: &Span, name: &str) -> PathBuf {
        let beside = lookup::candidates(from.source(), &[""], name)
            .into_iter()
            .next();
        beside.unwrap_or_else(|| self.dir.join(name))
    }
}

impl Files for Project {
    fn read(&self, from: &SourceFile, relative: &str) -> Result<Arc<SourceFile>, String> {
        let mut candidates = lookup::candidates(from, &["", "tasks"], relative);
        candidates.extend(lookup::role_tasks(from, relative));
        candidates.push(self.dir.join("playbooks").join(relative));
        if let Some(path) = candidates.iter().find(|path| path.is_file()) {
            return read(path).map_err(|error| error.message);
        }
        if let Some(source) =
            embedded::relative(from, relative).or_else(|| embedded::source(relative))
        {
            return Ok(source);
        }
        let looked: Vec<String> = candidates.iter().map(|p| p.display().to_string()).collect();
        Err(format!(
            "there is no file `{relative}`; looked for {}",
            looked.join(", ")
        ))
    }

    fn role(
        &self,
        playbook: &SourceFile,
        beside: Option<&RoleFolder>,
        name: &str,
    ) -> Result<RoleFolder, Diagnostic> {
        let folder = playbook.path.as_deref().and_then(Path::parent);
        let search = roles::Search {
            playbook: folder.unwrap_or(&self.dir),
            configured: &self.roles_path,
            beside: beside.and_then(|role| role.dir.parent()),
            project: &self.dir,
        };
        search.find(name)
    }

    fn part(
        &self,
        role: &RoleFolder,
        part: Part,
        file: Option<&str>,
    ) -> Result<Vec<Arc<SourceFile>>, Diagnostic> {
        roles::part(role, part, file)
    }
}

fn read(path: &Path) -> Result<Arc<SourceFile>, Diagnostic> {
    SourceFile::read(path)
        .map_err(|why| Diagnostic::error(format!("failed to read {}: {why}", path.display())))
}

/// A file of variables: a mapping of names.
fn variables(source: &Arc<SourceFile>) -> Result<VarMap, Diagnostic> {
    let first = |all: Diagnostics| {
        all.into_iter()
            .next()
            .unwrap_or_else(|| Diagnostic::error("failed to read variables"))
    };
    let node = yaml::read_one(source).map_err(first)?;
    if node.is_null() {
        return Ok(VarMap::new());
    }
    let Some(entries) = node.map() else {
        let message = format!(
            "a file of variables must be a mapping, not {}",
            node.describe()
        );
        return Err(Diagnostic::error(message).at(&node.span));
    };
    let named = entries.iter().map(|(key, value)| {
        (
            Arc::from(key.raw().unwrap_or_default()),
            Var::Lazy(value.clone()),
        )
    });
    Ok(named.collect())
}
