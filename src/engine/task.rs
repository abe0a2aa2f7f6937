//! One task over all hosts of a list.

use std::sync::{Arc, PoisonError};

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _};

use super::include::Source;
use super::inherit::Inherited;
use super::keywords;
use super::play::PlayRun;
use super::step::Done;
use super::steps::{Cause, Fallen};
use crate::diag::Diagnostic;
use crate::event::{Event, Status, TaskId, TaskKind};
use crate::playbook::{Action, Task};
use crate::vars::Scope;

/// What a task did to the list of hosts.
#[derive(Debug, Default)]
pub(super) struct TaskEnd {
    /// Hosts that failed.
    pub(super) fallen: Vec<Fallen>,
    /// Hosts for which the play is over without a failure (`meta: end_host`).
    pub(super) gone: Vec<Arc<str>>,
}

/// A task on its way through the hosts.
pub(super) struct TaskRun<'a> {
    pub(super) task: &'a Arc<Task>,
    pub(super) inherited: Inherited,
    /// What is inherited from around the task, without its own keywords: an include's tasks
    /// inherit this.
    pub(super) around: &'a Inherited,
    /// Whether it runs once for all hosts (`run_once`).
    pub(super) once: bool,
    pub(super) id: TaskId,
    pub(super) kind: TaskKind,
    pub(super) name: String,
}

impl TaskRun<'_> {
    /// Its name without the role's before it.
    pub(super) fn own_name(&self) -> String {
        let role = self.inherited.role.as_ref();
        let own = role.and_then(|role| {
            let rest = self.name.strip_prefix(role.name())?;
            rest.strip_prefix(" : ")
        });
        own.unwrap_or(&self.name).to_owned()
    }
}

