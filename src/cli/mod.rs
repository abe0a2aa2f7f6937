//! The command line: one file per verb. Verbs parse and compose; what the terminal shows comes
//! from [`report`](crate::report).

mod completions;
mod config;
mod doc;
mod extra_vars;
mod inventory;
mod lab;
mod operator;
mod play;
mod run_settings;
mod setup;
mod signals;
mod vault;
mod vault_args;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::diag::Diagnostics;

pub use extra_vars::parse as parse_extra_vars;

/// Exit code for anything wrong with the command line, the inventory or the playbook.
const USAGE: u8 = 1;

/// Declarative runbooks for PostgreSQL clusters, over SSH.
#[derive(Debug, Parser)]
#[command(
    name = "runbook",
    version,
    about,
    max_term_width = 100,
    after_help = "Examples:\n  \
        runbook play update-postgres.yml -e update_hosts=db2,db3,db1\n  \
        runbook play update-postgres.yml --check --diff\n  \
        runbook lab up m1\n  \
        runbook doc postgresql_topology"
)]
struct Cli {
    /// When to use colour; NO_COLOR and CLICOLOR_FORCE count as usual
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,
    #[command(subcommand)]
    verb: Verb,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run playbooks on the hosts of an inventory
    Play(Box<play::Play>),
    /// Create and remove a lab of real hosts to try runbooks on
    Lab(lab::Lab),
    /// Encrypt and decrypt files and values
    Vault(vault::Vault),
    /// Show what modules do and which arguments they take
    Doc(doc::Doc),
    /// Show hosts, groups and variables of an inventory
    Inventory(Box<inventory::InventoryArgs>),
    /// Show every setting and where its value came from
    Config(config::Config),
    /// Print a completion script for a shell
    Completions(completions::Completions),
}

/// Runs the program with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { USAGE } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match cli.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    let code = match cli.verb {
        Verb::Play(play) => play.run(),
        Verb::Lab(lab) => lab.run(),
        Verb::Vault(vault) => vault.run(),
        Verb::Doc(doc) => doc.run(),
        Verb::Inventory(inventory) => inventory.run(),
        Verb::Config(config) => config.run(),
        Verb::Completions(completions) => completions.run(),
    };
    ExitCode::from(code)
}

/// Shows mistakes on standard error, as a compiler would.
fn show(mistakes: &Diagnostics) {
    use std::io::Write as _;
    let mut stderr = anstream::stderr().lock();
    for mistake in mistakes {
        let text = mistake.render(true);
        let _ = writeln!(stderr, "{}", crate::vault::redacted(&text));
    }
}

/// Shows mistakes and gives the exit code for them.
fn refuse(mistakes: &Diagnostics) -> u8 {
    show(mistakes);
    USAGE
}
