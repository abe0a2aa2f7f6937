//! Dates and times.

use std::fmt;
use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State};

use super::fail;
use crate::template::table::{Entry, filters};
use crate::vars::Value;

pub(super) static TABLE: &[Entry] = filters! {
    "strftime": strftime, "a time (seconds since 1970, now by default) in a format";
    "to_datetime": to_datetime, "the moment a text names";
};

/// A moment as templates see it: has a date's parts, and Python's `strftime`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::template) struct Strftime(pub(in crate::template) DateTime);

impl Object for Strftime {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "year" => Value::from(self.0.year()),
            "month" => Value::from(self.0.month()),
            "day" => Value::from(self.0.day()),
            "hour" => Value::from(self.0.hour()),
            "minute" => Value::from(self.0.minute()),
            "second" => Value::from(self.0.second()),
            _ => return None,
        })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<std::cmp::Ordering> {
        Some(self.0.cmp(&other.downcast_ref::<Self>()?.0))
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let zoned = || {
            self.0
                .to_zoned(TimeZone::UTC)
                .map_err(|e| fail(e.to_string()))
        };
        match method {
            "strftime" => {
                let (format,): (&str,) = minijinja::value::from_args(args)?;
                written(format, &zoned()?).map(Value::from)
            }
            "isoformat" => Ok(Value::from(self.0.to_string())),
            "timestamp" => {
                #[expect(clippy::cast_precision_loss, reason = "exact until the year 285,000")]
                let seconds = zoned()?.timestamp().as_microsecond() as f64 / 1e6;
                Ok(Value::from(seconds))
            }
            "date" => {
                let midnight = self.0.date().at(0, 0, 0, 0);
                Ok(Value::from_object(Self(midnight)))
            }
            _ => Err(ErrorKind::UnknownMethod.into()),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.date(), self.0.time())
    }
}

/// The time between two moments, as Python's `timedelta`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Delta {
    micros: i64,
}

impl Delta {
    fn seconds(&self) -> i64 {
        self.micros.div_euclid(1_000_000)
    }
}

impl Object for Delta {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "days" => Value::from(self.seconds().div_euclid(86_400)),
            "seconds" => Value::from(self.seconds().rem_euclid(86_400)),
            "microseconds" => Value::from(self.micros.rem_euclid(1_000_000)),
            _ => return None,
        })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<std::cmp::Ordering> {
        Some(self.micros.cmp(&other.downcast_ref::<Self>()?.micros))
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        _args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            #[expect(clippy::cast_precision_loss, reason = "exact for 285 years")]
            "total_seconds" => Ok(Value::from(self.micros as f64 / 1e6)),
            _ => Err(ErrorKind::UnknownMethod.into()),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, seconds) = (
            self.seconds().div_euclid(86_400),
            self.seconds().rem_euclid(86_400),
        );
        if days != 0 {
            let plural = if days.abs() == 1 { "" } else { "s" };
            write!(f, "{days} day{plural}, ")?;
        }
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        write!(f, "{hours}:{minutes:02}:{:02}", seconds % 60)?;
        match self.micros.rem_euclid(1_000_000) {
            0 => Ok(()),
            micros => write!(f, ".{micros:06}"),
        }
    }
}

/// The time between two moments, or the moment that much earlier; none for anything else.
pub(in crate::template) fn between(left: &Value, right: &Value) -> Option<Result<Value, Error>> {
    let left = left.downcast_object_ref::<Strftime>()?.0;
    let micros = |moment: DateTime| {
        let zoned = moment.to_zoned(TimeZone::UTC);
        zoned.map(|zoned| zoned.timestamp().as_microsecond())
    };
    let far = |_| fail("the moment is too far away");
    if let Some(Delta { micros: less }) = right.downcast_object_ref::<Delta>() {
        let moment =
            micros(left).and_then(|at| Timestamp::from_microsecond(at.saturating_sub(*less)));
        let moment = moment.map(|at| at.to_zoned(TimeZone::UTC).datetime());
        return Some(
            moment
                .map(|at| Value::from_object(Strftime(at)))
                .map_err(far),
        );
    }
    let right = right.downcast_object_ref::<Strftime>()?.0;
    let both = micros(left).and_then(|left| Ok((left, micros(right)?)));
    Some(both.map_err(far).map(|(left, right)| {
        Value::from_object(Delta {
            micros: left - right,
        })
    }))
}

/// The moment some time after another, or two times together; none for anything else.
pub(in crate::template) fn later(left: &Value, right: &Value) -> Option<Result<Value, Error>> {
    let far = || fail("the moment is too far away");
    let negated = |delta: &Delta| {
        let micros = delta.micros.checked_neg();
        micros.map(|micros| Value::from_object(Delta { micros }))
    };
    let (moment, delta) = match (left.downcast_object_ref(), right.downcast_object_ref()) {
        (Some(first), Some(second)) => {
            let (first, second): (&Delta, &Delta) = (first, second);
            let micros = first.micros.checked_add(second.micros).ok_or_else(far);
            return Some(micros.map(|micros| Value::from_object(Delta { micros })));
        }
        (None, Some(delta)) => (left, delta),
        (Some(delta), None) => (right, delta),
        (None, None) => return None,
    };
    moment.downcast_object_ref::<Strftime>()?;
    match negated(delta) {
        Some(delta) => between(moment, &delta),
        None => Some(Err(far())),
    }
}

fn to_datetime(text: &str, format: Option<&str>) -> Result<Value, Error> {
    let format = format.unwrap_or("%Y-%m-%d %H:%M:%S");
    let parsed = jiff::fmt::strtime::parse(format, text);
    let moment = parsed.and_then(|parsed| {
        let date = parsed.to_date()?;
        // A format without a time of day means midnight.
        let time = parsed.to_time().unwrap_or_default();
        Ok(date.to_datetime(time))
    });
    let moment = moment.map_err(|error| fail(format!("`{text}` is not `{format}`: {error}")))?;
    Ok(Value::from_object(Strftime(moment)))
}

fn strftime(
    format: &str,
    seconds: Option<Value>,
    utc: Option<bool>,
    kwargs: minijinja::value::Kwargs,
) -> Result<String, Error> {
    let seconds = super::either(seconds, &kwargs, "second")?;
    let utc = super::either(utc, &kwargs, "utc")?.unwrap_or(false);
    kwargs.assert_all_used()?;
    let moment = match seconds.filter(|seconds| !seconds.is_none()) {
        None => Timestamp::now(),
        Some(seconds) => instant(&seconds)?,
    };
    let zone = if utc {
        TimeZone::UTC
    } else {
        TimeZone::system()
    };
    written(format, &moment.to_zoned(zone))
}

fn instant(seconds: &Value) -> Result<Timestamp, Error> {
    let refused = || fail(format!("`{seconds}` is no number of seconds since 1970"));
    let number: f64 = match seconds.as_str() {
        Some(text) => text.trim().parse().map_err(|_| refused())?,
        None => f64::try_from(seconds.clone()).map_err(|_| refused())?,
    };
    if !number.is_finite() || number.abs() > 1e11 {
        return Err(refused());
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded just before")]
    let micros = (number * 1e6) as i64;
    Timestamp::from_microsecond(micros).map_err(|_| refused())
}

fn written(format: &str, moment: &Zoned) -> Result<String, Error> {
    jiff::fmt::strtime::format(format, moment)
        .map_err(|error| fail(format!("`{format}` is no time format: {error}")))
}
