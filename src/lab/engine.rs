//! The container engine: which one there is, and what it takes to boot systemd with it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::install;
use super::process::Program;
use super::progress::Sink;

/// Chooses the engine where both are installed: `docker` or `podman`.
pub const ENGINE_VARIABLE: &str = "RUNBOOK_LAB_ENGINE";

/// What systemd shuts down on, as systemd(1) says.
const STOP_SIGNAL: &str = "--stop-signal=SIGRTMIN+3";

/// A program that runs containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EngineKind {
    /// Docker.
    Docker,
    /// Podman, through its Docker-like command line.
    Podman,
}

/// The hierarchy of control groups that containers get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cgroup {
    V1,
    V2,
}

/// An engine that answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Engine {
    pub(crate) kind: EngineKind,
}

impl EngineKind {
    /// The program's name.
    #[must_use]
    pub fn program(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        }
    }

    /// A command of this engine.
    fn command<T: Into<String>>(self, args: impl IntoIterator<Item = T>) -> Program {
        Program::new(self.program()).args(args)
    }

    /// Docker boots systemd with either hierarchy; podman's runtime refuses the old one.
    fn boots_systemd_with(self, cgroup: Cgroup) -> Result<(), String> {
        if self == Self::Podman && cgroup == Cgroup::V1 {
            return Err(
                "podman boots systemd with cgroup v2 only, and this machine has v1: install docker"
                    .to_owned(),
            );
        }
        Ok(())
    }

    /// The field of `info` that says which control groups there are.
    fn cgroup_field(self) -> &'static str {
        match self {
            Self::Docker => "{{.CgroupVersion}}",
            Self::Podman => "{{.Host.CgroupsVersion}}",
        }
    }
}

impl Engine {
    /// The engine of this machine. Docker is preferred; where neither is installed, Docker is installed if that is
    /// possible, and a Docker that is installed but does not run is started.
    pub(crate) async fn ready(sink: &Sink<'_>) -> Result<Self, LabError> {
        let wanted = candidates(chosen().as_deref())?;
        match Self::installed(&wanted).await? {
            Some(Ok(engine)) => return Ok(engine),
            Some(Err((EngineKind::Docker, refusal))) => {
                install::start_docker(&refusal, sink).await?;
            }
            Some(Err((EngineKind::Podman, refusal))) => return Err(LabError::Engine(refusal)),
            None if wanted.contains(&EngineKind::Docker) => install::install_docker(sink).await?,
            None => return Err(LabError::Engine(missing(&wanted))),
        }
        Self::ask(EngineKind::Docker)
            .await?
            .map_err(LabError::Engine)
    }

    /// The engine of this machine as it is; nothing is installed or started.
    pub(crate) async fn present() -> Result<Self, LabError> {
        let wanted = candidates(chosen().as_deref())?;
        match Self::installed(&wanted).await? {
            Some(answer) => answer.map_err(|(_, refusal)| LabError::Engine(refusal)),
            None => Err(LabError::Engine(missing(&wanted))),
        }
    }

