//! The inventory in the course of a run: what steps add to it, and reading it again.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use super::run::Engine;
use crate::diag::{Diagnostic, Diagnostics};
use crate::inventory::Inventory;
use crate::modules::Effect;

/// What came to the inventory after it was read: a fresh one needs it again.
#[derive(Debug, Default)]
pub(super) struct Grown {
    /// The folders of the playbooks, whose `group_vars` and `host_vars` count.
    folders: Vec<PathBuf>,
    /// What steps added, with the host they ran on.
    added: Vec<(Arc<str>, Effect)>,
}

impl Engine {
    /// The variables beside a playbook belong to the inventory from now on.
    pub(super) fn adopt_folder(&self, folder: PathBuf) -> Result<Diagnostics, Diagnostics> {
        let mut inventory = self.store.inventory_mut();
        let warnings = inventory.load_playbook_dir_vars(&folder)?;
        let mut grown = self.grown.lock().unwrap_or_else(PoisonError::into_inner);
        grown.folders.push(folder);
        Ok(warnings)
    }

    /// Puts a host or a group into the inventory, for the host whose step asked for it.
    pub(super) fn grow(&self, host: &Arc<str>, effect: Effect) -> Result<(), Diagnostic> {
        add(&mut self.store.inventory_mut(), host, &effect)?;
        let mut grown = self.grown.lock().unwrap_or_else(PoisonError::into_inner);
        grown.added.push((Arc::clone(host), effect));
        Ok(())
    }

    /// Reads the sources again (`meta: refresh_inventory`). What steps have added stays, and so
    /// does everything known about the hosts.
    pub(super) fn refresh_inventory(&self) -> Result<(), Diagnostics> {
        let (mut fresh, _) = Inventory::load(&self.options.inventory_sources)?;
        let grown = self.grown.lock().unwrap_or_else(PoisonError::into_inner);
        for folder in &grown.folders {
            fresh.load_playbook_dir_vars(folder)?;
        }
        for (host, effect) in &grown.added {
            add(&mut fresh, host, effect)?;
        }
        *self.store.inventory_mut() = fresh;
        Ok(())
    }
}

fn add(inventory: &mut Inventory, host: &str, effect: &Effect) -> Result<(), Diagnostic> {
    match effect {
        Effect::AddHost { name, groups, vars } => {
            let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
            inventory.add_host(name, &groups, vars.clone());
        }
        Effect::GroupBy { key, parents } => {
            let parents: Vec<&str> = parents.iter().map(String::as_str).collect();
            inventory.add_group(key, &parents)?;
            inventory.add_to_group(host, key);
        }
        Effect::Facts(_)
        | Effect::SetFacts { .. }
        | Effect::Stats { .. }
        | Effect::IncludeVars(_) => {}
    }
    Ok(())
}
