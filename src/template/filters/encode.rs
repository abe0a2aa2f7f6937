//! Base64 and the like.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::Error;
use minijinja::value::Kwargs;

use super::{either, fail};
use crate::template::pattern::{Flags, Pattern};
use crate::template::table::{Entry, filters};
use crate::vars::Value;

pub(super) static TABLE: &[Entry] = filters! {
    "b64decode": b64decode, "the text that was encoded in Base64";
    "b64encode": b64encode, "text in Base64";
    "urldecode": urldecode, "the text that was made safe for a URL";
    "urlsplit": urlsplit, "the parts of a URL, or one of them";
};

fn b64encode(value: &Value) -> Result<String, Error> {
    match value.as_bytes() {
        Some(bytes) => Ok(STANDARD.encode(bytes)),
        None if value.is_undefined() => Err(minijinja::ErrorKind::UndefinedError.into()),
        None => Ok(STANDARD.encode(value.to_string())),
    }
}

fn b64decode(text: Cow<'_, str>) -> Result<String, Error> {
    let joined: String = text.split_whitespace().collect();
    let bytes = STANDARD
        .decode(joined)
        .map_err(|error| fail(format!("not Base64: {error}")))?;
    String::from_utf8(bytes).map_err(|_| fail("the decoded bytes are not UTF-8 text"))
}

fn urldecode(text: Cow<'_, str>) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = bytes
            .get(at + 1..at + 3)
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte, hex) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            _ => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Splits as appendix B of RFC 3986 does, and the authority further as Python does.
const URL: &str = r"\A(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?\z";

fn urlsplit(url: Cow<'_, str>, part: Option<&str>, kwargs: Kwargs) -> Result<Value, Error> {
    let part = either(part, &kwargs, "query")?.unwrap_or_default();
    kwargs.assert_all_used()?;
    let parts = url_parts(&url)?;
    if part.is_empty() {
        return Ok(Value::from_pairs(parts));
    }
    let wanted = parts.into_iter().find(|(name, _)| *name == part);
    wanted
        .map(|(_, value)| value)
        .ok_or_else(|| fail(format!("a URL has no part `{part}`")))
}

fn url_parts(url: &str) -> Result<[(&'static str, Value); 9], Error> {
    // The message does not quote it: it may hold a password.
    let found = Pattern::new(URL, Flags::default(), url)?.first()?;
    let found = found.ok_or_else(|| fail("this text is no URL"))?;
    let group = |at: usize| found.group(at).unwrap_or_default();
    let authority = group(2);
    let (login, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (host, ""),
    };
    let host = host.trim_matches(['[', ']']).to_lowercase();
    let none = || Value::from(());
    let text = |text: &str| {
        if text.is_empty() {
            none()
        } else {
            Value::from(text)
        }
    };
    Ok([
        ("fragment", Value::from(group(5))),
        ("hostname", text(&host)),
        ("netloc", Value::from(authority)),
        ("password", text(password)),
        ("path", Value::from(group(3))),
        (
            "port",
            port.parse::<u16>().map_or_else(|_| none(), Value::from),
        ),
        ("query", Value::from(group(4))),
        ("scheme", Value::from(group(1))),
        ("username", text(user)),
    ])
}
