//! The role a task stands in: whose variables it sees, and what it is told about itself.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::playbook::{Role, RoleUse, Step};
use crate::vars::{Layers, Level, Value, Var, VarMap};

/// A role at work, within the roles that brought it.
#[derive(Debug)]
pub(super) struct RoleContext {
    /// The use of the role.
    pub(super) used: Arc<RoleUse>,
    /// The role it was brought by: the one that depends on it or includes it.
    pub(super) parent: Option<Arc<RoleContext>>,
    /// Defaults, variables and parameters of the roles it depends on, of those around it, and its
    /// own; `role_name`, `role_path` and the like.
    pub(super) layers: Layers,
    /// Name and folder of the roles around the include that brought it, innermost first.
    parents: Vec<(String, String)>,
    /// The hosts for which `meta: end_role` ended it.
    ended: Mutex<HashSet<Arc<str>>>,
}

impl RoleContext {
    /// A role that begins within another one, or within none.
    pub(super) fn enter(used: &Arc<RoleUse>, parent: Option<&Arc<Self>>) -> Arc<Self> {
        let role = &used.role;
        let mut layers = Layers::new();
        let (mut defaults, mut vars) = (Vec::new(), Vec::new());
        of_roles(&role.dependencies, false, &mut defaults, &mut vars);
        for layer in defaults {
            layers.push(Level::RoleDefaults, layer);
        }
        for outer in around(parent) {
            let used = &outer.used;
            layers.push(Level::RoleDefaults, Arc::clone(&used.role.defaults));
            layers.push(Level::RoleVars, Arc::clone(&used.role.vars));
            layers.push(Level::RoleVars, Arc::clone(&used.vars));
            layers.push(Level::RoleParams, Arc::clone(&used.params));
        }
        for layer in vars {
            layers.push(Level::RoleVars, layer);
        }
        layers.push(Level::RoleDefaults, Arc::clone(&role.defaults));
        layers.push(Level::RoleVars, Arc::clone(&role.vars));
        layers.push(Level::RoleVars, Arc::clone(&used.params));
        layers.push(Level::RoleVars, Arc::clone(&used.vars));
        layers.push(Level::RoleParams, Arc::clone(&used.params));
        let parents = parents(used, parent);
        layers.push(Level::Magic, Arc::new(magic(role, &parents)));
        Arc::new(Self {
            used: Arc::clone(used),
            parent: parent.map(Arc::clone),
            layers,
            parents,
            ended: Mutex::default(),
        })
    }

    /// The role ends for these hosts.
    pub(super) fn end(&self, hosts: &[Arc<str>]) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.extend(hosts.iter().cloned());
    }

    /// Whether it, or a role it is a part of, has ended for a host.
    pub(super) fn has_ended(&self, host: &Arc<str>) -> bool {
        let own = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let own = own.contains(host);
        own || self
            .parent
            .as_ref()
            .is_some_and(|role| role.has_ended(host))
    }

    /// The role's name, as it is shown before the names of its tasks.
    pub(super) fn name(&self) -> &str {
        &self.used.role.name
    }

    /// The folders of the role and of those around it, innermost first.
    pub(super) fn folders(&self) -> impl Iterator<Item = &Path> {
        let mut next = Some(self);
        std::iter::from_fn(move || {
            let role = next?;
            next = role.parent.as_deref();
            Some(role.used.role.dir.as_path())
        })
    }
}

/// The roles around, outermost first.
fn around(parent: Option<&Arc<RoleContext>>) -> Vec<Arc<RoleContext>> {
    let first = parent.map(Arc::clone);
    let mut chain: Vec<_> =
        std::iter::successors(first, |role| role.parent.as_ref().map(Arc::clone)).collect();
    chain.reverse();
    chain
}

/// The roles around the nearest include.
fn parents(used: &RoleUse, parent: Option<&Arc<RoleContext>>) -> Vec<(String, String)> {
    let Some(parent) = parent else {
        return Vec::new();
    };
    if !used.included {
        return parent.parents.clone();
    }
    let role = &parent.used.role;
    let mut parents = vec![(role.name.clone(), role.dir.display().to_string())];
    parents.extend(parent.parents.iter().cloned());
    parents
}

/// The defaults and variables of the roles among these steps, lowest precedence first: a role's
/// own win over those of the roles it depends on or imports. When asked so, private ones are left
/// out.
pub(super) fn of_roles(
    steps: &[Step],
    public: bool,
    defaults: &mut Vec<Arc<VarMap>>,
    vars: &mut Vec<Arc<VarMap>>,
) {
    for step in steps {
        let Step::Block(block) = step else { continue };
        for steps in [&block.body, &block.rescue, &block.always] {
            of_roles(steps, public, defaults, vars);
        }
        if let Some(used) = &block.role
            && (used.public || !public)
        {
            defaults.push(Arc::clone(&used.role.defaults));
            vars.push(Arc::clone(&used.role.vars));
        }
    }
}

fn magic(role: &Role, parents: &[(String, String)]) -> VarMap {
    let full = match &role.collection {
        Some(collection) => format!("{collection}.{}", role.name),
        None => role.name.clone(),
    };
    let mut vars = VarMap::new();
    let mut put = |name: &str, value: Value| vars.insert(name.into(), Var::Data(value));
    put("role_name", Value::from(&role.name));
    put("role_path", Value::from(role.dir.display().to_string()));
    put("ansible_role_name", Value::from(full));
    put(
        "ansible_collection_name",
        Value::from(role.collection.clone()),
    );
    if !parents.is_empty() {
        let names = parents.iter().map(|(name, _)| Value::from(name));
        put("ansible_parent_role_names", names.collect());
        let dirs = parents.iter().map(|(_, dir)| Value::from(dir));
        put("ansible_parent_role_paths", dirs.collect());
    }
    vars
}
