//! The secrets of this process.
//!
//! Encrypted text turns up wherever a file is read, from the inventory to the template that a
//! lookup names. One ring of keys for the process means that no reader can forget to ask for it.

use std::sync::{Arc, PoisonError, RwLock};

use super::keyring::Keyring;

static CURRENT: RwLock<Option<Arc<Keyring>>> = RwLock::new(None);

/// Gives the process its secrets, once, before anything is read.
pub fn install(keyring: Keyring) {
    *CURRENT.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(keyring));
}

/// The secrets of the process; an empty ring when none were given.
#[must_use]
pub fn keyring() -> Arc<Keyring> {
    let current = CURRENT.read().unwrap_or_else(PoisonError::into_inner);
    current.clone().unwrap_or_default()
}
