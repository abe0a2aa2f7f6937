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
        let layers = store
            .layers_of(host)
            .with(Level::InventoryHosts, magic)
            .with(Level::Magic, Arc::new(groups(&store)));
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
    let inventory = store.inventory();
    put(
        &mut vars,
        "group_names",
        names(&inventory.group_names(host)),
    );
    if let Some(host) = inventory.host(host).filter(|host| !host.implicit) {
        let source = host.source.as_ref();
        let text =
            |text: Option<&Arc<str>>| text.map_or_else(|| Value::from(()), |t| Value::from(&**t));
        put(&mut vars, "inventory_file", text(source.map(|s| &s.file)));
        let dir = source.and_then(|s| s.dir.as_ref());
        put(&mut vars, "inventory_dir", text(dir));
    }
    vars
}

/// `groups`.
fn groups(store: &Store) -> VarMap {
    let inventory = store.inventory();
    let groups = inventory.groups_map();
    let groups = Value::from_pairs(groups.iter().map(|(group, hosts)| (&**group, names(hosts))));
    VarMap::from_iter([("groups".into(), Var::Data(groups))])
}

/// `hostvars` and `groups`, the same for every host until the inventory changes.
pub(super) fn of_inventory(store: &Arc<Store>) -> VarMap {
    let mut vars = groups(store);
    let hostvars = HostVarsOfAll(Arc::downgrade(store));
    put(&mut vars, "hostvars", Value::from_object(hostvars));
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
    let left = all.iter().filter(|host| standing.contains(host));
    put(
        &mut vars,
        "ansible_play_hosts",
        names(&left.cloned().collect::<Vec<_>>()),
    );
    let batch: Vec<Arc<str>> = batch
        .iter()
        .filter(|host| standing.contains(host))
        .cloned()
        .collect();
    put(&mut vars, "ansible_play_batch", names(&batch));
    put(&mut vars, "play_hosts", names(&batch));
    vars
}

/// What is the same for the whole run.
pub(super) fn of_run(options: &Options) -> VarMap {
    let mut vars = VarMap::new();
    put(&mut vars, "ansible_check_mode", options.check);
    put(&mut vars, "ansible_diff_mode", options.diff);
    put(&mut vars, "ansible_verbosity", options.verbosity);
    put(&mut vars, "ansible_forks", options.forks);
    if let Some(limit) = &options.limit {
        put(&mut vars, "ansible_limit", limit.as_str());
    }
    let only = match &options.tags.only[..] {
        [] => Value::from(vec!["all"]),
        only => Value::from(only.to_vec()),
    };
    put(&mut vars, "ansible_run_tags", only);
    put(&mut vars, "ansible_skip_tags", options.tags.skip.clone());
    let sources = options.inventory_sources.iter().map(|s| source(s));
    put(
        &mut vars,
        "ansible_inventory_sources",
        sources.collect::<Value>(),
    );
    let config = options.config_file.as_ref();
    put(
        &mut vars,
        "ansible_config_file",
        config.map(|path| path.display().to_string()),
    );
    put(&mut vars, "ansible_playbook_python", PYTHON);
    put(&mut vars, "ansible_version", version());
    put(
        &mut vars,
        "runbook_project_dir",
        options.project_dir.display().to_string(),
    );
    put(&mut vars, "runbook_version", env!("CARGO_PKG_VERSION"));
    vars
}

/// What `ansible_playbook_python` says: nothing here runs in Python, and playbooks use it to find
/// one for this machine.
const PYTHON: &str = "/usr/bin/python3";

/// The release of ansible-core whose language is spoken.
const LANGUAGE: [u32; 3] = [2, 19, 0];

fn version() -> Value {
    let [major, minor, revision] = LANGUAGE;
    let full = format!("{major}.{minor}.{revision}");
    Value::from_pairs([
        ("full", Value::from(full.as_str())),
        ("major", major.into()),
        ("minor", minor.into()),
        ("revision", revision.into()),
        ("string", full.into()),
    ])
}

/// An inventory as the run sees it: an absolute path, or the list of names as it was given.
fn source(given: &str) -> Value {
    match std::path::absolute(given) {
        Ok(path) if path.exists() => Value::from(path.display().to_string()),
        _ => Value::from(given),
    }
}
