//! `runbook play`.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use clap::{ArgAction, Args};

use super::operator::{self, Terminal};
use super::setup::{self, Place};
use super::vault_args::VaultArgs;
use super::{extra_vars, refuse, run_settings, show, signals};
use crate::config::{Key, Settings};
use crate::diag::{Diagnostic, Diagnostics};
use crate::engine::{self, ConnectionDefaults, Engine, Interrupt, Options, Setup, TagFilter};
use crate::event::Sink;
use crate::inventory::Inventory;
use crate::playbook::Playbook;
use crate::report;
use crate::transport::{Secret, SystemConnector};
use crate::vars::VarMap;

/// The arguments of `play`; names and short forms are Ansible's.
#[derive(Debug, Default, Args)]
#[command(
    after_help = "Without -i the inventory is RUNBOOK_INVENTORY's, the configuration file's, or \
    the only one in inventories/.\nA playbook is a path, a name in playbooks/ of the project, or \
    a built-in one.\n\nExit codes: 0 all went well, 1 nothing was run because of a mistake, 2 a \
    host failed,\n4 a host was unreachable, 6 both, 99 stopped by the operator.\n\nExamples:\n  \
    runbook play update-postgres.yml -e update_hosts=db2,db3,db1\n  \
    runbook play update-postgres.yml -e postgres_package_version='15.20*' --check --diff\n  \
    runbook play site.yml -i hosts.ini -l 'web:!web3' -t config"
)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct Play {
    /// The playbooks, run in order
    #[arg(required = true, value_name = "PLAYBOOK")]
    playbooks: Vec<String>,

    /// Inventory: a file, a directory, or a list of hosts with a comma in it
    #[arg(short, long, value_name = "INVENTORY")]
    inventory: Vec<String>,
    /// Only these hosts: names, groups, patterns
    #[arg(short, long, value_name = "PATTERN")]
    limit: Option<String>,
    /// Variables: k=v, a JSON or YAML mapping, or @FILE; they win over all others
    #[arg(short, long, value_name = "VARS")]
    extra_vars: Vec<String>,
    /// Only tasks with these tags
    #[arg(short, long, value_delimiter = ',')]
    tags: Vec<String>,
    /// No tasks with these tags
    #[arg(long, value_delimiter = ',', value_name = "TAGS")]
    skip_tags: Vec<String>,

    /// Predict what would change, change nothing
    #[arg(short = 'C', long)]
    check: bool,
    /// Show what changes
    #[arg(short = 'D', long)]
    diff: bool,
    /// How many hosts to work on at the same time [default: 20]
    #[arg(short, long, value_name = "N")]
    forks: Option<usize>,
    /// More detail: results, then arguments and places, then connections (-vvv), then frames
    #[arg(short, long, action = ArgAction::Count)]
    verbose: u8,
    /// Begin at the task of this name (a glob)
    #[arg(long, value_name = "NAME")]
    start_at_task: Option<String>,
    /// Ask before every task
    #[arg(long)]
    step: bool,

    /// List the hosts, run nothing
    #[arg(long, help_heading = "Listing")]
    list_hosts: bool,
    /// List the tasks, run nothing
    #[arg(long, help_heading = "Listing")]
    list_tasks: bool,
    /// List the tags, run nothing
    #[arg(long, help_heading = "Listing")]
    list_tags: bool,
    /// Read everything, run nothing
    #[arg(long, help_heading = "Listing")]
    syntax_check: bool,

    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    vault: VaultArgs,
}

/// How hosts are reached.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Connection")]
struct ConnectionArgs {
    /// Log in as this user
    #[arg(short, long)]
    user: Option<String>,
    /// How hosts are reached: ssh or local
    #[arg(short, long, value_name = "KIND")]
    connection: Option<String>,
    /// Log in with this key
    #[arg(long, visible_alias = "key-file", value_name = "FILE")]
    private_key: Option<String>,
    /// Longest time to connect, in seconds
    #[arg(short = 'T', long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// Further arguments for ssh
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    ssh_common_args: Option<String>,
    /// Still further arguments for ssh
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    ssh_extra_args: Option<String>,
    /// Run tasks as another user, by sudo
    #[arg(short, long)]
    r#become: bool,
    /// Whom to become [default: root]
    #[arg(long, value_name = "USER")]
    become_user: Option<String>,
    /// Ask for sudo's password
    #[arg(short = 'K', long)]
    ask_become_pass: bool,
    /// Read sudo's password from a file
    #[arg(long, value_name = "FILE", conflicts_with = "ask_become_pass")]
    become_password_file: Option<String>,
}

