//! Tests of values and lists.

use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Error, State};

use crate::template::filters::{defined, either, items, truth};
use crate::template::table::{Entry, tests};
use crate::vars::Value;

pub(super) static TABLE: &[Entry] = tests! {
    "all": all, "a list of nothing but truthy values";
    "any": any, "a list with a truthy value";
    "callable": callable, "something that can be called";
    "contains": contains, "a list, mapping or text that has this within";
    "falsy": falsy, "false, none, 0, or empty";
    "isnan": nan, "not a number";
    "issubset": subset, "a list whose items are all in this one";
    "issuperset": superset, "a list that has all items of this one";
    "nan": nan, "not a number";
    "subset": subset, "a list whose items are all in this one";
    "superset": superset, "a list that has all items of this one";
    "truthy": truthy, "true, or something that is neither none, 0 nor empty";
};

fn all(state: &State<'_, '_>, list: &Value) -> Result<bool, Error> {
    Ok(items(state, list)?.iter().all(Value::is_true))
}

fn any(state: &State<'_, '_>, list: &Value) -> Result<bool, Error> {
    Ok(items(state, list)?.iter().any(Value::is_true))
}

fn callable(value: &Value) -> bool {
    value.kind() == ValueKind::Plain
}

fn contains(state: &State<'_, '_>, whole: &Value, part: &Value) -> Result<bool, Error> {
    defined(state, whole)?;
    minijinja::tests::is_in(state, part, whole)
}

fn subset(state: &State<'_, '_>, a: &Value, b: &Value) -> Result<bool, Error> {
    let b = items(state, b)?;
    Ok(items(state, a)?.iter().all(|item| b.contains(item)))
}

fn superset(state: &State<'_, '_>, a: &Value, b: &Value) -> Result<bool, Error> {
    subset(state, b, a)
}

fn truthy(
    state: &State<'_, '_>,
    value: &Value,
    convert_bool: Option<bool>,
    kwargs: Kwargs,
) -> Result<bool, Error> {
    let convert = either(convert_bool, &kwargs, "convert_bool")?.unwrap_or(false);
    kwargs.assert_all_used()?;
    defined(state, value)?;
    let is_scalar = matches!(value.kind(), ValueKind::String | ValueKind::Number);
    Ok(if convert && is_scalar {
        truth(value)
    } else {
        value.is_true()
    })
}

fn falsy(
    state: &State<'_, '_>,
    value: &Value,
    convert_bool: Option<bool>,
    kwargs: Kwargs,
) -> Result<bool, Error> {
    truthy(state, value, convert_bool, kwargs).map(|truthy| !truthy)
}

fn nan(value: &Value) -> bool {
    f64::try_from(value.clone()).is_ok_and(f64::is_nan)
}
