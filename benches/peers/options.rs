//! The command line of the benchmark.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use crate::runner::Runner;
use crate::scenario::Scenario;
use crate::sshd::Kex;

/// Times runbook beside ansible-core, mitogen, pyinfra and the floor.
#[derive(Parser)]
#[command(name = "peers")]
pub(crate) struct Options {
    /// How many rounds to run; each round runs every runner once.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
    /// Runs only this runner; may be given several times.
    #[arg(long, value_name = "NAME")]
    only: Vec<Group>,
    /// Runs only this scenario.
    #[arg(long, ignore_case = true)]
    scenario: Option<Scenario>,
    /// The runbook binary to time [default: the one cargo built beside this benchmark].
    #[arg(long, value_name = "PATH")]
    runbook: Option<PathBuf>,
    /// The key exchange the throwaway sshd offers.
    #[arg(long, value_enum, default_value = "curve25519")]
    pub(crate) kex: Kex,
    /// Keeps the scratch directory with the playbooks and logs.
    #[arg(long)]
    pub(crate) keep: bool,
    /// Passed by `cargo bench`, and not by `cargo test --all-targets`.
    #[arg(long, hide = true)]
    pub(crate) bench: bool,
}

/// Runners that belong together: a warm rerun only makes sense right after its cold run.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Group {
    /// The remote commands hand-fed through one `ssh host sh`.
    Floor,
    /// One `ssh` per command over a shared `ControlMaster`.
    Ssh,
    /// runbook with a cold and then with a live master.
    Runbook,
    /// ansible-core with pipelining.
    AnsibleCore,
    /// ansible-core with the mitogen strategy.
    Mitogen,
    /// pyinfra.
    Pyinfra,
}

impl Group {
    /// The runners of the group, in the order they run.
    pub(crate) fn runners(self) -> &'static [Runner] {
        match self {
            Self::Floor => &[Runner::Floor],
            Self::Ssh => &[Runner::Ssh],
            Self::Runbook => &[Runner::Runbook, Runner::RunbookWarm],
            Self::AnsibleCore => &[Runner::AnsibleCore],
            Self::Mitogen => &[Runner::Mitogen],
            Self::Pyinfra => &[Runner::Pyinfra],
        }
    }
}

impl Options {
    /// The chosen groups, in table order.
    pub(crate) fn groups(&self) -> Vec<Group> {
        let chosen = |group: &Group| self.only.is_empty() || self.only.contains(group);
        Group::value_variants()
            .iter()
            .copied()
            .filter(chosen)
            .collect()
    }

    /// The chosen runners that come from a Python package.
    pub(crate) fn peers(&self) -> Vec<Runner> {
        let runners = self.groups().into_iter().flat_map(Group::runners);
        runners
            .copied()
            .filter(|runner| runner.packages().is_some())
            .collect()
    }

    /// The chosen scenarios.
    pub(crate) fn scenarios(&self) -> Vec<Scenario> {
        self.scenario
            .map_or_else(|| Scenario::value_variants().to_vec(), |one| vec![one])
    }

    /// The binary to time.
    pub(crate) fn runbook_binary(&self) -> PathBuf {
        let built = || PathBuf::from(env!("CARGO_BIN_EXE_runbook"));
        let path = self.runbook.clone().unwrap_or_else(built);
        std::path::absolute(&path).unwrap_or(path)
    }
}
