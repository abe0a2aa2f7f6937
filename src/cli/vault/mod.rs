//! `runbook vault`: encrypted files and values, as `ansible-vault` makes them.

mod edit;
mod files;
mod io;
mod secrets;
mod string;

use clap::{Args, Subcommand};

use super::refuse;
use super::setup::Place;
use super::vault_args::VaultArgs;

/// The arguments of `vault`; names and short forms are those of `ansible-vault`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 all went well, 1 nothing was written because of a mistake.\n\n\
    Examples:\n  \
    runbook vault encrypt --vault-id prod@prod.pw group_vars/prod/vault.yml\n  \
    runbook vault view --vault-password-file ~/.vault group_vars/prod/vault.yml\n  \
    runbook vault encrypt-string --vault-password-file ~/.vault --stdin-name db_password < secret\n  \
    runbook vault rekey --vault-password-file old.pw --new-vault-id prod@new.pw vault.yml"
)]
pub(super) struct Vault {
    #[command(subcommand)]
    verb: VaultVerb,
}

#[derive(Debug, Subcommand)]
enum VaultVerb {
    /// Encrypt files, or standard input
    Encrypt(Encrypt),
    /// Decrypt files, or standard input
    Decrypt(Decrypt),
    /// Show what is in encrypted files
    View(View),
    /// Change an encrypted file with $EDITOR
    Edit(Edit),
    /// Write a new encrypted file with $EDITOR
    Create(Create),
    /// Encrypt files anew with another secret
    Rekey(Rekey),
    /// Encrypt values, to be pasted into YAML
    #[command(visible_alias = "encrypt_string")]
    EncryptString(EncryptString),
}

/// Which secret encrypts.
#[derive(Debug, Default, Args)]
struct EncryptWith {
    #[command(flatten)]
    vault: VaultArgs,
    /// The id to encrypt with; needed when several secrets are given
    #[arg(long, value_name = "LABEL", help_heading = "Vault")]
    encrypt_vault_id: Option<String>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  runbook vault encrypt --vault-password-file ~/.vault secrets.yml"
)]
struct Encrypt {
    /// The files; standard input when there is none, or for `-`
    #[arg(value_name = "FILE")]
    files: Vec<String>,
    /// Where to write instead of over the file; `-` is standard output
    #[arg(long, value_name = "FILE")]
    output: Option<String>,
    #[command(flatten)]
    with: EncryptWith,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  runbook vault decrypt --vault-password-file ~/.vault --output - secrets.yml"
)]
struct Decrypt {
    /// The files; standard input when there is none, or for `-`
    #[arg(value_name = "FILE")]
    files: Vec<String>,
    /// Where to write instead of over the file; `-` is standard output
    #[arg(long, value_name = "FILE")]
    output: Option<String>,
    #[command(flatten)]
    vault: VaultArgs,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  runbook vault view --vault-id prod@prompt group_vars/prod/vault.yml"
)]
struct View {
    /// The files; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    #[command(flatten)]
    vault: VaultArgs,
}

#[derive(Debug, Args)]
#[command(
    after_help = "The file is decrypted into a private folder, which is removed afterwards. \
    It keeps its id.\n\nExample:\n  EDITOR='vim -n' runbook vault edit --vault-password-file ~/.vault vault.yml"
)]
struct Edit {
    /// The files, one after the other
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    #[command(flatten)]
    with: EncryptWith,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  runbook vault create --vault-id prod@prod.pw group_vars/prod/vault.yml"
)]
struct Create {
    /// The file, which must not be there yet
    #[arg(value_name = "FILE")]
    file: String,
    /// Start the editor even where there is no terminal
    #[arg(long)]
    skip_tty_check: bool,
    #[command(flatten)]
    with: EncryptWith,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Without --new-vault-id and --new-vault-password-file the new secret is asked for.\n\n\
    Example:\n  runbook vault rekey --vault-password-file old.pw --new-vault-password-file new.pw *.yml"
)]
struct Rekey {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// The new secret: LABEL@FILE or LABEL@prompt
    #[arg(
        long,
        value_name = "LABEL@SOURCE",
        conflicts_with = "new_vault_password_file"
    )]
    new_vault_id: Option<String>,
    /// A file that holds the new secret, or a program that prints it
    #[arg(long, value_name = "FILE")]
    new_vault_password_file: Option<String>,
    #[command(flatten)]
    vault: VaultArgs,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Values on the command line are seen by others on this machine and kept by the \
    shell's history: prefer standard input or --prompt.\n\nExamples:\n  \
    runbook vault encrypt-string --vault-password-file ~/.vault --prompt --name db_password\n  \
    pwgen 20 1 | tr -d '\\n' | runbook vault encrypt-string --vault-id prod@prod.pw --stdin-name db_password"
)]
struct EncryptString {
    /// The values; standard input when there is none, or for `-`
    #[arg(value_name = "TEXT")]
    texts: Vec<String>,
    /// The variable of the value, one for each in order
    #[arg(short, long = "name", value_name = "NAME")]
    names: Vec<String>,
    /// The variable of the value on standard input
    #[arg(long, value_name = "NAME")]
    stdin_name: Option<String>,
    /// Ask for the value
    #[arg(short, long)]
    prompt: bool,
    /// Show the value while it is typed
    #[arg(long)]
    show_input: bool,
    /// Where to write; `-` is standard output
    #[arg(long, value_name = "FILE")]
    output: Option<String>,
    #[command(flatten)]
    with: EncryptWith,
}

impl Vault {
    pub(super) fn run(self) -> u8 {
        let place = match Place::find() {
            Ok(place) => place,
            Err(mistakes) => return refuse(&mistakes),
        };
        let settings = place.vault_settings();
        let done = match self.verb {
            VaultVerb::Encrypt(verb) => files::encrypt(&verb, &settings),
            VaultVerb::Decrypt(verb) => files::decrypt(&verb, &settings),
            VaultVerb::View(verb) => files::view(&verb, &settings),
            VaultVerb::Rekey(verb) => files::rekey(&verb, &settings),
            VaultVerb::Edit(verb) => edit::edit(&verb, &settings),
            VaultVerb::Create(verb) => edit::create(&verb, &settings),
            VaultVerb::EncryptString(verb) => string::encrypt(&verb, &settings),
        };
        match done {
            Ok(()) => 0,
            Err(mistakes) => refuse(&mistakes),
        }
    }
}
