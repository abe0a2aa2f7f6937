//! Which secrets a verb works with.

use zeroize::Zeroizing;

use super::EncryptWith;
use crate::cli::vault_args::{VaultArgs, VaultSettings, ask};
use crate::diag::{Diagnostic, Diagnostics};
use crate::vault::{self, DEFAULT_LABEL, Keyring, Opened, Password};

/// A secret with its label.
pub(super) type Labelled = (String, Password);

/// Everything there is to decrypt with; when nothing is given, a person is asked.
pub(super) fn to_decrypt(
    args: &VaultArgs,
    settings: &VaultSettings,
) -> Result<Keyring, Diagnostics> {
    let keyring = args.keyring(settings)?;
    if !keyring.secrets().is_empty() {
        return Ok(keyring);
    }
    let secret = typed("Vault password: ").ok_or_else(no_secret)?;
    let secrets = vec![(DEFAULT_LABEL.to_owned(), secret)];
    Ok(Keyring::new(secrets, settings.only_matching))
}

/// Chooses among the secrets given the one to encrypt with; when nothing is given, a person is
/// asked for a new one.
pub(super) fn to_encrypt(
    with: &EncryptWith,
    settings: &VaultSettings,
) -> Result<Labelled, Diagnostics> {
    let keyring = with.vault.keyring(settings)?;
    if keyring.secrets().is_empty() && wanted(with, settings).is_none() {
        return Ok(new()?);
    }
    Ok(chosen(&keyring, with, settings)?)
}

/// The label that is asked for.
pub(super) fn wanted<'w>(with: &'w EncryptWith, settings: &'w VaultSettings) -> Option<&'w str> {
    let setting = settings.encrypt_identity.as_deref();
    with.encrypt_vault_id.as_deref().or(setting)
}

/// The secret to encrypt with, among those of a keyring.
pub(super) fn chosen(
    keyring: &Keyring,
    with: &EncryptWith,
    settings: &VaultSettings,
) -> Result<Labelled, Diagnostic> {
    let secrets = keyring.secrets();
    let labels: Vec<&str> = secrets.iter().map(|(label, _)| label.as_str()).collect();
    if let Some(label) = wanted(with, settings) {
        let found = secrets.iter().find(|(known, _)| known == label);
        return found.cloned().ok_or_else(|| {
            Diagnostic::error(format!("no secret with the id `{label}` is given"))
                .help(format!("give it by --vault-id {label}@FILE"))
        });
    }
    match secrets {
        [only] => Ok(only.clone()),
        _ => Err(Diagnostic::error(format!(
            "there are several secrets to encrypt with: {}",
            labels.join(", ")
        ))
        .help("say which one by --encrypt-vault-id LABEL")),
    }
}

/// Asks for a new secret, twice.
pub(super) fn new() -> Result<Labelled, Diagnostic> {
    let first = typed("New vault password: ").ok_or_else(no_secret)?;
    let second = typed("Confirm new vault password: ").ok_or_else(no_secret)?;
    if first == second {
        return Ok((DEFAULT_LABEL.to_owned(), first));
    }
    Err(Diagnostic::error("the two vault passwords differ"))
}

fn typed(question: &str) -> Option<Password> {
    ask(question).and_then(|answer: Zeroizing<String>| Password::new(answer.as_bytes()))
}

fn no_secret() -> Diagnostic {
    vault::VaultError::NoSecret.alone()
}

/// The label as it is written: the default one is left out, which makes it format 1.1.
pub(super) fn written(label: &str) -> Option<&str> {
    Some(label).filter(|label| *label != DEFAULT_LABEL)
}

/// Encrypts.
pub(super) fn seal(plain: &[u8], (label, secret): &Labelled) -> Result<String, Diagnostic> {
    vault::seal(plain, secret, written(label))
        .map_err(|why| Diagnostic::error(format!("failed to make a salt: {why}")))
}

/// Decrypts what a file holds.
pub(super) fn open(keyring: &Keyring, name: &str, bytes: &[u8]) -> Result<Opened, Diagnostic> {
    let shown = super::io::shown(name);
    if !vault::is_encrypted(bytes.trim_ascii_start()) {
        return Err(Diagnostic::error(format!("{shown} is not encrypted")));
    }
    keyring.open(bytes).map_err(|error| error.of(shown))
}
