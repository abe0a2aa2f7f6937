//! Which of a host's inventory variables wins.
//!
//! The order is ansible-core's default (`VARIABLE_PRECEDENCE`, and "Understanding variable
//! precedence" in its manual): what a `group_vars/all` file says wins over what a group says in
//! the inventory file itself, because files beside an inventory come after it.

use std::path::Path;
use std::sync::Arc;

use super::model::{Group, Inventory};
use super::var_files::VarFiles;
use crate::diag::Diagnostics;
use crate::vars::{Layers, Level, VarMap};

impl Inventory {
    /// Reads `group_vars/` and `host_vars/` beside a playbook, and lets them count from now on.
    /// The answer holds warnings only.
    pub fn load_playbook_dir_vars(&mut self, dir: &Path) -> Result<Diagnostics, Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        if !self.play_dirs.contains_key(dir) {
            let files = VarFiles::read(dir, &mut diagnostics);
            self.play_dirs.insert(dir.to_owned(), files);
        }
        self.enter_playbook_dir(Some(dir));
        let warnings = diagnostics.clone();
        diagnostics.result(warnings)
    }

    /// A play of a playbook in this folder begins: of the files beside playbooks, those in its
    /// folder count, and no others.
    pub fn enter_playbook_dir(&mut self, dir: Option<&Path>) {
        let files = dir.and_then(|dir| self.play_dirs.get(dir));
        self.play_files = files.cloned().into_iter().collect();
    }

    /// The variables of a host, lowest precedence first, without empty layers.
    #[must_use]
    pub fn host_layers(&self, host: &str) -> Vec<Arc<VarMap>> {
        let layers = self.layers_of(host).in_order().into_iter();
        layers.map(|(_, vars)| vars).collect()
    }

    /// The variables that are a host's own, without those of its groups, lowest precedence first.
    #[must_use]
    pub fn own_host_layers(&self, name: &str) -> Vec<Arc<VarMap>> {
        let own = self.host(name).map(|host| Arc::clone(&host.vars));
        let files = self.var_files.iter().chain(&self.play_files);
        let files = files.filter_map(|files| files.host(name));
        own.into_iter().chain(files).collect()
    }

    /// The variables that are a group's own, lowest precedence first.
    #[must_use]
    pub fn own_group_layers(&self, name: &str) -> Vec<Arc<VarMap>> {
        let own = self.group(name).map(|group| Arc::clone(&group.vars));
        let files = self.var_files.iter().chain(&self.play_files);
        let files = files.filter_map(|files| files.group(name));
        own.into_iter().chain(files).collect()
    }

    /// The variables of a host, each origin at its level.
    #[must_use]
    pub fn layers_of(&self, host: &str) -> Layers {
        let mut layers = Layers::new();
        let Some(host) = self.host(host) else {
            return layers;
        };
        let groups = self.groups_of(&host.name);
        for group in &groups {
            layers.push(Level::InventoryGroups, Arc::clone(&group.vars));
        }
        let (all, others) = groups.split_at(groups.len().min(1));
        for (level, files, groups) in [
            (Level::InventoryGroupVarsAll, &self.var_files, all),
            (Level::PlaybookGroupVarsAll, &self.play_files, all),
            (Level::InventoryGroupVars, &self.var_files, others),
            (Level::PlaybookGroupVars, &self.play_files, others),
        ] {
            for vars in group_files(files, groups) {
                layers.push(level, vars);
            }
        }
        layers.push(Level::InventoryHosts, Arc::clone(&host.vars));
        for (level, files) in [
            (Level::InventoryHostVars, &self.var_files),
            (Level::PlaybookHostVars, &self.play_files),
        ] {
            for vars in files.iter().filter_map(|f| f.host(&host.name)) {
                layers.push(level, vars);
            }
        }
        layers
    }
}

fn group_files<'a>(
    files: &'a [VarFiles],
    groups: &'a [&'a Group],
) -> impl Iterator<Item = Arc<VarMap>> + 'a {
    let each = files
        .iter()
        .flat_map(|f| groups.iter().map(move |g| (f, g)));
    each.filter_map(|(f, g)| f.group(&g.name))
}
