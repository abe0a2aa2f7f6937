//! Variables: what they are before and after templating, and which one wins.

mod context;
mod json;
mod layers;
mod level;
mod scope;

use std::sync::Arc;

use indexmap::IndexMap;

use crate::yaml::Node;

pub(crate) use context::scope_of;
pub use json::{from_json, from_map, to_json};
pub use layers::Layers;
pub use level::Level;
pub use scope::{Scope, ScopeBuilder};

/// A value at run time: the template engine's own, cheap to clone.
pub type Value = minijinja::Value;

/// A variable as it is stored.
#[derive(Debug, Clone)]
pub enum Var {
    /// Written by a person: templates in it are rendered when it is used, in the scope of its use.
    Lazy(Node),
    /// Observed at run time (facts, results, `set_fact`): never rendered again.
    Data(Value),
}

impl From<Value> for Var {
    fn from(value: Value) -> Self {
        Self::Data(value)
    }
}

/// Variables of one origin, in the order they were written.
pub type VarMap = IndexMap<Arc<str>, Var>;
