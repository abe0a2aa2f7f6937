//! `runbook schema`: for editors.

use std::io::Write as _;

use clap::{Args, ValueEnum};

use crate::schema;

/// The arguments of `schema`.
#[derive(Debug, Args)]
#[command(
    after_help = "The schema is JSON Schema, draft-07. docs/lint.md says how editors use it.\n\n\
    Examples:\n  runbook schema > .schema/playbook.json\n  runbook schema tasks > .schema/tasks.json"
)]
pub(super) struct Schema {
    /// The kind of file
    #[arg(default_value = "playbook")]
    kind: Kind,
}

/// The kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A list of plays
    Playbook,
    /// A list of tasks, as `include_tasks` reads it
    Tasks,
    /// A list of handlers
    Handlers,
    /// An inventory in YAML
    Inventory,
    /// A file of variables
    Vars,
}

impl Schema {
    pub(super) fn run(self) -> u8 {
        let kind = match self.kind {
            Kind::Playbook => schema::Kind::Playbook,
            Kind::Tasks => schema::Kind::Tasks,
            Kind::Handlers => schema::Kind::Handlers,
            Kind::Inventory => schema::Kind::Inventory,
            Kind::Vars => schema::Kind::Vars,
        };
        let mut stdout = anstream::stdout().lock();
        let _ = writeln!(stdout, "{:#}", schema::schema(kind));
        0
    }
}
