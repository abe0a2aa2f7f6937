//! Magic variables: `inventory_hostname`, `groups`, `hostvars`, `ansible_play_hosts` and the like.

use std::fmt;
use std::sync::{Arc, Weak};

use minijinja::value::{Enumerator, Object, ObjectRepr};

use super::options::Options;
use super::store::Store;
use crate::vars::{Level, Scope, Value, Var, VarMap};

/// `hostvars`: the variables of any host, rendered only when they are looked at.
struct HostVarsOfAll(Weak<Store>);

impl fmt::Debug for HostVarsOfAll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hostvars")
    }
}

impl Object for HostVarsOfAll {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let store = self.0.upgrade()?;
        let host = key.as_str()?;
        store.inventory().host(host)?;
        let magic = Arc::new(of_host(&store, host));
        let layers = store.layers_of(host).with(Level::Magic, magic);
        let scope = store.scope(&layers);
        Some(Value::from_object(HostVarsOfOne(scope)))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let Some(store) = self.0.upgrade() else {
            return Enumerator::Empty;
        };
        let names = store
            .inventory()
            .hosts()
            .map(|host| Value::from(&*host.name))
            .collect();
        Enumerator::Values(names)
    }
}

/// `hostvars[host]`.
struct HostVarsOfOne(Arc<Scope>);

impl fmt::Debug for HostVarsOfOne {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hostvars of one host")
    }
}

impl Object for HostVarsOfOne {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match self.0.get(key.as_str()?) {
            Ok(value) => value,
            Err(error) => Some(Value::from(minijinja::Error::new(
                minijinja::ErrorKind::InvalidOperation,
                error.to_string(),
            ))),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(
            self.0
                .names()
                .iter()
                .map(|name| Value::from(&**name))
                .collect(),
        )
    }
}

fn put(vars: &mut VarMap, name: &str, value: impl Into<Value>) {
    vars.insert(name.into(), Var::Data(value.into()));
}

fn names(hosts: &[Arc<str>]) -> Value {
    hosts.iter().map(|host| Value::from(&**host)).collect()
}

/// What a host is called and where it belongs.
pub(super) fn of_host(store: &Arc<Store>, host: &str) -> VarMap {
    let mut vars = VarMap::new();
    put(&mut vars, "inventory_hostname", host);
    put(
        &mut vars,
        "inventory_hostname_short",
        host.split('.').next().unwrap_or(host),
    );
    let group_names = store.inventory().group_names(host);
    put(&mut vars, "group_names", names(&group_names));
    vars
}

/// `hostvars` and `groups`, the same for every host until the inventory changes.
pub(super) fn of_inventory(store: &Arc<Store>) -> VarMap {
    let mut vars = VarMap::new();
    put(
        &mut vars,
        "hostvars",
        Value::from_object(HostVarsOfAll(Arc::downgrade(store))),
    );
    let inventory = store.inventory();
    let groups = inventory.groups_map();
    let groups = Value::from_pairs(groups.iter().map(|(group, hosts)| (&**group, names(hosts))));
    put(&mut vars, "groups", groups);
    vars
}

/// Which hosts are in the play and in the batch, and which of them are still standing.
pub(super) fn of_play(
    name: &str,
    all: &[Arc<str>],
    batch: &[Arc<str>],
    standing: &[Arc<str>],
) -> VarMap {
    let mut vars = VarMap::new();
    put(&mut vars, "ansible_play_name", name);
    put(&mut vars, "ansible_play_hosts_all", names(all));
    put(&mut vars, "ansible_play_hosts", names(standing));
    put(&mut vars, "play_hosts", names(standing));
    let batch: Vec<Arc<str>> = batch
        .iter()
        .filter(|host| standing.contains(host))
        .cloned()
        .collect();
    put(&mut vars, "ansible_play_batch", names(&batch));
    vars
}

/// What is the same for the whole run.
pub(super) fn of_run(options: &Options) -> VarMap {
    let mut vars = VarMap::new();
    put(&mut vars, "ansible_check_mode", options.check);
    put(&mut vars, "ansible_diff_mode", options.diff);
    put(&mut vars, "ansible_verbosity", options.verbosity);
    put(&mut vars, "ansible_forks", options.forks);
    put(
        &mut vars,
        "ansible_limit",
        options.limit.clone().unwrap_or_default(),
    );
    put(
        &mut vars,
        "runbook_project_dir",
        options.project_dir.display().to_string(),
    );
    put(&mut vars, "runbook_version", env!("CARGO_PKG_VERSION"));
    if let Some(first) = options.inventory_sources.first() {
        let path = std::path::Path::new(first);
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let dir = if path.is_dir() {
            Some(path.as_path())
        } else {
            path.parent()
        };
        put(&mut vars, "inventory_file", path.display().to_string());
        put(
            &mut vars,
            "inventory_dir",
            dir.map(|d| d.display().to_string()).unwrap_or_default(),
        );
    }
    vars
}
