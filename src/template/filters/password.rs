//! Hashes of passwords, as `/etc/shadow` and the like hold them.

use std::borrow::Cow;

use minijinja::Error;
use minijinja::value::Kwargs;
use sha_crypt::{Params, sha256_crypt, sha512_crypt};

use super::{either, fail};
use crate::template::table::{Entry, filters};

pub(super) static TABLE: &[Entry] = filters! {
    "password_hash": password_hash, "the hash of a password: sha512 (the default), sha256 or bcrypt; salt, rounds, ident";
};

/// The digits of crypt's Base64.
const CRYPT_DIGITS: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The digits of bcrypt's.
const BCRYPT_DIGITS: &[u8; 64] =
    b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The most rounds a hash may take: seconds of work, where the defaults take half of one.
const MAX_ROUNDS: u32 = 10_000_000;

fn password_hash(
    password: Cow<'_, str>,
    kind: Option<&str>,
    salt: Option<Cow<'_, str>>,
    kwargs: Kwargs,
) -> Result<String, Error> {
    let kind = either(kind, &kwargs, "hashtype")?.unwrap_or("sha512");
    let salt = either(salt, &kwargs, "salt")?;
    let size = kwargs.get::<Option<usize>>("salt_size")?;
    let rounds = kwargs.get::<Option<u32>>("rounds")?;
    let ident = kwargs.get::<Option<&str>>("ident")?;
    kwargs.assert_all_used()?;
    hashed(&password, kind, salt.as_deref(), size, rounds, ident)
}

/// A password's hash. Nothing of the password is in an error.
pub(in crate::template) fn hashed(
    password: &str,
    kind: &str,
    salt: Option<&str>,
    size: Option<usize>,
    rounds: Option<u32>,
    ident: Option<&str>,
) -> Result<String, Error> {
    if rounds.is_some_and(|rounds| rounds > MAX_ROUNDS) {
        return Err(fail(format!("`rounds` is at most {MAX_ROUNDS}")));
    }
    match kind {
        "sha512" | "sha512_crypt" => sha(password, Sha::Long, salt, size, rounds),
        "sha256" | "sha256_crypt" => sha(password, Sha::Short, salt, size, rounds),
        "bcrypt" | "blowfish" => bcrypt(password, salt, rounds, ident),
        "md5" | "md5_crypt" => Err(fail(
            "`md5` is no hash for passwords any more; use `sha512` or `bcrypt`",
        )),
        other => Err(fail(format!(
            "unknown hash `{other}`; use sha512, sha256 or bcrypt"
        ))),
    }
}

/// Salt that nobody can guess.
pub(crate) fn random_salt(size: usize) -> Result<String, Error> {
    let mut bytes = vec![0; size.min(64)];
    unguessable(&mut bytes)?;
    let digit = |byte: u8| char::from(CRYPT_DIGITS[usize::from(byte & 63)]);
    Ok(bytes.into_iter().map(digit).collect())
}

/// Fills bytes from the system's source of chance.
pub(in crate::template) fn unguessable(bytes: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(bytes).map_err(|error| {
        fail(format!(
            "failed to get random bytes from the system: {error}"
        ))
    })
}

#[derive(Clone, Copy)]
enum Sha {
    Short,
    Long,
}

fn sha(
    password: &str,
    kind: Sha,
    salt: Option<&str>,
    size: Option<usize>,
    rounds: Option<u32>,
) -> Result<String, Error> {
    let salt = match salt {
        Some(salt) => salt.to_owned(),
        None => random_salt(size.unwrap_or(16))?,
    };
    if salt.len() > 16 || !salt.bytes().all(|byte| CRYPT_DIGITS.contains(&byte)) {
        let known = "letters, digits, `.` and `/`";
        return Err(fail(format!("a salt has at most 16 characters: {known}")));
    }
    // The defaults of Ansible's library.
    let rounds = rounds.unwrap_or(match kind {
        Sha::Short => 535_000,
        Sha::Long => 656_000,
    });
    let params = Params::new(rounds).map_err(|_| fail("`rounds` is at least 1000"))?;
    let (bytes, salt_bytes) = (password.as_bytes(), salt.as_bytes());
    let (id, hash) = match kind {
        Sha::Short => (5, encoded(&sha256_crypt(bytes, salt_bytes, params), kind)),
        Sha::Long => (6, encoded(&sha512_crypt(bytes, salt_bytes, params), kind)),
    };
    // 5000 is what a hash without the number means.
    let rounds = if rounds == 5000 {
        String::new()
    } else {
        format!("rounds={rounds}$")
    };
    Ok(format!("${id}${rounds}{salt}${hash}"))
}

