//! The `csvfile` lookup: a cell of a table in a file.

use minijinja::Error;

use super::{Call, Lookup, lookups};
use crate::template::filters::fail;
use crate::vars::Value;

pub(super) static TABLE: &[Lookup] = lookups! {
    "csvfile": csvfile, "the cell of a CSV file's row that begins with the term";
};

/// Where and how to look.
struct Wanted {
    file: String,
    delimiter: String,
    column: String,
    key_column: String,
    default: Option<Value>,
}

fn csvfile(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let text = |name: &str, default: &str| -> Result<String, Error> {
        let value = call.options.get::<Option<Value>>(name)?;
        Ok(value.map_or_else(|| default.to_owned(), |value| value.to_string()))
    };
    let mut wanted = Wanted {
        file: text("file", "ansible.csv")?,
        delimiter: text("delimiter", "TAB")?,
        column: text("col", "1")?,
        key_column: text("keycol", "0")?,
        default: call.options.get("default")?,
    };
    encoding(&text("encoding", "utf-8")?)?;
    let mut found = Vec::new();
    for term in call.texts()? {
        let key = words(&term, &mut wanted)?;
        found.extend(cell(&key, &wanted, call)?);
    }
    Ok(found)
}

fn encoding(name: &str) -> Result<(), Error> {
    match name.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" | "ascii" => Ok(()),
        other => Err(fail(format!(
            "`encoding={other}` is not supported; only utf-8 is"
        ))),
    }
}

/// Takes `key name=value …` apart.
fn words(term: &str, wanted: &mut Wanted) -> Result<String, Error> {
    let mut key = Vec::new();
    for word in term.split(' ') {
        match word.split_once('=') {
            Some(("file", value)) => value.clone_into(&mut wanted.file),
            Some(("delimiter", value)) => value.clone_into(&mut wanted.delimiter),
            Some(("col", value)) => value.clone_into(&mut wanted.column),
            Some(("keycol", value)) => value.clone_into(&mut wanted.key_column),
            Some(("default", value)) => wanted.default = Some(Value::from(value)),
            Some(("encoding", value)) => encoding(value)?,
            _ => key.push(word),
        }
    }
    Ok(key.join(" ").trim().to_owned())
}

fn cell(key: &str, wanted: &Wanted, call: &Call<'_, '_>) -> Result<Option<Value>, Error> {
    let number = |name: &str, text: &str| {
        text.parse::<usize>()
            .map_err(|_| fail(format!("`{name}={text}` is no number of a column")))
    };
    let column = number("col", &wanted.column)?;
    let key_column = number("keycol", &wanted.key_column)?;
    let delimiter = match wanted.delimiter.as_str() {
        "TAB" | "\\t" => '\t',
        other => {
            let mut chars = other.chars();
            chars
                .next()
                .filter(|_| chars.next().is_none())
                .ok_or_else(|| fail(format!("`delimiter={other}` is not one character")))?
        }
    };
    let path = call.found("files", &wanted.file)?;
    let text = super::files::read(&path)?;
    for row in rows(&text, delimiter) {
        if row.get(key_column).is_some_and(|cell| cell == key) {
            let cell = row.get(column).map(|cell| Value::from(cell.as_str()));
            return cell.map(Some).ok_or_else(|| {
                fail(format!(
                    "the row of `{key}` in {} has no column {column}",
                    path.display()
                ))
            });
        }
    }
    Ok(wanted.default.clone())
}

/// The rows of a table. A cell in double quotes may hold delimiters, newlines and, doubled, quotes.
fn rows(text: &str, delimiter: char) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut cell = String::new();
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            c if c == delimiter && !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted && chars.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other => cell.push(other),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_may_be_quoted() {
        let text = "a,b\r\n\"x, \"\"y\"\"\nz\",2\n,last";
        let expected = [vec!["a", "b"], vec!["x, \"y\"\nz", "2"], vec!["", "last"]];
        assert_eq!(rows(text, ','), expected);
    }
}
