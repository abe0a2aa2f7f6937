//! One task on one host: its condition, its loop, its end.

use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use serde_json::{Map, Value as Json};

use super::arguments::hide_secrets;
use super::invoke::Call;
use super::judge;
use super::keywords;
use super::play::PlayRun;
use super::task::TaskRun;
use crate::diag::Diagnostic;
use crate::event::{Event, Status, StepResult};
use crate::modules::{Diff, Effect};
use crate::template::Condition;
use crate::vars::{Scope, Var, VarMap, from_map};
use crate::yaml::Node;

/// How a step, or one item of its loop, ended.
#[derive(Debug, Clone)]
pub(super) struct Done {
    pub(super) status: Status,
    /// What `register` keeps.
    pub(super) result: Map<String, Json>,
    /// What people are told besides the result's `msg`.
    pub(super) detail: Option<String>,
    pub(super) diff: Vec<Diff>,
    pub(super) warnings: Vec<String>,
    pub(super) place: Option<String>,
    pub(super) effects: Vec<Effect>,
    pub(super) delegated_to: Option<String>,
    pub(super) censored: bool,
    pub(super) item: Option<String>,
    pub(super) began: Instant,
}

impl Done {
    /// An end with nothing but a status and a result.
    pub(super) fn new(status: Status, result: Map<String, Json>) -> Self {
        Self {
            status,
            result,
            detail: None,
            diff: Vec::new(),
            warnings: Vec::new(),
            place: None,
            effects: Vec::new(),
            delegated_to: None,
            censored: false,
            item: None,
            began: Instant::now(),
        }
    }

    /// A condition said no.
    pub(super) fn skipped(condition: &Json) -> Self {
        let mut result = Map::new();
        result.insert("changed".into(), false.into());
        result.insert("skipped".into(), true.into());
        result.insert("skip_reason".into(), "Conditional result was False".into());
        result.insert("false_condition".into(), condition.clone());
        Self::new(Status::Skipped, result)
    }

    /// The runbook itself is wrong here, with the values of this run.
    pub(super) fn mistaken(mistake: &Diagnostic) -> Self {
        let mut result = Map::new();
        result.insert("changed".into(), false.into());
        result.insert("failed".into(), true.into());
        result.insert("msg".into(), mistake.sentence().into());
        let mut done = Self::new(Status::Failed, result);
        done.place = Some(mistake.render(false));
        done
    }

    /// Whether the result says this of itself: `changed`, `skipped`.
    pub(super) fn says(&self, what: &str) -> bool {
        self.result.get(what).and_then(Json::as_bool) == Some(true)
    }

    /// The message of the result.
    pub(super) fn msg(&self) -> Option<String> {
        self.result.get("msg").map(|msg| match msg {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        })
    }

    /// The message for people: `msg`, and what goes beyond it.
    pub(super) fn words(&self) -> Option<String> {
        let words = self.msg().unwrap_or_default() + self.detail.as_deref().unwrap_or_default();
        let words = words.trim_start_matches([':', ' ']);
        (!words.is_empty()).then(|| words.to_owned())
    }
}

