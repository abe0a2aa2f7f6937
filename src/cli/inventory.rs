//! `runbook inventory`: hosts, groups and variables, as `ansible-inventory` prints them.

use std::collections::HashSet;
use std::io::Write as _;

use clap::Args;

use super::setup::Place;
use super::vault_args::VaultArgs;
use super::{extra_vars, refuse, show};
use crate::config::Key;
use crate::diag::{Diagnostic, Diagnostics};
use crate::inventory::Inventory;
use crate::report::inventory::{Form, View};
use crate::vars::VarMap;

/// The arguments of `inventory`; names and short forms are Ansible's.
#[derive(Debug, Args)]
#[command(
    after_help = "Without -i the inventory is the one of `runbook play`. Variables are shown as \
    they were written: templates in them are not rendered.\n\nExamples:\n  \
    runbook inventory --graph\n  runbook inventory --list --yaml --export > all.yml\n  \
    runbook inventory -i hosts.ini --host db1\n  \
    runbook inventory --graph replicas --vars"
)]
#[command(group(clap::ArgGroup::new("action").required(true)))]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct InventoryArgs {
    /// Print everything, as inventory scripts do
    #[arg(long, group = "action")]
    list: bool,
    /// Print the variables of one host
    #[arg(long, value_name = "HOST", group = "action")]
    host: Option<String>,
    /// Print the tree of groups and hosts
    #[arg(long, group = "action")]
    graph: bool,
    /// The group whose tree is printed
    #[arg(value_name = "GROUP", requires = "graph")]
    group: Option<String>,

    /// Inventory: a file, a directory, or a list of hosts with a comma in it
    #[arg(
        short,
        long,
        visible_alias = "inventory-file",
        value_name = "INVENTORY"
    )]
    inventory: Vec<String>,
    /// Only these hosts: names, groups, patterns
    #[arg(short, long, value_name = "PATTERN")]
    limit: Option<String>,
    /// Variables: k=v, a JSON or YAML mapping, or @FILE; they win over all others
    #[arg(short, long, value_name = "VARS")]
    extra_vars: Vec<String>,
    /// Read `group_vars` and `host_vars` of this folder, too [default: the present one]
    #[arg(long, value_name = "DIR")]
    playbook_dir: Option<std::path::PathBuf>,

    /// Write YAML instead of JSON
    #[arg(short, long, conflicts_with = "toml", help_heading = "Form")]
    yaml: bool,
    /// Write TOML instead of JSON
    #[arg(long, help_heading = "Form")]
    toml: bool,
    /// Show variables in the tree
    #[arg(long, help_heading = "Form")]
    vars: bool,
    /// Leave variables of groups with the groups, as in an inventory file
    #[arg(long, help_heading = "Form")]
    export: bool,
    /// Write the list into this file
    #[arg(long, value_name = "FILE", help_heading = "Form")]
    output: Option<std::path::PathBuf>,

    #[command(flatten)]
    vault: VaultArgs,
}

impl InventoryArgs {
    pub(super) fn run(self) -> u8 {
        match self.text() {
            Ok(text) => self.write(&text),
            Err(mistakes) => refuse(&mistakes),
        }
    }

    fn text(&self) -> Result<String, Diagnostics> {
        let place = Place::find()?;
        self.vault.install(&place.vault_settings())?;
        let mut warnings = place.warnings.clone();
        let (extra, found) = extra_vars::parse(&self.extra_vars)?;
        warnings.extend(found);
        let sources = place.inventory_sources(&self.inventory)?;
        let (mut inventory, found) = Inventory::load(&sources)?;
        warnings.extend(found);
        let set = place.settings.text(Key::PlaybookDir).map(Into::into);
        let dir = self
            .playbook_dir
            .clone()
            .or(set)
            .unwrap_or_else(|| ".".into());
        warnings.extend(inventory.load_playbook_dir_vars(&dir)?);
        show(&warnings);
        let export = self.export || place.settings.flag(Key::InventoryExport);
        Ok(self.view(&inventory, &extra, export)?)
    }

    fn view(
        &self,
        inventory: &Inventory,
        extra: &VarMap,
        export: bool,
    ) -> Result<String, Diagnostic> {
        let mut view = View {
            inventory,
            only: None,
            export,
            extra,
        };
        if let Some(name) = &self.host {
            if inventory.host(name).is_none() {
                return Err(inventory.select(name).err().unwrap_or_else(|| {
                    Diagnostic::error(format!("`{name}` is no host"))
                        .help("`--host` takes the name of one host")
                }));
            }
            return Ok(view.host(name, self.form()));
        }
        if self.graph {
            let group = self.group.as_deref().unwrap_or("all");
            return view.graph(group, self.vars).ok_or_else(|| {
                let error = Diagnostic::error(format!("there is no group `{group}`"));
                let names = inventory.groups().map(|group| &*group.name);
                match crate::diag::did_you_mean(group, names) {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => error.help("`runbook inventory --graph` shows all groups"),
                }
            });
        }
        if let Some(limit) = &self.limit {
            let hosts = inventory.select(limit)?;
            view.only = Some(hosts.into_iter().collect::<HashSet<_>>());
        }
        Ok(view.list(self.form()))
    }

    fn form(&self) -> Form {
        match (self.yaml, self.toml) {
            (true, _) => Form::Yaml,
            (_, true) => Form::Toml,
            _ => Form::Json,
        }
    }

    fn write(&self, text: &str) -> u8 {
        let Some(path) = self.output.as_ref().filter(|_| self.list) else {
            let _ = anstream::stdout().lock().write_all(text.as_bytes());
            return 0;
        };
        match std::fs::write(path, text) {
            Ok(()) => 0,
            Err(why) => {
                let message = format!("failed to write {}: {why}", path.display());
                refuse(&Diagnostic::error(message).into())
            }
        }
    }
}
