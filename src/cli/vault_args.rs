//! Where the secrets of the vault come from: the command line, the environment, the configuration.

use std::io::IsTerminal as _;

use clap::Args;
use zeroize::Zeroizing;

use super::operator;
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

/// What the environment and the configuration say about the vault.
#[derive(Debug, Default, Clone)]
pub(super) struct VaultSettings {
    /// Secrets that are always there, as `--vault-id` writes them.
    pub(super) identities: Vec<String>,
    /// A file with the secret.
    pub(super) password_file: Option<String>,
    /// Whether only secrets with the id of the data are tried.
    pub(super) only_matching: bool,
}

impl VaultSettings {
    /// As the environment has them.
    pub(super) fn from_env() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let list = variable("ANSIBLE_VAULT_IDENTITY_LIST").unwrap_or_default();
        let yes = ["1", "true", "yes", "on", "y", "t"];
        Self {
            identities: words(&list),
            password_file: variable("ANSIBLE_VAULT_PASSWORD_FILE"),
            only_matching: variable("ANSIBLE_VAULT_ID_MATCH")
                .is_some_and(|value| yes.contains(&&*value.to_ascii_lowercase())),
        }
    }
}

/// The parts of a list with commas.
fn words(list: &str) -> Vec<String> {
    let words = list.split(',').map(str::trim);
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

impl VaultArgs {
    /// Where secrets come from, in the order in which they are tried.
    pub(super) fn identities(&self, settings: &VaultSettings) -> Vec<Identity> {
        let ids = settings.identities.iter().chain(&self.vault_id);
        let files = self
            .vault_password_file
            .iter()
            .chain(&settings.password_file);
        ids.map(|id| Identity::parse(id))
            .chain(files.map(|file| Identity::file(file)))
            .chain(self.ask_vault_pass.then(Identity::prompt))
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