impl PlayRun<'_> {
    /// Runs a task on one host, and tells how it ended.
    pub(super) async fn step(&self, run: &TaskRun<'_>, host: &Arc<str>) -> Done {
        let gathers = run.id.0.ends_with("/gather");
        let files = self.refresh_vars_files(host, gathers);
        let scope = self.scope(host, &run.inherited);
        let began = Instant::now();
        let mut done = match (files, &run.task.r#loop) {
            (Err(mistake), _) => Done::mistaken(&mistake),
            (Ok(()), Some(items)) => self.looped(run, host, &scope, items).await,
            (Ok(()), None) => self.once(run, host, &scope, None).await,
        };
        done.began = began;
        self.register(run, host, &done);
        self.apply(run, host, std::mem::take(&mut done.effects));
        if let Err(mistake) = self.notify(run, host, &done) {
            done = Done {
                began,
                ..Done::mistaken(&mistake)
            };
        }
        judge::forgive(run, &scope, &mut done);
        self.finish(run, host, &done);
        done
    }

    /// The step without a loop, or for one item: condition first, then the call.
    pub(super) async fn once(
        &self,
        run: &TaskRun<'_>,
        host: &Arc<str>,
        scope: &Arc<Scope>,
        item: Option<String>,
    ) -> Done {
        let began = Instant::now();
        let censored = match judge::censored(&run.inherited, scope) {
            Ok(censored) => censored,
            Err(mistake) => return Done::mistaken(&mistake),
        };
        if item.is_some() {
            hide_secrets(&run.task.action, scope);
        }
        let mut done = match judge::holds(&run.inherited.whens, scope) {
            Err(mistake) => Done::mistaken(&mistake),
            Ok(Some(condition)) => Done::skipped(&condition),
            Ok(None) => {
                let (task, name) = (run.id.clone(), host.to_string());
                let shown = item.clone().filter(|_| !censored);
                self.engine.sink.emit(&Event::StepStarted {
                    task,
                    host: name,
                    item: shown,
                });
                match self.call(run, host, scope) {
                    Ok(call) => self.attempts(run, call).await,
                    Err(mistake) => Done::mistaken(&mistake),
                }
            }
        };
        (done.began, done.item, done.censored) = (began, item, censored);
        done
    }

    /// Repeats the call until `until` holds, or just once. With `retries` alone, until it is no
    /// failure.
    async fn attempts(&self, run: &TaskRun<'_>, call: Call) -> Done {
        let task = run.task;
        if task.until.is_none() && task.retries.is_none() {
            return self.invoke(run, &call).await;
        }
        let limits = match Limits::of(run, &call.scope) {
            Ok(limits) => limits,
            Err(mistake) => return Done::mistaken(&mistake),
        };
        let mut attempt = 1;
        loop {
            let mut done = self.invoke(run, &call).await;
            done.result.insert("attempts".into(), attempt.into());
            if done.status == Status::Unreachable || done.status == Status::Skipped {
                return done;
            }
            let why = match unmet(run, &call.scope, &done) {
                Ok(None) => return done,
                Ok(Some(condition)) => condition,
                Err(mistake) => return Done::mistaken(&mistake),
            };
            if attempt > limits.retries || self.stops(run) {
                return exhausted(done, attempt, &why);
            }
            let (task, host) = (run.id.clone(), call.host.clone());
            let left = limits.retries + 1 - attempt;
            self.engine.sink.emit(&Event::StepRetried {
                task,
                host,
                left,
                msg: why.clone(),
            });
            self.wait(run, limits.delay).await;
            if self.stops(run) {
                return exhausted(done, attempt, &why);
            }
            attempt += 1;
        }
    }

    /// Whether the operator stopped the run, and with it this step.
    pub(super) fn stops(&self, run: &TaskRun<'_>) -> bool {
        self.engine.interrupt.requested() && !run.inherited.cleanup
    }

    /// Waits before the next attempt or item; only what cleans up waits on after an interrupt.
    pub(super) async fn wait(&self, run: &TaskRun<'_>, long: Duration) {
        if run.inherited.cleanup {
            tokio::time::sleep(long).await;
        } else {
            self.engine.interrupt.wait(long).await;
        }
    }

    fn register(&self, run: &TaskRun<'_>, host: &Arc<str>, done: &Done) {
        let Some(name) = run.task.register.as_ref().and_then(Node::raw) else {
            return;
        };
        let result = Var::Data(from_map(&done.result));
        for host in self.audience(run, host) {
            let vars = VarMap::from_iter([(Arc::from(name), result.clone())]);
            self.engine.store.set(&host, vars);
        }
    }

    /// Counts the step and says that it ended.
    pub(super) fn finish(&self, run: &TaskRun<'_>, host: &Arc<str>, done: &Done) {
        if !matches!(done.status, Status::Skipped | Status::Unreachable) {
            self.touch_role(&run.inherited, host);
        }
        self.engine
            .stats
            .count(host, done.status, done.says("changed"));
        self.engine.warn_of_templates();
        self.engine
            .sink
            .emit(&Event::StepFinished(step_result(run, host, done)));
    }

    /// Says that an item of a loop ended.
    pub(super) fn finish_item(&self, run: &TaskRun<'_>, host: &Arc<str>, done: &Done) {
        self.engine
            .sink
            .emit(&Event::ItemFinished(step_result(run, host, done)));
    }
}