/// The digits of a digest, its bytes in the order that Drepper's specification of the hash names.
fn encoded(digest: &[u8], kind: Sha) -> String {
    let third = digest.len() / 3;
    let mut order = [0, third, 2 * third];
    let mut out = String::new();
    for _ in 0..third {
        digits(order.map(|at| digest[at]), 4, &mut out);
        let [a, b, c] = order.map(|at| at + 1);
        order = match kind {
            Sha::Long => [b, c, a],
            Sha::Short => [c, a, b],
        };
    }
    match (kind, digest) {
        (Sha::Long, [.., last]) => digits([0, 0, *last], 2, &mut out),
        (Sha::Short, [.., one, last]) => digits([0, *last, *one], 3, &mut out),
        _ => {}
    }
    out
}

/// Three bytes as digits, the lowest bits first.
fn digits(bytes: [u8; 3], count: usize, out: &mut String) {
    let bits = bytes
        .iter()
        .fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
    for digit in 0..count {
        let at = (bits >> (6 * digit)) & 63;
        out.push(char::from(CRYPT_DIGITS[at as usize]));
    }
}

fn bcrypt(
    password: &str,
    salt: Option<&str>,
    rounds: Option<u32>,
    ident: Option<&str>,
) -> Result<String, Error> {
    let version = match ident.unwrap_or("2b") {
        "2a" => bcrypt::Version::TwoA,
        "2b" => bcrypt::Version::TwoB,
        "2y" => bcrypt::Version::TwoY,
        other => return Err(fail(format!("unknown ident `{other}`; use 2a, 2b or 2y"))),
    };
    let cost = rounds.unwrap_or(12);
    if !(4..=16).contains(&cost) {
        return Err(fail(
            "`rounds` of bcrypt is 4 to 16: each one doubles the work",
        ));
    }
    let salt = match salt {
        None => {
            let mut salt = [0; 16];
            unguessable(&mut salt)?;
            salt
        }
        Some(text) => decoded(text).ok_or_else(|| {
            fail("a salt of bcrypt has 22 characters: letters, digits, `.` and `/`")
        })?,
    };
    let parts = bcrypt::hash_with_salt(password, cost, salt);
    let parts = parts.map_err(|error| fail(format!("bcrypt: {error}")))?;
    Ok(parts.format_for_version(version))
}

fn decoded(text: &str) -> Option<[u8; 16]> {
    if text.len() != 22 {
        return None;
    }
    let mut bits = 0u128;
    for (at, byte) in text.bytes().enumerate() {
        let digit = BCRYPT_DIGITS.iter().position(|digit| *digit == byte)? as u128;
        // The last digit holds two bits only.
        bits = if at == 21 {
            bits << 2 | digit >> 4
        } else {
            bits << 6 | digit
        };
    }
    Some(bits.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_other_programs() {
        let sha = |kind, rounds| hashed("secret", kind, Some("abcdefgh"), None, rounds, None);
        assert_eq!(
            sha("sha512", Some(5000)).ok().as_deref(),
            Some(
                "$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG."
            )
        );
        assert_eq!(
            sha("sha256", Some(10_000)).ok().as_deref(),
            Some("$5$rounds=10000$abcdefgh$xH5OIv1xXYrZ3ShkQqwef3DzYdGY9C2Tq1B2B75WTC0")
        );
        let salt = Some("1234567890123456789012");
        let bcrypt = hashed("secret", "bcrypt", salt, None, Some(5), None).ok();
        assert_eq!(
            bcrypt.as_deref(),
            Some("$2b$05$123456789012345678901u.97m5mwuxOR3RvRKYm9sasohx5Mnzwq")
        );
    }

    #[test]
    fn what_cannot_be_hashed_is_told() {
        let told = |kind, salt, rounds| {
            hashed("secret", kind, Some(salt), None, rounds, None)
                .expect_err("an error")
                .to_string()
        };
        assert!(told("sha512", "with space", None).contains("at most 16 characters"));
        assert!(told("bcrypt", "short", None).contains("22 characters"));
        assert!(told("sha512", "abc", Some(1)).contains("at least 1000"));
        assert!(told("crc", "abc", None).contains("unknown hash `crc`"));
    }
}
