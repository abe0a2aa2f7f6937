//! Getting Docker onto a machine that has none, and starting it where it does not run.

use std::path::Path;
use std::time::Duration;

use super::error::LabError;
use super::mirror::OsRelease;
use super::process::Program;
use super::progress::Sink;

const INSTALL_LIMIT: Duration = Duration::from_mins(10);
const START_LIMIT: Duration = Duration::from_mins(1);

/// Installs Docker from the distribution (Debian and Ubuntu, as root), and starts it.
pub(crate) async fn install_docker(sink: &Sink<'_>) -> Result<(), LabError> {
    let os = OsRelease::of_this_machine();
    if let Some(refusal) = cannot_install(&os, is_root()) {
        return Err(LabError::Engine(refusal));
    }
    sink.step("installing Docker from the distribution");
    apt_get(["update"], sink).await?;
    // Newer releases have the client in a package of its own.
    let separate_client = Program::new("apt-cache")
        .args(["show", "docker-cli"])
        .output()
        .await?
        .success;
    let packages = if separate_client {
        vec!["docker.io", "docker-cli"]
    } else {
        vec!["docker.io"]
    };
    apt_get(
        ["install", "-y", "--no-install-recommends"]
            .into_iter()
            .chain(packages),
        sink,
    )
    .await?;
    start_docker("docker was installed but does not answer", sink).await
}

/// Installs packages, unless the programs they bring are there.
pub(crate) async fn ensure_packages(
    packages: &[&str],
    programs: &[&str],
    sink: &Sink<'_>,
) -> Result<(), LabError> {
    if programs.iter().all(|program| Path::new(program).exists()) {
        return Ok(());
    }
    sink.step(&format!("installing {}", packages.join(" ")));
    let install = ["install", "-y", "--no-install-recommends"]
        .into_iter()
        .chain(packages.iter().copied());
    if apt_get(install.clone(), sink).await.is_ok() {
        return Ok(());
    }
    // The lists of a fresh machine are often empty or old.
    apt_get(["update"], sink).await?;
    apt_get(install, sink).await
}

async fn apt_get<'a>(
    args: impl IntoIterator<Item = &'a str>,
    sink: &Sink<'_>,
) -> Result<(), LabError> {
    let program = Program::new("apt-get")
        .args(["-q", "-o", "DPkg::Lock::Timeout=120"])
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .limit(INSTALL_LIMIT);
    program
        .run_streamed(&|line| sink.detail(line))
        .await
        .map(drop)
}

/// Starts the Docker daemon and waits until it answers. `refusal` is what is reported where that is not possible.
pub(crate) async fn start_docker(refusal: &str, sink: &Sink<'_>) -> Result<(), LabError> {
    if !is_root() {
        return Err(LabError::Engine(refusal.to_owned()));
    }
    sink.step("starting the Docker daemon");
    let start = if Path::new("/run/systemd/system").exists() {
        Program::new("systemctl").args(["start", "docker"])
    } else {
        Program::new("service").args(["docker", "start"])
    };
    start.limit(START_LIMIT).run().await?;
    let deadline = tokio::time::Instant::now() + START_LIMIT;
    loop {
        let answer = Program::new("docker")
            .args(["version", "--format", "{{.Server.Version}}"])
            .output()
            .await?;
        if answer.success {
            return Ok(());
        }
        if tokio::time::Instant::now() > deadline {
            return Err(LabError::WaitTimedOut {
                what: "the Docker daemon to answer".to_owned(),
                limit: START_LIMIT,
                detail: answer.stderr,
            });
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Why Docker cannot be installed here, or nothing.
fn cannot_install(os: &OsRelease, root: bool) -> Option<String> {
    let found = "no container engine found (looked for `docker` and `podman`)";
    if os.is_debian_like() && root {
        return None;
    }
    let how = if os.is_debian_like() {
        "install one with `sudo apt-get install docker.io`, or run this command as root and it will do so".to_owned()
    } else if os.id == "macos" {
        "the lab needs Linux: its hosts are reached at their addresses on the engine's network"
            .to_owned()
    } else {
        format!(
            "install Docker Engine 20.10 or newer (https://docs.docker.com/engine/install/{}) and start it",
            os.guide()
        )
    };
    Some(format!("{found}: {how}"))
}

/// Whether this process is root.
pub(crate) fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(os_release: &str, root: bool) -> Option<String> {
        cannot_install(&OsRelease::parse(os_release), root)
    }

    #[test]
    fn root_on_debian_and_ubuntu_installs() {
        assert_eq!(refusal("ID=debian\n", true), None);
        assert_eq!(
            refusal("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", true),
            None
        );
    }

    #[test]
    fn others_are_told_what_to_install() {
        assert_eq!(
            refusal("ID=ubuntu\n", false).unwrap(),
            "no container engine found (looked for `docker` and `podman`): install one with `sudo apt-get install \
             docker.io`, or run this command as root and it will do so"
        );
        assert_eq!(
            refusal("ID=fedora\n", true).unwrap(),
            "no container engine found (looked for `docker` and `podman`): install Docker Engine 20.10 or newer \
             (https://docs.docker.com/engine/install/fedora) and start it"
        );
    }
}
