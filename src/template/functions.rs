//! Functions templates can call.

#![expect(
    clippy::needless_pass_by_value,
    reason = "the engine hands arguments over by value"
)]

use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::value::{Kwargs, Rest, ValueKind, ValueOrKwargs};
use minijinja::{Error, ErrorKind, State};
use minijinja_contrib::globals;

use super::filters::{Strftime, fail};
use super::lookups;
use super::table::{Entry, functions};
use crate::vars::Value;

static TABLE: &[Entry] = functions! {
    "cycler": globals::cycler, "an object that gives one value after the other, again and again";
    "dict": minijinja::functions::dict, "a mapping of the named arguments";
    "joiner": globals::joiner, "an object that gives a separator from the second call on";
    "lookup": lookup, "what a lookup finds, as one value";
    "namespace": minijinja::functions::namespace, "an object whose attributes can be set within loops";
    "now": now, "this moment";
    "q": query, "what a lookup finds, as a list";
    "query": query, "what a lookup finds, as a list";
    "range": range, "the whole numbers of a range";
    "undef": undef, "a value that must be given: using it is an error";
};

/// All functions.
pub(super) fn all() -> impl Iterator<Item = &'static Entry> {
    TABLE.iter()
}

fn lookup(state: &State<'_, '_>, name: &str, args: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let call = lookups::Call::new(state, args.into_values())?;
    let wants_list = call.wants_list;
    let mut found = lookups::run(name, &call)?;
    if wants_list {
        return Ok(Value::from(found));
    }
    // As in Ansible: one result is itself, several are joined when they are texts.
    if found.len() == 1 {
        return Ok(found.remove(0));
    }
    if !found.is_empty() && found.iter().all(|value| value.kind() == ValueKind::String) {
        let texts: Vec<&str> = found.iter().filter_map(Value::as_str).collect();
        return Ok(Value::from(texts.join(",")));
    }
    Ok(Value::from(found))
}

fn query(state: &State<'_, '_>, name: &str, args: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let mut call = lookups::Call::new(state, args.into_values())?;
    call.wants_list = true;
    lookups::run(name, &call).map(Value::from)
}

fn now(utc: Option<bool>, format: Option<&str>, kwargs: Kwargs) -> Result<Value, Error> {
    let utc = super::filters::either(utc, &kwargs, "utc")?.unwrap_or(false);
    let format = super::filters::either(format, &kwargs, "fmt")?;
    kwargs.assert_all_used()?;
    let zone = if utc {
        TimeZone::UTC
    } else {
        TimeZone::system()
    };
    let moment = Timestamp::now().to_zoned(zone);
    match format {
        None => Ok(Value::from_object(Strftime(moment.datetime()))),
        Some(format) => jiff::fmt::strtime::format(format, &moment)
            .map(Value::from)
            .map_err(|error| fail(format!("`{format}` is no time format: {error}"))),
    }
}

/// A real list, so that it can be indexed, compared and stored.
fn range(lower: isize, upper: Option<isize>, step: Option<isize>) -> Result<Value, Error> {
    let range = minijinja::functions::range(lower, upper, step)?;
    Ok(Value::from(range.try_iter()?.collect::<Vec<_>>()))
}

fn undef(hint: Option<&str>, kwargs: Kwargs) -> Result<Value, Error> {
    let hint = super::filters::either(hint, &kwargs, "hint")?;
    kwargs.assert_all_used()?;
    let hint = hint.unwrap_or("this value must be given");
    Err(Error::new(ErrorKind::InvalidOperation, hint.to_owned()))
}