/// A run that is ready to begin.
struct Prepared {
    engine: Engine,
    playbooks: Vec<(String, Playbook)>,
    sink: Sink,
    interrupt: Interrupt,
}

impl Play {
    /// Plays built-in playbooks on an inventory, everything else as by default.
    pub(super) fn built_in(playbooks: &[&str], inventory: &std::path::Path) -> Self {
        Self {
            playbooks: playbooks.iter().map(ToString::to_string).collect(),
            inventory: vec![inventory.display().to_string()],
            ..Self::default()
        }
    }

    pub(super) fn run(self) -> u8 {
        setup::start_logging(self.verbose);
        match self.prepare() {
            Ok(prepared) if self.lists() => self.list(&prepared),
            Ok(prepared) => drive(&prepared),
            Err(mistakes) => refuse(&mistakes),
        }
    }

    fn lists(&self) -> bool {
        self.list_hosts || self.list_tasks || self.list_tags || self.syntax_check
    }

    /// Reads everything there is to read, and reports every mistake in it at once.
    fn prepare(&self) -> Result<Prepared, Diagnostics> {
        let place = Place::find()?;
        self.vault.install(&place.vault_settings())?;
        let mut mistakes = place.warnings.clone();
        let playbooks = self.read_playbooks(&place, &mut mistakes);
        let extra_vars = kept(extra_vars::parse(&self.extra_vars), &mut mistakes);
        let sources = place.inventory_sources(&self.inventory);
        let sources = sources.map_err(|mistake| {
            mistakes.push(mistake);
            std::mem::take(&mut mistakes)
        })?;
        let inventory = kept(Inventory::load(&sources), &mut mistakes);
        if let (Some(limit), Some(inventory)) = (&self.limit, &inventory)
            && let Err(unknown) = inventory.select(limit)
        {
            let help = "`--limit` takes names, groups and patterns of the inventory";
            mistakes.push(unknown.help(help));
        }
        let options = self.options(&place, sources)?;
        let (Some(inventory), Some(extra_vars), false) =
            (inventory, extra_vars, mistakes.has_errors())
        else {
            return Err(mistakes);
        };
        show(&mistakes);
        Ok(self.assemble(&place, options, inventory, extra_vars, playbooks))
    }

    fn read_playbooks(&self, place: &Place, mistakes: &mut Diagnostics) -> Vec<(String, Playbook)> {
        let mut playbooks = Vec::new();
        for name in &self.playbooks {
            let playbook = kept(place.project.playbook(name), mistakes);
            playbooks.extend(playbook.map(|playbook| (name.clone(), playbook)));
        }
        playbooks
    }

    fn assemble(
        &self,
        place: &Place,
        options: Options,
        inventory: Inventory,
        extra_vars: VarMap,
        playbooks: Vec<(String, Playbook)>,
    ) -> Prepared {
        let interrupt = Interrupt::default();
        let settings = &place.settings;
        let display = run_settings::display(settings, self.verbosity(settings));
        let view = report::Terminal::new(std::io::stdout(), display);
        let screen = view.screen();
        let sink = Sink::new(vec![Box::new(view)]);
        let engine = Engine::new(Setup {
            options,
            inventory,
            extra_vars,
            templar: Arc::clone(&place.templar),
            project: Arc::clone(&place.project),
            connector: Arc::new(SystemConnector::new()),
            sink: sink.clone(),
            operator: Arc::new(Terminal::on(screen)),
            interrupt: interrupt.clone(),
        });
        Prepared {
            engine,
            playbooks,
            sink,
            interrupt,
        }
    }

