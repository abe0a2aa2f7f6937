//! What the roles of a play give to all its tasks: defaults, variables, and who they are.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use super::inherit::Inherited;
use super::play::PlayRun;
use super::role::of_roles;
use crate::playbook::{self, Play, Step};
use crate::vars::{Layers, Level, Value, Var, VarMap};

/// Defaults and variables of a play's roles. Those of `roles` and `import_role` are seen by the
/// whole play, those of `include_role` only when it is `public`.
#[derive(Debug, Clone, Default)]
pub(super) struct Exports {
    /// All of it.
    pub(super) layers: Layers,
    defaults: Arc<VarMap>,
    vars: Arc<VarMap>,
    /// The names of the roles the play uses itself, in order.
    named: Vec<String>,
    /// The names of the roles that others depend on.
    dependent: BTreeSet<String>,
}

impl Exports {
    /// Those of the roles that are known before the run; `roles` come before imported ones.
    pub(super) fn of_play(play: &Play) -> Self {
        let mut exports = Self::default();
        for steps in [&play.tasks, &play.pre_tasks, &play.post_tasks] {
            exports.add(steps);
        }
        exports
    }

    /// Those of the roles among these steps, which win over earlier ones.
    fn add(&mut self, steps: &[Step]) {
        let (mut defaults, mut vars) = (Vec::new(), Vec::new());
        of_roles(steps, true, &mut defaults, &mut vars);
        merge(&mut self.defaults, &defaults);
        merge(&mut self.vars, &vars);
        names(steps, &mut self.named, &mut self.dependent);
        self.layers = Layers::new()
            .with(Level::RoleDefaults, Arc::clone(&self.defaults))
            .with(Level::RoleVars, Arc::clone(&self.vars))
            .with(Level::Magic, Arc::new(self.names()));
    }

    fn names(&self) -> VarMap {
        let list = |names: &[&str]| -> Var { Var::Data(names.iter().copied().collect::<Value>()) };
        let named: Vec<&str> = self.named.iter().map(String::as_str).collect();
        let dependent: Vec<&str> = self.dependent.iter().map(String::as_str).collect();
        let all: BTreeSet<&str> = named.iter().chain(&dependent).copied().collect();
        let all: Vec<&str> = all.into_iter().collect();
        VarMap::from_iter([
            ("ansible_role_names".into(), list(&all)),
            ("ansible_play_role_names".into(), list(&named)),
            ("ansible_dependent_role_names".into(), list(&dependent)),
            ("role_names".into(), list(&named)),
        ])
    }
}

fn merge(into: &mut Arc<VarMap>, layers: &[Arc<VarMap>]) {
    for layer in layers.iter().filter(|layer| !layer.is_empty()) {
        let known = Arc::make_mut(into);
        for (name, var) in layer.iter() {
            known.insert(Arc::clone(name), var.clone());
        }
    }
}

/// The roles that stand among these steps, and those they depend on.
fn names(steps: &[Step], named: &mut Vec<String>, dependent: &mut BTreeSet<String>) {
    for step in steps {
        let Step::Block(block) = step else { continue };
        let body = match &block.role {
            None => block.body.as_slice(),
            Some(used) => {
                named.push(used.role.name.clone());
                let mut below = Vec::new();
                names(&used.role.dependencies, &mut below, dependent);
                dependent.extend(below);
                &used.role.tasks
            }
        };
        for steps in [body, &block.rescue, &block.always] {
            names(steps, named, dependent);
        }
    }
}

impl PlayRun<'_> {
    /// What the play's roles give to all its tasks by now.
    pub(super) fn exports(&self) -> Arc<Exports> {
        Arc::clone(&self.exports.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The roles that an included file imports bring their handlers and variables into the play.
    pub(super) fn bring(&self, steps: &[Step], around: &Inherited) {
        let handlers = playbook::role_handlers(steps);
        if !handlers.is_empty() {
            self.add_handlers(&handlers, around);
        }
        self.export(steps);
    }

    /// These roles are public: the whole play sees their variables from now on.
    pub(super) fn export(&self, steps: &[Step]) {
        let mut exports = self.exports.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut exports).add(steps);
    }
}
