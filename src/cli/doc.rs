//! `runbook doc`: what modules do, from the table they are run from.

use std::io::Write as _;

use clap::Args;

use super::refuse;
use crate::diag::{Diagnostic, did_you_mean};
use crate::modules;
use crate::report;

/// The arguments of `doc`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  runbook doc\n  runbook doc postgresql_topology")]
pub(super) struct Doc {
    /// The modules to show; all of them, a line each, when none is named
    modules: Vec<String>,
}

impl Doc {
    pub(super) fn run(self) -> u8 {
        let mut stdout = anstream::stdout().lock();
        if self.modules.is_empty() {
            let _ = stdout.write_all(report::doc::list(modules::all()).as_bytes());
            return 0;
        }
        for name in &self.modules {
            let Some(spec) = modules::find(name) else {
                let error = Diagnostic::error(format!("there is no module `{name}`"));
                let error = match did_you_mean(name, modules::names()) {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => error.help("`runbook doc` lists them all"),
                };
                return refuse(&error.into());
            };
            let _ = stdout.write_all(report::doc::page(spec).as_bytes());
        }
        0
    }
}