    fn options(&self, place: &Place, sources: Vec<String>) -> Result<Options, Diagnostic> {
        let settings = &place.settings;
        let forks = settings.number(Key::Forks);
        let forks = forks.and_then(|forks| usize::try_from(forks).ok());
        let tags = |given: &[String], key: Key| {
            let set = settings.list(key);
            let tags = if given.is_empty() { &set } else { given };
            tags.iter().map(|tag| tag.trim().to_owned()).collect()
        };
        Ok(Options {
            check: self.check,
            diff: self.diff || settings.flag(Key::DiffAlways),
            forks: self
                .forks
                .or(forks)
                .unwrap_or(Options::default().forks)
                .max(1),
            tags: TagFilter {
                only: tags(&self.tags, Key::TagsRun),
                skip: tags(&self.skip_tags, Key::TagsSkip),
            },
            limit: self.limit.clone(),
            start_at_task: self.start_at_task.clone(),
            step: self.step,
            verbosity: self.verbosity(settings),
            project_dir: place.dir.clone(),
            inventory_sources: sources,
            config_file: place.config_file(),
            connection: self.connection.defaults(settings)?,
            keywords: run_settings::keywords(settings)?,
        })
    }

    fn verbosity(&self, settings: &Settings) -> u8 {
        let set = settings.number(Key::Verbosity).unwrap_or(0);
        self.verbose.max(u8::try_from(set).unwrap_or(u8::MAX))
    }

    fn list(&self, prepared: &Prepared) -> u8 {
        let mut stdout = anstream::stdout().lock();
        for (name, playbook) in &prepared.playbooks {
            let plays = match engine::list(&prepared.engine, playbook) {
                Ok(plays) => plays,
                Err(mistake) => return refuse(&mistake.into()),
            };
            let shown = report::listing::Shown {
                hosts: self.list_hosts,
                tasks: self.list_tasks,
                tags: self.list_tags,
            };
            let text = report::listing::render(name, &plays, shown);
            let _ = stdout.write_all(text.as_bytes());
        }
        0
    }
}

impl ConnectionArgs {
    fn defaults(&self, settings: &Settings) -> Result<ConnectionDefaults, Diagnostic> {
        let set = run_settings::connection(settings);
        let or = |given: &Option<String>, set: Option<String>| given.clone().or(set);
        Ok(ConnectionDefaults {
            connection: self.connection.clone(),
            user: or(&self.user, set.user),
            private_key: or(&self.private_key, set.private_key),
            ssh_common_args: or(&self.ssh_common_args, set.ssh_common_args),
            ssh_extra_args: or(&self.ssh_extra_args, set.ssh_extra_args),
            timeout: self.timeout.map_or(set.timeout, Duration::from_secs),
            r#become: self.r#become || set.r#become,
            become_user: or(&self.become_user, set.become_user),
            become_password: self.become_password(settings)?,
            ..set
        })
    }

    fn become_password(&self, settings: &Settings) -> Result<Option<Secret>, Diagnostic> {
        let file = self.become_password_file.clone();
        if self.ask_become_pass || (file.is_none() && settings.flag(Key::BecomeAskPass)) {
            let answer = operator::hidden("BECOME password: ");
            let none = || Diagnostic::error("no password was given to --ask-become-pass");
            return answer
                .map(|password| Some(Secret::new(password)))
                .ok_or_else(none);
        }
        let Some(path) = file.or_else(|| settings.text(Key::BecomePasswordFile)) else {
            return Ok(None);
        };
        let text = std::fs::read_to_string(&path)
            .map_err(|why| Diagnostic::error(format!("failed to read {path}: {why}")))?;
        Ok(Some(Secret::new(text.trim_end_matches(['\r', '\n']))))
    }
}

/// The value with its warnings kept, or none with its mistakes kept.
fn kept<T>(read: Result<(T, Diagnostics), Diagnostics>, mistakes: &mut Diagnostics) -> Option<T> {
    match read {
        Ok((value, warnings)) => {
            mistakes.extend(warnings);
            Some(value)
        }
        Err(found) => {
            mistakes.extend(found);
            None
        }
    }
}

/// Runs to the end, listening to signals.
fn drive(prepared: &Prepared) -> u8 {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(why) => {
            let error =
                Diagnostic::error(format!("failed to start the asynchronous runtime: {why}"));
            return refuse(&error.into());
        }
    };
    let code = runtime.block_on(async {
        signals::watch(prepared.interrupt.clone(), prepared.sink.clone());
        prepared.engine.run(&prepared.playbooks).await
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    code
}
