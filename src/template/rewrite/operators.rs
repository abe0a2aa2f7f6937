//! Operators that mean more, or less, in Python: `'%s' % x`, and `<` between things that have no
//! order.

use std::cmp::Ordering;
use std::ops::Range;

use minijinja::value::{Rest, ValueKind};
use minijinja::{Error, State};

use super::Edit;
use super::outline::{has_dates, outline};
use crate::template::filters::{between, defined, fail, later, printf};
use crate::vars::Value;

/// The filter in place of `%`.
pub(super) const REMAINDER: &str = "__rem__";

/// The filter in place of `-`, where moments may be around.
pub(super) const DIFFERENCE: &str = "__minus__";

/// The filter in place of `+`, where moments may be around.
pub(super) const SUM: &str = "__plus__";

/// The filter in place of `<`, `<=`, `>` and `>=`.
pub(super) const COMPARE: &str = "__compare__";

/// Puts filters in place of operators.
pub(super) fn edits(text: &str, range: Range<usize>, is_block: bool, edits: &mut Vec<Edit>) {
    let code = &text[range.clone()];
    if !code.contains(['%', '<', '>']) && !has_dates(text) {
        return;
    }
    for operation in outline(text, range, is_block) {
        edits.push(Edit::new(operation.start..operation.start, "(("));
        for (at, operator) in operation.operators.into_iter().enumerate() {
            let words = text[operator.clone()]
                .split_whitespace()
                .collect::<Vec<_>>();
            let new = match words.join(" ").as_str() {
                "%" => format!(")|{REMAINDER}(("),
                "-" => format!(")|{DIFFERENCE}(("),
                "+" => format!(")|{SUM}(("),
                sign if at == 0 => format!(")|{COMPARE}('{sign}',("),
                sign => format!("),'{sign}',("),
            };
            edits.push(Edit::new(operator, new));
        }
        edits.push(Edit::new(operation.end..operation.end, ")))"));
    }
}

/// `%`: the remainder of numbers, or a text filled in.
pub(super) fn remainder(
    state: &State<'_, '_>,
    left: &Value,
    right: &Value,
) -> Result<Value, Error> {
    defined(state, left)?;
    defined(state, right)?;
    if let Some(text) = left.as_str() {
        return printf(text, right);
    }
    if let (Some(left), Some(right)) = (whole(left), whole(right)) {
        let rest = left
            .checked_rem_euclid(right)
            .ok_or_else(|| fail("division by zero"))?;
        // Python's remainder has the sign of the divisor.
        let rest = if right < 0 && rest != 0 {
            rest + right
        } else {
            rest
        };
        return Ok(i64::try_from(rest).map_or_else(|_| Value::from(rest), Value::from));
    }
    let (Some(left), Some(right)) = (number(left), number(right)) else {
        let (left, right) = (described(left), described(right));
        return Err(fail(format!("`%` is not for {left} and {right}")));
    };
    if right == 0.0 {
        return Err(fail("division by zero"));
    }
    Ok(Value::from(left - right * (left / right).floor()))
}

/// `-`: of numbers, or the time between two moments.
pub(super) fn difference(
    state: &State<'_, '_>,
    left: &Value,
    right: &Value,
) -> Result<Value, Error> {
    defined(state, left)?;
    defined(state, right)?;
    if let Some(value) = between(left, right) {
        return value;
    }
    if let (Some(left), Some(right)) = (whole(left), whole(right)) {
        let rest = left
            .checked_sub(right)
            .ok_or_else(|| fail("the difference is too large"))?;
        return Ok(i64::try_from(rest).map_or_else(|_| Value::from(rest), Value::from));
    }
    if let (Some(left), Some(right)) = (number(left), number(right)) {
        return Ok(Value::from(left - right));
    }
    let (left, right) = (described(left), described(right));
    Err(fail(format!("`-` is not for {left} and {right}")))
}

/// `+`: of anything the engine adds, or a moment and a time after it.
pub(super) fn sum(state: &State<'_, '_>, left: &Value, right: &Value) -> Result<Value, Error> {
    defined(state, left)?;
    defined(state, right)?;
    if let Some(value) = later(left, right) {
        return value;
    }
    let added = state.env().compile_expression("left + right")?;
    added.eval(minijinja::context! { left, right })
}

fn whole(value: &Value) -> Option<i128> {
    let is_whole = value.is_integer() || value.kind() == ValueKind::Bool;
    is_whole
        .then(|| i128::try_from(value.clone()).ok())
        .flatten()
}

fn number(value: &Value) -> Option<f64> {
    match value.kind() {
        ValueKind::Number => f64::try_from(value.clone()).ok(),
        ValueKind::Bool => Some(f64::from(u8::from(value.is_true()))),
        _ => None,
    }
}

/// `a < b <= c`: every neighbouring pair must hold.
pub(super) fn compare(
    state: &State<'_, '_>,
    first: &Value,
    rest: Rest<Value>,
) -> Result<bool, Error> {
    defined(state, first)?;
    let mut left = first;
    for pair in rest.chunks(2) {
        let [sign, right] = pair else { break };
        defined(state, right)?;
        if !holds(state, left, sign.as_str().unwrap_or_default(), right)? {
            return Ok(false);
        }
        left = right;
    }
    Ok(true)
}

fn holds(state: &State<'_, '_>, left: &Value, sign: &str, right: &Value) -> Result<bool, Error> {
    Ok(match sign {
        "==" => left == right,
        "!=" => left != right,
        "in" => minijinja::tests::is_in(state, left, right)?,
        "not in" => !minijinja::tests::is_in(state, left, right)?,
        _ => {
            let unordered =
                number(left).is_some_and(f64::is_nan) || number(right).is_some_and(f64::is_nan);
            let order = ordered(left, sign, right)?;
            !unordered
                && match sign {
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    ">" => order.is_gt(),
                    _ => order.is_ge(),
                }
        }
    })
}

/// The order of two values that have one.
fn ordered(left: &Value, sign: &str, right: &Value) -> Result<Ordering, Error> {
    let class = |value: &Value| match value.kind() {
        ValueKind::Bool => ValueKind::Number,
        ValueKind::Iterable => ValueKind::Seq,
        kind => kind,
    };
    let (one, other) = (class(left), class(right));
    let has_order = matches!(
        one,
        ValueKind::Number
            | ValueKind::String
            | ValueKind::Bytes
            | ValueKind::Seq
            | ValueKind::Plain
    );
    if one == other && has_order {
        return Ok(left.cmp(right));
    }
    let hint = match (one, other) {
        (ValueKind::String, ValueKind::Number) | (ValueKind::Number, ValueKind::String) => {
            "; make the text a number with `| int`"
        }
        _ => "",
    };
    let (left, right) = (described(left), described(right));
    Err(fail(format!(
        "`{sign}` does not compare {left} with {right}{hint}"
    )))
}

fn described(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::None => "none",
        ValueKind::Bool => "a boolean",
        ValueKind::Number => "a number",
        ValueKind::String | ValueKind::Bytes => "a text",
        ValueKind::Map => "a mapping",
        ValueKind::Seq | ValueKind::Iterable => "a list",
        _ => "such a value",
    }
}
