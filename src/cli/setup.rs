//! What verbs that run playbooks have in common: inventory, variables, logging.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::vault_args::VaultSettings;
use crate::config::{Key, Settings, Surroundings};
use crate::diag::{Diagnostic, Diagnostics};
use crate::inventory;
use crate::project::Project;
use crate::template::Templar;

/// The place one works in.
pub(super) struct Place {
    pub(super) dir: PathBuf,
    pub(super) settings: Settings,
    /// What is odd about the settings.
    pub(super) warnings: Diagnostics,
    pub(super) templar: Arc<Templar>,
    pub(super) project: Arc<Project>,
}

impl Place {
    /// Finds the project one stands in, and reads its settings.
    pub(super) fn find() -> Result<Self, Diagnostics> {
        let here = std::env::current_dir().map_err(|why| {
            Diagnostic::error(format!("failed to find the present folder: {why}"))
        })?;
        let dir = Project::discover(&here);
        let around = Surroundings {
            here,
            project: dir.clone(),
            variables: std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
        };
        let (settings, warnings) = Settings::load(&around)?;
        colour(&settings);
        let templar = Templar::new();
        let roles = settings.list(Key::RolesPath).into_iter().map(PathBuf::from);
        let project = Project::with_roles(dir.clone(), &templar, roles.collect());
        Ok(Self {
            dir,
            settings,
            warnings,
            templar,
            project,
        })
    }

    /// What is said about the vault.
    pub(super) fn vault_settings(&self) -> VaultSettings {
        VaultSettings::of(&self.settings)
    }

    /// The configuration file in force.
    pub(super) fn config_file(&self) -> Option<PathBuf> {
        self.settings.files().first().cloned()
    }

    /// The inventories to read: those given, else the setting `inventory`, else the only one in
    /// `inventories/`.
    pub(super) fn inventory_sources(&self, given: &[String]) -> Result<Vec<String>, Diagnostic> {
        if !given.is_empty() {
            return Ok(given.to_vec());
        }
        let set = self.settings.list(Key::Inventory);
        if !set.is_empty() {
            let relative = |path: &String| relative_to_here(Path::new(path));
            return Ok(set.iter().map(relative).collect());
        }
        inventory::discover(&self.dir).map(|path| vec![relative_to_here(&path)])
    }
}

/// Colour as the settings say, unless the command line said something.
fn colour(settings: &Settings) {
    use anstream::ColorChoice;
    if ColorChoice::global() != ColorChoice::Auto {
        return;
    }
    if settings.flag(Key::ForceColor) {
        ColorChoice::Always.write_global();
    } else if settings.flag(Key::Nocolor) {
        ColorChoice::Never.write_global();
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
