//! `runbook lint`.

use std::io::Write as _;
use std::path::Path;

use clap::{Args, ValueEnum};

use super::setup::Place;
use super::vault_args::VaultArgs;
use super::{extra_vars, show};
use crate::config::Key;
use crate::diag::{Diagnostics, Severity};
use crate::lint::{self, Report, Request, Settings};

/// Exit code for a wrong command line: 1 means findings.
pub(super) const USAGE: u8 = 2;

/// The arguments of `lint`.
#[derive(Debug, Args)]
#[command(
    after_help = "Without a path everything in the project is read: playbooks, hooks, roles, \
    inventories and variables.\nA comment on a line silences findings there: \
    `# lint: ignore RULE` or `# noqa: RULE`;\n`[lint]` of runbook.toml has `skip` and `warn`, \
    lists of rules.\n\nExit codes: 0 no errors, 1 errors (with --strict: any finding), 2 wrong \
    usage.\n\nExamples:\n  runbook lint\n  runbook lint playbooks/site.yml roles/postgres -i hosts.ini\n  \
    runbook lint --format sarif > runbook.sarif\n  runbook lint --list-rules"
)]
pub(super) struct Lint {
    /// Playbooks, files of tasks, roles, inventories, files of variables, or folders
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    /// How findings are written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Fail on warnings as well
    #[arg(long)]
    strict: bool,
    /// Inventories whose variables count as defined
    #[arg(short, long, value_name = "INVENTORY")]
    inventory: Vec<String>,
    /// Variables that will be given: they count as defined
    #[arg(short, long, value_name = "VARS")]
    extra_vars: Vec<String>,
    /// Tags that must be there, as `play --tags` would take them
    #[arg(short, long, value_delimiter = ',')]
    tags: Vec<String>,
    /// Tags that must be there, as `play --skip-tags` would take them
    #[arg(long, value_delimiter = ',', value_name = "TAGS")]
    skip_tags: Vec<String>,
    /// List the rules, read nothing
    #[arg(long)]
    list_rules: bool,

    #[command(flatten)]
    vault: VaultArgs,
}

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Each where it stands, for people
    Text,
    /// One object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Commands for the log of a GitHub workflow
    Github,
}

impl Lint {
    pub(super) fn run(self) -> u8 {
        if self.list_rules {
            return list_rules();
        }
        let (strict, format) = (self.strict, self.format);
        match self.report() {
            Ok(report) => {
                print(&report, format);
                let (errors, warnings) = report.counts();
                u8::from(errors > 0 || (strict && warnings > 0))
            }
            Err(mistakes) => {
                show(&mistakes);
                USAGE
            }
        }
    }

    fn report(self) -> Result<Report, Diagnostics> {
        let place = Place::find()?;
        self.vault.install(&place.vault_settings())?;
        let missing = self.paths.iter().filter(|path| !Path::new(path).exists());
        for path in missing {
            place.project.playbook_source(path)?;
        }
        let (extra, _) = extra_vars::parse(&self.extra_vars)?;
        let inventories = match self.inventory.is_empty() {
            true if self.paths.is_empty() => Vec::new(),
            true => place.inventory_sources(&[]).unwrap_or_default(),
            false => self.inventory,
        };
        let request = Request {
            inputs: self.paths,
            inventories,
            extra: extra.keys().map(ToString::to_string).collect(),
            tags: self.tags,
            skip_tags: self.skip_tags,
            settings: Settings {
                skip: place.settings.list(Key::LintSkip),
                warn: place.settings.list(Key::LintWarn),
            },
        };
        Ok(lint::lint(&place.project, &place.templar, &request))
    }
}

fn print(report: &Report, format: Format) {
    let mut stdout = anstream::stdout().lock();
    let text = match format {
        Format::Text => lint::text(report),
        Format::Json => format!("{:#}\n", lint::json(report)),
        Format::Sarif => format!("{:#}\n", lint::sarif(report)),
        Format::Github => lint::github(report),
    };
    let _ = stdout.write_all(crate::vault::redacted(&text).as_bytes());
}

fn list_rules() -> u8 {
    let mut stdout = anstream::stdout().lock();
    for rule in lint::rules() {
        let severity = match rule.severity {
            Severity::Error => "error",
            Severity::Warning | Severity::Note => "warning",
        };
        let _ = writeln!(stdout, "{:<20} {severity:<8} {}", rule.id, rule.summary);
    }
    0
}
