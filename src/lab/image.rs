//! The image every host of a lab starts from, built once and found again by the hash of what went into it.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::engine::Engine;
use super::error::LabError;
use super::install;
use super::mirror::{Mirrors, OsRelease, SUITE};
use super::process::Program;
use super::progress::Sink;

/// Makes a host of a minimal Debian; the same text for both ways to get one.
const PROVISION: &str = include_str!("provision.sh");
/// Runs it inside the tree that mmdebstrap has made, whose path is its argument.
const BOOTSTRAP_HOOK: &str = "#!/bin/sh\nset -eu\nread -r major < \"${0%/*}/major\"\nexec chroot \"$1\" /bin/sh -s \"$major\" < \"${0%/*}/provision.sh\"\n";
const REPOSITORY: &str = "runbook-lab/host";
const PULL_LIMIT: Duration = Duration::from_mins(1);
const BUILD_LIMIT: Duration = Duration::from_mins(15);
/// Settings of the image, as Dockerfile instructions.
const SETTINGS: [&str; 3] = [
    "CMD [\"/usr/local/sbin/lab-init\"]",
    "ENV container=docker",
    "LABEL runbook.lab.image=host",
];

/// The filter for every image the lab has built.
pub(crate) const IMAGE_LABEL: &str = "label=runbook.lab.image";

/// The image for a major version of `PostgreSQL`, built if it is not there.
pub(crate) async fn ensure(
    engine: Engine,
    major: u16,
    rebuild: bool,
    sink: &Sink<'_>,
) -> Result<String, LabError> {
    let tag = tag(PROVISION, major);
    if !rebuild
        && engine
            .command(["image", "inspect", &tag])
            .output()
            .await?
            .success
    {
        return Ok(tag);
    }
    match base(engine, sink).await? {
        Ok(base) => provision_container(engine, &base, &tag, major, sink).await?,
        Err(pull_failure) => {
            let root = install::is_root();
            if let Some(refusal) =
                cannot_bootstrap(&OsRelease::of_this_machine(), root, &pull_failure)
            {
                return Err(LabError::Engine(refusal));
            }
            bootstrap(engine, &tag, major, sink).await?;
        }
    }
    Ok(tag)
}

/// The tag names the content: another script or version is another image.
fn tag(provision: &str, major: u16) -> String {
    let mut hash = Sha256::new();
    hash.update(provision);
    hash.update(SETTINGS.join("\n"));
    hash.update(format!("{SUITE} {major}"));
    let hex = hash
        .finalize()
        .iter()
        .take(6)
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
    format!("{REPOSITORY}:{hex}")
}

/// A Debian image to start from, local or pulled; the reason where there is none.
async fn base(engine: Engine, sink: &Sink<'_>) -> Result<Result<String, String>, LabError> {
    let name = format!("debian:{SUITE}");
    // Podman asks which registry is meant unless the name is complete.
    let qualified = format!("docker.io/library/{name}");
    if engine
        .command(["image", "inspect", &name])
        .output()
        .await?
        .success
    {
        return Ok(Ok(name));
    }
    sink.step(&format!("pulling {name}"));
    match engine
        .command(["pull", "--quiet", &qualified])
        .limit(PULL_LIMIT)
        .run()
        .await
    {
        Ok(_) => Ok(Ok(qualified)),
        Err(error @ (LabError::Command { .. } | LabError::CommandTimedOut { .. })) => {
            Ok(Err(error.to_string()))
        }
        Err(other) => Err(other),
    }
}

/// Provisions a container of the base image and keeps its file system as the image.
async fn provision_container(
    engine: Engine,
    base: &str,
    tag: &str,
    major: u16,
    sink: &Sink<'_>,
) -> Result<(), LabError> {
    let container = format!(
        "runbook-lab-build-{}",
        tag.rsplit(':').next().unwrap_or_default()
    );
    let remove = engine.command(["rm", "-f", &container]);
    remove.output().await?;
    sink.step("building the host image");
    let work = async {
        engine
            .command(["run", "-d", "--name", &container, base, "sleep", "3600"])
            .run()
            .await?;
        let major = major.to_string();
        let provision = engine
            .command(["exec", "-i", &container, "sh", "-s", &major])
            .stdin(PROVISION);
        provision
            .limit(BUILD_LIMIT)
            .run_streamed(&|line| sink.detail(line))
            .await?;
        let commit = engine
            .command(["commit"])
            .args(changes())
            .args([&container, tag]);
        commit.limit(BUILD_LIMIT).run().await.map(drop)
    };
    let built = work.await;
    remove.output().await?;
    built
}

