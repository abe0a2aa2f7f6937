//! `encrypt`, `decrypt`, `view` and `rekey`: every file is read and changed before the first one is
//! written.

use zeroize::Zeroizing;

use super::io::{self, Mode, STREAM};
use super::{Decrypt, Encrypt, Rekey, View, secrets};
use crate::cli::vault_args::{VaultSettings, ask};
use crate::diag::{Diagnostic, Diagnostics};
use crate::vault::{self, Identity};

/// A file's name with what is to be written.
type Changed = (String, Zeroizing<Vec<u8>>);

/// Encrypts files.
pub(super) fn encrypt(verb: &Encrypt, settings: &VaultSettings) -> Result<(), Diagnostics> {
    let files = or_stream(&verb.files);
    one_output(&files, verb.output.as_deref())?;
    let secret = secrets::to_encrypt(&verb.with, settings)?;
    let changed = each(&files, |name, bytes| {
        if vault::is_encrypted(&bytes) {
            let message = format!("{} is encrypted already", io::shown(name));
            return Err(Diagnostic::error(message).help("to change its secret use `rekey`"));
        }
        let text = secrets::seal(&bytes, &secret)?;
        Ok(Zeroizing::new(text.into_bytes()))
    })?;
    put(changed, verb.output.as_deref(), Mode::Kept, "encrypted")
}

/// Decrypts files.
pub(super) fn decrypt(verb: &Decrypt, settings: &VaultSettings) -> Result<(), Diagnostics> {
    let files = or_stream(&verb.files);
    one_output(&files, verb.output.as_deref())?;
    let changed = plain(&files, &verb.vault, settings)?;
    put(changed, verb.output.as_deref(), Mode::Private, "decrypted")
}

/// Shows what is in files.
pub(super) fn view(verb: &View, settings: &VaultSettings) -> Result<(), Diagnostics> {
    let changed = plain(&verb.files, &verb.vault, settings)?;
    for (_, bytes) in changed {
        io::write(STREAM, &bytes, Mode::Private)?;
    }
    Ok(())
}

fn plain(
    files: &[String],
    args: &crate::cli::vault_args::VaultArgs,
    settings: &VaultSettings,
) -> Result<Vec<Changed>, Diagnostics> {
    let keyring = secrets::to_decrypt(args, settings)?;
    each(files, |name, bytes| {
        Ok(secrets::open(&keyring, name, &bytes)?.bytes)
    })
}

/// Encrypts files with another secret.
pub(super) fn rekey(verb: &Rekey, settings: &VaultSettings) -> Result<(), Diagnostics> {
    let keyring = secrets::to_decrypt(&verb.vault, settings)?;
    let opened = each(&verb.files, |name, bytes| {
        Ok(secrets::open(&keyring, name, &bytes)?.bytes)
    })?;
    let identity = match (&verb.new_vault_id, &verb.new_vault_password_file) {
        (Some(id), _) => Some(Identity::parse(id, &settings.label)),
        (None, Some(file)) => Some(Identity::file(file, &settings.label)),
        (None, None) => None,
    };
    let secret = match identity {
        Some(identity) => {
            let secret = identity.secret(&ask)?;
            (identity.label, secret)
        }
        None => secrets::new()?,
    };
    let mut changed = Vec::new();
    for (name, bytes) in opened {
        let text = secrets::seal(&bytes, &secret)?;
        changed.push((name, Zeroizing::new(text.into_bytes())));
    }
    put(changed, None, Mode::Kept, "encrypted anew")
}

/// The files named, or standard input.
fn or_stream(files: &[String]) -> Vec<String> {
    match files {
        [] => vec![STREAM.to_owned()],
        files => files.to_vec(),
    }
}

fn one_output(files: &[String], output: Option<&str>) -> Result<(), Diagnostic> {
    if output.is_some() && files.len() > 1 {
        return Err(Diagnostic::error("--output takes one file only")
            .help("without it every file is written in its place"));
    }
    Ok(())
}

/// Reads and changes all files; all mistakes are told.
fn each(
    files: &[String],
    change: impl Fn(&str, Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, Diagnostic>,
) -> Result<Vec<Changed>, Diagnostics> {
    let mut mistakes = Diagnostics::new();
    let mut changed = Vec::new();
    for name in files {
        match io::read(name).and_then(|bytes| change(name, bytes)) {
            Ok(bytes) => changed.push((name.clone(), bytes)),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    mistakes.result(changed)
}

fn put(
    changed: Vec<Changed>,
    output: Option<&str>,
    mode: Mode,
    done: &str,
) -> Result<(), Diagnostics> {
    for (name, bytes) in changed {
        let name = output.unwrap_or(&name);
        io::write(name, &bytes, mode)?;
        if name != STREAM {
            io::say(&format!("{done}: {name}"));
        }
    }
    Ok(())
}
