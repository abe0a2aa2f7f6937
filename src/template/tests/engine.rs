//! The tests that come with the template engine.

use minijinja::tests as engine;
use minijinja::value::ValueKind;

use crate::template::table::{Entry, tests};
use crate::vars::Value;

pub(super) static TABLE: &[Entry] = tests! {
    "boolean": engine::is_boolean, "a boolean";
    "defined": engine::is_defined, "there is such a value";
    "divisibleby": engine::is_divisibleby, "divisible by this number";
    "endingwith": engine::is_endingwith, "a text that ends with this one";
    "eq": engine::is_eq, "equal to this value";
    "equalto": engine::is_eq, "equal to this value";
    "escaped": engine::is_safe, "text made safe for HTML";
    "even": engine::is_even, "an even number";
    "false": engine::is_false, "the boolean false";
    "filter": engine::is_filter, "the name of a filter";
    "float": engine::is_float, "a number with a fraction";
    "ge": engine::is_ge, "greater than this value or equal to it";
    "greaterthan": engine::is_gt, "greater than this value";
    "gt": engine::is_gt, "greater than this value";
    "in": engine::is_in, "within this list, mapping or text";
    "integer": engine::is_integer, "a whole number";
    "iterable": engine::is_iterable, "something to loop over";
    "le": engine::is_le, "less than this value or equal to it";
    "lessthan": engine::is_lt, "less than this value";
    "lower": engine::is_lower, "text in lower case";
    "lt": engine::is_lt, "less than this value";
    "mapping": engine::is_mapping, "a mapping";
    "ne": engine::is_ne, "different from this value";
    "none": engine::is_none, "none";
    "number": engine::is_number, "a number";
    "odd": engine::is_odd, "an odd number";
    "safe": engine::is_safe, "text made safe for HTML";
    "sameas": engine::is_sameas, "the very same value";
    "sequence": is_sequence, "a list or a text";
    "startingwith": engine::is_startingwith, "a text that begins with this one";
    "string": engine::is_string, "a text";
    "test": engine::is_test, "the name of a test";
    "true": engine::is_true, "the boolean true";
    "undefined": engine::is_undefined, "there is no such value";
    "upper": engine::is_upper, "text in upper case";
};

/// As in Jinja, whatever has a length and items: a mapping and a text, too.
fn is_sequence(value: &Value) -> bool {
    matches!(
        value.kind(),
        ValueKind::Seq | ValueKind::Map | ValueKind::String | ValueKind::Bytes
    )
}
