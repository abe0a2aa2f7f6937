//! From the words of `-i` to an inventory.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::model::{Inventory, Source};
use super::reading::{IGNORED, Reading};
use super::var_files::VarFiles;
use super::{address, dynamic, ini, toml_file, yaml};
use crate::diag::{Diagnostic, Diagnostics, SourceFile, Span};

/// Folders in an inventory folder that hold no inventories.
const NO_INVENTORIES: [&str; 3] = ["group_vars", "host_vars", "vars_plugins"];

/// How deep inventory folders may be nested.
const MAX_DEPTH: usize = 16;

impl Inventory {
    /// Reads sources one after the other, later ones adding to earlier ones: a file, a folder of
    /// files, or names with a comma (`db1,db2` or `db1,`). Beside the inventory come warnings; a
    /// source that does not exist or holds mistakes is refused with all of them.
    pub fn load(sources: &[String]) -> Result<(Self, Diagnostics), Diagnostics> {
        Self::load_as(sources, &Reading::default())
    }

    /// The same, as settings say.
    pub fn load_as(
        sources: &[String],
        reading: &Reading,
    ) -> Result<(Self, Diagnostics), Diagnostics> {
        let mut loader = Loader {
            reading,
            inventory: Self::new(),
            diagnostics: Diagnostics::new(),
        };
        for source in sources {
            loader.source(source);
        }
        let Loader {
            mut inventory,
            mut diagnostics,
            ..
        } = loader;
        inventory.reading = None;
        inventory.settle_names(reading.group_names, &mut diagnostics);
        inventory.reconcile();
        warn_of_twins(&inventory, &mut diagnostics);
        if inventory.hosts.is_empty() && !diagnostics.has_errors() {
            let message = "the inventory has no hosts, only the implicit `localhost`";
            if reading.empty_is_error {
                diagnostics.push(Diagnostic::error(message));
            } else if reading.warn_of_empty {
                diagnostics.push(Diagnostic::warning(message));
            }
        }
        let warnings = diagnostics.clone();
        diagnostics.result((inventory, warnings))
    }
}

impl Inventory {
    /// Reads a text in INI format that stands for itself: no files of variables belong to it.
    pub fn from_ini(source: &Arc<SourceFile>) -> Result<(Self, Diagnostics), Diagnostics> {
        let mut inventory = Self::new();
        let mut diagnostics = Diagnostics::new();
        ini::read(source, &mut inventory, &mut diagnostics);
        inventory.reconcile();
        let warnings = diagnostics.clone();
        diagnostics.result((inventory, warnings))
    }
}

/// A name that is both a host and a group makes every pattern with it ambiguous.
fn warn_of_twins(inventory: &Inventory, diagnostics: &mut Diagnostics) {
    for name in inventory
        .groups
        .keys()
        .filter(|n| inventory.hosts.contains_key(*n))
    {
        let warning = Diagnostic::warning(format!("`{name}` is both a host and a group"));
        diagnostics.push(warning.help("in patterns it means the host; rename one of them"));
    }
}

struct Loader<'a> {
    reading: &'a Reading,
    inventory: Inventory,
    diagnostics: Diagnostics,
}

