//! The contestants: how each is started, and what a complete run of it looks like.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::floor;
use crate::install::Tools;
use crate::measure::{Sample, time};
use crate::scenario::Scenario;
use crate::sshd::{HOSTS, Server};

/// One row of the table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runner {
    /// The commands hand-fed through one `ssh host sh`.
    Floor,
    /// One `ssh` per command over a shared master.
    Ssh,
    /// runbook, connecting anew.
    Runbook,
    /// runbook right after itself, with its masters still there.
    RunbookWarm,
    /// ansible-core with pipelining.
    AnsibleCore,
    /// ansible-core with the mitogen strategy.
    Mitogen,
    /// pyinfra.
    Pyinfra,
}

impl Runner {
    /// The name in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::Ssh => "ssh + ControlMaster",
            Self::Runbook => "runbook",
            Self::RunbookWarm => "runbook, warm master",
            Self::AnsibleCore => "ansible-core",
            Self::Mitogen => "mitogen",
            Self::Pyinfra => "pyinfra",
        }
    }

    /// The Python packages it needs, pinned: both Ansible rows run on the same ansible-core.
    pub(crate) fn packages(self) -> Option<&'static [&'static str]> {
        match self {
            Self::AnsibleCore => Some(&["ansible-core==2.19.14"]),
            Self::Mitogen => Some(&["ansible-core==2.19.14", "mitogen==0.3.54"]),
            Self::Pyinfra => Some(&["pyinfra==3.10.0"]),
            Self::Floor | Self::Ssh | Self::Runbook | Self::RunbookWarm => None,
        }
    }

    /// Whether it runs `scenario`: a bare shell copies no files.
    pub(crate) fn runs(self, scenario: Scenario) -> bool {
        scenario == Scenario::A || !matches!(self, Self::Floor | Self::Ssh)
    }

    /// Whether the run before it leaves connections it must find.
    pub(crate) fn is_warm(self) -> bool {
        self == Self::RunbookWarm
    }

    /// Whether it is runbook.
    pub(crate) fn is_runbook(self) -> bool {
        matches!(self, Self::Runbook | Self::RunbookWarm)
    }
}

/// Where everything is.
pub(crate) struct Bench<'a> {
    /// The scratch directory; every path a runner sees lies below it.
    pub(crate) scratch: &'a Path,
    /// The sshd to talk to.
    pub(crate) server: &'a Server,
    /// The runbook binary.
    pub(crate) runbook: PathBuf,
    /// The peers' programs.
    pub(crate) tools: &'a Tools,
}

impl<'a> Bench<'a> {
    /// A bench whose runbook binary may be missing.
    pub(crate) fn new(
        scratch: &'a Path,
        server: &'a Server,
        tools: &'a Tools,
        runbook: PathBuf,
    ) -> Self {
        Self {
            scratch,
            server,
            runbook,
            tools,
        }
    }

    /// The directory with playbooks, inventories and their files.
    pub(crate) fn work(&self) -> PathBuf {
        self.scratch.join("work")
    }

    /// The directory host `number` writes into.
    pub(crate) fn data(&self, number: usize) -> PathBuf {
        self.scratch.join("data").join(host_name(number))
    }

    /// What every ssh client is told beyond address, port, user and key.
    pub(crate) fn ssh_arguments(&self) -> Vec<String> {
        let known = format!("UserKnownHostsFile={}", self.server.known_hosts.display());
        let options = [
            &known,
            "GlobalKnownHostsFile=/dev/null",
            "StrictHostKeyChecking=yes",
            "IdentitiesOnly=yes",
            "IdentityAgent=none",
        ];
        options
            .iter()
            .flat_map(|option| ["-o".to_owned(), (*option).to_owned()])
            .collect()
    }

    /// Why `runner` cannot run at all.
    pub(crate) fn missing(&self, runner: Runner) -> Option<Failure> {
        if runner.is_runbook() {
            return self.runbook_missing();
        }
        self.tools.missing.get(runner.name()).cloned()
    }

