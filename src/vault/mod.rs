//! Vault: texts and files that `ansible-vault` encrypted, read with secrets the operator gives.
//!
//! The format is Ansible's own, 1.1 and 1.2: a line `$ANSIBLE_VAULT;1.2;AES256;label`, then the
//! salt, an authentication code and the ciphertext in hexadecimal. Whatever reads files people
//! write asks [`plain_source`] or [`plain_bytes`]; templates ask [`plain_value`].

mod cipher;
mod current;
mod envelope;
mod error;
mod identity;
mod keyring;
mod password;
mod plain;
mod redact;
#[cfg(test)]
mod tests;

pub use cipher::{seal, seal_with_salt};
pub use current::{install, keyring};
pub use envelope::{Envelope, is_encrypted};
pub use error::VaultError;
pub use identity::{Ask, DEFAULT_LABEL, Identity, Source};
pub use keyring::{Keyring, Opened};
pub use password::Password;
pub use plain::{plain_bytes, plain_source, plain_value};
pub use redact::{
    hide, is_secret, knows_secrets, redacted, redacted_json, redacted_map, remember, vaulted_text,
};
