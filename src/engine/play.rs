//! One play: its hosts, its batches, its sections.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::defaults::UnknownHosts;
use super::exports::Exports;
use super::handlers::{Handler, Notified};
use super::keywords;
use super::lanes::Lanes;
use super::magic;
use super::order;
use super::roles_run::RolesRun;
use super::run::{Engine, mistake};
use super::serial;
use super::vars_files::VarsFiles;
use crate::diag::Diagnostic;
use crate::event::Event;
use crate::playbook::{Play, SerialSize};
use crate::vars::{Layers, Level, Scope, VarMap};
use crate::yaml::Node;

/// Whether the run goes on after a play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlayEnd {
    /// With the next play, and the hosts still standing.
    GoOn,
    /// No more plays: a whole batch failed, or an error was declared fatal.
    Break,
}

/// Why a play or a batch ends before its last task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// `meta: end_batch`.
    Batch,
    /// `meta: end_play`.
    Play,
}

/// One batch of a play at work.
pub(super) struct PlayRun<'a> {
    pub(super) engine: &'a Engine,
    pub(super) play: &'a Play,
    pub(super) index: usize,
    pub(super) name: String,
    pub(super) all: Vec<Arc<str>>,
    /// The same in the order of the pattern.
    pub(super) named: Vec<Arc<str>>,
    pub(super) batch: Vec<Arc<str>>,
    /// What the play gives all its tasks, each at its level.
    pub(super) layers: Layers,
    /// Hosts of the play that have not failed.
    pub(super) standing: Mutex<Vec<Arc<str>>>,
    pub(super) ended: Mutex<Option<Ended>>,
    pub(super) notified: Mutex<Notified>,
    /// The play's handlers; roles included at run time bring more.
    pub(super) handlers: Mutex<Vec<Arc<Handler>>>,
    /// What the play's roles give to all its tasks.
    pub(super) exports: Mutex<Arc<Exports>>,
    /// Where roles have run.
    pub(super) roles_run: Mutex<RolesRun>,
    pub(super) max_fail: Option<f64>,
    pub(super) vars_files: VarsFiles,
    pub(super) lanes: Lanes,
    /// Whether handlers run on hosts that failed, too.
    pub(super) force_handlers: bool,
    /// Failed hosts that take part in later plays nevertheless (`meta: clear_host_errors`).
    pub(super) pardoned: Mutex<Vec<Arc<str>>>,
    pub(super) host_magic: Mutex<HashMap<Arc<str>, Arc<VarMap>>>,
    pub(super) inventory_magic: Mutex<Option<Arc<VarMap>>>,
}

impl Engine {
    /// Runs one play.
    pub(super) async fn play(&self, index: usize, play: &Play) -> Result<PlayEnd, Diagnostic> {
        self.enter(play);
        let answers = Arc::new(self.ask(play, &self.play_scope(play)).await?);
        let scope = self.play_scope(play).with(Arc::clone(&answers));
        let Selected {
            hosts,
            named,
            unmatched,
        } = self.play_hosts(play, &scope)?;
        let name = play_name(play, &scope)?;
        self.sink.emit(&Event::PlayStarted {
            play: index,
            name: name.clone(),
            hosts: texts(&hosts),
            place: play.span.to_string(),
        });
        for message in unmatched {
            self.warn(message);
        }
        if hosts.is_empty() {
            self.warn(format!("no hosts matched in the play `{name}`"));
            return Ok(PlayEnd::GoOn);
        }
        let cut = serial::batches(&hosts, &batch_sizes(play, &scope)?);
        let mut run = PlayRun {
            engine: self,
            play,
            index,
            name,
            batch: Vec::new(),
            layers: Layers::new()
                .with(Level::PlayVars, Arc::clone(&play.common.vars))
                .with(Level::VarsPrompt, answers),
            standing: Mutex::new(hosts.clone()),
            all: hosts,
            named,
            ended: Mutex::default(),
            notified: Mutex::default(),
            handlers: Mutex::new(Handler::all(play, &self.options.keywords)),
            exports: Mutex::new(Arc::new(Exports::of_play(play))),
            roles_run: Mutex::default(),
            max_fail: max_fail(play, &scope)?,
            force_handlers: self.force_handlers(play, &scope)?,
            vars_files: VarsFiles::default(),
            lanes: self.lanes(play, &scope)?,
            pardoned: Mutex::default(),
            host_magic: Mutex::default(),
            inventory_magic: Mutex::default(),
        };
        run.read_vars_files()?;
        run.warn_of_strategy();
        let count = cut.len();
        for (i, batch) in cut.into_iter().enumerate() {
            if count > 1 {
                let (batch, hosts) = (i + 1, texts(&batch));
                self.sink.emit(&Event::BatchStarted {
                    batch,
                    of: count,
                    hosts,
                });
            }
            run.batch = batch;
            if let Some(end) = run.run_batch().await {
                return Ok(end);
            }
        }
        Ok(PlayEnd::GoOn)
    }

