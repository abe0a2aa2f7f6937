//! A scope as the template engine sees it: a mapping that renders what is looked up.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object};

use super::{Scope, Value};

/// Under this name a template's scope hands out itself; no YAML key or expression can spell it.
pub(crate) const SELF: &str = "\0scope";

impl Object for Scope {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        match self.get(key) {
            Ok(Some(value)) => Some(value),
            Ok(None) => matches!(key, SELF | "vars").then(|| self.as_value()),
            // What is undefined inside is undefined outside: `default` and `is defined` work
            // through any number of variables. The reason is found again by `Scope::failure`.
            Err(error) if error.is_undefined() => None,
            Err(error) => Some(Value::from(error.into_engine())),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.names().iter().map(Value::from).collect())
    }
}

/// The scope a template is rendered in.
pub(crate) fn scope_of(state: &minijinja::State<'_, '_>) -> Option<Arc<Scope>> {
    state.lookup(SELF)?.downcast_object::<Scope>()
}
