//! The role a task stands in: whose variables it sees, and what it is told about itself.

use std::path::Path;
use std::sync::Arc;

use crate::playbook::{Role, RoleUse, Step};
use crate::vars::{Value, Var, VarMap};

/// A role at work, within the roles that brought it.
#[derive(Debug)]
pub(super) struct RoleContext {
    /// The use of the role.
    pub(super) used: Arc<RoleUse>,
    /// The role it was brought by: the one that depends on it or includes it.
    pub(super) parent: Option<Arc<RoleContext>>,
    /// Defaults, lowest first: of the roles it depends on, of those around it, its own.
    pub(super) defaults: Vec<Arc<VarMap>>,
    /// Variables of roles, in the same order; what is said to the role itself comes last.
    pub(super) vars: Vec<Arc<VarMap>>,
    /// Parameters given in line, outermost first.
    pub(super) params: Vec<Arc<VarMap>>,
    /// `role_name`, `role_path` and the like.
    pub(super) magic: Arc<VarMap>,
}

impl RoleContext {
    /// A role that begins within another one, or within none.
    pub(super) fn enter(used: &Arc<RoleUse>, parent: Option<&Arc<Self>>) -> Arc<Self> {
        let role = &used.role;
        let mut defaults = Vec::new();
        let mut vars = Vec::new();
        let mut params = Vec::new();
        of_roles(&role.dependencies, &mut defaults, &mut Vec::new());
        for outer in around(parent) {
            defaults.push(Arc::clone(&outer.used.role.defaults));
            vars.push(Arc::clone(&outer.used.role.vars));
            vars.push(Arc::clone(&outer.used.vars));
            params.push(Arc::clone(&outer.used.params));
        }
        of_roles(&role.dependencies, &mut Vec::new(), &mut vars);
        defaults.push(Arc::clone(&role.defaults));
        vars.push(Arc::clone(&role.vars));
        vars.push(Arc::clone(&used.params));
        vars.push(Arc::clone(&used.vars));
        params.push(Arc::clone(&used.params));
        Arc::new(Self {
            used: Arc::clone(used),
            parent: parent.map(Arc::clone),
            defaults: filled(defaults),
            vars: filled(vars),
            params: filled(params),
            magic: Arc::new(magic(role)),
        })
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

fn filled(mut layers: Vec<Arc<VarMap>>) -> Vec<Arc<VarMap>> {
    layers.retain(|layer| !layer.is_empty());
    layers
}

/// The defaults and variables of the roles among these steps, lowest precedence first: a role's
/// own win over those of the roles it depends on or imports.
pub(super) fn of_roles(
    steps: &[Step],
    defaults: &mut Vec<Arc<VarMap>>,
    vars: &mut Vec<Arc<VarMap>>,
) {
    for step in steps {
        let Step::Block(block) = step else { continue };
        for steps in [&block.body, &block.rescue, &block.always] {
            of_roles(steps, defaults, vars);
        }
        if let Some(used) = &block.role {
            defaults.push(Arc::clone(&used.role.defaults));
            vars.push(Arc::clone(&used.role.vars));
        }
    }
}

fn magic(role: &Role) -> VarMap {
    let text = |text: &str| Var::Data(Value::from(text));
    let full = match &role.collection {
        Some(collection) => format!("{collection}.{}", role.name),
        None => role.name.clone(),
    };
    let collection = Value::from(role.collection.clone());
    VarMap::from_iter([
        ("role_name".into(), text(&role.name)),
        ("role_path".into(), text(&role.dir.display().to_string())),
        ("ansible_role_name".into(), text(&full)),
        ("ansible_collection_name".into(), Var::Data(collection)),
    ])
}
