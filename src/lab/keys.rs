//! The lab's own SSH keys: one for the users, one per host, and the known hosts that follow from them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::container::Host;
use super::error::LabError;
use super::process::Program;
use super::state::{State, write_private};

/// The users that may log in with the lab's key.
const USERS: [&str; 2] = ["runbook", "dba"];
/// Where the image's sshd looks for its key and for authorized keys.
const HOST_KEY: &str = "etc/ssh/ssh_host_ed25519_key";
const AUTHORIZED_KEYS: &str = "etc/ssh/authorized_keys";

/// Generates what is missing and writes the known hosts.
pub(crate) async fn ensure(state: &State, lab: &str, hosts: &[Host]) -> Result<(), LabError> {
    generate(&state.key(), &format!("runbook-lab-{lab}")).await?;
    let authorized = read(&state.key().with_extension("pub"))?;
    let mut known_hosts = String::new();
    for host in hosts {
        let files = state.host_files(host.name);
        let users = files.join(AUTHORIZED_KEYS);
        fs::create_dir_all(&users).map_err(LabError::file("create", &users))?;
        generate(
            &files.join(HOST_KEY),
            &format!("runbook-lab-{lab}-{}", host.name),
        )
        .await?;
        for user in USERS {
            let path = users.join(user);
            fs::write(&path, &authorized).map_err(LabError::file("write", &path))?;
        }
        open_tree(&files)?;
        let public = read(&files.join(HOST_KEY).with_extension("pub"))?;
        known_hosts += &known_host(&host.address.to_string(), &public);
    }
    write_private(&state.known_hosts(), &known_hosts)
}

/// One line of `known_hosts`: the address and the public key without its comment.
fn known_host(address: &str, public: &str) -> String {
    let key: Vec<&str> = public.split_whitespace().take(2).collect();
    format!("{address} {}\n", key.join(" "))
}

async fn generate(path: &Path, comment: &str) -> Result<(), LabError> {
    if path.exists() {
        return Ok(());
    }
    let path = path.display().to_string();
    Program::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", &path])
        .run()
        .await
        .map(drop)
}

fn read(path: &Path) -> Result<String, LabError> {
    fs::read_to_string(path).map_err(LabError::file("read", path))
}

/// Gives a tree that will be copied into a host's root the modes it must have there, whatever the umask was. The
/// state directory above keeps others out of it.
fn open_tree(path: &Path) -> Result<(), LabError> {
    let metadata = fs::metadata(path).map_err(LabError::file("read", path))?;
    let private = path.ends_with(HOST_KEY);
    let mode = if metadata.is_dir() {
        0o755
    } else if private {
        0o600
    } else {
        0o644
    };
    let permissions = fs::Permissions::from_mode(mode);
    fs::set_permissions(path, permissions).map_err(LabError::file("set the mode of", path))?;
    if metadata.is_dir() {
        let entries = fs::read_dir(path).map_err(LabError::file("read", path))?;
        entries
            .flatten()
            .try_for_each(|entry| open_tree(&entry.path()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_hosts_lines_have_address_type_and_key() {
        assert_eq!(
            known_host("10.213.7.11", "ssh-ed25519 AAAAC3Nz runbook-lab-m1-db1\n"),
            "10.213.7.11 ssh-ed25519 AAAAC3Nz\n"
        );
    }
}