impl PlayRun<'_> {
    /// Runs a task on these hosts.
    pub(super) fn task<'a>(
        &'a self,
        task: &'a Arc<Task>,
        inherited: &'a Inherited,
        hosts: &'a [Arc<str>],
        id: TaskId,
        kind: TaskKind,
    ) -> BoxFuture<'a, TaskEnd> {
        self.run_task(task, inherited, hosts, id, kind).boxed()
    }

    async fn run_task(
        &self,
        task: &Arc<Task>,
        around: &Inherited,
        hosts: &[Arc<str>],
        id: TaskId,
        kind: TaskKind,
    ) -> TaskEnd {
        let inherited = around.of_task(task);
        let hosts = &self.hosts_of_role(&inherited, kind, hosts);
        let Some(first) = hosts.first() else {
            return TaskEnd::default();
        };
        if !self.engine.options.tags.admits(&inherited.tags) {
            return TaskEnd::default();
        }
        let scope = self.scope(first, &inherited);
        let name = shown_name(task, &inherited, &scope);
        if !self.reached(&name, first) || !self.wanted(&name, kind).await {
            return TaskEnd::default();
        }
        let mut run = TaskRun {
            task,
            inherited,
            around,
            once: false,
            id,
            kind,
            name,
        };
        if let Action::Meta(meta) = &task.action {
            return self.meta(*meta, &run, hosts).await;
        }
        let new = self.lanes.is_new(&run.id, &run.name);
        if new {
            self.engine.sink.emit(&Event::TaskStarted {
                task: run.id.clone(),
                kind,
                name: run.name.clone(),
                action: action_name(task).to_owned(),
                place: task.span.to_string(),
            });
        }
        let once = run.inherited.keywords.run_once.as_ref();
        run.once = match keywords::flag("run_once", once, false, &scope) {
            Ok(once) => once,
            Err(mistake) => return self.all_fail(&run, hosts, &mistake),
        };
        if run.once && self.lanes.apart() {
            run.once = false;
            if new {
                self.engine.warn(format!(
                    "`run_once` has no effect where every host goes on its own: `{}` runs on \
                    each of them",
                    run.name
                ));
            }
        }
        let targets = if run.once || once_for_all(task) {
            &hosts[..1]
        } else {
            hosts
        };
        match &task.action {
            Action::Include(include) => {
                let source = Source::Tasks(include);
                return self.include(source, &run, targets).boxed().await;
            }
            Action::IncludeRole(include) => {
                let source = Source::Role(include);
                return self.include(source, &run, targets).boxed().await;
            }
            Action::Module { .. } | Action::Meta(_) => {}
        }
        let ends = self.over_hosts(&run, targets, &scope).await;
        self.conclude(&run, hosts, ends, &scope)
    }

    /// Runs the step on these hosts, as many at a time as forks and `throttle` allow.
    async fn over_hosts(
        &self,
        run: &TaskRun<'_>,
        hosts: &[Arc<str>],
        scope: &Arc<Scope>,
    ) -> Vec<(Arc<str>, Done)> {
        let throttle = run.inherited.keywords.throttle.as_ref();
        let throttle: Option<i64> = keywords::value("throttle", throttle, scope).ok().flatten();
        let throttle = throttle
            .and_then(|t| usize::try_from(t).ok())
            .filter(|t| *t > 0);
        let forks = self
            .engine
            .options
            .forks
            .min(throttle.unwrap_or(usize::MAX));
        let steps: Vec<_> = hosts
            .iter()
            .map(|host| self.named_step(run, host, throttle))
            .collect();
        let steps = futures_util::stream::iter(steps).buffer_unordered(forks.max(1));
        let mut ends: Vec<(Arc<str>, Done)> = steps.collect().await;
        ends.sort_by_key(|(host, _)| hosts.iter().position(|h| h == host));
        ends
    }

    async fn named_step(
        &self,
        run: &TaskRun<'_>,
        host: &Arc<str>,
        throttle: Option<usize>,
    ) -> (Arc<str>, Done) {
        let _turn = self.lanes.enter(&run.id, throttle).await;
        (Arc::clone(host), self.step(run, host).await)
    }

    /// Works out who falls: hosts whose step failed, and all of them when that is fatal.
    fn conclude(
        &self,
        run: &TaskRun<'_>,
        hosts: &[Arc<str>],
        ends: Vec<(Arc<str>, Done)>,
        scope: &Arc<Scope>,
    ) -> TaskEnd {
        let mut fallen: Vec<Fallen> = Vec::new();
        for (host, done) in ends {
            let cause = match done.status {
                Status::Failed => Cause::Failed,
                Status::Unreachable => Cause::Unreachable,
                _ => continue,
            };
            self.fall_at(run, &host, cause);
            let result = serde_json::Value::Object(done.result);
            fallen.push(Fallen {
                task: self.story(run, &host),
                host,
                cause,
                result,
            });
        }
        if fallen.is_empty() {
            return TaskEnd::default();
        }
        if let Some(reason) = self.fatal(run, &fallen, scope) {
            let others: Vec<&Arc<str>> = hosts
                .iter()
                .filter(|h| !fallen.iter().any(|f| f.host == **h))
                .collect();
            if !others.is_empty() {
                self.engine.sink.emit(&Event::PlayAborted { reason });
            }
            let result = fallen[0].result.clone();
            for host in others {
                self.fall_at(run, host, Cause::Collateral);
                fallen.push(Fallen {
                    host: Arc::clone(host),
                    cause: Cause::Collateral,
                    task: fallen[0].task.clone(),
                    result: result.clone(),
                });
            }
        }
        TaskEnd {
            fallen,
            gone: Vec::new(),
        }
    }

    /// The host no longer counts as standing, unless a rescue takes it up.
    fn fall_at(&self, run: &TaskRun<'_>, host: &Arc<str>, cause: Cause) {
        if cause == Cause::Unreachable || !run.inherited.rescued {
            self.fall(host);
        }
    }

    /// Why the failure of some hosts is one for all, if it is.
    fn fatal(&self, run: &TaskRun<'_>, fallen: &[Fallen], scope: &Arc<Scope>) -> Option<String> {
        if self.lanes.apart() {
            return None;
        }
        let blamed: Vec<&str> = fallen.iter().map(|f| &*f.host).collect();
        let blamed = blamed.join(", ");
        if run.once {
            return Some(format!(
                "`{}` runs once for all hosts, and failed on {blamed}",
                run.name
            ));
        }
        let keyword = run.inherited.keywords.any_errors_fatal.as_ref();
        if keywords::flag("any_errors_fatal", keyword, false, scope).unwrap_or(true) {
            return Some(format!(
                "any error is fatal here, and `{}` failed on {blamed}",
                run.name
            ));
        }
        // Whom a rescue takes up has not failed yet.
        let limit = self.max_fail.filter(|_| !run.inherited.rescued)?;
        let standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        let down = self
            .batch
            .iter()
            .filter(|host| !standing.contains(host))
            .count();
        #[expect(clippy::cast_precision_loss, reason = "host counts are small")]
        let percent = down as f64 * 100.0 / self.batch.len() as f64;
        (percent > limit).then(|| {
            format!("{percent:.0}% of the batch failed ({blamed}): more than max_fail_percentage, {limit}%")
        })
    }

    pub(super) fn all_fail(
        &self,
        run: &TaskRun<'_>,
        hosts: &[Arc<str>],
        mistake: &Diagnostic,
    ) -> TaskEnd {
        let mut end = TaskEnd::default();
        for host in hosts {
            let done = Done::mistaken(mistake);
            self.finish(run, host, &done);
            self.fall_at(run, host, Cause::Failed);
            let result = serde_json::Value::Object(done.result);
            let (host, task) = (Arc::clone(host), self.story(run, host));
            end.fallen.push(Fallen {
                host,
                cause: Cause::Failed,
                task,
                result,
            });
        }
        end
    }

    /// Whether `--start-at-task` lets the task run.
    fn reached(&self, name: &str, host: &Arc<str>) -> bool {
        let Some(start) = &self.engine.options.start_at_task else {
            return true;
        };
        let glob = globset::Glob::new(start).map(|g| g.compile_matcher());
        let bare = name.rsplit_once(" : ").map_or(name, |(_, bare)| bare);
        let fits = |glob: globset::GlobMatcher| glob.is_match(name) || glob.is_match(bare);
        let here = name == start || bare == start || glob.is_ok_and(fits);
        let mut started = self
            .engine
            .started
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if self.lanes.apart() && !*started {
            return self.lanes.started(host, here);
        }
        *started |= here;
        *started
    }

    /// Whether the operator wants the task (`--step`).
    async fn wanted(&self, name: &str, kind: TaskKind) -> bool {
        let through = |set: Option<bool>| {
            let mut through = self
                .engine
                .step_through
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *through = set.unwrap_or(*through);
            *through
        };
        if kind == TaskKind::Gather || self.lanes.apart() || through(None) {
            return true;
        }
        let question = format!("Perform task: {name} (N)o/(y)es/(c)ontinue: ");
        let answer = self
            .engine
            .operator
            .ask(&question, true)
            .await
            .unwrap_or_default();
        match answer.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => true,
            "c" | "continue" => through(Some(true)),
            _ => false,
        }
    }
}

