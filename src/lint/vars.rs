//! Files of variables: what they define, and the templates in them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::item::{self, Item, Way};
use super::walk::{PlayScope, Step};
use super::{Lint, library, paths, rules};
use crate::diag::{Diagnostic, SourceFile, Span, did_you_mean};
use crate::template::Uses;
use crate::yaml::Node;

impl Lint<'_> {
    /// `group_vars/` and `host_vars/` beside a playbook or an inventory.
    pub(super) fn beside(&mut self, source: &SourceFile) {
        if let Some(dir) = paths::folder(source) {
            self.vars_beside(dir);
        }
    }

    pub(super) fn vars_beside(&mut self, dir: &Path) {
        self.population.beside(dir);
        for folder in ["group_vars", "host_vars"] {
            for path in paths::files_below(&dir.join(folder)) {
                self.vars_path(&path);
            }
        }
    }

    /// A file of variables.
    pub(super) fn vars_path(&mut self, path: &Path) {
        let path = path.strip_prefix(".").unwrap_or(path);
        if !self.vars_read.insert(path.to_owned()) {
            return;
        }
        let ignored = ["md", "txt", "rst", "cfg", "retry", "bak", "orig"];
        if path
            .extension()
            .is_some_and(|e| ignored.contains(&e.to_string_lossy().as_ref()))
        {
            return;
        }
        let source = match library::read(path) {
            Ok(source) => source,
            Err(error) => return self.findings.add(&rules::LOAD_ERROR, error),
        };
        let unit = self.library.unit(&source);
        self.findings.loaded(unit.mistakes.clone());
        let Some(node) = unit.node.as_ref().filter(|node| !node.is_null()) else {
            return;
        };
        if node.map().is_none() {
            let message = format!(
                "a file of variables must be a mapping, not {}",
                node.describe()
            );
            let error = Diagnostic::error(message).at(&node.span);
            return self.findings.add(&rules::LOAD_ERROR, error);
        }
        self.names.add_keys(node);
        self.vars_node(node);
    }

    /// The templates of values that no playbook's loader checks.
    pub(super) fn vars_node(&mut self, node: &Node) {
        let scope = PlayScope {
            judged: true,
            ..PlayScope::default()
        };
        item::texts(node, &mut |node, way| {
            if let Err(error) = self.templar.check(node) {
                self.findings.add(&rules::TEMPLATE_SYNTAX, error.into());
                return;
            }
            self.used(&scope, None, node, way);
        });
    }

    /// `vars_files` of a play.
    pub(super) fn vars_files(&mut self, play: &Item<'_>) {
        let Some(list) = play.get("vars_files") else {
            return;
        };
        for entry in list.seq().unwrap_or(std::slice::from_ref(list)) {
            let names = entry.seq().unwrap_or(std::slice::from_ref(entry));
            let found: Vec<bool> = names
                .iter()
                .map(|name| self.vars_named(name, &["", "vars"]))
                .collect();
            let literal = |name: &Node| name.raw().is_some_and(|raw| !paths::is_template(raw));
            if !found.contains(&true) && names.iter().all(literal) {
                let named: Vec<&str> = names.iter().filter_map(Node::raw).collect();
                let message = format!("no such file of variables: {}", named.join(", "));
                let error = Diagnostic::error(message).at(&entry.span);
                let error =
                    error.help("it is looked for beside the playbook, and in `vars/` there");
                self.findings.add(&rules::MISSING_FILE, error);
            }
        }
    }

    /// Reads every file a name may mean; whether there is any.
    fn vars_named(&mut self, node: &Node, folders: &[&str]) -> bool {
        let Some(name) = node.raw() else { return true };
        let source = node.span.source();
        let Some(dir) = paths::folder(source) else {
            if let Ok(source) = crate::playbook::Files::read(self.project, source, name) {
                let unit = self.library.unit(&source);
                unit.node.iter().for_each(|node| self.names.add_keys(node));
            }
            return true;
        };
        let folders: Vec<PathBuf> = folders.iter().map(|folder| dir.join(folder)).collect();
        let found = paths::candidates(&folders, name);
        if found.is_empty() && paths::is_template(name) {
            self.names.hidden.insert(format!(
                "{} names a file that is only known at run time",
                node.span
            ));
        }
        for path in &found {
            if paths::is_template(name) && !is_mapping(path) {
                continue;
            }
            if path.is_dir() {
                for path in paths::files_below(path) {
                    self.vars_path(&path);
                }
            } else {
                self.vars_path(path);
            }
        }
        !found.is_empty()
    }

    /// `include_vars`.
    pub(super) fn include_vars(&mut self, _: &mut PlayScope, step: &Step<'_>) {
        let Some(call) = &step.item.call else { return };
        let named = ["file", "dir"].iter().find_map(|name| call.arg(name));
        let Some(name) = named.or_else(|| call.args.first().map(|(_, value)| value)) else {
            return;
        };
        let found = self.vars_named(name, &["vars", "", "../vars"]);
        let text = name.raw().unwrap_or_default();
        if !found && !paths::is_template(text) && step.item.looped().is_none() {
            let error =
                Diagnostic::error(format!("there is no file of variables `{text}`")).at(&name.span);
            self.findings.add(&rules::MISSING_FILE, error);
        }
    }

    /// Tells every variable that nothing defines.
    pub(super) fn undefined(&mut self) {
        let encrypted = self.findings.encrypted.iter();
        let encrypted = encrypted.map(|name| format!("{name} is encrypted"));
        self.names.hidden.extend(encrypted);
        if !self.names.hidden.is_empty() {
            let why = self.names.hidden.iter().cloned().collect::<Vec<_>>();
            self.notes.push(format!(
                "undefined variables are not told, because {}",
                why.join(", and ")
            ));
            return;
        }
        let mut first: BTreeMap<(String, String), (Span, usize)> = BTreeMap::new();
        for used in std::mem::take(&mut self.uses) {
            if !self.names.has(&used.name) {
                let span = used.span();
                let key = (span.source().name.clone(), used.name);
                let (known, times) = first.entry(key).or_insert_with(|| (span.clone(), 0));
                *times += usize::from(*known != span);
                if span.range().start < known.range().start {
                    *known = span;
                }
            }
        }
        for ((_, name), (span, more)) in first {
            let warning = self.nothing_defines(&name, more).at(&span);
            self.findings.add(&rules::UNDEFINED_VARIABLE, warning);
        }
    }

    fn nothing_defines(&self, name: &str, more: usize) -> Diagnostic {
        let more = match more {
            0 => String::new(),
            1 => ", here and at one more place of this file".to_owned(),
            more => format!(", here and at {more} more places of this file"),
        };
        let warning = Diagnostic::warning(format!("nothing defines `{name}`{more}"));
        match did_you_mean(name, self.names.all()) {
            Some(near) => warning.help(format!("did you mean `{near}`?")),
            None => warning.help(
                "define it, or say what to do without it with `is defined` or `| default(…)`",
            ),
        }
    }

    /// What a text uses; each distinct text is read once.
    pub(super) fn uses_of(&mut self, text: &str, way: Way) -> std::rc::Rc<Uses> {
        let cache = match way {
            Way::Text => &mut self.cache.0,
            Way::Expression => &mut self.cache.1,
        };
        if let Some(known) = cache.get(text) {
            return std::rc::Rc::clone(known);
        }
        let uses = std::rc::Rc::new(super::names::uses(text, way));
        cache.insert(text.to_owned(), std::rc::Rc::clone(&uses));
        uses
    }
}

/// Whether a file that a pattern matches may be one of variables at all.
fn is_mapping(path: &Path) -> bool {
    let read = library::read(path).ok();
    let node = read.and_then(|source| crate::yaml::read_one(&source).ok());
    path.is_dir() || node.is_none_or(|node| node.map().is_some())
}
