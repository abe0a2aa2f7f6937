//! The engine's environment: one for the process, because nothing in it belongs to a run.

use std::sync::LazyLock;

use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, Error, State, UndefinedBehavior, escape_formatter};

use super::omit::{is_omit, omit};
use super::{filters, functions, methods, native, rewrite, tests};
use crate::vars::Value;

/// How many instructions one evaluation may take: seconds of work, where real templates need
/// thousands.
const FUEL: u64 = 5_000_000;

/// How deep macros, includes and loops may nest; the engine's own limit asks for more stack than
/// a worker thread has.
const RECURSION_LIMIT: usize = 120;

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(build);

/// The environment every expression is compiled in.
pub(super) fn environment() -> &'static Environment<'static> {
    &ENVIRONMENT
}

/// The names of all filters.
pub(super) fn filter_names() -> Vec<&'static str> {
    filters::all().map(|entry| entry.name).collect()
}

/// The names of all tests.
pub(super) fn test_names() -> Vec<&'static str> {
    tests::all().map(|entry| entry.name).collect()
}

/// The names of all functions and constants.
pub(super) fn function_names() -> Vec<&'static str> {
    functions::all().map(|entry| entry.name).collect()
}

fn build() -> Environment<'static> {
    let mut env = Environment::new();
    env.set_auto_escape_callback(|_| AutoEscape::None);
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_debug(true);
    env.set_fuel(Some(FUEL));
    env.set_recursion_limit(RECURSION_LIMIT);
    env.set_formatter(format);
    env.set_unknown_method_callback(methods::call);
    env.add_global("omit", omit());
    rewrite::register(&mut env);
    for entry in filters::all().chain(tests::all()) {
        entry.register_both(&mut env);
    }
    for entry in functions::all() {
        entry.register(&mut env);
    }
    env
}

/// The last value a template wrote: when it is all of the output, its type is kept.
pub(super) struct Emitted(pub(super) Value);

fn format(
    out: &mut minijinja::Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), minijinja::Error> {
    if is_omit(value) {
        return Err(omitted_in_text());
    }
    if value.is_none() {
        return Ok(());
    }
    state.get_or_insert_extension(Emitted(Value::UNDEFINED)).0 = value.clone();
    match f64::try_from(value.clone()) {
        Ok(_) if value.kind() == ValueKind::Number && !value.is_integer() => {
            out.write_str(&native::text(value)).map_err(Error::from)
        }
        _ => escape_formatter(out, state, value),
    }
}

/// `omit` has no text.
pub(super) fn omitted_in_text() -> minijinja::Error {
    minijinja::Error::new(
        minijinja::ErrorKind::InvalidOperation,
        "`omit` cannot be a part of a text, only the whole of a value",
    )
}
