//! JSON as Python's `json.dumps` writes it: four spaces deep, keys sorted.

use super::{Item, python};

/// The document, a line end behind it.
pub(super) fn text(item: &Item) -> String {
    let mut out = String::new();
    write(&mut out, item, 0);
    out.push('\n');
    out
}

fn write(out: &mut String, item: &Item, depth: usize) {
    match item {
        Item::Null => out.push_str("null"),
        Item::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
        Item::Int(digits) => out.push_str(digits),
        Item::Float(number) => out.push_str(&float(*number)),
        Item::Text(text) | Item::Time(text) => string(out, text),
        Item::Unsafe(text) => tagged(out, "__ansible_unsafe", text, depth),
        Item::Vault(text) => tagged(out, "__ansible_vault", text, depth),
        Item::List(items) if items.is_empty() => out.push_str("[]"),
        Item::Map(entries) if entries.is_empty() => out.push_str("{}"),
        Item::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                separate(out, at, depth + 1);
                write(out, item, depth + 1);
            }
            close(out, ']', depth);
        }
        Item::Map(entries) => {
            out.push('{');
            for (at, (key, item)) in Item::sorted(entries).into_iter().enumerate() {
                separate(out, at, depth + 1);
                string(out, key);
                out.push_str(": ");
                write(out, item, depth + 1);
            }
            close(out, '}', depth);
        }
    }
}

fn tagged(out: &mut String, tag: &str, text: &str, depth: usize) {
    let entries = [(tag.to_owned(), Item::text(text))];
    write(out, &Item::Map(entries.into_iter().collect()), depth);
}

fn separate(out: &mut String, at: usize, depth: usize) {
    out.push_str(if at == 0 { "\n" } else { ",\n" });
    out.push_str(&"    ".repeat(depth));
}

fn close(out: &mut String, bracket: char, depth: usize) {
    out.push('\n');
    out.push_str(&"    ".repeat(depth));
    out.push(bracket);
}

fn string(out: &mut String, text: &str) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

/// Python's words for what JSON has none for.
fn float(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        (if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        })
        .to_owned()
    } else {
        python::float(number)
    }
}
