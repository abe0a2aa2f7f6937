//! Gets what the benchmark needs: an sshd and the peers in a virtual environment of their own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::runner::Runner;

/// The peers' programs.
pub(crate) struct Tools {
    /// The virtual environment's `bin`.
    pub(crate) bin: PathBuf,
    /// Why a peer cannot run.
    pub(crate) missing: BTreeMap<&'static str, Failure>,
}

/// The path of an sshd, installed with apt where it is missing and we may.
pub(crate) fn sshd() -> Result<PathBuf, Failure> {
    let places = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"];
    let find = || places.iter().map(PathBuf::from).find(|path| path.exists());
    if let Some(path) = find() {
        return Ok(path);
    }
    apt_install("openssh-server").map_err(|error| format!("no sshd found: {error}"))?;
    find().ok_or_else(|| format!("no sshd in {} even after installing it", places.join(", ")))
}

/// The peers, installed into `cache`/venv unless they are there already.
pub(crate) fn peers(cache: &Path, runners: &[Runner]) -> Tools {
    let venv = cache.join("venv");
    let mut missing = BTreeMap::new();
    let ready = if runners.is_empty() {
        Ok(())
    } else {
        create_venv(&venv)
    };
    for runner in runners {
        let packages = runner.packages().unwrap_or_default();
        let installed = ready
            .clone()
            .and_then(|()| install_packages(&venv, packages));
        if let Err(error) = installed {
            missing.insert(runner.name(), error);
        }
    }
    Tools {
        bin: venv.join("bin"),
        missing,
    }
}

fn create_venv(venv: &Path) -> Result<(), Failure> {
    if venv.join("bin/pip").exists() {
        return Ok(());
    }
    let python = python()?;
    eprintln!(
        "creating a virtual environment for the peers in {}",
        venv.display()
    );
    let mut command = Command::new(python);
    run(command.args(["-m", "venv", "--clear"]).arg(venv))
}

/// A Python that can create a virtual environment; the system's first, as shims in front of it
/// cost start-up time that is not the peers' own.
fn python() -> Result<&'static str, Failure> {
    let able =
        |program: &&str| run(Command::new(program).args(["-c", "import venv, ensurepip"])).is_ok();
    let find = || ["/usr/bin/python3", "python3"].into_iter().find(able);
    if let Some(program) = find() {
        return Ok(program);
    }
    apt_install("python3-venv").map_err(|error| format!("no python3 with venv: {error}"))?;
    find().ok_or_else(|| "python3 has no venv module even after installing it".to_owned())
}

/// Installs one peer's pinned packages; a note beside them says which are in.
fn install_packages(venv: &Path, packages: &[&str]) -> Result<(), Failure> {
    let note = venv.join(format!("installed-{}", packages.join("-")));
    if note.exists() {
        return Ok(());
    }
    eprintln!("installing {}", packages.join(" "));
    let mut command = Command::new(venv.join("bin/pip"));
    command
        .args(["install", "--quiet", "--disable-pip-version-check"])
        .args(packages);
    run(&mut command)?;
    fs::write(&note, "").map_err(|error| format!("failed to write {}: {error}", note.display()))
}

fn apt_install(package: &str) -> Result<(), Failure> {
    if !nix::unistd::geteuid().is_root() || !Path::new("/usr/bin/apt-get").exists() {
        return Err(format!("install the package that Debian calls {package}"));
    }
    eprintln!("installing {package} with apt-get");
    run(Command::new("apt-get").args(["update", "-qq"]))?;
    let mut command = Command::new("apt-get");
    command.args(["install", "-y", "-qq", "--no-install-recommends", package]);
    run(command.env("DEBIAN_FRONTEND", "noninteractive"))
}

/// Runs a set-up command; an error carries the last thing it said.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("failed to run {name}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("no message");
    Err(format!(
        "{name} ended with {}: {}",
        output.status,
        last.trim()
    ))
}
