//! Digests.

use std::borrow::Cow;
use std::fmt::Write as _;

use minijinja::Error;
use minijinja::value::Rest;
use sha1::{Digest as _, Sha1};
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::fail;
use crate::template::table::{Entry, filters};
use crate::vars::Value;

pub(super) static TABLE: &[Entry] = filters! {
    "checksum": sha1, "the SHA-1 of a text, in hexadecimal";
    "hash": hash, "a digest of a text: sha1 (the default), sha224, sha256, sha384 or sha512";
    "md5": md5, "refused: MD5 is not supported";
    "password_hash": password_hash, "refused: hashing passwords is not supported yet";
    "sha1": sha1, "the SHA-1 of a text, in hexadecimal";
    "to_uuid": to_uuid, "a UUID made from a text";
};

/// The name space Ansible derives its UUIDs in.
const UUID_NAMESPACE: &str = "361E6D51-FAEC-444A-9079-341386DA8E2E";

fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

fn sha1(text: Cow<'_, str>) -> String {
    hex(&Sha1::digest(text.as_bytes()))
}

fn hash(text: Cow<'_, str>, algorithm: Option<&str>) -> Result<String, Error> {
    let bytes = text.as_bytes();
    Ok(match algorithm.unwrap_or("sha1") {
        "sha1" => hex(&Sha1::digest(bytes)),
        "sha224" => hex(&Sha224::digest(bytes)),
        "sha256" => hex(&Sha256::digest(bytes)),
        "sha384" => hex(&Sha384::digest(bytes)),
        "sha512" => hex(&Sha512::digest(bytes)),
        other => {
            return Err(fail(format!(
                "unknown digest `{other}`; use sha1, sha224, sha256, sha384 or sha512"
            )));
        }
    })
}

fn md5(_: &Value) -> Result<String, Error> {
    Err(fail("MD5 is not supported; use `hash('sha256')`"))
}

fn password_hash(_: &Value, _: Rest<Value>) -> Result<String, Error> {
    Err(fail(
        "`password_hash` is not supported yet; give the finished hash in a variable",
    ))
}

fn to_uuid(text: Cow<'_, str>, namespace: Option<&str>) -> Result<String, Error> {
    let namespace = namespace.unwrap_or(UUID_NAMESPACE);
    let digits: String = namespace.chars().filter(|c| *c != '-').collect();
    let space = (digits.len() == 32)
        .then(|| u128::from_str_radix(&digits, 16).ok())
        .flatten()
        .ok_or_else(|| fail(format!("`{namespace}` is no UUID")))?;
    let digest = Sha1::new()
        .chain_update(space.to_be_bytes())
        .chain_update(text.as_bytes())
        .finalize();
    let mut id = [0u8; 16];
    id.copy_from_slice(&digest[..16]);
    // Version 5 and the variant of RFC 9562.
    id[6] = id[6] & 0x0f | 0x50;
    id[8] = id[8] & 0x3f | 0x80;
    let id = hex(&id);
    let parts = [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]];
    Ok(parts.join("-"))
}
