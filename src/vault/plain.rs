//! Encrypted files and values, read as if they were not.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use super::current::keyring;
use super::envelope::is_encrypted;
use super::error::VaultError;
use super::redact;
use crate::diag::{Diagnostic, SourceFile, Span};

/// The text of a source, decrypted when it is encrypted as a whole. It keeps its name and its
/// path, and messages do not quote it.
pub fn plain_source(source: &Arc<SourceFile>) -> Result<Arc<SourceFile>, Diagnostic> {
    if !is_encrypted(source.text.as_bytes()) {
        return Ok(Arc::clone(source));
    }
    let first = source.text.lines().next().unwrap_or_default().len();
    let place = Span::new(source, 0..first);
    let opened = keyring().open(source.text.as_bytes());
    let opened = opened.map_err(|error| error.at(&place))?;
    let text = std::str::from_utf8(&opened.bytes).map_err(|_| VaultError::NotText.at(&place))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
    Ok(source.with_secret_text(text))
}

/// The bytes of a file, decrypted when they are encrypted.
pub fn plain_bytes<'b>(path: &Path, bytes: &'b [u8]) -> Result<Cow<'b, [u8]>, Diagnostic> {
    if !is_encrypted(bytes) {
        return Ok(Cow::Borrowed(bytes));
    }
    let opened = keyring().open(bytes);
    let opened = opened.map_err(|error| error.of(&path.display().to_string()))?;
    Ok(Cow::Owned(opened.bytes.to_vec()))
}

/// The text of a `!vault` value at a place, which from now on is hidden in events.
pub fn plain_value(text: &str, span: &Span) -> Result<String, Diagnostic> {
    let opened = keyring().open(text.as_bytes());
    let opened = opened.map_err(|error| error.at(span))?;
    let plain = std::str::from_utf8(&opened.bytes).map_err(|_| VaultError::NotText.at(span))?;
    redact::remember(plain, text);
    Ok(plain.to_owned())
}
