//! `omit`: the value that stands for "leave this argument out".

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};

use crate::vars::Value;

/// The placeholder; dropped from mappings and lists when a template was evaluated.
#[derive(Debug)]
struct Omit;

impl Object for Omit {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("omit")
    }
}

/// The placeholder as templates see it.
pub(super) fn omit() -> Value {
    Value::from_object(Omit)
}

/// Whether a value is the `omit` placeholder.
#[must_use]
pub fn is_omit(value: &Value) -> bool {
    value.downcast_object_ref::<Omit>().is_some()
}
