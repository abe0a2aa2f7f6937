//! Tests of what a task came to.

use minijinja::value::ValueKind;
use minijinja::{Error, State};

use crate::template::filters::{defined, fail};
use crate::template::table::{Entry, tests};
use crate::vars::Value;

pub(super) static TABLE: &[Entry] = tests! {
    "change": changed, "the result of a task that changed something";
    "changed": changed, "the result of a task that changed something";
    "failed": failed, "the result of a task that failed";
    "failure": failed, "the result of a task that failed";
    "finished": finished, "the result of a job in the background that has ended";
    "reachable": reachable, "the result of a task whose host answered";
    "skip": skipped, "the result of a task that was skipped";
    "skipped": skipped, "the result of a task that was skipped";
    "started": started, "the result of a job in the background that has begun";
    "succeeded": succeeded, "the result of a task that did not fail";
    "success": succeeded, "the result of a task that did not fail";
    "successful": succeeded, "the result of a task that did not fail";
    "timedout": timedout, "the result of a task that took too long";
    "unreachable": unreachable, "the result of a task whose host did not answer";
};

/// Whether a key of a result is there and truthy; none when it is not there.
fn flag(state: &State<'_, '_>, result: &Value, key: &str) -> Result<Option<bool>, Error> {
    defined(state, result)?;
    if result.kind() != ValueKind::Map {
        return Err(fail(format!(
            "this test needs the registered result of a task, found {}",
            result.kind()
        )));
    }
    let value = result.get_attr(key)?;
    Ok((!value.is_undefined()).then(|| value.is_true()))
}

fn failed(state: &State<'_, '_>, result: &Value) -> Result<bool, Error> {
    Ok(flag(state, result, "failed")?.unwrap_or(false))
}

fn succeeded(state: &State<'_, '_>, result: &Value) -> Result<bool, Error> {
    Ok(!failed(state, result)?)
}

fn changed(state: &State<'_, '_>, result: &Value) -> Result<bool, Error> {
    if let Some(changed) = flag(state, result, "changed")? {
        return Ok(changed);
    }
    let results = result.get_attr("results")?;
    let mut items = results.try_iter().into_iter().flatten();
    Ok(items.any(|item| {
        item.get_attr("changed")
            .is_ok_and(|changed| changed.is_true())
    }))
}

fn skipped(state: &State<'_, '_>, result: &Value) -> Result<bool, Error> {
    Ok(flag(state, result, "skipped")?.unwrap_or(false))
}

fn unreachable(state: &State<'_, '_>, result: &Value) -> Result<bool, Error> {
    Ok(flag(state, result, "unreachable")?.unwrap_or(false))
}

fn reachable(state: &State<'_, '_>, result: &Value) -> Result<bool, Error> {
    Ok(!unreachable(state, result)?)
}

fn timedout(state: &State<'_, '_>, result: &Value) -> Result<bool, Error> {
    Ok(flag(state, result, "timedout")?.unwrap_or(false))
}

fn started(state: &State<'_, '_>, result: &Value) -> Result<bool, Error> {
    // A job that says nothing was not run in the background: it has begun long ago.
    Ok(flag(state, result, "started")?.unwrap_or(true))
}

fn finished(state: &State<'_, '_>, result: &Value) -> Result<bool, Error> {
    Ok(flag(state, result, "finished")?.unwrap_or(true))
}
