//! Where the secrets of the vault come from: the command line, the environment, the configuration.

use std::io::IsTerminal as _;

use clap::Args;
use zeroize::Zeroizing;

use super::operator;
use crate::config::{Key, Settings};
use crate::diag::Diagnostics;
use crate::vault::{self, Identity, Keyring};

/// The secrets of the vault; names and short forms are Ansible's.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Vault")]
pub(super) struct VaultArgs {
    /// A vault secret: LABEL@FILE or LABEL@prompt, the label may be left out; may be repeated
    #[arg(long, value_name = "LABEL@SOURCE")]
    pub(super) vault_id: Vec<String>,
    /// A file that holds the vault secret, or a program that prints it; may be repeated
    #[arg(
        long,
        visible_alias = "vault-pass-file",
        value_name = "FILE",
        conflicts_with = "ask_vault_pass"
    )]
    pub(super) vault_password_file: Vec<String>,
    /// Ask for the vault secret
    #[arg(short = 'J', long, visible_alias = "ask-vault-password")]
    pub(super) ask_vault_pass: bool,
}

/// What the settings say about the vault.
#[derive(Debug, Clone)]
pub(super) struct VaultSettings {
    /// Secrets that are always there, as `--vault-id` writes them.
    pub(super) identities: Vec<String>,
    /// The label of secrets that are given none.
    pub(super) label: String,
    /// A file with the secret.
    pub(super) password_file: Option<String>,
    /// The id that is encrypted with when several secrets are there.
    pub(super) encrypt_identity: Option<String>,
    /// Whether only secrets with the id of the data are tried.
    pub(super) only_matching: bool,
    /// Whether to ask for a secret.
    pub(super) ask: bool,
    /// The editor of `runbook vault edit`.
    pub(super) editor: Option<String>,
}

impl VaultSettings {
    /// As the settings have them.
    pub(super) fn of(settings: &Settings) -> Self {
        Self {
            identities: settings.list(Key::VaultIdentityList),
            label: settings
                .text(Key::VaultIdentity)
                .unwrap_or_else(|| vault::DEFAULT_LABEL.to_owned()),
            password_file: settings.text(Key::VaultPasswordFile),
            encrypt_identity: settings.text(Key::VaultEncryptIdentity),
            only_matching: settings.flag(Key::VaultIdMatch),
            ask: settings.flag(Key::AskVaultPass),
            editor: settings.text(Key::Editor),
        }
    }
}

impl VaultArgs {
    /// Where secrets come from, in the order in which they are tried.
    pub(super) fn identities(&self, settings: &VaultSettings) -> Vec<Identity> {
        let ids = settings.identities.iter().chain(&self.vault_id);
        let files = self
            .vault_password_file
            .iter()
            .chain(&settings.password_file);
        let label = settings.label.as_str();
        let asked = self.ask_vault_pass || settings.ask;
        ids.map(|id| Identity::parse(id, label))
            .chain(files.map(|file| Identity::file(file, label)))
            .chain(asked.then(|| Identity::prompt(label)))
            .collect()
    }

    /// Gets all secrets.
    pub(super) fn keyring(&self, settings: &VaultSettings) -> Result<Keyring, Diagnostics> {
        let mut secrets = Vec::new();
        let mut mistakes = Diagnostics::new();
        for identity in self.identities(settings) {
            match identity.secret(&ask) {
                Ok(secret) => secrets.push((identity.label, secret)),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        mistakes.result(Keyring::new(secrets, settings.only_matching))
    }

    /// Gives the process its secrets; to be called before anything is read.
    pub(super) fn install(&self, settings: &VaultSettings) -> Result<(), Diagnostics> {
        vault::install(self.keyring(settings)?);
        Ok(())
    }
}

/// Asks on the terminal, or reads a line of what is piped in.
pub(super) fn ask(question: &str) -> Option<Zeroizing<String>> {
    if std::io::stdin().is_terminal() {
        return operator::hidden(question).map(Zeroizing::new);
    }
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().read_line(&mut line).ok()?;
    Some(line)
}
