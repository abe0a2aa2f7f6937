//! The two workloads.

use clap::ValueEnum;

/// What is run.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// 100 no-op commands on one host.
    A,
    /// 50 mixed file tasks on each of ten hosts.
    B,
}

impl Scenario {
    /// The letter used in file names and in the report.
    pub(crate) fn letter(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
        }
    }

    /// One line that says what is run.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::A => "A: 100 x `command: /bin/true` on one host",
            Self::B => "B: 50 mixed file tasks x 10 hosts, 10 forks",
        }
    }

    /// How many tasks the playbook has.
    pub(crate) fn tasks(self) -> usize {
        match self {
            Self::A => 100,
            Self::B => 50,
        }
    }

    /// How many hosts the playbook is run on.
    pub(crate) fn hosts(self) -> usize {
        match self {
            Self::A => 1,
            Self::B => crate::sshd::HOSTS,
        }
    }
}
