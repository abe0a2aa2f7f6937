//! Base64 and the like.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Error, State};

use super::{defined, either, fail};
use crate::template::pattern::{Flags, Pattern};
use crate::template::table::{Entry, filters};
use crate::vars::Value;

pub(super) static TABLE: &[Entry] = filters! {
    "b64decode": b64decode, "the text that was encoded in Base64";
    "b64encode": b64encode, "text in Base64";
    "urldecode": urldecode, "the text that was made safe for a URL";
    "urlencode": urlencode, "text, or the entries of a mapping, made safe for a URL";
    "urlsplit": urlsplit, "the parts of a URL, or one of them";
};

/// An encoding of texts by the name Python has for it.
#[derive(Clone, Copy)]
enum Encoding {
    Utf8,
    Latin1,
    Utf16Le,
    Utf16Be,
}

fn encoding(name: Option<&str>) -> Result<Encoding, Error> {
    let name = name
        .unwrap_or("utf-8")
        .to_ascii_lowercase()
        .replace('_', "-");
    match name.as_str() {
        "utf-8" | "utf8" | "ascii" | "us-ascii" => Ok(Encoding::Utf8),
        "latin-1" | "latin1" | "iso-8859-1" => Ok(Encoding::Latin1),
        "utf-16-le" | "utf-16le" => Ok(Encoding::Utf16Le),
        "utf-16-be" | "utf-16be" => Ok(Encoding::Utf16Be),
        other => Err(fail(format!(
            "unknown encoding `{other}`; use utf-8, latin-1, utf-16-le or utf-16-be"
        ))),
    }
}

fn b64encode(
    state: &State<'_, '_>,
    value: &Value,
    name: Option<&str>,
    kwargs: Kwargs,
) -> Result<String, Error> {
    let encoding = encoding(either(name, &kwargs, "encoding")?)?;
    kwargs.assert_all_used()?;
    defined(state, value)?;
    if let (Some(bytes), None) = (value.as_bytes(), value.as_str()) {
        return Ok(STANDARD.encode(bytes));
    }
    let text = value.to_string();
    let bytes: Vec<u8> = match encoding {
        Encoding::Utf8 => text.into_bytes(),
        Encoding::Latin1 => {
            let bytes = text.chars().map(|c| u8::try_from(u32::from(c)));
            let bytes: Result<_, _> = bytes.collect();
            bytes.map_err(|_| fail("the text has characters that latin-1 does not"))?
        }
        Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    };
    Ok(STANDARD.encode(bytes))
}

fn decoded(bytes: Vec<u8>, encoding: Encoding) -> Result<String, Error> {
    let words = |word: fn([u8; 2]) -> u16| -> Vec<u16> {
        bytes
            .chunks_exact(2)
            .map(|pair| word([pair[0], pair[1]]))
            .collect()
    };
    let refused = |name: &str| fail(format!("the decoded bytes are not {name} text"));
    match encoding {
        Encoding::Utf8 => String::from_utf8(bytes).map_err(|_| refused("UTF-8")),
        Encoding::Latin1 => Ok(bytes.into_iter().map(char::from).collect()),
        Encoding::Utf16Le => {
            String::from_utf16(&words(u16::from_le_bytes)).map_err(|_| refused("UTF-16"))
        }
        Encoding::Utf16Be => {
            String::from_utf16(&words(u16::from_be_bytes)).map_err(|_| refused("UTF-16"))
        }
    }
}

fn b64decode(text: Cow<'_, str>, name: Option<&str>, kwargs: Kwargs) -> Result<String, Error> {
    let encoding = encoding(either(name, &kwargs, "encoding")?)?;
    kwargs.assert_all_used()?;
    let joined: String = text.split_whitespace().collect();
    let bytes = STANDARD
        .decode(joined)
        .map_err(|error| fail(format!("not Base64: {error}")))?;
    decoded(bytes, encoding)
}

fn urlencode(value: &Value) -> Result<String, Error> {
    let encoded = minijinja::filters::urlencode(value)?.replace("%7E", "~");
    // As in Jinja, a query has plus signs for spaces and no slashes.
    Ok(match value.kind() {
        ValueKind::Map => encoded.replace("%20", "+").replace('/', "%2F"),
        _ => encoded,
    })
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
