//! One play: its hosts, its batches, its sections.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::handlers::Notified;
use super::inherit::Inherited;
use super::keywords;
use super::magic;
use super::order;
use super::run::{Engine, mistake};
use super::serial;
use super::steps::{Cause, Standing};
use crate::diag::Diagnostic;
use crate::event::Event;
use crate::playbook::{Play, Step};
use crate::vars::{Scope, Value, Var, VarMap};
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
    pub(super) batch: Vec<Arc<str>>,
    /// The play's `vars`, then its `vars_files`.
    pub(super) vars: Vec<Arc<VarMap>>,
    /// Hosts of the play that have not failed.
    pub(super) standing: Mutex<Vec<Arc<str>>>,
    pub(super) ended: Mutex<Option<Ended>>,
    pub(super) notified: Mutex<Notified>,
    pub(super) max_fail: Option<f64>,
    play_magic: Arc<VarMap>,
    host_magic: Mutex<HashMap<Arc<str>, Arc<VarMap>>>,
    inventory_magic: Mutex<Option<Arc<VarMap>>>,
}

impl Engine {
    /// Runs one play.
    pub(super) async fn play(&self, index: usize, play: &Play) -> Result<PlayEnd, Diagnostic> {
        let magic = self.playbook_magic(play);
        let play_vars = Arc::clone(&play.common.vars);
        let scope = self
            .store
            .hostless(&[Arc::clone(&play_vars), Arc::clone(&magic)]);
        let hosts = self.play_hosts(play, &scope)?;
        let name = match &play.common.name {
            Some(name) => scope.templar().node(name, &scope)?.to_string(),
            None => pattern(&play.hosts, &scope)?,
        };
        let place = play.span.to_string();
        let names = hosts.iter().map(ToString::to_string).collect();
        self.sink.emit(&Event::PlayStarted {
            play: index,
            name: name.clone(),
            hosts: names,
            place,
        });
        if hosts.is_empty() {
            self.warn(format!("no hosts matched in the play `{name}`"));
            return Ok(PlayEnd::GoOn);
        }
        let sizes = match &play.serial {
            Some(node) => serial::sizes(&scope.templar().node(node, &scope)?)
                .map_err(|why| mistake(why.to_string(), node))?,
            None => Vec::new(),
        };
        let max_fail = keywords::value::<String>(
            "max_fail_percentage",
            play.max_fail_percentage.as_ref(),
            &scope,
        )?;
        let max_fail = max_fail.and_then(|text| text.trim_end_matches('%').trim().parse().ok());
        let cut = serial::batches(&hosts, &sizes);
        let count = cut.len();
        let standing = hosts.clone();
        let mut run = PlayRun {
            engine: self,
            play,
            index,
            name,
            all: hosts,
            batch: Vec::new(),
            vars: vec![play_vars],
            standing: Mutex::new(standing),
            ended: Mutex::default(),
            notified: Mutex::default(),
            max_fail,
            play_magic: magic,
            host_magic: Mutex::default(),
            inventory_magic: Mutex::default(),
        };
        run.load_vars_files(&scope)?;
        for (i, batch) in cut.into_iter().enumerate() {
            if count > 1 {
                let hosts = batch.iter().map(ToString::to_string).collect();
                self.sink.emit(&Event::BatchStarted {
                    batch: i + 1,
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

    fn playbook_magic(&self, play: &Play) -> Arc<VarMap> {
        let mut vars = VarMap::new();
        let dir = self.playbook_dir(&play.source).display().to_string();
        vars.insert("playbook_dir".into(), Var::Data(Value::from(dir)));
        Arc::new(vars)
    }

    pub(super) fn play_hosts(
        &self,
        play: &Play,
        scope: &Arc<Scope>,
    ) -> Result<Vec<Arc<str>>, Diagnostic> {
        let pattern = pattern(&play.hosts, scope)?;
        let inventory = self.store.inventory();
        let selection = inventory.resolve(&pattern)?;
        for unmatched in selection.unmatched {
            self.warn(unmatched.at(&play.hosts.span).one_line());
        }
        let limit = match &self.options.limit {
            Some(limit) => Some(inventory.select(limit)?),
            None => None,
        };
        let mut hosts: Vec<Arc<str>> = selection
            .hosts
            .into_iter()
            .filter(|host| limit.as_ref().is_none_or(|limit| limit.contains(host)))
            .filter(|host| !self.is_lost(host))
            .collect();
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
        Ok(hosts)
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

impl PlayRun<'_> {
    /// Reads `vars_files`; each entry is a file, or a list of which the first that exists counts.
    fn load_vars_files(&mut self, scope: &Arc<Scope>) -> Result<(), Diagnostic> {
        for node in &self.play.vars_files {
            let value = scope.templar().node(node, scope)?;
            let names: Vec<String> = match value.as_str() {
                Some(name) => vec![name.to_owned()],
                None => value
                    .try_iter()
                    .map(|items| items.map(|item| item.to_string()).collect())
                    .unwrap_or_default(),
            };
            let vars = self.engine.project.vars_file(&self.play.source, &names);
            self.vars
                .push(Arc::new(vars.map_err(|error| match error.span {
                    Some(_) => error,
                    None => error.at(&node.span),
                })?));
        }
        Ok(())
    }

    /// Runs the sections on one batch; says how the play ends when this was its last.
    async fn run_batch(&self) -> Option<PlayEnd> {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let inherited = Inherited::of_play(self.play);
        let mut standing = Standing::all(self.batch.clone());
        standing = self.gather(&inherited, standing).await;
        for (name, steps) in [
            ("pre_tasks", &self.play.pre_tasks),
            ("tasks", &self.play.tasks),
            ("post_tasks", &self.play.post_tasks),
        ] {
            standing = self.section(name, steps, &inherited, standing).await;
            standing = self.flush_after_section(&inherited, standing).await;
        }
        self.settle(&standing)
    }

    async fn section(
        &self,
        name: &str,
        steps: &[Step],
        inherited: &Inherited,
        standing: Standing,
    ) -> Standing {
        let path = format!("{}/{name}", self.index);
        let Standing { ok, mut failed } = standing;
        let mut after = self.list(steps, inherited, ok, &path).await;
        failed.append(&mut after.failed);
        Standing {
            ok: after.ok,
            failed,
        }
    }

    /// What the batch's end means for the play and the run.
    fn settle(&self, standing: &Standing) -> Option<PlayEnd> {
        for fallen in &standing.failed {
            self.engine.lose(&fallen.host);
        }
        let ended = *self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        match ended {
            Some(Ended::Play) => return Some(PlayEnd::GoOn),
            Some(Ended::Batch) | None => {}
        }
        let fatal = standing
            .failed
            .iter()
            .any(|fallen| fallen.cause == Cause::Collateral);
        if fatal || self.engine.interrupt.requested() {
            return Some(PlayEnd::Break);
        }
        if standing.failed.len() == self.batch.len() {
            let hosts: Vec<&str> = self.batch.iter().map(|h| &**h).collect();
            let reason = if hosts.len() == self.all.len() {
                format!("no hosts left: {} failed", hosts.join(", "))
            } else {
                format!(
                    "the whole batch failed ({}): nothing further is touched",
                    hosts.join(", ")
                )
            };
            self.engine.sink.emit(&Event::PlayAborted { reason });
            return Some(PlayEnd::Break);
        }
        None
    }

    pub(super) fn end(&self, how: Ended) {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(how);
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some()
    }

    /// The variables of `host` below the task's own: inventory, facts, play, blocks, task.
    pub(super) fn scope(&self, host: &Arc<str>, inherited: &Inherited) -> Arc<Scope> {
        let mut builder = self.engine.store.base(host);
        for layer in self.vars.iter().chain(&inherited.vars) {
            builder = builder.layer(Arc::clone(layer));
        }
        let magic = [
            Arc::clone(&self.play_magic),
            self.inventory_magic(),
            self.host_magic(host),
            self.standing_magic(),
        ];
        self.engine
            .store
            .top(builder, host, &inherited.include_params, &magic)
    }

    fn standing_magic(&self) -> Arc<VarMap> {
        let standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::new(magic::of_play(
            &self.name,
            &self.all,
            &self.batch,
            &standing,
        ))
    }

    fn inventory_magic(&self) -> Arc<VarMap> {
        let mut cached = self
            .inventory_magic
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let fresh = || Arc::new(magic::of_inventory(&self.engine.store));
        Arc::clone(cached.get_or_insert_with(fresh))
    }

    fn host_magic(&self, host: &Arc<str>) -> Arc<VarMap> {
        let mut cached = self
            .host_magic
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let fresh = || Arc::new(magic::of_host(&self.engine.store, host));
        Arc::clone(cached.entry(Arc::clone(host)).or_insert_with(fresh))
    }

    /// The inventory changed: what was worked out from it is worked out anew.
    pub(super) fn inventory_changed(&self) {
        *self
            .inventory_magic
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = None;
        self.host_magic
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}
