//! Encryption and its undoing with a secret of one's own.

use std::borrow::Cow;

use minijinja::Error;
use minijinja::value::Kwargs;

use super::{fail, truth};
use crate::template::table::{Entry, filters};
use crate::vars::Value;
use crate::vault::{self, Keyring, Password};

pub(super) static TABLE: &[Entry] = filters! {
    "unvault": unvault, "the text that was encrypted with a secret";
    "vault": vault, "a text encrypted with a secret, as a vault does it";
};

/// The label of what the filter encrypts when none is given.
const LABEL: &str = "filter_default";

fn vault(
    text: Cow<'_, str>,
    secret: Option<&str>,
    salt: Option<&str>,
    id: Option<&str>,
    options: Kwargs,
) -> Result<String, Error> {
    let secret = password(secret.or(options.get("secret")?))?;
    let salt = salt.or(options.get("salt")?);
    let label = id.or(options.get("vault_id")?).or(options.get("vaultid")?);
    let wrapped = options.get::<Option<Value>>("wrap_object")?;
    options.assert_all_used()?;
    if wrapped.is_some_and(|wrapped| truth(&wrapped)) {
        return Err(fail("`wrap_object` is not supported; a text is given"));
    }
    let label = Some(label.unwrap_or(LABEL));
    match salt {
        Some(salt) => Ok(vault::seal_with_salt(
            text.as_bytes(),
            &secret,
            label,
            salt.as_bytes(),
        )),
        None => vault::seal(text.as_bytes(), &secret, label)
            .map_err(|why| fail(format!("failed to make a salt: {why}"))),
    }
}

fn unvault(
    text: Cow<'_, str>,
    secret: Option<&str>,
    id: Option<&str>,
    options: Kwargs,
) -> Result<String, Error> {
    let secret = password(secret.or(options.get("secret")?))?;
    let label = id.or(options.get("vault_id")?).or(options.get("vaultid")?);
    options.assert_all_used()?;
    let vaulted = vault::vaulted_text(&text);
    let text = vaulted.map_or(text, Cow::Owned);
    if !vault::is_encrypted(text.as_bytes()) {
        return Ok(text.into_owned());
    }
    let ring = Keyring::new(vec![(label.unwrap_or(LABEL).to_owned(), secret)], false);
    let opened = ring.open(text.as_bytes());
    let opened = opened.map_err(|error| fail(error.to_string()))?;
    let plain = std::str::from_utf8(&opened.bytes);
    plain
        .map(str::to_owned)
        .map_err(|_| fail(vault::VaultError::NotText.to_string()))
}

fn password(secret: Option<&str>) -> Result<Password, Error> {
    secret
        .and_then(|secret| Password::new(secret.as_bytes()))
        .ok_or_else(|| fail("the secret is missing: write `vault(secret)`"))
}
