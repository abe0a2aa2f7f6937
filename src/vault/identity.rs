//! Where secrets come from: `LABEL@SOURCE`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use zeroize::Zeroizing;

use super::password::Password;
use crate::diag::Diagnostic;

/// The label of secrets that were given none.
pub const DEFAULT_LABEL: &str = "default";

/// Asks a person for a secret, without showing it; none when nobody answers.
pub type Ask<'a> = dyn Fn(&str) -> Option<Zeroizing<String>> + 'a;

/// Where one secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A person types it.
    Prompt,
    /// A file holds it, or prints it when it is executable.
    File(PathBuf),
}

/// A label and where its secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// What data encrypted with it are labelled with.
    pub label: String,
    /// Where the secret comes from.
    pub source: Source,
}

impl Identity {
    /// Reads `LABEL@SOURCE`, or `SOURCE` alone, which gets the label that is given.
    #[must_use]
    pub fn parse(text: &str, unlabelled: &str) -> Self {
        let (label, source) = text.split_once('@').unwrap_or(("", text));
        let label = if label.is_empty() { unlabelled } else { label };
        let source = match source {
            "prompt" | "prompt_ask_vault_pass" => Source::Prompt,
            path => Source::File(with_home(path)),
        };
        Self {
            label: label.to_owned(),
            source,
        }
    }

    /// A file of a secret.
    #[must_use]
    pub fn file(path: &str, label: &str) -> Self {
        Self {
            label: label.to_owned(),
            source: Source::File(with_home(path)),
        }
    }

    /// A secret that a person types.
    #[must_use]
    pub fn prompt(label: &str) -> Self {
        Self {
            label: label.to_owned(),
            source: Source::Prompt,
        }
    }

    /// Gets the secret.
    pub fn secret(&self, ask: &Ask<'_>) -> Result<Password, Diagnostic> {
        match &self.source {
            Source::Prompt => self.prompted(ask),
            Source::File(path) => self.in_file(path),
        }
    }

    fn prompted(&self, ask: &Ask<'_>) -> Result<Password, Diagnostic> {
        let question = match self.label.as_str() {
            DEFAULT_LABEL => "Vault password: ".to_owned(),
            label => format!("Vault password ({label}): "),
        };
        let answer = ask(&question);
        answer
            .and_then(|answer| Password::new(answer.as_bytes()))
            .ok_or_else(|| {
                let message = format!("no vault secret was typed for the id `{}`", self.label);
                Diagnostic::error(message).help("where nobody can type, use --vault-password-file")
            })
    }

    fn in_file(&self, path: &Path) -> Result<Password, Diagnostic> {
        let shown = path.display();
        let failed = |why: &dyn std::fmt::Display| {
            let message = format!("failed to read the vault secret in {shown}: {why}");
            Diagnostic::error(message)
                .help("--vault-id takes LABEL@FILE or LABEL@prompt, --vault-password-file a FILE")
        };
        let meta = path.metadata().map_err(|why| failed(&why))?;
        if meta.is_dir() {
            return Err(failed(&"it is a folder"));
        }
        let bytes = if meta.permissions().mode() & 0o111 == 0 {
            Zeroizing::new(std::fs::read(path).map_err(|why| failed(&why))?)
        } else {
            self.printed(path)?
        };
        if super::is_encrypted(&bytes) {
            return Err(failed(&"it is encrypted itself"));
        }
        Password::new(&bytes).ok_or_else(|| failed(&"there is nothing in it"))
    }

    /// What a script prints. A script whose name ends with `-client` is told the label.
    fn printed(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
        let shown = path.display();
        let mut command = Command::new(absolute(path));
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        if stem.ends_with("-client") {
            command.args(["--vault-id", &self.label]);
        }
        command.stdin(Stdio::inherit()).stderr(Stdio::inherit());
        let output = command.output().map_err(|why| {
            Diagnostic::error(format!("failed to run {shown} for a vault secret: {why}")).help(
                "a file that is executable is run; remove its executable bits if it holds the secret",
            )
        })?;
        let stdout = Zeroizing::new(output.stdout);
        if !output.status.success() {
            let message = format!(
                "{shown} gave no vault secret for the id `{}`: {}",
                self.label, output.status
            );
            return Err(Diagnostic::error(message).help("what it wrote to standard error is above"));
        }
        Ok(stdout)
    }
}

/// A path that is run and not looked up in `PATH`.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn with_home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(path),
    }
}