/// Builds the file system with Debian's own tools and imports it: no registry is needed.
async fn bootstrap(engine: Engine, tag: &str, major: u16, sink: &Sink<'_>) -> Result<(), LabError> {
    let packages = ["mmdebstrap", "debian-archive-keyring"];
    let files = [
        "/usr/bin/mmdebstrap",
        "/usr/share/keyrings/debian-archive-keyring.gpg",
    ];
    install::ensure_packages(&packages, &files, sink).await?;
    sink.step("bootstrapping the host image (no registry answers)");
    let dir = tempfile::Builder::new()
        .prefix("runbook-lab-")
        .tempdir_in("/var/tmp");
    let dir = dir.map_err(LabError::file("create a directory in", "/var/tmp"))?;
    write_script(&dir.path().join("provision.sh"), PROVISION)?;
    write_script(&dir.path().join("hook"), BOOTSTRAP_HOOK)?;
    write_script(&dir.path().join("major"), &format!("{major}\n"))?;
    let tar = dir.path().join("image.tar").display().to_string();
    bootstrap_command(dir.path(), &tar)
        .run_streamed(&|line| sink.detail(line))
        .await?;
    sink.step("importing the host image");
    let import = engine
        .command(["import"])
        .args(changes())
        .args([tar.as_str(), tag]);
    import.limit(BUILD_LIMIT).run().await.map(drop)
}

fn bootstrap_command(dir: &Path, tar: &str) -> Program {
    Program::new("mmdebstrap")
        .args([
            "--mode=root",
            "--variant=minbase",
            "--format=tar",
            "--skip=cleanup/apt",
        ])
        .args([
            "--keyring=/usr/share/keyrings/debian-archive-keyring.gpg",
            "--aptopt=Acquire::Languages \"none\"",
        ])
        .args(
            ["doc", "man", "info", "locale"]
                .map(|kind| format!("--dpkgopt=path-exclude=/usr/share/{kind}/*")),
        )
        .arg("--dpkgopt=force-unsafe-io")
        .arg(format!("--customize-hook={}", dir.join("hook").display()))
        .args([SUITE, tar])
        .args(Mirrors::of_this_machine().lines())
        .env("TMPDIR", dir.display().to_string())
        .limit(BUILD_LIMIT)
}

fn write_script(path: &Path, text: &str) -> Result<(), LabError> {
    std::fs::write(path, text).map_err(LabError::file("write", path))?;
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(path, executable).map_err(LabError::file("set the mode of", path))
}

fn changes() -> impl Iterator<Item = &'static str> {
    SETTINGS
        .into_iter()
        .flat_map(|setting| ["--change", setting])
}

/// Why no image can be bootstrapped here, or nothing.
fn cannot_bootstrap(os: &OsRelease, root: bool, pull_failure: &str) -> Option<String> {
    let remedy = match (os.is_debian_like(), root) {
        (true, true) => return None,
        (true, false) => {
            "without a registry the image is bootstrapped, which takes root: run this command with sudo"
        }
        (false, _) => {
            "without a registry the image is bootstrapped, which takes Debian or Ubuntu: load the image by other means \
             (`docker load`) under the name debian:bookworm"
        }
    };
    Some(format!("{pull_failure}\n  {remedy}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_follows_the_content() {
        assert_eq!(tag("a", 15), tag("a", 15));
        assert_ne!(tag("a", 15), tag("b", 15));
        assert_ne!(tag("a", 15), tag("a", 17));
        let suffix = tag("a", 15).replace("runbook-lab/host:", "");
        assert!(
            suffix.len() == 12 && suffix.chars().all(|c| c.is_ascii_hexdigit()),
            "{suffix}"
        );
    }

    #[test]
    fn without_registry_root_or_debian_the_remedy_is_said() {
        let text = |os, root| {
            cannot_bootstrap(
                &OsRelease::parse(os),
                root,
                "failed to run `docker pull`: no such host",
            )
        };
        assert_eq!(text("ID=debian", true), None);
        assert_eq!(
            text("ID=debian", false).unwrap(),
            "failed to run `docker pull`: no such host\n  without a registry the image is bootstrapped, which takes root: \
             run this command with sudo"
        );
        assert!(
            text("ID=fedora", true)
                .unwrap()
                .ends_with("(`docker load`) under the name debian:bookworm")
        );
    }

    /// Runs the script's own functions, taken from its text.
    fn next_revision(version: &str) -> String {
        let start = PROVISION.find("next_revision() {").unwrap();
        let end = start + PROVISION[start..].find("\n}\n").unwrap() + 3;
        let script = format!("{}next_revision \"$1\"", &PROVISION[start..end]);
        let output = std::process::Command::new("sh")
            .args(["-c", &script, "sh", version])
            .output()
            .unwrap();
        String::from_utf8(if output.status.success() {
            output.stdout
        } else {
            output.stderr
        })
        .unwrap()
        .trim()
        .to_owned()
    }

    #[test]
    fn a_repacked_version_is_the_next_one_and_as_long() {
        assert_eq!(next_revision("15.20-0+deb12u1"), "15.20-0+deb12u2");
        assert_eq!(next_revision("15.20-0+deb12u18"), "15.20-0+deb12u19");
        assert_eq!(
            next_revision("15.20-0+deb12u19"),
            "failed to derive a version after 15.20-0+deb12u19"
        );
        assert_eq!(next_revision("15.20-0+deb12"), "15.20-0+deb13");
        assert_eq!(
            next_revision("15.20~rc"),
            "failed to derive a version after 15.20~rc"
        );
    }
}