    fn runbook_missing(&self) -> Option<Failure> {
        if !self.runbook.exists() {
            return Some(format!("binary missing: {}", self.runbook.display()));
        }
        let help = Command::new(&self.runbook)
            .args(["play", "--help"])
            .output();
        let knows_play = help.is_ok_and(|it| it.status.success() && !it.stdout.is_empty());
        (!knows_play).then(|| format!("binary missing: {} has no `play`", self.runbook.display()))
    }

    /// Runs `runner` once.
    pub(crate) fn run(&self, runner: Runner, scenario: Scenario) -> Result<Sample, Failure> {
        let log = self.log(runner, scenario);
        match runner {
            Runner::Floor => {
                let ssh = self.ssh(&["-T", "-o", "ControlMaster=no", "-o", "ControlPath=none"]);
                floor::persistent_shell(ssh, scenario.tasks(), &log)
            }
            Runner::Ssh => {
                let path = format!("ControlPath={}/cp/%C", self.scratch.display());
                let master = [
                    "-o",
                    "ControlMaster=auto",
                    "-o",
                    "ControlPersist=60s",
                    "-o",
                    path.as_str(),
                ];
                floor::one_ssh_each(|| self.ssh(&master), scenario.tasks())
            }
            _ => time(&mut self.command(runner, scenario), &log),
        }
    }

    /// Where the output of the latest run of `runner` goes.
    pub(crate) fn log(&self, runner: Runner, scenario: Scenario) -> PathBuf {
        let name = runner
            .name()
            .replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        self.scratch
            .join("log")
            .join(format!("{}-{name}.log", scenario.letter()))
    }

    fn ssh(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("ssh");
        command
            .args(self.ssh_arguments())
            .args(arguments)
            .arg("-i")
            .arg(&self.server.key);
        command.args(["-p", &self.server.port.to_string(), "-l", &self.server.user]);
        command.arg(Server::address(1));
        command
    }

    fn command(&self, runner: Runner, scenario: Scenario) -> Command {
        let (letter, forks) = (scenario.letter(), HOSTS.to_string());
        let playbook = format!("play-{letter}.yml");
        let mut command = match runner {
            Runner::AnsibleCore | Runner::Mitogen => self.ansible(runner == Runner::Mitogen),
            Runner::Pyinfra => Command::new(self.tools.bin.join("pyinfra")),
            _ => Command::new(&self.runbook),
        };
        match runner {
            Runner::AnsibleCore | Runner::Mitogen => {
                command.args(["-i", "inventory.yml", "-f", &forks, &playbook])
            }
            Runner::Pyinfra => command.args(["-y", "--parallel", &forks]).args([
                format!("inventory_{letter}.py"),
                format!("deploy_{letter}.py"),
            ]),
            _ => command.args(["play", &playbook, "-i", "inventory.yml", "-f", &forks]),
        };
        self.isolate(&mut command);
        command
    }

    fn ansible(&self, mitogen: bool) -> Command {
        let mut command = Command::new(self.tools.bin.join("ansible-playbook"));
        let name = if mitogen {
            "mitogen.cfg"
        } else {
            "ansible.cfg"
        };
        command.env("ANSIBLE_CONFIG", self.work().join(name));
        command
    }

    /// Keeps the caller's configuration, caches and sockets out of the run.
    fn isolate(&self, command: &mut Command) {
        let foreign = |name: &str| {
            ["ANSIBLE_", "RUNBOOK_", "PYINFRA_", "PYTHON", "SSH_", "XDG_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
        };
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if foreign(&name) && name != "ANSIBLE_CONFIG" {
                command.env_remove(name);
            }
        }
        command.current_dir(self.work());
        command.env("HOME", self.scratch.join("controller"));
        command.env("XDG_RUNTIME_DIR", self.scratch.join("run"));
        command.env("TMPDIR", self.scratch.join("tmp"));
        command
            .env("LC_ALL", "C.UTF-8")
            .env("NO_COLOR", "1")
            .env("TERM", "dumb");
    }
}

/// The inventory name of host `number`.
pub(crate) fn host_name(number: usize) -> String {
    format!("node{number:02}")
}
