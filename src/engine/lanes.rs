//! Strategies: whether the hosts of a batch go through it in step, or each on its own.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::StreamExt as _;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::play::PlayRun;
use super::run::{Engine, mistake};
use super::steps::Standing;
use crate::diag::Diagnostic;
use crate::event::TaskId;
use crate::playbook::{Play, Strategy};
use crate::vars::Scope;

/// How the hosts of a play go through it, and what they share where each goes on its own.
#[derive(Debug)]
pub(super) struct Lanes {
    strategy: Strategy,
    /// How many steps run at the same time.
    slots: Semaphore,
    /// For every task with `throttle`, on how many hosts it runs at the same time.
    throttles: Mutex<HashMap<TaskId, Arc<Semaphore>>>,
    /// Tasks that were announced: the first host to reach one does that for all.
    announced: Mutex<HashSet<(TaskId, String)>>,
    /// Hosts that reached `--start-at-task`.
    started: Mutex<HashSet<Arc<str>>>,
}

impl Lanes {
    fn new(strategy: Strategy, forks: usize) -> Self {
        Self {
            strategy,
            slots: Semaphore::new(forks.clamp(1, Semaphore::MAX_PERMITS)),
            throttles: Mutex::default(),
            announced: Mutex::default(),
            started: Mutex::default(),
        }
    }

    /// Whether every host goes on its own.
    pub(super) fn apart(&self) -> bool {
        self.strategy != Strategy::Linear
    }

    /// Whether a task is met for the first time under this name; in step it always is.
    pub(super) fn is_new(&self, task: &TaskId, name: &str) -> bool {
        if !self.apart() {
            return true;
        }
        let mut announced = self
            .announced
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        announced.insert((task.clone(), name.to_owned()))
    }

    /// Whether the host has come to `--start-at-task`; `here` says that this task is it.
    pub(super) fn started(&self, host: &Arc<str>, here: bool) -> bool {
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        here && started.insert(Arc::clone(host)) || started.contains(host)
    }

    /// Waits until a step may run, when every host goes on its own: first for its task's
    /// `throttle`, so that no slot is held by a step that only waits.
    pub(super) async fn enter(&self, task: &TaskId, throttle: Option<usize>) -> Turn<'_> {
        if !self.apart() {
            return Turn::default();
        }
        let throttle = throttle.map(|limit| {
            let mut all = self
                .throttles
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let fresh = || Arc::new(Semaphore::new(limit.min(Semaphore::MAX_PERMITS)));
            Arc::clone(all.entry(task.clone()).or_insert_with(fresh))
        });
        let throttle = match throttle {
            Some(limit) => limit.acquire_owned().await.ok(),
            None => None,
        };
        Turn {
            _throttle: throttle,
            _slot: self.slots.acquire().await.ok(),
        }
    }
}

/// A step's turn; dropped when the step is over.
#[derive(Debug, Default)]
pub(super) struct Turn<'a> {
    _throttle: Option<tokio::sync::OwnedSemaphorePermit>,
    _slot: Option<SemaphorePermit<'a>>,
}

impl Engine {
    /// How the hosts go through a play.
    pub(super) fn lanes(&self, play: &Play, scope: &Arc<Scope>) -> Result<Lanes, Diagnostic> {
        let strategy = strategy(play, scope, &self.options.keywords.strategy)?;
        Ok(Lanes::new(strategy, self.options.forks))
    }
}

impl PlayRun<'_> {
    /// Takes every host of the batch through the sections on its own. `free` begins with all of
    /// them; `host_pinned` with as many as there are forks, and each keeps its place to its end.
    pub(super) async fn side_by_side(&self) -> Standing {
        let places = match self.lanes.strategy {
            Strategy::HostPinned => self.engine.options.forks.max(1),
            Strategy::Free | Strategy::Linear => self.batch.len().max(1),
        };
        let walks: Vec<_> = self
            .batch
            .iter()
            .enumerate()
            .map(|(at, host)| async move { (at, self.sections(vec![Arc::clone(host)]).await) })
            .collect();
        // Whoever ends gives its place to the next host at once, also while one before it goes on.
        let mut ends: Vec<(usize, Standing)> = futures_util::stream::iter(walks)
            .buffer_unordered(places)
            .collect()
            .await;
        ends.sort_by_key(|(at, _)| *at);
        self.begin_next_play();
        let mut all = Standing::default();
        for (_, end) in ends {
            all.ok.extend(end.ok);
            all.failed.extend(end.failed);
        }
        all
    }

    /// Once a host has come to `--start-at-task`, the next play runs as a whole.
    fn begin_next_play(&self) {
        let started = self
            .lanes
            .started
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut all = self
            .engine
            .started
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *all |= !started.is_empty();
    }

    /// Says what has no effect while every host goes on its own, as in Ansible.
    pub(super) fn warn_of_strategy(&self) {
        if !self.lanes.apart() {
            return;
        }
        let play = &self.play;
        let lost = [
            ("any_errors_fatal", play.common.any_errors_fatal.is_some()),
            ("max_fail_percentage", play.max_fail_percentage.is_some()),
        ];
        for (keyword, _) in lost.iter().filter(|(_, written)| *written) {
            let name = self.lanes.strategy.name();
            self.engine.warn(format!(
                "`{keyword}` has no effect with `strategy: {name}`: the other hosts go on"
            ));
        }
        if self.engine.options.step {
            self.engine
                .warn("--step asks only where hosts go in step (`strategy: linear`)");
        }
    }
}

/// The strategy of a play.
fn strategy(play: &Play, scope: &Arc<Scope>, default: &str) -> Result<Strategy, Diagnostic> {
    let Some(node) = &play.strategy else {
        return Ok(Strategy::find(default).unwrap_or(Strategy::Linear));
    };
    let name = scope.templar().node(node, scope)?.to_string();
    Strategy::find(&name).map_err(|why| mistake(why, node))
}