/// The task's name for people, behind that of its role.
pub(super) fn shown_name(task: &Task, inherited: &Inherited, scope: &Arc<Scope>) -> String {
    let name = task_name(task, scope);
    match &inherited.role {
        _ if matches!(task.action, Action::IncludeRole(_)) => name,
        Some(role) => format!("{} : {name}", role.name()),
        None => name,
    }
}

/// The task's name, rendered where that is possible.
pub(super) fn task_name(task: &Task, scope: &Arc<Scope>) -> String {
    match &task.common.name {
        Some(node) => match scope.templar().node(node, scope) {
            Ok(name) => name.to_string(),
            Err(_) => node.raw().unwrap_or_default().to_owned(),
        },
        None => match &task.action {
            Action::IncludeRole(include) => {
                let role = include.name.raw().unwrap_or_default();
                format!("{} : {role}", action_name(task))
            }
            _ => action_name(task).to_owned(),
        },
    }
}

/// Whether a module does its work for all hosts at once, on the first one.
fn once_for_all(task: &Task) -> bool {
    let Action::Module { spec, .. } = &task.action else {
        return false;
    };
    ["add_host", "pause"].contains(&spec.name)
}

/// The module's name, or the keyword's.
pub(super) fn action_name(task: &Task) -> &str {
    match &task.action {
        Action::Module { written, .. } => written,
        Action::Include(_) => "include_tasks",
        Action::IncludeRole(_) => "include_role",
        Action::Meta(_) => "meta",
    }
}
