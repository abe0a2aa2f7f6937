//! The types arguments can have.

use super::args::{ArgType, Argument};
use super::spec::ArgKind;
use crate::transport::Secret;
use crate::vars::Value;
use crate::yaml::{Node, Scalar};

/// A file mode as `chmod` takes it: octal digits or symbolic clauses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mode(pub String);

/// A bare expression, evaluated by the module itself.
#[derive(Debug, Clone)]
pub struct Expr(pub Node);

fn wanted(what: &str, value: &Value) -> String {
    format!("must be {what}, not {}", describe(value))
}

/// A value in a few words, for messages: `the text "abc"`, `a list`.
pub(crate) fn describe(value: &Value) -> String {
    use minijinja::value::ValueKind;
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => "nothing".to_owned(),
        ValueKind::Bool => format!("the boolean {}", value.is_true()),
        ValueKind::Number => format!("the number {value}"),
        ValueKind::String => format!("the text {:?}", value.as_str().unwrap_or_default()),
        ValueKind::Map => "a mapping".to_owned(),
        _ => "a list".to_owned(),
    }
}

/// Text of a scalar value, numbers and booleans as Python writes them.
fn text_of(value: &Value) -> Option<String> {
    use minijinja::value::ValueKind;
    match value.kind() {
        ValueKind::String => value.as_str().map(str::to_owned),
        ValueKind::Number | ValueKind::Bool => Some(value.to_string()),
        _ => None,
    }
}

impl ArgType for String {
    const KIND: ArgKind = ArgKind::Str;

    fn decode(argument: &Argument) -> Result<Self, String> {
        // A plain scalar that happens to look like a number keeps its lexeme: `15.20` stays so.
        if let Some(node) = &argument.node
            && matches!(node.scalar(), Some(Scalar::Int(_) | Scalar::Float(_)))
            && let Some(raw) = node.raw()
        {
            return Ok(raw.to_owned());
        }
        text_of(&argument.value).ok_or_else(|| wanted("text", &argument.value))
    }
}

impl ArgType for Secret {
    const KIND: ArgKind = ArgKind::Str;
    const SECRET: bool = true;

    fn decode(argument: &Argument) -> Result<Self, String> {
        // The usual message would quote the value.
        let text = String::decode(argument).map_err(|_| "must be text".to_owned())?;
        Ok(Self::new(text))
    }
}

impl ArgType for bool {
    const KIND: ArgKind = ArgKind::Bool;

    fn decode(argument: &Argument) -> Result<Self, String> {
        let value = &argument.value;
        if let Ok(found) = bool::try_from(value.clone()) {
            return Ok(found);
        }
        let text = text_of(value).unwrap_or_default().to_ascii_lowercase();
        match text.as_str() {
            "yes" | "on" | "true" | "1" | "y" | "t" | "1.0" => Ok(true),
            "no" | "off" | "false" | "0" | "n" | "f" | "0.0" => Ok(false),
            _ => Err(wanted("a boolean (`true` or `false`)", value)),
        }
    }
}

impl ArgType for i64 {
    const KIND: ArgKind = ArgKind::Int;

    fn decode(argument: &Argument) -> Result<Self, String> {
        let value = &argument.value;
        let number = match value.as_str() {
            Some(text) => text.trim().parse().ok(),
            None if value.is_number() => i64::try_from(value.clone()).ok(),
            None => None,
        };
        number.ok_or_else(|| wanted("a whole number", value))
    }
}

impl ArgType for f64 {
    const KIND: ArgKind = ArgKind::Float;

    fn decode(argument: &Argument) -> Result<Self, String> {
        let value = &argument.value;
        let number = match value.as_str() {
            Some(text) => text.trim().parse().ok(),
            None if value.is_number() => f64::try_from(value.clone()).ok(),
            None => None,
        };
        number
            .filter(|n: &f64| n.is_finite())
            .ok_or_else(|| wanted("a number", value))
    }
}

/// A plain `644`, which nobody means: in YAML it is decimal, and its bits are 1204.
fn decimal(node: &Node) -> Option<&str> {
    let raw = node.raw()?;
    let digits = raw.len() >= 3 && raw.bytes().all(|b| b.is_ascii_digit());
    let plain = matches!(node.scalar(), Some(Scalar::Int(_)));
    (plain && digits && !raw.starts_with('0')).then_some(raw)
}

impl ArgType for Mode {
    const KIND: ArgKind = ArgKind::Mode;

