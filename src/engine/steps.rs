//! Lists of steps, blocks, `rescue` and `always`.
//!
//! Hosts go through a list together. One that fails leaves it; a `rescue` of the block takes it
//! up when the others are through, and `always` takes everyone who can still be reached.

use std::sync::{Arc, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::{Value as Json, json};

use super::inherit::Inherited;
use super::play::PlayRun;
use crate::event::{Event, TaskId, TaskKind};
use crate::playbook::{Block, Step};
use crate::vars::{Var, VarMap, from_json};

/// Why a host left a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// A step of its own failed.
    Failed,
    /// It cannot be reached.
    Unreachable,
    /// Another host's failure was declared fatal for all, or the operator stopped the run.
    Collateral,
}

/// A host that left a list.
#[derive(Debug, Clone)]
pub(super) struct Fallen {
    pub(super) host: Arc<str>,
    pub(super) cause: Cause,
    /// The name of the task it failed at, for `ansible_failed_task`.
    pub(super) task: String,
    /// Its result, for `ansible_failed_result`.
    pub(super) result: Json,
}

/// Who came through a list, and who did not.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    pub(super) ok: Vec<Arc<str>>,
    pub(super) failed: Vec<Fallen>,
}

impl Standing {
    /// Everyone is still there.
    pub(super) fn all(hosts: Vec<Arc<str>>) -> Self {
        Self {
            ok: hosts,
            failed: Vec::new(),
        }
    }

    /// These fell.
    fn drop(&mut self, fallen: Vec<Fallen>) {
        self.ok
            .retain(|host| !fallen.iter().any(|f| f.host == *host));
        self.failed.extend(fallen);
    }

    /// Everyone left falls for the same reason.
    fn drop_all(&mut self, reason: &str) {
        let fallen = self.ok.drain(..).map(|host| Fallen {
            host,
            cause: Cause::Collateral,
            task: String::new(),
            result: json!({ "failed": true, "msg": reason }),
        });
        self.failed.extend(fallen);
    }
}

impl PlayRun<'_> {
    /// Runs a list of steps; `path` is its stable name.
    pub(super) fn list<'a>(
        &'a self,
        steps: &'a [Step],
        inherited: &'a Inherited,
        hosts: Vec<Arc<str>>,
        path: &'a str,
    ) -> BoxFuture<'a, Standing> {
        async move {
            let mut standing = Standing::all(hosts);
            for (i, step) in steps.iter().enumerate() {
                if standing.ok.is_empty() || self.has_ended() {
                    break;
                }
                if self.engine.interrupt.requested() && !inherited.cleanup {
                    standing.drop_all("the operator stopped the run");
                    break;
                }
                let path = format!("{path}/{i}");
                match step {
                    Step::Task(task) => {
                        let id = TaskId(path);
                        let kind = TaskKind::Task;
                        let hosts = standing.ok.clone();
                        let end = self.task(task, inherited, &hosts, id, kind).await;
                        standing.ok.retain(|host| !end.gone.contains(host));
                        standing.drop(end.fallen);
                    }
                    Step::Block(block) => {
                        let hosts = std::mem::take(&mut standing.ok);
                        let mut after = self.block(block, inherited, hosts, &path).await;
                        standing.ok = after.ok;
                        standing.failed.append(&mut after.failed);
                    }
                }
            }
            standing
        }
        .boxed()
    }

    async fn block(
        &self,
        block: &Arc<Block>,
        inherited: &Inherited,
        hosts: Vec<Arc<str>>,
        path: &str,
    ) -> Standing {
        let inherited = inherited.enter(block);
        let order = hosts.clone();
        let mut standing = self.list(&block.body, &inherited, hosts, path).await;
        if !block.rescue.is_empty() {
            self.rescue(block, &inherited.for_cleanup(), &mut standing, path)
                .await;
        }
        if !block.always.is_empty() {
            self.always(block, &inherited.for_cleanup(), &mut standing, path)
                .await;
        }
        standing
            .ok
            .sort_by_key(|host| order.iter().position(|h| h == host));
        if let Some(used) = &block.role {
            self.complete_role(used, &standing.ok);
        }
        standing
    }

    async fn rescue(
        &self,
        block: &Block,
        inherited: &Inherited,
        standing: &mut Standing,
        path: &str,
    ) {
        let (fallen, lost): (Vec<Fallen>, Vec<Fallen>) = std::mem::take(&mut standing.failed)
            .into_iter()
            .partition(|fallen| fallen.cause != Cause::Unreachable);
        standing.failed = lost;
        if fallen.is_empty() {
            return;
        }
        let hosts: Vec<Arc<str>> = fallen.iter().map(|f| Arc::clone(&f.host)).collect();
        let names = hosts.iter().map(ToString::to_string).collect();
        self.engine.sink.emit(&Event::Rescued { hosts: names });
        for one in &fallen {
            if one.cause == Cause::Failed {
                self.engine.stats.rescued(&one.host);
            }
            self.tell_failure(one);
            self.stand(&one.host);
        }
        let mut after = self
            .list(&block.rescue, inherited, hosts, &format!("{path}/rescue"))
            .await;
        standing.ok.append(&mut after.ok);
        standing.failed.append(&mut after.failed);
    }

    async fn always(
        &self,
        block: &Block,
        inherited: &Inherited,
        standing: &mut Standing,
        path: &str,
    ) {
        let reachable = standing
            .failed
            .iter()
            .filter(|f| f.cause != Cause::Unreachable);
        let mut hosts = standing.ok.clone();
        hosts.extend(reachable.map(|fallen| Arc::clone(&fallen.host)));
        let after = self
            .list(&block.always, inherited, hosts, &format!("{path}/always"))
            .await;
        for fallen in after.failed {
            standing.ok.retain(|host| *host != fallen.host);
            if !standing.failed.iter().any(|f| f.host == fallen.host) {
                standing.failed.push(fallen);
            }
        }
        standing.ok.retain(|host| after.ok.contains(host));
    }

    /// `ansible_failed_task` and `ansible_failed_result` for the rescue.
    fn tell_failure(&self, fallen: &Fallen) {
        let mut vars = VarMap::new();
        let task = from_json(&json!({ "name": fallen.task }));
        vars.insert("ansible_failed_task".into(), Var::Data(task));
        let result = from_json(&fallen.result);
        vars.insert("ansible_failed_result".into(), Var::Data(result));
        self.engine.store.set(&fallen.host, vars);
    }

    /// The host counts as standing again.
    fn stand(&self, host: &Arc<str>) {
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        if !standing.contains(host) {
            standing.push(Arc::clone(host));
            standing.sort_by_key(|h| self.all.iter().position(|one| one == h));
        }
    }

    /// The host no longer counts as standing.
    pub(super) fn fall(&self, host: &Arc<str>) {
        self.standing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|h| h != host);
    }
}
