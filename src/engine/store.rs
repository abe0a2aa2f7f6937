//! What is known about every host in the course of a run.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::inventory::Inventory;
use crate::template::Templar;
use crate::vars::{Layers, Level, Scope, Value, Var, VarMap, from_json};

/// Facts and variables that came up in the run, for one host.
#[derive(Debug, Clone, Default)]
struct HostVars {
    facts: Arc<VarMap>,
    included: Arc<VarMap>,
    set: Arc<VarMap>,
}

/// The variables of the run; shared, because `hostvars` looks into it from every scope.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) templar: Arc<Templar>,
    inventory: RwLock<Inventory>,
    hosts: RwLock<HashMap<Arc<str>, HostVars>>,
    extra: Arc<VarMap>,
    /// What the playbook of the present play says of itself.
    playbook: RwLock<Arc<VarMap>>,
    globals: Arc<VarMap>,
    /// `ansible_facts` of a host about which nothing is known.
    no_facts: Arc<VarMap>,
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
            playbook: RwLock::default(),
            globals: Arc::new(globals),
            no_facts: Arc::new(VarMap::from_iter([(
                "ansible_facts".into(),
                Var::Data(from_json(&serde_json::json!({}))),
            )])),
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

    /// The folder of the playbook whose play begins.
    pub(super) fn enter_playbook(&self, dir: &Path) {
        let dir = Var::Data(Value::from(dir.display().to_string()));
        let vars = VarMap::from_iter([("playbook_dir".into(), dir)]);
        *self
            .playbook
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(vars);
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

    /// Sets variables with the precedence of `include_vars`.
    pub(super) fn include(&self, host: &str, vars: VarMap) {
        self.change(host, |known| {
            Arc::make_mut(&mut known.included).extend(vars);
        });
    }

    /// Keeps variables among the facts, where `set_fact` puts what it caches.
    pub(super) fn cache(&self, host: &str, vars: &VarMap) {
        self.change(host, |known| {
            let facts = Arc::make_mut(&mut known.facts);
            let mut all = all_facts(facts);
            for (name, var) in vars {
                if let Var::Data(value) = var {
                    let bare = name.strip_prefix("ansible_").unwrap_or(name);
                    all.insert(bare.to_owned(), value.clone());
                }
                facts.insert(Arc::clone(name), var.clone());
            }
            facts.insert("ansible_facts".into(), Var::Data(Value::from_pairs(all)));
        });
    }

    /// Adds facts: under `ansible_facts`, and each as `ansible_NAME`.
    pub(super) fn add_facts(&self, host: &str, facts: serde_json::Map<String, serde_json::Value>) {
        self.change(host, |known| {
            let known = Arc::make_mut(&mut known.facts);
            let mut all = all_facts(known);
            for (name, fact) in facts {
                let value = from_json(&fact);
                let injected = match name.as_str() {
                    "packages" | "services" => name.clone(),
                    _ => format!("ansible_{name}"),
                };
                known.insert(injected.into(), Var::Data(value.clone()));
                // In `ansible_facts` this one alone has its prefix, as in Ansible.
                let name = match name.as_str() {
                    "local" => "ansible_local".to_owned(),
                    _ => name,
                };
                all.insert(name, value);
            }
            let all = Value::from_pairs(all);
            known.insert("ansible_facts".into(), Var::Data(all));
        });
    }

    /// Whether facts of a host are known.
    pub(super) fn has_facts(&self, host: &str) -> bool {
        !self.host(host).facts.is_empty()
    }

    /// Forgets the facts of a host.
    pub(super) fn clear_facts(&self, host: &str) {
        self.change(host, |known| known.facts = Arc::default());
    }

    /// What is known about a host, whatever runs on it.
    pub(super) fn layers_of(&self, host: &str) -> Layers {
        let mut layers = self.inventory().layers_of(host);
        let known = self.host(host);
        if !known.facts.contains_key("ansible_facts") {
            layers.push(Level::Facts, Arc::clone(&self.no_facts));
        }
        layers.push(Level::Facts, known.facts);
        layers.push(Level::IncludeVars, known.included);
        layers.push(Level::SetFacts, known.set);
        self.everywhere(layers)
    }

    /// Whether `--extra-vars` has a variable.
    pub(super) fn is_extra(&self, name: &str) -> bool {
        self.extra.contains_key(name)
    }

    /// A scope without a host: a play's variables, extra variables, and magic ones.
    pub(super) fn hostless(&self, play: &Arc<VarMap>, magic: &[Arc<VarMap>]) -> Arc<Scope> {
        let mut layers = Layers::new().with(Level::PlayVars, Arc::clone(play));
        layers = self.everywhere(layers);
        for magic in magic {
            layers.push(Level::Magic, Arc::clone(magic));
        }
        self.scope(&layers)
    }

    /// With what is the same for every host and play.
    fn everywhere(&self, layers: Layers) -> Layers {
        let playbook = self.playbook.read().unwrap_or_else(PoisonError::into_inner);
        layers
            .with(Level::ExtraVars, Arc::clone(&self.extra))
            .with(Level::Magic, Arc::clone(&self.globals))
            .with(Level::Magic, Arc::clone(&playbook))
    }

    /// The scope of these layers.
    pub(super) fn scope(&self, layers: &Layers) -> Arc<Scope> {
        layers.scope(&self.templar)
    }
}

/// What stands in `ansible_facts`.
fn all_facts(facts: &VarMap) -> indexmap::IndexMap<String, Value> {
    match facts.get("ansible_facts") {
        Some(Var::Data(before)) => entries(before),
        _ => indexmap::IndexMap::new(),
    }
}

fn entries(value: &Value) -> indexmap::IndexMap<String, Value> {
    let Ok(keys) = value.try_iter() else {
        return indexmap::IndexMap::new();
    };
    keys.filter_map(|key| Some((key.to_string(), value.get_item(&key).ok()?)))
        .collect()
}
