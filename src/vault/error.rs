//! What can be wrong with encrypted text.

use thiserror::Error;

use crate::diag::{Diagnostic, Span};

/// Why encrypted text cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VaultError {
    /// The text is not what a vault writes.
    #[error("the vault data is damaged: {0}")]
    Damaged(String),
    /// A format that is not read.
    #[error("this vault format cannot be read: {0}")]
    Format(String),
    /// There is no secret to try.
    #[error("no vault secret was given")]
    NoSecret,
    /// No secret has the label, and only those with the label may be tried.
    #[error("no vault secret has the id `{label}`; given were {given}")]
    NoMatch {
        /// The label of the data.
        label: String,
        /// The labels there are.
        given: String,
    },
    /// Every secret was tried.
    #[error("no vault secret given decrypts this; tried were {tried}")]
    Wrong {
        /// The label of the data, if it has one.
        label: Option<String>,
        /// The labels of what was tried.
        tried: String,
    },
    /// What was decrypted is no text.
    #[error("what was decrypted is not UTF-8 text")]
    NotText,
}

impl VaultError {
    /// As a message about a place.
    #[must_use]
    pub fn at(&self, span: &Span) -> Diagnostic {
        self.help(Diagnostic::error(self.to_string()).at(span))
    }

    /// As a message about a named file or stream.
    #[must_use]
    pub fn of(&self, name: &str) -> Diagnostic {
        self.help(Diagnostic::error(format!("{name}: {self}")))
    }

    /// As a message without a place.
    #[must_use]
    pub fn alone(&self) -> Diagnostic {
        self.help(Diagnostic::error(self.to_string()))
    }

    /// Adds what to do about it.
    fn help(&self, diagnostic: Diagnostic) -> Diagnostic {
        match self {
            Self::Damaged(_) => diagnostic
                .help("restore it from a copy; every line after the first is hexadecimal digits"),
            Self::Format(_) => diagnostic
                .help("encrypt it again with `ansible-vault rekey` of a version that still reads it"),
            Self::NoSecret => diagnostic.help(
                "give one by --vault-password-file FILE, --vault-id LABEL@FILE or --ask-vault-pass",
            ),
            Self::NoMatch { label, .. } => diagnostic.help(format!(
                "give it by --vault-id {label}@FILE, or let all secrets be tried: vault_id_match is on"
            )),
            Self::Wrong { label, .. } => {
                let help = "either another secret belongs to it, or the data were changed";
                let diagnostic = diagnostic.help(help);
                match label {
                    Some(label) => diagnostic.help(format!("its id is `{label}`")),
                    None => diagnostic,
                }
            }
            Self::NotText => diagnostic.help("only `copy` and `runbook vault` take other files"),
        }
    }
}
