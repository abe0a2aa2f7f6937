//! Digests.

use std::borrow::Cow;
use std::fmt::Write as _;

use blake2::{Blake2b512, Blake2s256};
use md5::Md5;
use minijinja::Error;
use minijinja::value::Kwargs;
use sha1::{Digest as _, Sha1};
use sha2::{Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};

use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};

use super::{either, fail};
use crate::template::refused;
use crate::template::table::{Entry, filters};

pub(super) static TABLE: &[Entry] = filters! {
    "checksum": sha1, "the SHA-1 of a text, in hexadecimal";
    "hash": hash, "a digest of a text: sha1 (the default), sha256, sha512, sha3_256, blake2b, md5, …";
    "md5": md5, "the MD5 of a text, in hexadecimal";
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
        "blake2b" => hex(&Blake2b512::digest(bytes)),
        "blake2s" => hex(&Blake2s256::digest(bytes)),
        "md5" => hex(&Md5::digest(bytes)),
        "sha1" => hex(&Sha1::digest(bytes)),
        "sha224" => hex(&Sha224::digest(bytes)),
        "sha256" => hex(&Sha256::digest(bytes)),
        "sha384" => hex(&Sha384::digest(bytes)),
        "sha512" => hex(&Sha512::digest(bytes)),
        "sha512_224" => hex(&Sha512_224::digest(bytes)),
        "sha512_256" => hex(&Sha512_256::digest(bytes)),
        "sha3_224" => hex(&Sha3_224::digest(bytes)),
        "sha3_256" => hex(&Sha3_256::digest(bytes)),
        "sha3_384" => hex(&Sha3_384::digest(bytes)),
        "sha3_512" => hex(&Sha3_512::digest(bytes)),
        other => {
            if let Some(reason) = refused::reason("digest", other) {
                return Err(fail(format!("`{other}` is not supported: {reason}")));
            }
            return Err(fail(format!(
                "unknown digest `{other}`; use md5, sha1, sha2 (sha224 to sha512, sha512_256), sha3_224 to \
                 sha3_512, blake2b or blake2s"
            )));
        }
    })
}

fn md5(text: Cow<'_, str>) -> String {
    hex(&Md5::digest(text.as_bytes()))
}

fn to_uuid(text: Cow<'_, str>, namespace: Option<&str>, kwargs: Kwargs) -> Result<String, Error> {
    let namespace = either(namespace, &kwargs, "namespace")?;
    kwargs.assert_all_used()?;
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
