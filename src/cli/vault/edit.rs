//! `edit` and `create`: a private copy for the editor, and its removal.

use std::io::{IsTerminal as _, Read as _, Seek as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};
use zeroize::Zeroizing;

use super::io::{self, Mode};
use super::secrets::{self, Labelled};
use super::{Create, Edit};
use crate::cli::vault_args::VaultSettings;
use crate::diag::{Diagnostic, Diagnostics};

/// Changes files, one after the other.
pub(super) fn edit(verb: &Edit, settings: &VaultSettings) -> Result<(), Diagnostics> {
    let keyring = secrets::to_decrypt(&verb.with.vault, settings)?;
    for name in &verb.files {
        let opened = secrets::open(&keyring, name, &io::read(name)?)?;
        let secret = if secrets::wanted(&verb.with, settings).is_some() {
            secrets::chosen(&keyring, &verb.with, settings)?
        } else {
            let known = keyring.secrets().get(opened.secret);
            let (_, secret) = known
                .expect("the secret that fitted is of this ring")
                .clone();
            let label = opened
                .labelled
                .clone()
                .unwrap_or_else(|| crate::vault::DEFAULT_LABEL.to_owned());
            (label, secret)
        };
        let new = edited(name, &opened.bytes, settings)?;
        if *new == *opened.bytes {
            io::say(&format!("nothing was changed: {name}"));
            continue;
        }
        put(name, &new, &secret)?;
    }
    Ok(())
}

/// Writes a new file.
pub(super) fn create(verb: &Create, settings: &VaultSettings) -> Result<(), Diagnostics> {
    if Path::new(&verb.file).exists() {
        let message = format!("{} exists already", verb.file);
        return Err(Diagnostic::error(message)
            .help("to change it use `edit`")
            .into());
    }
    if !verb.skip_tty_check && !std::io::stdout().is_terminal() {
        let message = "an editor needs a terminal, and there is none";
        return Err(Diagnostic::error(message)
            .help("use `encrypt`, or --skip-tty-check")
            .into());
    }
    let secret = secrets::to_encrypt(&verb.with, settings)?;
    let new = edited(&verb.file, b"", settings)?;
    if let Some(folder) = Path::new(&verb.file).parent() {
        std::fs::create_dir_all(folder).map_err(|why| {
            Diagnostic::error(format!("failed to create {}: {why}", folder.display()))
        })?;
    }
    Ok(put(&verb.file, &new, &secret)?)
}

fn put(name: &str, plain: &[u8], secret: &Labelled) -> Result<(), Diagnostic> {
    let text = secrets::seal(plain, secret)?;
    io::write(name, text.as_bytes(), Mode::Kept)?;
    io::say(&format!("encrypted: {name}"));
    Ok(())
}

/// What an editor makes of a text.
fn edited(
    name: &str,
    plain: &[u8],
    settings: &VaultSettings,
) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
    let failed = |why: std::io::Error| {
        Diagnostic::error(format!("failed to edit a private copy of {name}: {why}"))
    };
    let editor = settings.editor.as_deref().unwrap_or("vi");
    let copy = Copy::new(name, plain).map_err(failed)?;
    run_editor(editor, &copy.path)?;
    copy.read().map_err(failed)
}

/// A decrypted copy in a folder of its own, so that what an editor leaves beside it goes, too.
struct Copy {
    folder: tempfile::TempDir,
    path: PathBuf,
}

impl Copy {
    fn new(name: &str, plain: &[u8]) -> std::io::Result<Self> {
        let private = std::fs::Permissions::from_mode(0o700);
        let mut builder = tempfile::Builder::new();
        let builder = builder.prefix("runbook-vault-").permissions(private);
        // The user's run-time folder lies in memory and is closed to others.
        let memory = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let folder = match memory.filter(|folder| folder.is_dir()) {
            Some(memory) => builder.tempdir_in(memory),
            None => builder.tempdir(),
        }?;
        // The name tells the editor what kind of file it is.
        let base = Path::new(name).file_name().unwrap_or_default();
        let path = folder.path().join(base);
        let copy = Self { folder, path };
        let mut file = std::fs::File::create_new(&copy.path)?;
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        file.write_all(plain)?;
        Ok(copy)
    }

    fn read(&self) -> std::io::Result<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(Vec::new());
        std::fs::File::open(&self.path)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Drop for Copy {
    /// Overwrites what is in the folder before it is removed. File systems that keep old blocks
    /// keep them still: this is the best that can be done from here.
    fn drop(&mut self) {
        let Ok(entries) = std::fs::read_dir(self.folder.path()) else {
            return;
        };
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            if path.symlink_metadata().is_ok_and(|meta| meta.is_file()) {
                let _ = wipe(&path);
            }
        }
    }
}

fn wipe(path: &Path) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).open(path)?;
    let length = file.metadata()?.len();
    file.rewind()?;
    std::io::copy(&mut std::io::repeat(0).take(length), &mut file)?;
    file.sync_all()
}

/// Runs the editor. Signals that would end this program while the copy is there end the
/// editor instead; an interrupt is the editor's own affair.
fn run_editor(editor: &str, path: &Path) -> Result<(), Diagnostic> {
    let wrong = |why: &dyn std::fmt::Display| {
        Diagnostic::error(format!("failed to run the editor `{editor}`: {why}"))
            .help("EDITOR names the editor, with its arguments")
    };
    let words = shlex::split(editor).ok_or_else(|| wrong(&"a quote is not closed"))?;
    let Some((program, arguments)) = words.split_first() else {
        return Err(wrong(&"it has no name"));
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|why| wrong(&why))?;
    let status = runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hangup = signal(SignalKind::hangup())?;
        let mut child = Command::new(program).args(arguments).arg(path).spawn()?;
        loop {
            tokio::select! {
                status = child.wait() => return status,
                _ = interrupt.recv() => {}
                _ = terminate.recv() => child.start_kill()?,
                _ = hangup.recv() => child.start_kill()?,
            }
        }
    });
    match status.map_err(|why| wrong(&why))? {
        status if status.success() => Ok(()),
        status => Err(wrong(&status).help("the file is as it was")),
    }
}
