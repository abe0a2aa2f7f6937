//! What verbs that run playbooks have in common: inventory, variables, logging.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::config::Config;
use super::vault_args::VaultSettings;
use crate::diag::Diagnostic;
use crate::inventory;
use crate::project::Project;
use crate::template::Templar;

/// The place one works in.
pub(super) struct Place {
    pub(super) dir: PathBuf,
    pub(super) config: Config,
    pub(super) templar: Arc<Templar>,
    pub(super) project: Arc<Project>,
}

impl Place {
    /// Finds the project one stands in, and reads its configuration.
    pub(super) fn find() -> Result<Self, Diagnostic> {
        let here = std::env::current_dir().map_err(|why| {
            Diagnostic::error(format!("failed to find the present folder: {why}"))
        })?;
        let dir = Project::discover(&here);
        let config = Config::load(&dir)?;
        let templar = Templar::new();
        let project = Project::new(dir.clone(), &templar);
        Ok(Self {
            dir,
            config,
            templar,
            project,
        })
    }

    /// What is said about the vault.
    #[expect(clippy::unused_self, reason = "the configuration has its say, too")]
    pub(super) fn vault_settings(&self) -> VaultSettings {
        VaultSettings::from_env()
    }

    /// The inventories to read: those given, else `RUNBOOK_INVENTORY`, else the configuration's,
    /// else the only one in `inventories/`.
    pub(super) fn inventory_sources(&self, given: &[String]) -> Result<Vec<String>, Diagnostic> {
        if !given.is_empty() {
            return Ok(given.to_vec());
        }
        let variable = std::env::var("RUNBOOK_INVENTORY")
            .ok()
            .filter(|value| !value.is_empty());
        if let Some(named) = variable.or_else(|| self.config.inventory.clone()) {
            return Ok(vec![named]);
        }
        inventory::discover(&self.dir).map(|path| vec![relative_to_here(&path)])
    }
}

/// A path as one would write it from here.
fn relative_to_here(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let short = here
        .as_deref()
        .and_then(|here| path.strip_prefix(here).ok());
    short.unwrap_or(path).display().to_string()
}

/// Sends log lines to standard error: from `-vvv` on, more with `-vvvv`, or as `RUNBOOK_LOG` says.
pub(super) fn start_logging(verbosity: u8) {
    use tracing_subscriber::EnvFilter;
    let default = match verbosity {
        0..=2 => "off",
        3 => "runbook=debug",
        _ => "runbook=trace",
    };
    let filter = EnvFilter::try_from_env("RUNBOOK_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}
