//! Values for people, as templates of Ansible show them.

use minijinja::value::Kwargs;
use minijinja::{Error, State};

use super::defined;
use crate::template::bounds::writable;
use crate::template::native::repr;
use crate::template::table::{Entry, filters};
use crate::vars::Value;

pub(super) static TABLE: &[Entry] = filters! {
    "pprint": pprint, "a value as Python writes it";
};

/// One line however long: Python's own `pprint` breaks only its own kinds of lists, and those of
/// ansible-core 2.19 are others.
fn pprint(state: &State<'_, '_>, value: &Value, kwargs: Kwargs) -> Result<String, Error> {
    kwargs.get::<Option<bool>>("verbose")?;
    kwargs.assert_all_used()?;
    defined(state, value)?;
    writable(value)?;
    Ok(repr(value))
}