    fn decode(argument: &Argument) -> Result<Self, String> {
        let value = &argument.value;
        if let Some(raw) = argument.node.as_ref().and_then(decimal) {
            return Err(format!(
                "is the decimal number {raw}, and a mode is octal: write `0{raw}`"
            ));
        }
        // `0644` unquoted is the number 420 in YAML 1.1; a number is a mode's bits.
        if value.is_number() {
            return match u32::try_from(value.clone()) {
                Ok(bits) if bits <= 0o7777 => Ok(Self(format!("{bits:04o}"))),
                _ => Err(wanted("a file mode such as `0644`", value)),
            };
        }
        let text = value.as_str().unwrap_or_default();
        let octal =
            !text.is_empty() && text.len() <= 5 && text.bytes().all(|b| (b'0'..=b'7').contains(&b));
        let symbolic = text.split(',').all(|clause| {
            clause.contains(['=', '+', '-']) && clause.chars().all(|c| "ugoa=+-rwxXst".contains(c))
        });
        if octal {
            Ok(Self(format!("{text:0>4}")))
        } else if symbolic && !text.is_empty() {
            Ok(Self(text.to_owned()))
        } else {
            Err(wanted("a file mode such as `0644` or `u=rw,g=r`", value))
        }
    }
}

impl ArgType for Vec<String> {
    const KIND: ArgKind = ArgKind::StrList;

    fn decode(argument: &Argument) -> Result<Self, String> {
        let value = &argument.value;
        if let Some(text) = text_of(value) {
            let items = text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty());
            return Ok(items.map(str::to_owned).collect());
        }
        if value.kind() == minijinja::value::ValueKind::Map {
            return Err(wanted("a list of texts", value));
        }
        let items = value
            .try_iter()
            .map_err(|_| wanted("a list of texts", value))?;
        items
            .map(|item| text_of(&item).ok_or_else(|| wanted("a list of texts", &item)))
            .collect()
    }
}

impl ArgType for Vec<Value> {
    const KIND: ArgKind = ArgKind::List;

    fn decode(argument: &Argument) -> Result<Self, String> {
        let value = &argument.value;
        if matches!(
            value.kind(),
            minijinja::value::ValueKind::Seq | minijinja::value::ValueKind::Iterable
        ) {
            return value
                .try_iter()
                .map(Iterator::collect)
                .map_err(|e| e.to_string());
        }
        Err(wanted("a list", value))
    }
}

impl ArgType for Value {
    const KIND: ArgKind = ArgKind::Any;

    fn decode(argument: &Argument) -> Result<Self, String> {
        Ok(argument.value.clone())
    }
}

impl ArgType for indexmap::IndexMap<String, Value> {
    const KIND: ArgKind = ArgKind::Dict;

    fn decode(argument: &Argument) -> Result<Self, String> {
        let value = &argument.value;
        if value.kind() != minijinja::value::ValueKind::Map {
            return Err(wanted("a mapping", value));
        }
        let keys = value.try_iter().map_err(|e| e.to_string())?;
        keys.map(|key| {
            let item = value.get_item(&key).map_err(|e| e.to_string())?;
            Ok((key.to_string(), item))
        })
        .collect()
    }
}

impl ArgType for Expr {
    const KIND: ArgKind = ArgKind::Expr;

    fn decode(argument: &Argument) -> Result<Self, String> {
        argument
            .node
            .clone()
            .map(Expr)
            .ok_or_else(|| "must be an expression".to_owned())
    }
}

/// Declares an enum whose words an argument takes: `choice! { pub(crate) enum State { Present = "present", … } }`.
#[macro_export]
macro_rules! module_choice {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident { $( $(#[$variant_meta:meta])* $variant:ident = $word:literal ),+ $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $vis enum $name { $( $(#[$variant_meta])* $variant ),+ }

        impl $crate::modules::args::ArgType for $name {
            const KIND: $crate::modules::spec::ArgKind =
                $crate::modules::spec::ArgKind::Choice(&[$($word),+]);

            fn decode(argument: &$crate::modules::args::Argument) -> Result<Self, String> {
                let text = argument.value.to_string();
                match text.as_str() {
                    $( $word => Ok(Self::$variant), )+
                    other => {
                        let words = [$($word),+];
                        let near = $crate::diag::did_you_mean(other, words);
                        let hint = near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
                        Err(format!("must be {}, not `{other}`{hint}", $crate::diag::or_list(words)))
                    }
                }
            }
        }
    };
}
