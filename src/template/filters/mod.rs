//! Filters, by concern. Each file has one table: name, function, what it does.

#![expect(
    clippy::needless_pass_by_value,
    reason = "the engine hands arguments over by value"
)]

mod bounded;
mod dict;
mod encode;
mod engine;
mod hash;
mod html;
mod json;
mod list;
mod merge;
mod password;
mod path;
mod pprint;
mod regex;
mod sets;
mod size;
mod text;
mod time;
mod vault;
mod yaml;
mod yaml_scalar;
mod yaml_writer;

use std::borrow::Cow;

use minijinja::value::Kwargs;
use minijinja::{Error, ErrorKind, State};

use super::table::Entry;
use crate::vars::Value;

pub(super) use bounded::{MAX_WIDTH, bounded_format, bounded_text, printf};
pub(super) use dict::{pairs, pairs_of, subelements_of};
pub(crate) use json::json_line;
pub(super) use list::cartesian;
pub(crate) use password::random_salt;
pub(super) use password::{hashed, unguessable};
pub(super) use path::with_home;
pub(super) use text::truth;
pub(super) use time::{Strftime, between, later};

/// All filters.
pub(super) fn all() -> impl Iterator<Item = &'static Entry> {
    let tables: [&'static [Entry]; 19] = [
        engine::TABLE,
        bounded::TABLE,
        dict::TABLE,
        encode::TABLE,
        hash::TABLE,
        html::TABLE,
        json::TABLE,
        list::TABLE,
        merge::TABLE,
        password::TABLE,
        path::TABLE,
        pprint::TABLE,
        regex::TABLE,
        sets::TABLE,
        size::TABLE,
        text::TABLE,
        time::TABLE,
        vault::TABLE,
        yaml::TABLE,
    ];
    tables.into_iter().flatten()
}

/// An error of a filter.
pub(super) fn fail(message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// Refuses an undefined value, naming where it came from.
pub(super) fn defined(state: &State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_undefined() {
        // The engine's own filter knows the expression the value came from.
        minijinja::filters::string(state, value)?;
    }
    Ok(())
}

/// The items of a list.
pub(super) fn items(state: &State<'_, '_>, value: &Value) -> Result<Vec<Value>, Error> {
    defined(state, value)?;
    if value.as_str().is_some() {
        return Err(fail("expected a list, found a string"));
    }
    let items = value
        .try_iter()
        .map_err(|_| fail(format!("expected a list, found {}", value.kind())))?;
    items.checked().collect()
}

/// An argument given by place or by name.
pub(super) fn either<'a, T>(
    place: Option<T>,
    kwargs: &'a Kwargs,
    name: &'a str,
) -> Result<Option<T>, Error>
where
    T: minijinja::value::ArgType<'a, Output = T>,
{
    match place {
        Some(value) => Ok(Some(value)),
        None => kwargs.get::<Option<T>>(name),
    }
}

#[cfg(test)]
mod table_tests;
