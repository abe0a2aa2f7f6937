//! Encryption and its undoing: PBKDF2 derives two keys and a counter, AES in counter mode
//! encrypts, an HMAC over the ciphertext tells whether key and data are right.

use aes::Aes256;
use aes::cipher::{KeyIvInit as _, StreamCipher as _};
use ctr::Ctr128BE;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::envelope::Envelope;
use super::error::VaultError;
use super::password::Password;

/// How many rounds the derivation takes; part of the format.
const ROUNDS: u32 = 10_000;
/// The block that the plain text is padded to.
const BLOCK: u8 = 16;
/// The length of a new salt.
const SALT_LEN: usize = 32;

/// What is derived of one password and one salt.
#[derive(Clone)]
pub(super) struct Keys {
    cipher: Zeroizing<[u8; 32]>,
    code: Zeroizing<[u8; 32]>,
    counter: Zeroizing<[u8; 16]>,
}

impl Keys {
    /// Takes milliseconds, on purpose.
    pub(super) fn derive(password: &Password, salt: &[u8]) -> Self {
        let mut bytes = Zeroizing::new([0; 80]);
        pbkdf2::pbkdf2::<Hmac<Sha256>>(password.expose(), salt, ROUNDS, &mut bytes[..])
            .expect("an HMAC takes keys of any length");
        let mut keys = Self {
            cipher: Zeroizing::new([0; 32]),
            code: Zeroizing::new([0; 32]),
            counter: Zeroizing::new([0; 16]),
        };
        keys.cipher.copy_from_slice(&bytes[..32]);
        keys.code.copy_from_slice(&bytes[32..64]);
        keys.counter.copy_from_slice(&bytes[64..]);
        keys
    }

    fn mac(&self, ciphertext: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.code[..])
            .expect("an HMAC takes keys of any length");
        mac.update(ciphertext);
        mac
    }

    fn apply(&self, bytes: &mut [u8]) {
        Ctr128BE::<Aes256>::new((&*self.cipher).into(), (&*self.counter).into())
            .apply_keystream(bytes);
    }

    /// The plain bytes; none when the keys are not those of the envelope.
    pub(super) fn open(
        &self,
        envelope: &Envelope,
    ) -> Option<Result<Zeroizing<Vec<u8>>, VaultError>> {
        // Compared in constant time.
        self.mac(&envelope.ciphertext)
            .verify_slice(&envelope.code)
            .ok()?;
        let mut bytes = Zeroizing::new(envelope.ciphertext.clone());
        self.apply(&mut bytes);
        Some(unpadded(bytes))
    }

    fn seal(&self, plain: &[u8], salt: &[u8], label: Option<&str>) -> Envelope {
        let mut bytes = plain.to_vec();
        let filling = BLOCK - u8::try_from(plain.len() % usize::from(BLOCK)).unwrap_or_default();
        bytes.extend(std::iter::repeat_n(filling, usize::from(filling)));
        self.apply(&mut bytes);
        Envelope {
            label: label.map(str::to_owned),
            salt: salt.to_vec(),
            code: self.mac(&bytes).finalize().into_bytes().into(),
            ciphertext: bytes,
        }
    }
}

fn unpadded(mut bytes: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let filling = bytes.last().copied().unwrap_or_default();
    let length = bytes.len().checked_sub(usize::from(filling));
    match length {
        Some(length)
            if (1..=BLOCK).contains(&filling) && bytes[length..].iter().all(|b| *b == filling) =>
        {
            bytes.truncate(length);
            Ok(bytes)
        }
        _ => Err(VaultError::Damaged(
            "its padding is not as it must be".to_owned(),
        )),
    }
}

/// Encrypts with a salt of its own; a label makes it format 1.2.
pub fn seal(plain: &[u8], password: &Password, label: Option<&str>) -> std::io::Result<String> {
    let mut salt = [0; SALT_LEN];
    getrandom::fill(&mut salt).map_err(std::io::Error::other)?;
    Ok(seal_with_salt(plain, password, label, &salt))
}

/// Encrypts with a salt that is given.
#[must_use]
pub fn seal_with_salt(
    plain: &[u8],
    password: &Password,
    label: Option<&str>,
    salt: &[u8],
) -> String {
    Keys::derive(password, salt).seal(plain, salt, label).text()
}
