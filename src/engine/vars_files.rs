//! `vars_files`: files of variables whose names may depend on the host.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::inherit::Inherited;
use super::play::PlayRun;
use crate::diag::Diagnostic;
use crate::template::TemplateError;
use crate::vars::{Layers, Level, Scope, VarMap};
use crate::yaml::Node;

type Files = Vec<Arc<VarMap>>;

/// The files that were read for a play.
#[derive(Debug, Default)]
pub(super) struct VarsFiles {
    /// By the names that were looked for.
    read: Mutex<HashMap<Vec<String>, Arc<VarMap>>>,
    /// What counts for a host at present.
    hosts: Mutex<HashMap<Arc<str>, Files>>,
    /// Whether it was already said that an entry is left out.
    warned: Mutex<bool>,
}

impl VarsFiles {
    /// Puts the variables of a host in their place.
    pub(super) fn add_to(&self, layers: &mut Layers, host: &str) {
        let hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        for vars in hosts.get(host).into_iter().flatten() {
            layers.push(Level::VarsFiles, Arc::clone(vars));
        }
    }
}

impl PlayRun<'_> {
    /// Reads the files for every host before the play begins. Names that need facts come later.
    pub(super) fn read_vars_files(&self) -> Result<(), Diagnostic> {
        for host in &self.all {
            self.vars_files_of(host, true)?;
            if !self.templated_vars_files() {
                let files = self.vars_files.hosts.lock();
                let mut files = files.unwrap_or_else(PoisonError::into_inner);
                let same = files.get(host).cloned().unwrap_or_default();
                files.extend(self.all.iter().map(|host| (Arc::clone(host), same.clone())));
                break;
            }
        }
        Ok(())
    }

    /// Finds the files of a host again, whose facts or variables may have changed.
    pub(super) fn refresh_vars_files(
        &self,
        host: &Arc<str>,
        early: bool,
    ) -> Result<(), Diagnostic> {
        if self.templated_vars_files() {
            self.vars_files_of(host, early)?;
        }
        Ok(())
    }

    fn templated_vars_files(&self) -> bool {
        let names = self.play.vars_files.iter();
        let mut names = names.flat_map(|node| node.seq().unwrap_or(std::slice::from_ref(node)));
        names.any(|name| name.raw().is_some_and(|text| text.contains('{')))
    }

    fn vars_files_of(&self, host: &Arc<str>, early: bool) -> Result<(), Diagnostic> {
        let mut files = Files::new();
        let mut scope = self.scope_without_files(host);
        for node in &self.play.vars_files {
            let names = match names(node, &scope) {
                Ok(names) => names,
                Err(error) if error.is_undefined() && !self.engine.store.has_facts(host) => {
                    self.left_out(node, error, early);
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let vars = self.vars_file(names, node)?;
            scope = scope.with(Arc::clone(&vars));
            files.push(vars);
        }
        let mut hosts = self
            .vars_files
            .hosts
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        hosts.insert(Arc::clone(host), files);
        Ok(())
    }

    /// Before facts are there, a name that needs one leaves its file out, as in Ansible. That is
    /// said once, unless facts are yet to come.
    fn left_out(&self, node: &Node, error: TemplateError, early: bool) {
        if early {
            return;
        }
        let mut warned = self
            .vars_files
            .warned
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !std::mem::replace(&mut *warned, true) {
            let name = node.raw().unwrap_or_default();
            let why = Diagnostic::from(error).message;
            self.engine.warn(format!(
                "{}: `vars_files` leaves out `{name}`: {why}",
                node.span
            ));
        }
    }

    fn vars_file(&self, names: Vec<String>, node: &Node) -> Result<Arc<VarMap>, Diagnostic> {
        let mut read = self
            .vars_files
            .read
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(vars) = read.get(&names) {
            return Ok(Arc::clone(vars));
        }
        let vars = self.engine.project.vars_file(&self.play.source, &names);
        let vars = vars.map_err(|error| match error.span {
            Some(_) => error,
            None => error.at(&node.span),
        })?;
        let vars = Arc::new(vars);
        read.insert(names, Arc::clone(&vars));
        Ok(vars)
    }

    /// What the names of files are rendered with.
    fn scope_without_files(&self, host: &Arc<str>) -> Arc<Scope> {
        let layers = self.layers_without_files(host, &Inherited::default());
        self.engine.store.scope(&layers)
    }
}

/// The names of one entry: a file, or several of which the first that exists counts.
fn names(node: &Node, scope: &Arc<Scope>) -> Result<Vec<String>, TemplateError> {
    let value = scope.templar().node(node, scope)?;
    Ok(match value.as_str() {
        Some(name) => vec![name.to_owned()],
        None => value
            .try_iter()
            .map(|items| items.map(|item| item.to_string()).collect())
            .unwrap_or_default(),
    })
}