/// How often, and after which time, a step is repeated.
struct Limits {
    retries: u64,
    delay: Duration,
}

impl Limits {
    fn of(run: &TaskRun<'_>, scope: &Arc<Scope>) -> Result<Self, Diagnostic> {
        let task = run.task;
        let retries: Option<i64> = keywords::value("retries", task.retries.as_ref(), scope)?;
        let delay: Option<f64> = keywords::value("delay", task.delay.as_ref(), scope)?;
        // Longer than can be told is as long as can be told.
        let delay = Duration::try_from_secs_f64(delay.unwrap_or(5.0).max(0.0));
        Ok(Self {
            retries: u64::try_from(retries.unwrap_or(3)).unwrap_or(0),
            delay: delay.unwrap_or(Duration::MAX),
        })
    }
}

/// The part of `until` that does not hold yet.
fn unmet(run: &TaskRun<'_>, scope: &Arc<Scope>, done: &Done) -> Result<Option<String>, Diagnostic> {
    let Some(until) = &run.task.until else {
        let failed = done.status == Status::Failed;
        return Ok(failed.then(|| "it succeeds".to_owned()));
    };
    let seen = judge::with_result(run, scope, done);
    Ok(match scope.templar().condition(until, &seen)? {
        Condition::Holds => None,
        Condition::Fails(condition) => Some(condition),
    })
}

/// The result as the last attempt left it, but failed. As in Ansible `attempts` does not count
/// the first one then.
fn exhausted(mut done: Done, attempts: u64, condition: &str) -> Done {
    let seen = done.detail.unwrap_or_default();
    let times = if attempts == 1 { "attempt" } else { "attempts" };
    done.detail = Some(format!(
        "{seen}: gave up after {attempts} {times}, as `{condition}` does not hold"
    ));
    done.result.insert("failed".into(), true.into());
    done.result.insert("attempts".into(), (attempts - 1).into());
    done.status = Status::Failed;
    done
}

fn step_result(run: &TaskRun<'_>, host: &Arc<str>, done: &Done) -> StepResult {
    let hidden = done.censored;
    let skipped = || {
        done.result
            .get("false_condition")
            .map(|condition| match condition.as_str() {
                Some(text) => text.to_owned(),
                None => condition.to_string(),
            })
    };
    let msg = match done.status {
        Status::Skipped => done.words().or_else(skipped),
        _ => done.words(),
    };
    StepResult {
        task: run.id.clone(),
        host: host.to_string(),
        delegated_to: done.delegated_to.clone(),
        item: if hidden && done.item.is_some() {
            Some("(censored)".into())
        } else {
            done.item.clone()
        },
        status: done.status,
        msg: msg.filter(|_| !hidden),
        result: if hidden {
            Map::new()
        } else {
            done.result.clone()
        },
        diff: if hidden {
            Vec::new()
        } else {
            done.diff.clone()
        },
        warnings: if hidden {
            Vec::new()
        } else {
            done.warnings.clone()
        },
        place: done.place.clone().filter(|_| !hidden),
        censored: hidden,
        took_ms: u64::try_from(done.began.elapsed().as_millis()).unwrap_or(u64::MAX),
    }
}
