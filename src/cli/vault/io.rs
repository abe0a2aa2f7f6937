//! Files that are read and replaced whole.

use std::io::{IsTerminal as _, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use zeroize::Zeroizing;

use crate::diag::Diagnostic;

/// How standard input and output are named.
pub(super) const STREAM: &str = "-";
/// The longest file that is taken.
const LONGEST: u64 = 256 * 1024 * 1024;
/// The mode of files that nobody else is to read.
const PRIVATE: u32 = 0o600;

/// Which mode a written file gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// That of the file it replaces; a new one is private.
    Kept,
    /// Only its owner can read it.
    Private,
}

/// How messages name a file.
pub(super) fn shown(name: &str) -> &str {
    if name == STREAM { "<stdin>" } else { name }
}

/// Everything in a file, or in standard input.
pub(super) fn read(name: &str) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
    let failed =
        |why: std::io::Error| Diagnostic::error(format!("failed to read {}: {why}", shown(name)));
    let mut bytes = Zeroizing::new(Vec::new());
    if name == STREAM {
        hint();
        let mut stdin = std::io::stdin().lock().take(LONGEST);
        stdin.read_to_end(&mut bytes).map_err(failed)?;
    } else {
        let file = std::fs::File::open(name).map_err(failed)?;
        file.take(LONGEST).read_to_end(&mut bytes).map_err(failed)?;
    }
    if bytes.len() as u64 >= LONGEST {
        let message = format!("{} is longer than {LONGEST} bytes", shown(name));
        return Err(Diagnostic::error(message));
    }
    Ok(bytes)
}

/// Says that the program waits for someone to type.
fn hint() {
    if std::io::stdin().is_terminal() {
        let _ = writeln!(
            std::io::stderr(),
            "reading standard input; end it with Ctrl-D"
        );
    }
}

/// Replaces a file as a whole, or writes to standard output.
pub(super) fn write(name: &str, bytes: &[u8], mode: Mode) -> Result<(), Diagnostic> {
    let written = if name == STREAM {
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(bytes).and_then(|()| stdout.flush())
    } else {
        replace(Path::new(name), bytes, mode)
    };
    written.map_err(|why| Diagnostic::error(format!("failed to write {name}: {why}")))
}

/// A reader sees the old file or the new one; a link stays and what it leads to is replaced.
fn replace(path: &Path, bytes: &[u8], mode: Mode) -> std::io::Result<()> {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = match real.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    let old = real.metadata().ok();
    if let Some(old) = &old {
        let new = file.as_file().metadata()?;
        if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
            std::os::unix::fs::chown(file.path(), Some(old.uid()), Some(old.gid()))?;
        }
    }
    let bits = match (mode, old) {
        (Mode::Kept, Some(old)) => old.permissions().mode() & 0o7777,
        _ => PRIVATE,
    };
    file.as_file()
        .set_permissions(std::fs::Permissions::from_mode(bits))?;
    file.as_file().sync_all()?;
    file.persist(&real).map_err(|error| error.error)?;
    Ok(())
}

/// Tells a person at the terminal what was done.
pub(super) fn say(message: &str) {
    let mut stderr = std::io::stderr();
    if stderr.is_terminal() {
        let _ = writeln!(stderr, "{message}");
    }
}
