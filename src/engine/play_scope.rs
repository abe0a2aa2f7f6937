//! The variables a play gives its tasks.

use std::sync::{Arc, PoisonError};

use super::inherit::Inherited;
use super::magic;
use super::play::PlayRun;
use super::run::source_dir;
use crate::vars::{Layers, Level, Scope, Value, Var, VarMap};

impl PlayRun<'_> {
    /// Everything a task sees on `host`.
    pub(super) fn scope(&self, host: &Arc<str>, inherited: &Inherited) -> Arc<Scope> {
        let mut layers = self.layers_without_files(host, inherited);
        self.vars_files.add_to(&mut layers, host);
        self.engine.store.scope(&layers)
    }

    /// The same without `vars_files`.
    pub(super) fn layers_without_files(&self, host: &Arc<str>, inherited: &Inherited) -> Layers {
        let exports = self.exports();
        let mut layers = self.engine.store.layers_of(host);
        layers.push(Level::InventoryHosts, self.host_magic(host));
        layers.extend(&self.layers);
        layers.extend(&exports.layers);
        if let Some(role) = &inherited.role {
            layers.extend(&role.layers);
        }
        layers.extend(&inherited.layers);
        for magic in [
            self.inventory_magic(),
            self.standing_magic(),
            self.search_path(inherited),
        ] {
            layers.push(Level::Magic, magic);
        }
        layers
    }

    /// `ansible_search_path`: where the files that a task names are looked for.
    fn search_path(&self, inherited: &Inherited) -> Arc<VarMap> {
        let play = self.engine.playbook_dir(&self.play.source);
        let own = inherited.file.as_deref().and_then(source_dir);
        let mut dirs = inherited.role_folders();
        for dir in own.into_iter().chain([play]) {
            if !dirs.contains(&dir) {
                dirs.push(dir);
            }
        }
        let dirs: Value = dirs
            .iter()
            .map(|dir| Value::from(dir.display().to_string()))
            .collect();
        Arc::new(VarMap::from_iter([(
            "ansible_search_path".into(),
            Var::Data(dirs),
        )]))
    }

    fn standing_magic(&self) -> Arc<VarMap> {
        let standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::new(magic::of_play(
            &self.name,
            &self.named,
            &self.batch,
            &standing,
        ))
    }

    fn inventory_magic(&self) -> Arc<VarMap> {
        let mut cached = self
            .inventory_magic
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let fresh = || Arc::new(magic::of_inventory(&self.engine.store));
        Arc::clone(cached.get_or_insert_with(fresh))
    }

    fn host_magic(&self, host: &Arc<str>) -> Arc<VarMap> {
        let mut cached = self
            .host_magic
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let fresh = || Arc::new(magic::of_host(&self.engine.store, host));
        Arc::clone(cached.entry(Arc::clone(host)).or_insert_with(fresh))
    }

    /// The inventory changed: what was worked out from it is worked out anew.
    pub(super) fn inventory_changed(&self) {
        *self
            .inventory_magic
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = None;
        self.host_magic
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}
