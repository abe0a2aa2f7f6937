//! The secrets of a run, in the order in which they are tried.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use zeroize::Zeroizing;

use super::cipher::Keys;
use super::envelope::Envelope;
use super::error::VaultError;
use super::identity::DEFAULT_LABEL;
use super::password::Password;

/// How many derived keys are kept.
const MAX_KEYS: usize = 4096;

/// Keys by the number of their secret and their salt.
type Known = HashMap<(usize, Vec<u8>), Keys>;

/// Secrets with their labels.
#[derive(Default)]
pub struct Keyring {
    secrets: Vec<(String, Password)>,
    /// Whether data with a label are only tried with secrets of that label.
    only_matching: bool,
    /// Derived keys: deriving one takes milliseconds.
    known: Mutex<Known>,
}

/// What was decrypted.
#[derive(Debug)]
pub struct Opened {
    /// The plain bytes.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Which of the secrets fitted, counted from 0.
    pub secret: usize,
    /// The label of the secret that fitted.
    pub label: String,
    /// The label the data have.
    pub labelled: Option<String>,
}

impl Keyring {
    /// Secrets in the order in which they are tried.
    #[must_use]
    pub fn new(secrets: Vec<(String, Password)>, only_matching: bool) -> Self {
        Self {
            secrets,
            only_matching,
            known: Mutex::default(),
        }
    }

    /// The secrets with their labels.
    #[must_use]
    pub fn secrets(&self) -> &[(String, Password)] {
        &self.secrets
    }

    /// Decrypts: secrets of the same label are tried first, then the others in order.
    pub fn open(&self, text: &[u8]) -> Result<Opened, VaultError> {
        let envelope = Envelope::parse(text)?;
        if self.secrets.is_empty() {
            return Err(VaultError::NoSecret);
        }
        let order = self.order(envelope.label.as_deref());
        if order.is_empty() {
            return Err(VaultError::NoMatch {
                label: envelope.label.unwrap_or_else(|| DEFAULT_LABEL.to_owned()),
                given: labels(self.secrets.iter().map(|(label, _)| label.as_str())),
            });
        }
        for &index in &order {
            if let Some(bytes) = self.try_one(index, &envelope) {
                return Ok(Opened {
                    bytes: bytes?,
                    secret: index,
                    label: self.secrets[index].0.clone(),
                    labelled: envelope.label,
                });
            }
        }
        Err(VaultError::Wrong {
            label: envelope.label,
            tried: labels(order.iter().map(|index| self.secrets[*index].0.as_str())),
        })
    }

    fn order(&self, label: Option<&str>) -> Vec<usize> {
        let wanted = label.unwrap_or(DEFAULT_LABEL);
        let all = 0..self.secrets.len();
        let (mut same, others): (Vec<_>, Vec<_>) =
            all.partition(|index| self.secrets[*index].0 == wanted);
        if !self.only_matching {
            same.extend(others);
        }
        same
    }

    fn try_one(
        &self,
        index: usize,
        envelope: &Envelope,
    ) -> Option<Result<Zeroizing<Vec<u8>>, VaultError>> {
        let place = (index, envelope.salt.clone());
        let known = self.lock().get(&place).cloned();
        if let Some(known) = known {
            return known.open(envelope);
        }
        // Derived without the lock: others go on meanwhile.
        let keys = Keys::derive(&self.secrets[index].1, &envelope.salt);
        let opened = keys.open(envelope);
        let mut known = self.lock();
        if known.len() >= MAX_KEYS {
            known.clear();
        }
        known.insert(place, keys);
        opened
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Labels as a sentence names them, each once.
fn labels<'a>(labels: impl Iterator<Item = &'a str>) -> String {
    let mut named = Vec::new();
    for label in labels {
        let label = format!("`{label}`");
        if !named.contains(&label) {
            named.push(label);
        }
    }
    named.join(", ")
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let labels: Vec<_> = self.secrets.iter().map(|(label, _)| label).collect();
        f.debug_tuple("Keyring").field(&labels).finish()
    }
}
