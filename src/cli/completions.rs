//! `runbook completions`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;

/// The arguments of `completions`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    runbook completions bash > /etc/bash_completion.d/runbook")]
pub(super) struct Completions {
    /// The shell to complete in
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> u8 {
        clap_complete::generate(
            self.shell,
            &mut Cli::command(),
            "runbook",
            &mut std::io::stdout(),
        );
        0
    }
}