    /// The first engine that answers, else the refusal of the first that is installed, else nothing.
    async fn installed(
        wanted: &[EngineKind],
    ) -> Result<Option<Result<Self, (EngineKind, String)>>, LabError> {
        let mut refusal = None;
        for &kind in wanted {
            match Self::ask(kind).await {
                Ok(Ok(engine)) => return Ok(Some(Ok(engine))),
                Ok(Err(text)) => refusal = refusal.or(Some((kind, text))),
                Err(LabError::MissingProgram { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(refusal.map(Err))
    }

    async fn ask(kind: EngineKind) -> Result<Result<Self, String>, LabError> {
        let info = kind
            .command(["info", "--format", kind.cgroup_field()])
            .limit(Duration::from_secs(20));
        let answer = info.output().await?;
        let version = answer.stdout.trim();
        // The client alone answers with an empty field and an exit code of 0 in some releases.
        if !answer.success || version.is_empty() {
            return Ok(Err(refused(kind, answer.stderr.trim())));
        }
        Ok(kind
            .boots_systemd_with(Cgroup::parse(version))
            .map(|()| Self { kind }))
    }

    /// A command of this engine.
    pub(crate) fn command<T: Into<String>>(self, args: impl IntoIterator<Item = T>) -> Program {
        self.kind.command(args)
    }

    /// The options under which systemd boots as the first process of a container.
    ///
    /// It wants to mount (`SYS_ADMIN`, and no filter that forbids it), a private view of the control groups, and its
    /// runtime directories in memory. `--privileged` would do as well where it is allowed, with more rights than needed.
    /// With cgroup v2 the image's first process makes the container's own part of the hierarchy writable; podman
    /// prepares all of this itself.
    pub(crate) fn boot_options(self) -> Vec<&'static str> {
        let mut options = vec![
            "--cap-add=SYS_ADMIN",
            "--security-opt=seccomp=unconfined",
            "--security-opt=label=disable",
            STOP_SIGNAL,
        ];
        match self.kind {
            EngineKind::Podman => options.push("--systemd=always"),
            EngineKind::Docker => options.extend([
                "--security-opt=apparmor=unconfined",
                "--cgroupns=private",
                "--tmpfs=/run",
                "--tmpfs=/run/lock",
                "--tmpfs=/tmp:exec",
            ]),
        }
        options
    }
}

impl Cgroup {
    /// Reads `1`, `2`, `v1` or `v2`.
    fn parse(version: &str) -> Self {
        if version.trim_start_matches('v') == "1" {
            Self::V1
        } else {
            Self::V2
        }
    }
}

/// What the user has chosen.
fn chosen() -> Option<String> {
    std::env::var(ENGINE_VARIABLE).ok()
}

/// What is said where no engine is installed and none can be.
fn missing(wanted: &[EngineKind]) -> String {
    let names: Vec<String> = wanted
        .iter()
        .map(|kind| format!("`{}`", kind.program()))
        .collect();
    format!(
        "no container engine found (looked for {}): install it, and see docs/lab.md",
        names.join(" and ")
    )
}

/// The engines to ask, in order.
fn candidates(wanted: Option<&str>) -> Result<Vec<EngineKind>, LabError> {
    match wanted {
        None | Some("") => Ok(vec![EngineKind::Docker, EngineKind::Podman]),
        Some("docker") => Ok(vec![EngineKind::Docker]),
        Some("podman") => Ok(vec![EngineKind::Podman]),
        Some(other) => Err(LabError::Engine(format!(
            "{ENGINE_VARIABLE} is `{other}`: it must be `docker` or `podman`"
        ))),
    }
}

/// What to do about an engine that does not answer.
fn refused(kind: EngineKind, stderr: &str) -> String {
    let program = kind.program();
    let remedy = if stderr.contains("permission denied") {
        format!("run as root or add this user to the `{program}` group")
    } else {
        format!("start it (`systemctl start {program}`)")
    };
    format!("{program} is installed but does not answer: {remedy}\n  {stderr}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(kind: EngineKind) -> String {
        Engine { kind }.boot_options().join(" ")
    }

    #[test]
    fn docker_boots_systemd_without_privileged() {
        assert_eq!(
            options(EngineKind::Docker),
            "--cap-add=SYS_ADMIN --security-opt=seccomp=unconfined --security-opt=label=disable \
             --stop-signal=SIGRTMIN+3 --security-opt=apparmor=unconfined --cgroupns=private --tmpfs=/run --tmpfs=/run/lock --tmpfs=/tmp:exec"
        );
    }

    #[test]
    fn podman_prepares_systemd_itself() {
        assert_eq!(
            options(EngineKind::Podman),
            "--cap-add=SYS_ADMIN --security-opt=seccomp=unconfined --security-opt=label=disable \
             --stop-signal=SIGRTMIN+3 --systemd=always"
        );
    }

    #[test]
    fn cgroup_versions_of_both_engines() {
        let read = |text| Cgroup::parse(text) == Cgroup::V1;
        assert!(read("1") && read("v1") && !read("2") && !read("v2"));
    }

    #[test]
    fn podman_needs_the_new_hierarchy() {
        assert_eq!(EngineKind::Podman.boots_systemd_with(Cgroup::V2), Ok(()));
        assert_eq!(EngineKind::Docker.boots_systemd_with(Cgroup::V1), Ok(()));
        assert_eq!(
            EngineKind::Podman
                .boots_systemd_with(Cgroup::V1)
                .unwrap_err(),
            "podman boots systemd with cgroup v2 only, and this machine has v1: install docker"
        );
    }

    #[test]
    fn the_engine_can_be_chosen() {
        assert_eq!(
            candidates(None).unwrap(),
            [EngineKind::Docker, EngineKind::Podman]
        );
        assert_eq!(candidates(Some("podman")).unwrap(), [EngineKind::Podman]);
        assert_eq!(
            candidates(Some("lxc")).unwrap_err().to_string(),
            "RUNBOOK_LAB_ENGINE is `lxc`: it must be `docker` or `podman`"
        );
    }

    #[test]
    fn a_missing_engine_is_named() {
        assert_eq!(
            missing(&[EngineKind::Podman]),
            "no container engine found (looked for `podman`): install it, and see docs/lab.md"
        );
    }

    #[test]
    fn an_engine_that_refuses_says_why() {
        assert_eq!(
            refused(
                EngineKind::Docker,
                "permission denied while trying to connect"
            ),
            "docker is installed but does not answer: run as root or add this user to the `docker` group\n  permission \
             denied while trying to connect"
        );
        assert_eq!(
            refused(EngineKind::Docker, "Cannot connect to the Docker daemon"),
            "docker is installed but does not answer: start it (`systemctl start docker`)\n  Cannot connect to the \
             Docker daemon"
        );
    }
}
