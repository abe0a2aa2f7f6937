//! Typing of plain scalars, as `PyYAML` does it (YAML 1.1, sexagesimal surprises included: what
//! Ansible reads, we read).
//!
//! Two differences: dates stay text, and integers beyond 64 bits stay text rather than lose digits.

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

/// The tags that type a scalar, in their long form.
pub(super) mod tags {
    pub(crate) const STR: &str = "tag:yaml.org,2002:str";
    pub(crate) const INT: &str = "tag:yaml.org,2002:int";
    pub(crate) const BOOL: &str = "tag:yaml.org,2002:bool";
    pub(crate) const FLOAT: &str = "tag:yaml.org,2002:float";
    pub(crate) const NULL: &str = "tag:yaml.org,2002:null";
}

/// Types a scalar: only plain ones, and those with an explicit tag, become anything but text. A
/// tag whose type the text does not fit leaves it text ([`fits`] tells).
pub(super) fn scalar<'a>(text: &'a str, style: Style, tag: Option<&str>) -> Scalar<'a> {
    let typed = match tag {
        None if style == Style::Plain => implicit(text),
        Some(tags::INT) => int(text).map(Scalar::Int),
        Some(tags::BOOL) => bool(&text.to_ascii_lowercase()).map(Scalar::Bool),
        Some(tags::FLOAT) => float(text).or_else(|| plain_float(text)).map(Scalar::Float),
        Some(tags::NULL) => Some(Scalar::Null),
        None | Some(_) => None,
    };
    typed.unwrap_or(Scalar::Str(text))
}

/// Whether a text can have the type its tag claims.
pub(super) fn fits(text: &str, tag: &str) -> bool {
    match tag {
        tags::INT | tags::BOOL | tags::FLOAT => {
            !matches!(scalar(text, Style::Plain, Some(tag)), Scalar::Str(_))
        }
        _ => true,
    }
}

