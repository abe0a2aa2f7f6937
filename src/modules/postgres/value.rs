//! Values of PostgreSQL as values of JSON.

use serde_json::Value as Json;

/// How a column's text is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A whole number.
    Int,
    /// A floating-point number.
    Float,
    /// A boolean.
    Bool,
    /// A document.
    Json,
    /// An array of one of the others.
    Array(Box<Kind>),
    /// Everything else, `numeric` and times among it: nothing may be lost or reinterpreted.
    Text,
}

impl Kind {
    /// From a type's SQL name, as `format_type()` gives it.
    pub(super) fn of(name: &str) -> Self {
        if let Some(element) = name.strip_suffix("[]") {
            return Self::Array(Box::new(Self::of(element)));
        }
        match name {
            "smallint" | "integer" | "bigint" | "oid" | "xid" | "xid8" => Self::Int,
            "real" | "double precision" => Self::Float,
            "boolean" => Self::Bool,
            "json" | "jsonb" => Self::Json,
            _ => Self::Text,
        }
    }

    /// Reads a value's text; text that is no such value (`NaN`, `Infinity`) stays text.
    pub(super) fn read(&self, text: &str) -> Json {
        let read = match self {
            Self::Int => text.parse::<i64>().ok().map(Json::from),
            Self::Float => text
                .parse::<f64>()
                .ok()
                .filter(|f| f.is_finite())
                .map(Json::from),
            Self::Bool => match text {
                "t" => Some(Json::Bool(true)),
                "f" => Some(Json::Bool(false)),
                _ => None,
            },
            Self::Json => serde_json::from_str(text).ok(),
            Self::Array(element) => Array::read(text, element),
            Self::Text => None,
        };
        read.unwrap_or_else(|| Json::from(text))
    }
}

/// A reader of array literals: `{1,NULL,"a,\"b\"",{2,3}}`.
struct Array<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    element: &'a Kind,
}

impl<'a> Array<'a> {
    fn read(text: &'a str, element: &'a Kind) -> Option<Json> {
        // A literal with explicit bounds (`[0:1]={1,2}`) has them before its brace.
        let start = text.find('{')?;
        let mut array = Self {
            rest: text[start..].chars().peekable(),
            element,
        };
        let items = array.items()?;
        array.rest.next().is_none().then_some(items)
    }

    fn items(&mut self) -> Option<Json> {
        (self.rest.next()? == '{').then_some(())?;
        let mut items = Vec::new();
        loop {
            match self.rest.peek()? {
                '}' => {
                    self.rest.next();
                    return Some(Json::Array(items));
                }
                ',' => {
                    self.rest.next();
                }
                '{' => items.push(self.items()?),
                '"' => items.push(self.quoted()?),
                _ => items.push(self.plain()),
            }
        }
    }

    fn quoted(&mut self) -> Option<Json> {
        let mut text = String::new();
        self.rest.next();
        loop {
            match self.rest.next()? {
                '"' => return Some(self.element.read(&text)),
                '\\' => text.push(self.rest.next()?),
                other => text.push(other),
            }
        }
    }

    fn plain(&mut self) -> Json {
        let mut text = String::new();
        while let Some(c) = self.rest.next_if(|c| !matches!(c, ',' | '}')) {
            text.push(c);
        }
        if text == "NULL" {
            Json::Null
        } else {
            self.element.read(&text)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(kind: &str, text: &str) -> Json {
        Kind::of(kind).read(text)
    }

    #[test]
    fn values_have_their_types() {
        assert_eq!(read("integer", "-7"), json!(-7));
        assert_eq!(read("bigint", "9223372036854775807"), json!(i64::MAX));
        assert_eq!(read("double precision", "1.5"), json!(1.5));
        assert_eq!(read("double precision", "NaN"), json!("NaN"));
        assert_eq!(read("boolean", "t"), json!(true));
        assert_eq!(read("jsonb", "{\"a\": [1]}"), json!({"a": [1]}));
        assert_eq!(read("numeric(10,2)", "1.50"), json!("1.50"));
        assert_eq!(read("pg_lsn", "0/1"), json!("0/1"));
    }

    #[test]
    fn arrays_nest_and_quote() {
        assert_eq!(read("integer[]", "{1,NULL,3}"), json!([1, null, 3]));
        assert_eq!(
            read("text[]", r#"{a,"NULL","b,\"c\" \\",""}"#),
            json!(["a", "NULL", "b,\"c\" \\", ""])
        );
        assert_eq!(read("integer[]", "{{1,2},{3,4}}"), json!([[1, 2], [3, 4]]));
        assert_eq!(read("text[]", "{}"), json!([]));
        assert_eq!(read("integer[]", "[0:1]={1,2}"), json!([1, 2]));
    }
}
