//! Sizes and numbers.

use std::borrow::Cow;

use minijinja::Error;
use minijinja::value::Kwargs;

use super::{either, fail};
use crate::template::table::{Entry, filters};

pub(super) static TABLE: &[Entry] = filters! {
    "human_readable": human_readable, "a number of bytes with a unit, as `1.00 KB`";
    "human_to_bytes": human_to_bytes, "the number of bytes in a text such as `10 MB`";
    "log": log, "the logarithm, natural or to a base";
    "pow": pow, "a number raised to a power";
    "root": root, "the square root, or another one";
};

/// Units from the largest, each with its letter and bytes.
const UNITS: [(char, u128); 9] = [
    ('Y', 1 << 80),
    ('Z', 1 << 70),
    ('E', 1 << 60),
    ('P', 1 << 50),
    ('T', 1 << 40),
    ('G', 1 << 30),
    ('M', 1 << 20),
    ('K', 1 << 10),
    ('B', 1),
];

fn human_readable(
    size: f64,
    is_bits: Option<bool>,
    unit: Option<&str>,
    kwargs: Kwargs,
) -> Result<String, Error> {
    let bits = either(is_bits, &kwargs, "isbits")?.unwrap_or(false);
    let unit = either(unit, &kwargs, "unit")?;
    kwargs.assert_all_used()?;
    let wanted = unit
        .and_then(|unit| unit.chars().next())
        .map(|c| c.to_ascii_uppercase());
    let chosen = UNITS.into_iter().find(|(letter, bytes)| match wanted {
        Some(wanted) => *letter == wanted,
        None => size >= as_float(*bytes),
    });
    let (letter, bytes) = match (chosen, wanted) {
        (Some(chosen), _) => chosen,
        (None, None) => ('B', 1),
        (None, Some(_)) => return Err(fail("unknown unit; use B, K, M, G, T, P, E, Z or Y")),
    };
    let name = match (letter, bits) {
        ('B', true) => "bits".to_owned(),
        ('B', false) => "Bytes".to_owned(),
        (letter, true) => format!("{letter}b"),
        (letter, false) => format!("{letter}B"),
    };
    Ok(format!("{:.2} {name}", size / as_float(bytes)))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the units are powers of two, which are exact"
)]
fn as_float(bytes: u128) -> f64 {
    bytes as f64
}

fn human_to_bytes(
    text: Cow<'_, str>,
    default_unit: Option<&str>,
    is_bits: Option<bool>,
    kwargs: Kwargs,
) -> Result<i64, Error> {
    let default_unit = either(default_unit, &kwargs, "default_unit")?;
    either(is_bits, &kwargs, "isbits")?;
    kwargs.assert_all_used()?;
    let refused = || {
        fail(format!(
            "`{text}` is no size; write a number and a unit, as `10 MB`"
        ))
    };
    let trimmed = text.trim();
    let end = trimmed
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(trimmed.len());
    let number: f64 = trimmed[..end].parse().map_err(|_| refused())?;
    let unit = Some(trimmed[end..].trim()).filter(|unit| !unit.is_empty());
    let factor = match unit.or(default_unit) {
        None => 1,
        Some(unit) => unit_bytes(unit).ok_or_else(refused)?,
    };
    whole(number * as_float(factor)).ok_or_else(refused)
}

fn unit_bytes(unit: &str) -> Option<u128> {
    let upper = unit.to_ascii_uppercase();
    let (letter, rest) = upper.split_at_checked(1)?;
    let known = UNITS
        .into_iter()
        .find(|(name, _)| letter.starts_with(*name));
    let named = matches!(rest, "" | "B" | "IB") || upper == "BYTES" || upper == "BITS";
    known.filter(|_| named).map(|(_, bytes)| bytes)
}

/// A number of bytes, rounded, unless it is beyond what can be counted.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked before"
)]
fn whole(number: f64) -> Option<i64> {
    (number.abs() < 9.0e18).then(|| number.round() as i64)
}

fn log(value: f64, base: Option<f64>) -> Result<f64, Error> {
    if value <= 0.0 {
        return Err(fail("only a number above 0 has a logarithm"));
    }
    Ok(match base {
        None => value.ln(),
        Some(10.0) => value.log10(),
        Some(base) => value.log(base),
    })
}

fn pow(value: f64, exponent: f64) -> f64 {
    value.powf(exponent)
}

fn root(value: f64, base: Option<f64>) -> Result<f64, Error> {
    if value < 0.0 {
        return Err(fail("only a number of 0 or more has a root"));
    }
    Ok(match base {
        None | Some(2.0) => value.sqrt(),
        Some(base) => value.powf(1.0 / base),
    })
}