impl Loader<'_> {
    fn source(&mut self, source: &str) {
        let path = Path::new(source);
        if path.is_dir() {
            self.folder(path, 0);
            self.beside(path);
        } else if path.exists() {
            self.file(path);
            self.beside(path.parent().unwrap_or(Path::new("")));
        } else if source.contains(',') {
            self.list(source);
        } else {
            let error = Diagnostic::error(format!("inventory `{source}` does not exist")).help(
                format!("to name hosts directly, end with a comma: `-i {source},`"),
            );
            self.diagnostics.push(error);
        }
    }

    fn beside(&mut self, dir: &Path) {
        let files = VarFiles::read(dir, &mut self.diagnostics);
        self.inventory.var_files.push(files);
    }

    /// `db1,db[2:3],` as the hosts themselves.
    fn list(&mut self, list: &str) {
        self.inventory.reading = Some(Source {
            file: list.into(),
            dir: None,
        });
        let source = SourceFile::inline("<inventory>", list);
        let mut start = 0;
        for item in list.split(',') {
            let at = start + item.len() - item.trim_start().len();
            let span = Span::new(&source, at..at + item.trim().len());
            start += item.len() + 1;
            if item.trim().is_empty() {
                continue;
            }
            match address::parse(item.trim()) {
                Ok(hosts) => self.take_hosts(&hosts, &span),
                Err(bad) => {
                    let error = Diagnostic::error(bad.message).help(bad.help).at(&span);
                    self.diagnostics.push(error);
                }
            }
        }
    }

    fn take_hosts(&mut self, hosts: &address::Hosts, span: &Span) {
        for name in &hosts.names {
            self.inventory.join(name, "ungrouped");
            let Some(port) = hosts.port else { continue };
            let node = crate::yaml::Node::text(span, &port.to_string(), crate::yaml::Style::Plain);
            let host = self.inventory.host_entry(name);
            let port = crate::vars::Var::Lazy(node);
            Arc::make_mut(&mut host.vars).insert("ansible_port".into(), port);
        }
    }

    fn folder(&mut self, dir: &Path, depth: usize) {
        if depth > MAX_DEPTH {
            let message = format!("`{}` is nested too deeply", dir.display());
            let help = "is there a circle of symbolic links?";
            self.diagnostics.push(Diagnostic::error(message).help(help));
            return;
        }
        for path in all_entries(dir, &mut self.diagnostics) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if self.reading.ignores(&name) {
                continue;
            }
            if !path.is_dir() {
                self.file(&path);
            } else if !NO_INVENTORIES.contains(&name.as_ref()) {
                self.folder(&path, depth + 1);
            }
        }
    }

    fn file(&mut self, path: &Path) {
        self.inventory.reading = Some(source_at(path));
        let source = match SourceFile::read(path) {
            Ok(source) => source,
            Err(error) => return self.diagnostics.push(unreadable(path, &error)),
        };
        let source = match crate::vault::plain_source(&source) {
            Ok(source) => source,
            Err(error) => return self.diagnostics.push(error),
        };
        match format_of(path, &source.text) {
            Format::Script => dynamic::read(path, &mut self.inventory, &mut self.diagnostics),
            Format::Ini => ini::read(&source, &mut self.inventory, &mut self.diagnostics),
            Format::Yaml => match crate::yaml::read_one(&source) {
                Ok(root) => yaml::read(&root, &mut self.inventory, &mut self.diagnostics),
                Err(errors) => self.diagnostics.extend(errors),
            },
            Format::Toml => {
                toml_file::read(&source, &mut self.inventory, &mut self.diagnostics);
            }
        }
    }
}

fn source_at(path: &Path) -> Source {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let dir = path.parent().map(|dir| dir.display().to_string().into());
    Source {
        file: path.display().to_string().into(),
        dir,
    }
}

/// How an inventory file is to be read.
#[derive(Debug, PartialEq, Eq)]
enum Format {
    Script,
    Ini,
    Yaml,
    Toml,
}

fn format_of(path: &Path, text: &str) -> Format {
    let executable = path
        .metadata()
        .is_ok_and(|m| m.permissions().mode() & 0o111 != 0);
    if executable && text.starts_with("#!") {
        return Format::Script;
    }
    match path.extension().and_then(|e| e.to_str()) {
        Some("yml" | "yaml" | "json") => Format::Yaml,
        Some("toml") => Format::Toml,
        _ if looks_like_yaml(text) => Format::Yaml,
        _ => Format::Ini,
    }
}

/// Whether the first line that says anything is one of YAML: `---`, `{`, or a key alone.
fn looks_like_yaml(text: &str) -> bool {
    let lines = text.lines().map(str::trim_end);
    let mut saying = lines.filter(|l| !l.is_empty() && !l.starts_with(['#', ';']));
    let Some(line) = saying.next() else {
        return false;
    };
    let line = line.split(" #").next().unwrap_or(line).trim_end();
    let key = line.strip_suffix(':');
    line == "---" || line.starts_with('{') || key.is_some_and(|k| !k.contains(['[', ' ', '=']))
}

/// What a folder holds, sorted by name, without hidden and ignored files.
pub(super) fn entries(dir: &Path, diagnostics: &mut Diagnostics) -> Vec<PathBuf> {
    let mut paths = all_entries(dir, diagnostics);
    paths.retain(|path| !ignored(path));
    paths
}

/// What a folder holds, sorted by name.
fn all_entries(dir: &Path, diagnostics: &mut Diagnostics) -> Vec<PathBuf> {
    let read = || -> io::Result<Vec<PathBuf>> {
        std::fs::read_dir(dir)?
            .map(|entry| Ok(entry?.path()))
            .collect()
    };
    match read() {
        Ok(mut paths) => {
            paths.sort();
            paths
        }
        Err(error) => {
            diagnostics.push(unreadable(dir, &error));
            Vec::new()
        }
    }
}

/// Whether a name says that it is no inventory: hidden, a backup, a document.
pub(super) fn ignored(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.') || IGNORED.iter().any(|ending| name.ends_with(ending))
}

/// A file or folder that cannot be read.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    let help = match error.kind() {
        io::ErrorKind::PermissionDenied => "give yourself the right to read it",
        io::ErrorKind::InvalidData => "inventories and variables are text in UTF-8",
        _ => "check the path",
    };
    Diagnostic::error(format!("failed to read `{}`: {error}", path.display())).help(help)
}
