//! Tests of texts.

use std::borrow::Cow;

use minijinja::Error;
use minijinja::value::Kwargs;

use crate::template::filters::{either, fail};
use crate::template::pattern::{Flags, Pattern};
use crate::template::table::{Entry, tests};
use crate::vault;

pub(super) static TABLE: &[Entry] = tests! {
    "match": is_match, "a text whose beginning a regular expression matches";
    "regex": is_regex, "a text a regular expression matches (match_type: search, match, fullmatch)";
    "search": is_search, "a text a regular expression matches anywhere";
    "uri": is_uri, "a URI";
    "url": is_url, "a URL";
    "urn": is_urn, "a URN";
    "vault_encrypted": is_vault, "a value that is encrypted, or came out of `!vault`";
};

fn is_match(
    text: Cow<'_, str>,
    pattern: Cow<'_, str>,
    ignorecase: Option<bool>,
    multiline: Option<bool>,
    kwargs: Kwargs,
) -> Result<bool, Error> {
    matches(
        &text,
        &format!("\\A(?:{pattern})"),
        ignorecase,
        multiline,
        &kwargs,
    )
}

fn is_search(
    text: Cow<'_, str>,
    pattern: Cow<'_, str>,
    ignorecase: Option<bool>,
    multiline: Option<bool>,
    kwargs: Kwargs,
) -> Result<bool, Error> {
    matches(&text, &pattern, ignorecase, multiline, &kwargs)
}

fn is_regex(
    text: Cow<'_, str>,
    pattern: Cow<'_, str>,
    ignorecase: Option<bool>,
    multiline: Option<bool>,
    kwargs: Kwargs,
) -> Result<bool, Error> {
    let pattern = match kwargs
        .get::<Option<&str>>("match_type")?
        .unwrap_or("search")
    {
        "search" => pattern.into_owned(),
        "match" => format!("\\A(?:{pattern})"),
        "fullmatch" => format!("\\A(?:{pattern})\\z"),
        other => {
            let known = "search, match or fullmatch";
            return Err(fail(format!("unknown match_type `{other}`; use {known}")));
        }
    };
    matches(&text, &pattern, ignorecase, multiline, &kwargs)
}

fn matches(
    text: &str,
    pattern: &str,
    ignorecase: Option<bool>,
    multiline: Option<bool>,
    kwargs: &Kwargs,
) -> Result<bool, Error> {
    let flags = Flags {
        ignore_case: either(ignorecase, kwargs, "ignorecase")?.unwrap_or(false),
        multi_line: either(multiline, kwargs, "multiline")?.unwrap_or(false),
    };
    kwargs.assert_all_used()?;
    Pattern::new(pattern, flags, text)?.matches()
}

/// The part before the colon of a URI, if it is a scheme.
fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let first = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    let valid = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    (first && scheme.chars().all(valid)).then_some((scheme, rest))
}

fn is_uri(text: Cow<'_, str>) -> bool {
    scheme(&text).is_some_and(|(_, rest)| !rest.is_empty())
}

fn is_url(text: Cow<'_, str>) -> bool {
    scheme(&text)
        .and_then(|(_, rest)| rest.strip_prefix("//"))
        .is_some_and(|rest| !rest.is_empty())
}

fn is_urn(text: Cow<'_, str>) -> bool {
    scheme(&text).is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("urn"))
}

fn is_vault(text: Cow<'_, str>) -> bool {
    vault::is_encrypted(text.as_bytes()) || vault::is_secret(&text)
}
