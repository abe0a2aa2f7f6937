//! Base64 and the like.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::Error;

use super::fail;
use crate::template::table::{Entry, filters};
use crate::vars::Value;

pub(super) static TABLE: &[Entry] = filters! {
    "b64decode": b64decode, "the text that was encoded in Base64";
    "b64encode": b64encode, "text in Base64";
    "urldecode": urldecode, "the text that was made safe for a URL";
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