fn implicit(text: &str) -> Option<Scalar<'_>> {
    // The first byte decides which patterns may match at all; nearly all text ends here.
    match text.as_bytes().first() {
        None | Some(b'~' | b'n' | b'N') if is_null(text) => Some(Scalar::Null),
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O') => {
            bool(text).map(Scalar::Bool)
        }
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => int(text)
            .map(Scalar::Int)
            .or_else(|| float(text).map(Scalar::Float)),
        _ => None,
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn bool(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// The sign, and what follows it.
fn signed(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

fn int(text: &str) -> Option<i64> {
    let (negative, digits) = signed(text);
    let magnitude = if let Some(binary) = digits.strip_prefix("0b") {
        number(binary, 2)?
    } else if let Some(hex) = digits.strip_prefix("0x") {
        number(hex, 16)?
    } else if digits == "0" {
        0
    } else if let Some(octal) = digits.strip_prefix('0') {
        // A lone `0_` is zero.
        let only_underscores = !octal.is_empty() && octal.bytes().all(|b| b == b'_');
        if only_underscores {
            0
        } else {
            number(octal, 8)?
        }
    } else if digits.contains(':') {
        sexagesimal(digits)?
    } else if digits.starts_with('_') {
        return None;
    } else {
        number(digits, 10)?
    };
    i64::try_from(if negative { -magnitude } else { magnitude }).ok()
}

/// Digits with underscores between them, wide enough for the magnitude of any `i64`.
fn number(text: &str, radix: u32) -> Option<i128> {
    let mut value: Option<i128> = None;
    for c in text.chars().filter(|c| *c != '_') {
        let digit = i128::from(c.to_digit(radix)?);
        let shifted = value.unwrap_or(0).checked_mul(i128::from(radix))?;
        value = Some(shifted.checked_add(digit)?);
    }
    value
}

/// `190:20:30`: base 60, as hours, minutes and seconds were once written.
fn sexagesimal(text: &str) -> Option<i128> {
    let mut parts = text.split(':');
    let first = parts.next().filter(|f| first_is_digit(f))?;
    let mut value = number(first, 10)?;
    for part in parts {
        value = value.checked_mul(60)?.checked_add(sixtieth(part)?)?;
    }
    Some(value)
}

/// One place of a base-60 number: one or two digits below 60.
fn sixtieth(part: &str) -> Option<i128> {
    let digits = matches!(part.len(), 1 | 2) && part.bytes().all(|b| b.is_ascii_digit());
    let value = part.parse::<i128>().ok().filter(|v| *v < 60)?;
    digits.then_some(value)
}

fn first_is_digit(text: &str) -> bool {
    text.as_bytes().first().is_some_and(u8::is_ascii_digit)
}

fn float(text: &str) -> Option<f64> {
    let (negative, body) = signed(text);
    let magnitude = match body {
        ".inf" | ".Inf" | ".INF" => f64::INFINITY,
        ".nan" | ".NaN" | ".NAN" if body.len() == text.len() => f64::NAN,
        _ if body.contains(':') => sexagesimal_float(body)?,
        // `PyYAML`'s pattern for a missing integer part has no sign.
        _ if body.starts_with('.') && body.len() < text.len() => return None,
        _ => decimal(body)?,
    };
    Some(if negative { -magnitude } else { magnitude })
}

/// `1.`, `1.5`, `.5`, `1.5e+3`: a point is needed, and an exponent needs its sign.
fn decimal(text: &str) -> Option<f64> {
    let (whole, rest) = text.split_once('.')?;
    let (fraction, exponent) = match rest.split_once(['e', 'E']) {
        Some((fraction, exponent)) => (fraction, Some(exponent)),
        None => (rest, None),
    };
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let starts_right = if whole.is_empty() {
        first_is_digit(fraction)
    } else {
        first_is_digit(whole)
    };
    let exponent_fits = exponent.is_none_or(|e| {
        let (_, power) = signed(e);
        power.len() < e.len() && !power.is_empty() && power.bytes().all(|b| b.is_ascii_digit())
    });
    let fits = starts_right && digits(whole) && digits(fraction) && exponent_fits;
    fits.then(|| plain_float(text)).flatten()
}

/// `190:20:30.15`.
fn sexagesimal_float(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.')?;
    if !fraction.bytes().all(|b| b.is_ascii_digit() || b == b'_') || !whole.contains(':') {
        return None;
    }
    let whole = i64::try_from(sexagesimal(whole)?).ok()?;
    plain_float(&format!("{whole}.{fraction}"))
}

/// What Python's `float()` makes of it, underscores dropped.
fn plain_float(text: &str) -> Option<f64> {
    let digits = text.bytes().any(|b| b.is_ascii_digit());
    digits.then(|| text.replace('_', "").parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Scalar<'_> {
        scalar(text, Style::Plain, None)
    }

    /// Every pair was read off `PyYAML` 6.0.3.
    #[test]
    fn plain_integers() {
        for (text, value) in [
            ("0644", 420),
            ("-0644", -420),
            ("12:30:45", 45045),
            ("12:3", 723),
            ("1:59", 119),
            ("190:20:30", 685_230),
            ("-1:30", -90),
            ("0x1F", 31),
            ("-0x1F", -31),
            ("0x1f_ff", 8191),
            ("0b101", 5),
            ("+0b11", 3),
            ("1_000", 1000),
            ("1__0", 10),
            ("-1_0", -10),
            ("+1", 1),
            ("0", 0),
            ("-0", 0),
            ("00", 0),
            ("0_", 0),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(plain(text), Scalar::Int(value), "{text}");
        }
    }

    #[test]
    fn plain_floats() {
        for (text, value) in [
            ("1.20", 1.2),
            ("1.", 1.0),
            (".5", 0.5),
            (".5e-1", 0.05),
            ("1.0e+3", 1000.0),
            ("1.e+3", 1000.0),
            ("09.5", 9.5),
            ("1_0.5_0", 10.5),
            ("190:20:30.15", 685_230.15),
            (".inf", f64::INFINITY),
            ("+.inf", f64::INFINITY),
            ("-.INF", f64::NEG_INFINITY),
        ] {
            assert_eq!(plain(text), Scalar::Float(value), "{text}");
        }
        assert!(matches!(plain(".nan"), Scalar::Float(nan) if nan.is_nan()));
    }

    #[test]
    fn plain_booleans_and_nulls() {
        for text in [
            "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON",
        ] {
            assert_eq!(plain(text), Scalar::Bool(true), "{text}");
        }
        for text in [
            "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF",
        ] {
            assert_eq!(plain(text), Scalar::Bool(false), "{text}");
        }
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(plain(text), Scalar::Null, "{text}");
        }
    }

    #[test]
    fn everything_else_stays_text() {
        for text in [
            "0o644",
            "1e3",
            "1.0e3",
            "1e+3",
            "1.2e5",
            "y",
            "Y",
            "n",
            "nULL",
            "oFF",
            "yES",
            "08",
            "0_8",
            "_1",
            "1:60",
            "0:30",
            "01:30",
            "-.5",
            "+.5",
            "-.nan",
            "._",
            ".",
            "..",
            "-",
            "+",
            "1.5.2",
            "1,000",
            "0x",
            "0b",
            "0b_",
            "0x_",
            "1-2",
            "=",
            "<<",
            "2026-11-02",
            "9223372036854775808",
            "1:",
            ":1",
            "1:+5",
            "1:2:",
            "é",
            "1é",
            "0é",
        ] {
            assert_eq!(plain(text), Scalar::Str(text), "{text}");
        }
    }

    #[test]
    fn quoted_and_block_scalars_are_text() {
        for style in [
            Style::SingleQuoted,
            Style::DoubleQuoted,
            Style::Literal,
            Style::Folded,
        ] {
            assert_eq!(scalar("0644", style, None), Scalar::Str("0644"));
        }
    }

    #[test]
    fn explicit_tags_decide() {
        let quoted = Style::DoubleQuoted;
        for (text, tag, value) in [
            ("0644", tags::STR, Scalar::Str("0644")),
            ("0644", "!", Scalar::Str("0644")),
            ("0644", "!unsafe", Scalar::Str("0644")),
            ("0644", tags::INT, Scalar::Int(420)),
            ("YeS", tags::BOOL, Scalar::Bool(true)),
            ("1e3", tags::FLOAT, Scalar::Float(1000.0)),
            ("3", tags::FLOAT, Scalar::Float(3.0)),
            ("x", tags::NULL, Scalar::Null),
            ("x", tags::INT, Scalar::Str("x")),
        ] {
            assert_eq!(scalar(text, quoted, Some(tag)), value, "{tag} {text}");
        }
        assert!(!fits("x", tags::INT));
        assert!(!fits("maybe", tags::BOOL));
        assert!(fits("x", tags::STR));
    }

    proptest::proptest! {
        #[test]
        fn any_number_like_text_is_typed_without_a_panic(text in "[-+.:_0-9a-fxbeEoO]{0,24}") {
            let _ = plain(&text);
            let _ = scalar(&text, Style::Plain, Some(tags::FLOAT));
        }

        #[test]
        fn integers_come_back(value: i64) {
            let text = value.to_string();
            proptest::prop_assert_eq!(plain(&text), Scalar::Int(value));
        }
    }
}
