//! The variables a play gives its tasks.

use std::sync::{Arc, PoisonError};

use super::inherit::Inherited;
use super::magic;
use super::play::PlayRun;
use crate::diag::Diagnostic;
use crate::vars::{Scope, VarMap};

impl PlayRun<'_> {
    /// Reads `vars_files`; each entry is a file, or a list of which the first that exists counts.
    pub(super) fn load_vars_files(&mut self, scope: &Arc<Scope>) -> Result<(), Diagnostic> {
        for node in &self.play.vars_files {
            let value = scope.templar().node(node, scope)?;
            let names: Vec<String> = match value.as_str() {
                Some(name) => vec![name.to_owned()],
                None => value
                    .try_iter()
                    .map(|items| items.map(|item| item.to_string()).collect())
                    .unwrap_or_default(),
            };
            let vars = self.engine.project.vars_file(&self.play.source, &names);
            self.vars
                .push(Arc::new(vars.map_err(|error| match error.span {
                    Some(_) => error,
                    None => error.at(&node.span),
                })?));
        }
        Ok(())
    }

    /// The variables of `host` below the task's own: inventory, facts, play, blocks, task.
    pub(super) fn scope(&self, host: &Arc<str>, inherited: &Inherited) -> Arc<Scope> {
        let role = inherited.role.as_deref();
        let exports = self.exports();
        let mut defaults = vec![Arc::clone(&exports.defaults)];
        defaults.extend(role.iter().flat_map(|role| &role.defaults).cloned());
        let mut builder = self.engine.store.base_over(&defaults, host);
        let roles = role.iter().flat_map(|role| &role.vars);
        let layers = self.vars.iter().chain([&exports.vars]).chain(roles);
        for layer in layers.chain(&inherited.vars) {
            builder = builder.layer(Arc::clone(layer));
        }
        let mut params: Vec<_> = role.iter().flat_map(|role| &role.params).cloned().collect();
        params.extend(inherited.include_params.iter().cloned());
        let mut magic = vec![
            Arc::clone(&self.play_magic),
            self.inventory_magic(),
            self.host_magic(host),
            self.standing_magic(),
            Arc::clone(&exports.magic),
        ];
        magic.extend(role.map(|role| Arc::clone(&role.magic)));
        self.engine.store.top(builder, host, &params, &magic)
    }

    fn standing_magic(&self) -> Arc<VarMap> {
        let standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::new(magic::of_play(
            &self.name,
            &self.all,
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