    fn force_handlers(&self, play: &Play, scope: &Arc<Scope>) -> Result<bool, Diagnostic> {
        let node = play.force_handlers.as_ref();
        let usual = self.options.keywords.force_handlers;
        keywords::flag("force_handlers", node, usual, scope)
    }

    /// The variables a play's own keywords are rendered with: there is no host yet.
    pub(super) fn play_scope(&self, play: &Play) -> Arc<Scope> {
        let inventory = Arc::new(magic::of_inventory(&self.store));
        self.store.hostless(&play.common.vars, &[inventory])
    }

    pub(super) fn play_hosts(
        &self,
        play: &Play,
        scope: &Arc<Scope>,
    ) -> Result<Selected, Diagnostic> {
        let pattern = pattern(&play.hosts, scope)?;
        let inventory = self.store.inventory();
        let selection = inventory.resolve(&pattern)?;
        let unmatched = selection.unmatched.into_iter();
        let mut unmatched = unmatched.map(|d| d.at(&play.hosts.span));
        let unmatched = match self.options.keywords.unknown_hosts {
            UnknownHosts::Warn => unmatched.map(|d| d.one_line()).collect(),
            UnknownHosts::Ignore => Vec::new(),
            UnknownHosts::Refuse => match unmatched.next() {
                Some(error) => return Err(error),
                None => Vec::new(),
            },
        };
        let limit = match &self.options.limit {
            Some(limit) => Some(inventory.select(limit)?),
            None => None,
        };
        let named: Vec<Arc<str>> = selection
            .hosts
            .into_iter()
            .filter(|host| limit.as_ref().is_none_or(|limit| limit.contains(host)))
            .collect();
        let standing = named.iter().filter(|host| !self.is_lost(host));
        let mut hosts: Vec<Arc<str>> = standing.cloned().collect();
        if let Some(node) = &play.order {
            let order = scope.templar().node(node, scope)?.to_string();
            if !order::arrange(&mut hosts, &order) {
                let known = crate::diag::or_list(order::ORDERS);
                return Err(mistake(
                    format!("`order` must be {known}, not `{order}`"),
                    node,
                ));
            }
        }
        Ok(Selected {
            hosts,
            named,
            unmatched,
        })
    }
}

/// The hosts of a play.
pub(super) struct Selected {
    /// In the order they are worked on.
    pub(super) hosts: Vec<Arc<str>>,
    /// In the order the pattern names them, which is that of `ansible_play_hosts`; those that
    /// failed in an earlier play are among them.
    pub(super) named: Vec<Arc<str>>,
    /// Warnings about what matched nothing.
    pub(super) unmatched: Vec<String>,
}

fn texts(hosts: &[Arc<str>]) -> Vec<String> {
    hosts.iter().map(ToString::to_string).collect()
}

/// The play's name, or its hosts pattern.
pub(super) fn play_name(play: &Play, scope: &Arc<Scope>) -> Result<String, Diagnostic> {
    match &play.common.name {
        Some(name) => Ok(scope.templar().node(name, scope)?.to_string()),
        None => pattern(&play.hosts, scope),
    }
}

fn batch_sizes(play: &Play, scope: &Arc<Scope>) -> Result<Vec<SerialSize>, Diagnostic> {
    let Some(node) = &play.serial else {
        return Ok(Vec::new());
    };
    let value = scope.templar().node(node, scope)?;
    serial::sizes(&value).map_err(|why| mistake(why.to_string(), node))
}

fn max_fail(play: &Play, scope: &Arc<Scope>) -> Result<Option<f64>, Diagnostic> {
    let Some(node) = &play.max_fail_percentage else {
        return Ok(None);
    };
    let text: Option<String> = keywords::value("max_fail_percentage", Some(node), scope)?;
    let number = text.and_then(|text| text.trim_end_matches('%').trim().parse::<f64>().ok());
    match number.filter(|percent| (0.0..=100.0).contains(percent)) {
        Some(percent) => Ok(Some(percent)),
        None => Err(mistake(
            "`max_fail_percentage` must be within 0 and 100".to_owned(),
            node,
        )),
    }
}

/// `hosts` as one pattern: a list's items are joined.
pub(super) fn pattern(hosts: &Node, scope: &Arc<Scope>) -> Result<String, Diagnostic> {
    let value = scope.templar().node(hosts, scope)?;
    if let Some(text) = value.as_str() {
        return Ok(text.to_owned());
    }
    let items = value.try_iter().map_err(|_| {
        mistake(
            "`hosts` must be a pattern or a list of patterns".to_owned(),
            hosts,
        )
    })?;
    Ok(items
        .map(|item| item.to_string())
        .collect::<Vec<_>>()
        .join(","))
}
