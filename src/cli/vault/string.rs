//! `encrypt-string`: values for pasting into YAML.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};

use zeroize::Zeroizing;

use super::io::{self, Mode, STREAM};
use super::{EncryptString, secrets};
use crate::cli::vault_args::{VaultSettings, ask};
use crate::diag::{Diagnostic, Diagnostics};

/// How far the encrypted lines are indented: deep enough for any list or mapping around them.
const INDENT: &str = "          ";

/// A value and the variable it is for.
struct Value {
    name: Option<String>,
    text: Zeroizing<Vec<u8>>,
}

/// Encrypts values and prints them.
pub(super) fn encrypt(verb: &EncryptString, settings: &VaultSettings) -> Result<(), Diagnostics> {
    let secret = secrets::to_encrypt(&verb.with, settings)?;
    let mut out = String::new();
    for value in values(verb)? {
        if value.text.is_empty() {
            return Err(Diagnostic::error("there is nothing to encrypt").into());
        }
        let sealed = secrets::seal(&value.text, &secret)?;
        let name = value
            .name
            .map(|name| format!("{name}: "))
            .unwrap_or_default();
        // Writing to a string never fails.
        let _ = writeln!(out, "{name}!vault |");
        for line in sealed.lines() {
            let _ = writeln!(out, "{INDENT}{line}");
        }
    }
    io::write(
        verb.output.as_deref().unwrap_or(STREAM),
        out.as_bytes(),
        Mode::Kept,
    )?;
    Ok(())
}

/// Everything that is to be encrypted: typed, piped in, and named.
fn values(verb: &EncryptString) -> Result<Vec<Value>, Diagnostic> {
    let mut names = verb.names.iter().cloned();
    let mut values = Vec::new();
    if verb.prompt {
        let name = names.next().or_else(asked_name);
        let text = typed(verb.show_input)?;
        values.push(Value { name, text });
    }
    let stream = !verb.prompt && verb.texts.is_empty();
    if stream || verb.texts.iter().any(|text| text == STREAM) {
        let name = verb
            .stdin_name
            .clone()
            .or_else(|| if stream { names.next() } else { None });
        let text = io::read(STREAM)?;
        values.push(Value { name, text });
    }
    for text in verb.texts.iter().filter(|text| *text != STREAM) {
        let text = Zeroizing::new(text.clone().into_bytes());
        let name = names.next();
        values.push(Value { name, text });
    }
    match names.next() {
        None => Ok(values),
        Some(name) => Err(
            Diagnostic::error(format!("there is no value for the name `{name}`"))
                .help("values stand after the options: `encrypt-string --name a --name b one two`"),
        ),
    }
}

fn asked_name() -> Option<String> {
    let _ = write!(std::io::stderr(), "Variable name (enter for none): ");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).ok()?;
    Some(line.trim().to_owned()).filter(|name| !name.is_empty())
}

/// Asks for a value; twice when it is hidden.
fn typed(show: bool) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
    let bytes = |text: Zeroizing<String>| {
        Zeroizing::new(text.trim_end_matches(['\r', '\n']).as_bytes().to_vec())
    };
    let nothing = || Diagnostic::error("no value was typed");
    if show || !std::io::stdin().is_terminal() {
        let _ = write!(std::io::stderr(), "String to encrypt: ");
        let mut line = Zeroizing::new(String::new());
        std::io::stdin()
            .read_line(&mut line)
            .map_err(|_| nothing())?;
        return Ok(bytes(line));
    }
    let first = ask("String to encrypt (hidden): ").ok_or_else(nothing)?;
    let second = ask("Confirm string to encrypt: ").ok_or_else(nothing)?;
    if first == second {
        return Ok(bytes(first));
    }
    Err(Diagnostic::error("the two values differ"))
}
