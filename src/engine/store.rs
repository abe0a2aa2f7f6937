//! What is known about every host in the course of a run.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::inventory::Inventory;
use crate::template::Templar;
use crate::vars::{Scope, ScopeBuilder, Value, Var, VarMap, from_json};

/// Facts and variables that came up in the run, for one host.
#[derive(Debug, Clone, Default)]
struct HostVars {
    facts: Arc<VarMap>,
    set: Arc<VarMap>,
}

/// The variables of the run; shared, because `hostvars` looks into it from every scope.
#[derive(Debug)]
pub(super) struct Store {
    templar: Arc<Templar>,
    inventory: RwLock<Inventory>,
    hosts: RwLock<HashMap<Arc<str>, HostVars>>,
    extra: Arc<VarMap>,
    globals: Arc<VarMap>,
}

impl Store {
    /// With the inventory, the extra variables, and what is the same for every host.
    pub(super) fn new(
        templar: &Arc<Templar>,
        inventory: Inventory,
        extra: VarMap,
        globals: VarMap,
    ) -> Arc<Self> {
        Arc::new(Self {
            templar: Arc::clone(templar),
            inventory: RwLock::new(inventory),
            hosts: RwLock::default(),
            extra: Arc::new(extra),
            globals: Arc::new(globals),
        })
    }

    /// The inventory as it is now.
    pub(super) fn inventory(&self) -> RwLockReadGuard<'_, Inventory> {
        self.inventory
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The inventory, to be changed.
    pub(super) fn inventory_mut(&self) -> RwLockWriteGuard<'_, Inventory> {
        self.inventory
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn host(&self, host: &str) -> HostVars {
        let hosts = self.hosts.read().unwrap_or_else(PoisonError::into_inner);
        hosts.get(host).cloned().unwrap_or_default()
    }

    fn change(&self, host: &str, change: impl FnOnce(&mut HostVars)) {
        let mut hosts = self.hosts.write().unwrap_or_else(PoisonError::into_inner);
        change(hosts.entry(host.into()).or_default());
    }

    /// Sets variables with the precedence of `set_fact` and `register`.
    pub(super) fn set(&self, host: &str, vars: VarMap) {
        self.change(host, |known| Arc::make_mut(&mut known.set).extend(vars));
    }

    /// Adds facts: under `ansible_facts`, and each as `ansible_NAME`.
    pub(super) fn add_facts(&self, host: &str, facts: serde_json::Map<String, serde_json::Value>) {
        self.change(host, |known| {
            let known = Arc::make_mut(&mut known.facts);
            let mut all: indexmap::IndexMap<String, Value> = match known.get("ansible_facts") {
                Some(Var::Data(before)) => entries(before),
                _ => indexmap::IndexMap::new(),
            };
            for (name, fact) in facts {
                let value = from_json(&fact);
                let injected = match name.as_str() {
                    "packages" | "services" => name.clone(),
                    _ => format!("ansible_{name}"),
                };
                known.insert(injected.into(), Var::Data(value.clone()));
                all.insert(name, value);
            }
            let all = Value::from_pairs(all);
            known.insert("ansible_facts".into(), Var::Data(all));
        });
    }

    /// Forgets the facts of a host.
    pub(super) fn clear_facts(&self, host: &str) {
        self.change(host, |known| known.facts = Arc::default());
    }

    /// Everything below the play: inventory and facts.
    pub(super) fn base(&self, host: &str) -> ScopeBuilder {
        self.base_over(&[], host)
    }

    /// The same, over the defaults of roles.
    pub(super) fn base_over(&self, defaults: &[Arc<VarMap>], host: &str) -> ScopeBuilder {
        let mut builder = Scope::builder(&self.templar);
        for layer in defaults {
            builder = builder.layer(Arc::clone(layer));
        }
        for layer in self.inventory().host_layers(host) {
            builder = builder.layer(layer);
        }
        builder.layer(self.host(host).facts)
    }

    /// Puts on top what wins over the play's and the tasks' variables.
    pub(super) fn top(
        &self,
        builder: ScopeBuilder,
        host: &str,
        include_params: &[Arc<VarMap>],
        magic: &[Arc<VarMap>],
    ) -> Arc<Scope> {
        let mut builder = builder.layer(self.host(host).set);
        for params in include_params {
            builder = builder.layer(Arc::clone(params));
        }
        builder = builder
            .layer(Arc::clone(&self.extra))
            .layer(Arc::clone(&self.globals));
        for layer in magic {
            builder = builder.layer(Arc::clone(layer));
        }
        builder.build()
    }

    /// A scope without a host: a play's variables, extra variables, and magic ones.
    pub(super) fn hostless(&self, play: &Arc<VarMap>, magic: &[Arc<VarMap>]) -> Arc<Scope> {
        let builder = Scope::builder(&self.templar)
            .layer(Arc::clone(play))
            .layer(Arc::clone(&self.extra))
            .layer(Arc::clone(&self.globals));
        magic
            .iter()
            .fold(builder, |b, layer| b.layer(Arc::clone(layer)))
            .build()
    }
}

fn entries(value: &Value) -> indexmap::IndexMap<String, Value> {
    let Ok(keys) = value.try_iter() else {
        return indexmap::IndexMap::new();
    };
    keys.filter_map(|key| Some((key.to_string(), value.get_item(&key).ok()?)))
        .collect()
}
