//! `runbook config`: every setting, its value, and where that came from.

use std::io::Write as _;

use clap::{Args, ValueEnum};

use super::setup::Place;
use super::{refuse, show};
use crate::report;

/// The arguments of `config`.
#[derive(Debug, Args)]
#[command(
    after_help = "From the lowest to the highest: the default, ansible.cfg, runbook.toml, the \
    environment, the command line.\n\nExamples:\n  runbook config\n  \
    runbook config --only-changed\n  runbook config --format json forks timeout"
)]
pub(super) struct Config {
    /// The settings to show; all of them when none is named
    #[arg(value_name = "SETTING")]
    names: Vec<String>,
    /// Only what is not at its default
    #[arg(long)]
    only_changed: bool,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// How the settings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Config {
    pub(super) fn run(self) -> u8 {
        let place = match Place::find() {
            Ok(place) => place,
            Err(mistakes) => return refuse(&mistakes),
        };
        show(&place.warnings);
        let shown = report::config::Shown {
            names: &self.names,
            only_changed: self.only_changed,
        };
        let text = match report::config::select(&place.settings, &shown) {
            Ok(rows) if self.format == Format::Json => report::config::json(&rows),
            Ok(rows) => report::config::text(&rows, place.settings.files()),
            Err(mistake) => return refuse(&mistake.into()),
        };
        let _ = anstream::stdout().lock().write_all(text.as_bytes());
        0
    }
}
