//! Values that came out of `!vault` or are secret arguments, and their removal from what is shown.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use serde_json::Value as Json;

/// What stands in the place of a secret.
const HIDDEN: &str = "********";
/// Shorter secrets are hidden only where they are a whole value: they are parts of too many words.
const SHORTEST: usize = 4;
/// Lines of a secret of several lines that are hidden one by one, as differences show them.
const SHORTEST_LINE: usize = 8;
/// How many secrets are known at once.
const MAX_SECRETS: usize = 10_000;

/// Plain values, each with the encrypted text it came from, if it came from one.
static SECRETS: RwLock<Option<HashMap<String, Option<String>>>> = RwLock::new(None);
/// Whether there are any: most runs have none, and must not pay for the search.
static ANY: AtomicBool = AtomicBool::new(false);

/// Takes note of a value that is to be hidden, and of the text it was decrypted from.
pub fn remember(plain: &str, vaulted: &str) {
    if !plain.is_empty() && vaulted_text(plain).is_none() {
        keep(plain, Some(vaulted));
    }
}

/// Takes note of a value that is to be hidden and came from no vault: a secret argument.
pub fn hide(plain: &str) {
    if !plain.is_empty() && !knows(plain) {
        keep(plain, None);
    }
}

/// Whether a value is hidden already, whatever the reason.
fn knows(plain: &str) -> bool {
    let secrets = SECRETS.read().unwrap_or_else(PoisonError::into_inner);
    let known = secrets.as_ref();
    known.is_some_and(|secrets| secrets.contains_key(plain))
}

fn keep(plain: &str, vaulted: Option<&str>) {
    let mut secrets = SECRETS.write().unwrap_or_else(PoisonError::into_inner);
    let secrets = secrets.get_or_insert_default();
    if secrets.len() < MAX_SECRETS {
        secrets.insert(plain.to_owned(), vaulted.map(str::to_owned));
        ANY.store(true, Ordering::Release);
    }
}

/// Whether anything is to be hidden.
#[must_use]
pub fn knows_secrets() -> bool {
    ANY.load(Ordering::Acquire)
}

/// Whether a text is exactly a value that came out of `!vault`.
#[must_use]
pub fn is_secret(text: &str) -> bool {
    vaulted_text(text).is_some()
}

/// The encrypted text that a value came from.
#[must_use]
pub fn vaulted_text(plain: &str) -> Option<String> {
    if !knows_secrets() {
        return None;
    }
    let secrets = SECRETS.read().unwrap_or_else(PoisonError::into_inner);
    secrets.as_ref()?.get(plain)?.clone()
}

/// A text without the secrets in it.
#[must_use]
pub fn redacted(text: &str) -> Cow<'_, str> {
    if !knows_secrets() {
        return Cow::Borrowed(text);
    }
    let secrets = SECRETS.read().unwrap_or_else(PoisonError::into_inner);
    let Some(secrets) = secrets.as_ref() else {
        return Cow::Borrowed(text);
    };
    if secrets.contains_key(text) {
        return Cow::Owned(HIDDEN.to_owned());
    }
    let all = secrets.keys().flat_map(|secret| parts(secret));
    let mut found: Vec<&str> = all.filter(|part| text.contains(part)).collect();
    // A secret may hold another one: the longer goes first, or its rest would stay.
    found.sort_unstable_by_key(|part| std::cmp::Reverse(part.len()));
    let mut shown = Cow::Borrowed(text);
    for part in found {
        if shown.contains(part) {
            shown = Cow::Owned(shown.replace(part, HIDDEN));
        }
    }
    shown
}

/// What of a secret is searched for: the whole, the whole without white space at its ends, and its
/// longer lines.
fn parts(secret: &str) -> impl Iterator<Item = &str> {
    let several = secret.trim_end().contains('\n');
    let lines = secret
        .lines()
        .map(str::trim)
        .filter(move |line| several && line.len() >= SHORTEST_LINE);
    [secret, secret.trim()]
        .into_iter()
        .filter(|part| part.len() >= SHORTEST)
        .chain(lines)
}

/// Removes secrets from every text in a JSON value.
pub fn redacted_json(json: &mut Json) {
    if !knows_secrets() {
        return;
    }
    match json {
        Json::String(text) => {
            if let Cow::Owned(shown) = redacted(text) {
                *text = shown;
            }
        }
        Json::Array(items) => items.iter_mut().for_each(redacted_json),
        Json::Object(map) => redacted_map(map),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// Removes secrets from the keys and the values of a mapping.
pub fn redacted_map(map: &mut serde_json::Map<String, Json>) {
    if !knows_secrets() {
        return;
    }
    map.values_mut().for_each(redacted_json);
    if map.keys().any(|key| matches!(redacted(key), Cow::Owned(_))) {
        let old = std::mem::take(map).into_iter();
        *map = old
            .map(|(key, value)| (redacted(&key).into_owned(), value))
            .collect();
    }
}
