//! The variables one task sees on one host.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Value, Var, VarMap};
use crate::template::{Templar, TemplateError};
use crate::yaml::Node;

/// How many variables may wait for each other at once before it must be a mistake; also what
/// keeps the stack bounded.
const MAX_DEPTH: usize = 40;

/// Layers of variables, the later ones winning, with every value rendered at most once.
#[derive(Debug)]
pub struct Scope {
    templar: Arc<Templar>,
    layers: Option<Arc<Layer>>,
    /// Failures are kept too: what failed once is asked for again by every message about it.
    rendered: Mutex<HashMap<Arc<str>, Result<Value, TemplateError>>>,
}

/// One layer and those below it; scopes share them.
#[derive(Debug)]
struct Layer {
    vars: Arc<VarMap>,
    below: Option<Arc<Layer>>,
}

/// Collects the layers of a [`Scope`], lowest precedence first.
#[derive(Debug)]
pub struct ScopeBuilder {
    templar: Arc<Templar>,
    layers: Option<Arc<Layer>>,
}

impl ScopeBuilder {
    /// Puts a layer on top of those before.
    #[must_use]
    pub fn layer(mut self, layer: Arc<VarMap>) -> Self {
        if !layer.is_empty() {
            self.layers = Some(Arc::new(Layer {
                vars: layer,
                below: self.layers.take(),
            }));
        }
        self
    }

    /// The finished scope.
    #[must_use]
    pub fn build(self) -> Arc<Scope> {
        Arc::new(Scope {
            templar: self.templar,
            layers: self.layers,
            rendered: Mutex::default(),
        })
    }
}

impl Scope {
    /// Starts with no variables.
    #[must_use]
    pub fn builder(templar: &Arc<Templar>) -> ScopeBuilder {
        ScopeBuilder {
            templar: Arc::clone(templar),
            layers: None,
        }
    }

    /// This scope with one more layer on top (loop variables, `vars` of a task). Costs two small
    /// allocations, however many variables there are; nothing rendered is carried over, because
    /// the new layer may change what the templates below come to.
    #[must_use]
    pub fn with(&self, layer: Arc<VarMap>) -> Arc<Scope> {
        ScopeBuilder {
            templar: Arc::clone(&self.templar),
            layers: self.layers.clone(),
        }
        .layer(layer)
        .build()
    }

    /// The engine that renders in this scope.
    #[must_use]
    pub fn templar(&self) -> &Arc<Templar> {
        &self.templar
    }

    /// A variable as it is stored, from the highest layer that has it.
    #[must_use]
    pub fn stored(&self, name: &str) -> Option<&Var> {
        self.iter_layers().find_map(|vars| vars.get(name))
    }

    /// The names of all variables, without duplicates, highest layer first.
    #[must_use]
    pub fn names(&self) -> Vec<Arc<str>> {
        let mut seen = HashSet::new();
        self.iter_layers()
            .flat_map(|vars| vars.keys())
            .filter(|name| seen.insert(Arc::clone(name)))
            .cloned()
            .collect()
    }

    /// A variable's value, rendered in this scope; none when nothing defines it.
    pub fn get(self: &Arc<Self>, name: &str) -> Result<Option<Value>, TemplateError> {
        match self.find(name) {
            None => Ok(None),
            Some((_, Var::Data(value))) => Ok(Some(value.clone())),
            Some((name, Var::Lazy(node))) => self.rendered(name, node).map(Some),
        }
    }

    /// The scope as a value: a mapping whose entries are rendered when they are looked at.
    #[must_use]
    pub fn as_value(self: &Arc<Self>) -> Value {
        Value::from_dyn_object(Arc::clone(self))
    }

    /// Why a variable that was asked for has no value, if that is so.
    pub(crate) fn failure(&self, name: &str) -> Option<TemplateError> {
        let rendered = self.rendered.lock().unwrap_or_else(PoisonError::into_inner);
        rendered.get(name)?.as_ref().err().cloned()
    }

    fn find(&self, name: &str) -> Option<(&Arc<str>, &Var)> {
        self.iter_layers().find_map(|vars| {
            let (_, name, var) = vars.get_full(name)?;
            Some((name, var))
        })
    }

    fn iter_layers(&self) -> impl Iterator<Item = &VarMap> {
        std::iter::successors(self.layers.as_deref(), |layer| layer.below.as_deref())
            .map(|layer| layer.vars.as_ref())
    }

    fn rendered(self: &Arc<Self>, name: &Arc<str>, node: &Node) -> Result<Value, TemplateError> {
        {
            let rendered = self.rendered.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(result) = rendered.get(name) {
                return result.clone();
            }
        }
        // The lock is not held while rendering: other variables of this scope are asked for then.
        let _entered = Entered::new(self, name).map_err(|error| error.or_at(&node.span))?;
        let result = self.templar.node(node, self);
        let mut rendered = self.rendered.lock().unwrap_or_else(PoisonError::into_inner);
        rendered.insert(Arc::clone(name), result.clone());
        result
    }
}

thread_local! {
    /// The variables being rendered on this thread, outermost first, each with its scope.
    static RENDERING: RefCell<Vec<(usize, Arc<str>)>> = const { RefCell::new(Vec::new()) };
}

/// Marks a variable as being rendered for as long as it lives.
struct Entered;

impl Entered {
    fn new(scope: &Arc<Scope>, name: &Arc<str>) -> Result<Self, TemplateError> {
        let id = Arc::as_ptr(scope) as usize;
        RENDERING.with_borrow_mut(|stack| {
            let waiting = stack.iter().position(|(s, n)| *s == id && n == name);
            if let Some(first) = waiting {
                let cycle = stack[first..].iter().map(|(_, name)| name.as_ref());
                return Err(recursive(cycle.chain([name.as_ref()])));
            }
            if stack.len() >= MAX_DEPTH {
                return Err(too_deep(name));
            }
            stack.push((id, Arc::clone(name)));
            Ok(Self)
        })
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        RENDERING.with_borrow_mut(Vec::pop);
    }
}

fn recursive<'a>(cycle: impl Iterator<Item = &'a str>) -> TemplateError {
    let cycle = cycle.collect::<Vec<_>>().join(" → ");
    crate::diag::Diagnostic::error(format!("recursive variable: {cycle}"))
        .help("give one of them a value of its own; an entry of a mapping cannot use the mapping itself")
        .into()
}

fn too_deep(name: &str) -> TemplateError {
    TemplateError::new(format!(
        "`{name}` is the {}th variable in a row that needs another one first",
        MAX_DEPTH + 1
    ))
}

#[cfg(test)]
#[path = "scope_tests.rs"]
mod tests;
