//! Filters that write HTML and XML.

use std::borrow::Cow;
use std::fmt::Write as _;

use minijinja::value::Kwargs;
use minijinja::{Error, State};

use super::{defined, either, fail, pairs};
use crate::template::native;
use crate::template::pattern::{Flags, Pattern};
use crate::template::table::{Entry, filters};
use crate::vars::Value;

pub(super) static TABLE: &[Entry] = filters! {
    "e": escape, "text made safe for HTML";
    "escape": escape, "text made safe for HTML";
    "forceescape": escape, "text made safe for HTML, even if it is already";
    "urlize": urlize, "text whose addresses are links";
    "xmlattr": xmlattr, "a mapping as attributes of an XML tag";
};

fn escape(state: &State<'_, '_>, value: &Value) -> Result<String, Error> {
    defined(state, value)?;
    Ok(escaped(&native::text(value)))
}

/// A text with the names Jinja has for the characters that mean something in HTML.
fn escaped(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut out, c| {
            match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '\'' => out.push_str("&#39;"),
                '"' => out.push_str("&#34;"),
                other => out.push(other),
            }
            out
        })
}

fn xmlattr(
    state: &State<'_, '_>,
    value: &Value,
    space: Option<bool>,
    kwargs: Kwargs,
) -> Result<String, Error> {
    let space = either(space, &kwargs, "autospace")?.unwrap_or(true);
    kwargs.assert_all_used()?;
    let mut attributes = Vec::new();
    for (name, value) in pairs(state, value, "xmlattr")? {
        if value.is_none() || value.is_undefined() {
            continue;
        }
        let name = name.to_string();
        if name.contains(|c: char| c.is_whitespace() || "/>=".contains(c)) {
            return Err(fail(format!("`{name}` cannot be an attribute's name")));
        }
        let (name, value) = (escaped(&name), escaped(&native::text(&value)));
        attributes.push(format!("{name}=\"{value}\""));
    }
    let before = if space && !attributes.is_empty() {
        " "
    } else {
        ""
    };
    Ok(format!("{before}{}", attributes.join(" ")))
}

/// An address with its scheme or a usual beginning, or one of mail.
const ADDRESS: &str = r"\A((?:https?://|www\.)[^\s<>]+|(?:mailto:)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+)\z";

fn urlize(text: Cow<'_, str>, kwargs: Kwargs) -> Result<String, Error> {
    let limit = kwargs.get::<Option<usize>>("trim_url_limit")?;
    let nofollow = kwargs.get::<Option<bool>>("nofollow")?.unwrap_or(false);
    let target = kwargs.get::<Option<&str>>("target")?;
    let rel = kwargs.get::<Option<&str>>("rel")?.unwrap_or_default();
    kwargs.assert_all_used()?;
    let mut rels: Vec<&str> = rel.split_whitespace().collect();
    rels.push("noopener");
    if nofollow {
        rels.push("nofollow");
    }
    rels.sort_unstable();
    rels.dedup();
    let target = target.map_or_else(String::new, |target| {
        format!(" target=\"{}\"", escaped(target))
    });
    let mut out = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let (core, space) = word.split_at(word.trim_end().len());
        let (before, middle, after) = trimmed(core);
        let address = Pattern::new(ADDRESS, Flags::default(), middle)?.matches()?;
        if address {
            let shown = shortened(middle, limit);
            let (href, rel) = if middle.contains('@') && !middle.contains("://") {
                let bare = middle.strip_prefix("mailto:").unwrap_or(middle);
                (format!("mailto:{bare}"), String::new())
            } else if middle.starts_with("www.") {
                (
                    format!("https://{middle}"),
                    format!(" rel=\"{}\"", rels.join(" ")),
                )
            } else {
                (middle.to_owned(), format!(" rel=\"{}\"", rels.join(" ")))
            };
            let (href, shown) = (escaped(&href), escaped(&shown));
            out.push_str(&escaped(before));
            // Writing to a string never fails.
            let _ = write!(out, "<a href=\"{href}\"{rel}{target}>{shown}</a>");
            out.push_str(&escaped(after));
        } else {
            out.push_str(&escaped(core));
        }
        out.push_str(space);
    }
    Ok(out)
}

/// What is around an address in a sentence.
fn trimmed(word: &str) -> (&str, &str, &str) {
    let body = word.trim_start_matches(['(', '<']);
    let before = &word[..word.len() - body.len()];
    let middle = body.trim_end_matches([')', '>', '.', ',', '\n']);
    (before, middle, &body[middle.len()..])
}

fn shortened(text: &str, limit: Option<usize>) -> String {
    match limit {
        Some(limit) if text.chars().count() > limit => {
            text.chars().take(limit).collect::<String>() + "..."
        }
        _ => text.to_owned(),
    }
}
