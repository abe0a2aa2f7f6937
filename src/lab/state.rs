//! What a lab leaves on the controller: a directory with its key, known hosts, passwords and a manifest.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::network::Subnet;

/// What was created for a lab, so that it can be found and removed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) name: String,
    pub(crate) layout: String,
    pub(crate) subnet: Subnet,
    /// The inventory's directory.
    pub(crate) inventory: PathBuf,
}

/// A lab's state directory, `${XDG_STATE_HOME:-~/.local/state}/runbook/lab/NAME`, readable by its owner alone.
#[derive(Debug, Clone)]
pub(crate) struct State {
    name: String,
    dir: PathBuf,
}

impl State {
    /// The directory of a lab; it need not exist.
    pub(crate) fn of(root: &Path, name: &str) -> Result<Self, LabError> {
        let fits = (1..=20).contains(&name.len())
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !fits {
            return Err(LabError::InvalidName(name.to_owned()));
        }
        Ok(Self {
            name: name.to_owned(),
            dir: root.join(name),
        })
    }

    /// The directory.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The private key of both users.
    pub(crate) fn key(&self) -> PathBuf {
        self.dir.join("id_ed25519")
    }

    /// The known host keys.
    pub(crate) fn known_hosts(&self) -> PathBuf {
        self.dir.join("known_hosts")
    }

    /// The files that a host gets when its container is created.
    pub(crate) fn host_files(&self, host: &str) -> PathBuf {
        self.dir.join("hosts").join(host)
    }

    /// The password of that name, generated at the first call.
    pub(crate) fn password(&self, name: &str) -> Result<String, LabError> {
        let path = self.dir.join("passwords").join(name);
        if let Ok(password) = fs::read_to_string(&path) {
            return Ok(password.trim().to_owned());
        }
        create_dir(&self.dir.join("passwords"))?;
        let password = generate_password()?;
        write_private(&path, &format!("{password}\n"))?;
        Ok(password)
    }

    /// The manifest, or nothing where the lab does not exist.
    pub(crate) fn manifest(&self) -> Result<Option<Manifest>, LabError> {
        let path = self.dir.join("lab.json");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(LabError::file("read", path)(error)),
        };
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| LabError::file("read", path)(error.into()))
    }

    /// Writes the manifest.
    pub(crate) fn save(&self, manifest: &Manifest) -> Result<(), LabError> {
        let path = self.dir.join("lab.json");
        let text = serde_json::to_string_pretty(manifest)
            .map_err(|error| LabError::file("write", &path)(error.into()))?;
        write_private(&path, &(text + "\n"))
    }

    /// Creates the directory and keeps other commands out of it until the result is dropped.
    pub(crate) fn lock(&self) -> Result<File, LabError> {
        create_dir(&self.dir)?;
        let path = self.dir.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path);
        let file = file.map_err(LabError::file("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(fs::TryLockError::WouldBlock) => Err(LabError::Busy(self.name.clone())),
            Err(fs::TryLockError::Error(error)) => Err(LabError::file("lock", path)(error)),
        }
    }

    /// Removes the directory, and the ones above it that are left empty.
    pub(crate) fn remove(&self) -> Result<bool, LabError> {
        let removed = remove_tree(&self.dir)?;
        for parent in self.dir.ancestors().skip(1).take(2) {
            if fs::remove_dir(parent).is_err() {
                break;
            }
        }
        Ok(removed)
    }
}

/// The directory above all labs' state directories.
pub(crate) fn root() -> Result<PathBuf, LabError> {
    let set = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = set("XDG_STATE_HOME").or_else(|| set("HOME").map(|home| home.join(".local/state")));
    let base = base.ok_or_else(|| {
        LabError::Conflict("failed to find the state directory: set HOME or XDG_STATE_HOME".into())
    })?;
    Ok(base.join("runbook/lab"))
}

/// The labs that have a manifest, by name.
pub(crate) fn names(root: &Path) -> Vec<String> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let labs = entries.filter(|entry| entry.path().join("lab.json").exists());
    let mut names: Vec<String> = labs
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

/// Creates a directory that only its owner may enter.
pub(crate) fn create_dir(path: &Path) -> Result<(), LabError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(LabError::file("create", path))
}

/// Writes a file that only its owner may read, replacing it as a whole and only if its text differs.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), LabError> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let failed = || LabError::file("write", path);
    let dir = path.parent().unwrap_or(Path::new("."));
    // tempfile creates with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(dir).map_err(failed())?;
    file.write_all(text.as_bytes()).map_err(failed())?;
    file.persist(path)
        .map_err(|error| failed()(error.error))
        .map(drop)
}

/// Removes a directory and everything in it; false where there is none.
pub(crate) fn remove_tree(path: &Path) -> Result<bool, LabError> {
    match fs::remove_dir_all(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(LabError::file("remove", path)(error)),
    }
}

/// 24 letters and digits from the system's random source: about 142 bits.
fn generate_password() -> Result<String, LabError> {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let source = "/dev/urandom";
    let mut random = File::open(source).map_err(LabError::file("open", source))?;
    let mut password = String::new();
    while password.len() < 24 {
        let mut byte = [0];
        random
            .read_exact(&mut byte)
            .map_err(LabError::file("read", source))?;
        // Values past the last multiple of 62 would favour the alphabet's beginning.
        if byte[0] < 248 {
            password.push(char::from(ALPHABET[usize::from(byte[0] % 62)]));
        }
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn secrets_are_private_and_kept() {
        let root = tempfile::tempdir().unwrap();
        let state = State::of(root.path(), "m1").unwrap();
        let lock = state.lock().unwrap();
        let password = state.password("dba").unwrap();
        assert_eq!(password.len(), 24);
        assert_eq!(state.password("dba").unwrap(), password);
        assert_ne!(state.password("app").unwrap(), password);
        assert_eq!(mode(state.dir()), 0o700);
        assert_eq!(mode(&state.dir().join("passwords/dba")), 0o600);
        drop(lock);
    }

    #[test]
    fn a_second_command_is_kept_out() {
        let root = tempfile::tempdir().unwrap();
        let state = State::of(root.path(), "m1").unwrap();
        let lock = state.lock().unwrap();
        assert_eq!(
            state.lock().unwrap_err().to_string(),
            "another `runbook lab` command is working on lab `m1`: wait for it to finish, then try again"
        );
        drop(lock);
        assert!(state.lock().is_ok());
    }

    #[test]
    fn the_manifest_is_found_and_removed_again() {
        let base = tempfile::tempdir().unwrap();
        let root = base.path().join("runbook/lab");
        let state = State::of(&root, "two").unwrap();
        assert_eq!(state.manifest().unwrap(), None);
        let lock = state.lock().unwrap();
        let manifest = Manifest {
            name: "two".into(),
            layout: "m1".into(),
            subnet: Subnet::new(7),
            inventory: "/p/inventories/lab-two".into(),
        };
        state.save(&manifest).unwrap();
        assert_eq!(state.manifest().unwrap(), Some(manifest));
        assert_eq!(names(&root), ["two"]);
        drop(lock);
        assert!(state.remove().unwrap());
        assert!(!base.path().join("runbook").exists());
    }

    #[test]
    fn names_fit_containers_and_directories() {
        let fits = |name| State::of(Path::new("/s"), name).is_ok();
        assert!(fits("m1") && fits("night-shift"));
        assert!(
            !fits("")
                && !fits("../x")
                && !fits("M1")
                && !fits("1m")
                && !fits("abcdefghijklmnopqrstu")
        );
    }
}
