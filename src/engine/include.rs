//! `include_tasks`: a file of tasks, chosen when the task runs.

use std::sync::Arc;

use super::inherit::Inherited;
use super::judge;
use super::loops;
use super::play::PlayRun;
use super::step::Done;
use super::steps::{Cause, Fallen};
use super::task::{TaskEnd, TaskRun};
use crate::diag::Diagnostic;
use crate::event::{Event, Status};
use crate::playbook::{Include, Section};
use crate::vars::{Level, Scope, Var, VarMap};

/// How deep includes may nest before they count as endless.
const DEEPEST: usize = 50;

/// One file for some hosts, with the item it is included for.
struct Group {
    file: String,
    /// The loop's variables.
    vars: Arc<VarMap>,
    hosts: Vec<Arc<str>>,
}

impl PlayRun<'_> {
    /// Works out the file of every host, then runs each file on its hosts.
    pub(super) async fn include(
        &self,
        include: &Include,
        run: &TaskRun<'_>,
        hosts: &[Arc<str>],
    ) -> TaskEnd {
        let mut end = TaskEnd::default();
        let mut groups: Vec<Group> = Vec::new();
        for host in hosts {
            let wanted = self.wanted_files(include, run, host);
            match wanted {
                Err(mistake) => self.fail_one(run, host, &mistake, &mut end),
                Ok(wanted) => {
                    if wanted.is_empty() && run.task.r#loop.is_some() {
                        self.finish(run, host, &Done::skipped(&"all items".into()));
                    }
                    for (file, vars) in wanted {
                        let same = |g: &&mut Group| {
                            g.file == file && same(&g.vars, &vars) && !g.hosts.contains(host)
                        };
                        match groups.iter_mut().find(same) {
                            Some(group) => group.hosts.push(Arc::clone(host)),
                            None => groups.push(Group {
                                file,
                                vars,
                                hosts: vec![Arc::clone(host)],
                            }),
                        }
                    }
                }
            }
        }
        for (i, group) in groups.into_iter().enumerate() {
            self.run_group(include, run, group, i, &mut end).await;
        }
        end
    }

    async fn run_group(
        &self,
        include: &Include,
        run: &TaskRun<'_>,
        group: Group,
        index: usize,
        end: &mut TaskEnd,
    ) {
        let down = |host: &Arc<str>, end: &TaskEnd| {
            end.gone.contains(host) || end.fallen.iter().any(|f| f.host == *host)
        };
        let hosts: Vec<Arc<str>> = group
            .hosts
            .iter()
            .filter(|host| !down(host, end))
            .cloned()
            .collect();
        if hosts.is_empty() {
            return;
        }
        let depth = run.id.0.matches("/include").count();
        let steps = if depth >= DEEPEST {
            let message = format!(
                "includes are nested more than {DEEPEST} deep: `{}`",
                group.file
            );
            Err(Diagnostic::error(message).at(&include.file.span).into())
        } else {
            let from = &run.task.span;
            let project = &self.engine.project;
            project.tasks_file(from, &self.play.source, &group.file, Section::Tasks)
        };
        let steps = match steps {
            Ok(steps) => steps,
            Err(mistakes) => {
                for host in &hosts {
                    for mistake in mistakes.iter().take(1) {
                        self.fail_one(run, host, mistake, end);
                    }
                }
                return;
            }
        };
        let names = hosts.iter().map(ToString::to_string).collect();
        self.engine.sink.emit(&Event::Included {
            file: group.file.clone(),
            hosts: names,
        });
        for host in &hosts {
            self.engine.stats.count(host, Status::Ok, false);
        }
        let inherited = included(include, run, group.vars);
        let path = format!("{}/include/{index}", run.id);
        let before = hosts.clone();
        let after = self.list(&steps, &inherited, hosts, &path).await;
        let gone = before
            .into_iter()
            .filter(|host| !after.ok.contains(host))
            .filter(|host| !after.failed.iter().any(|f| f.host == *host));
        end.gone.extend(gone);
        end.fallen.extend(after.failed);
    }

    /// The files one host wants, one for each item of a loop.
    fn wanted_files(
        &self,
        include: &Include,
        run: &TaskRun<'_>,
        host: &Arc<str>,
    ) -> Result<Vec<(String, Arc<VarMap>)>, Diagnostic> {
        let scope = self.scope(host, &run.inherited);
        let Some(items) = &run.task.r#loop else {
            return Ok(self
                .wanted_file(include, run, host, &scope)?
                .map(|f| (f, Arc::default()))
                .into_iter()
                .collect());
        };
        let items = match loops::Items::of(run, &scope, items) {
            Ok(items) => items,
            // A list that cannot be made does not matter when the include is skipped anyway.
            Err(mistake) => match judge::holds(&run.inherited.whens, &scope) {
                Ok(Some(_)) => return Ok(Vec::new()),
                _ => return Err(mistake),
            },
        };
        let mut wanted = Vec::new();
        for i in 0..items.len() {
            let vars = Arc::new(items.vars(i));
            let scope = scope.with(Arc::clone(&vars));
            if let Some(file) = self.wanted_file(include, run, host, &scope)? {
                wanted.push((file, vars));
            }
        }
        Ok(wanted)
    }

    fn wanted_file(
        &self,
        include: &Include,
        run: &TaskRun<'_>,
        host: &Arc<str>,
        scope: &Arc<Scope>,
    ) -> Result<Option<String>, Diagnostic> {
        if let Some(condition) = judge::holds(&run.inherited.whens, scope)? {
            // Of a loop it is told once, when no item is left.
            if run.task.r#loop.is_none() {
                self.finish(run, host, &Done::skipped(&condition));
            }
            return Ok(None);
        }
        let file = scope.templar().node(&include.file, scope)?;
        Ok(Some(file.to_string()))
    }

    fn fail_one(&self, run: &TaskRun<'_>, host: &Arc<str>, why: &Diagnostic, end: &mut TaskEnd) {
        let done = Done::mistaken(why);
        self.finish(run, host, &done);
        self.fall(host);
        end.fallen.push(Fallen {
            host: Arc::clone(host),
            cause: Cause::Failed,
            task: run.name.clone(),
            result: serde_json::Value::Object(done.result),
        });
    }
}

/// What the included tasks inherit: what stands around the include, its `vars`, its item, and
/// `apply`; its other keywords are about the include itself.
fn included(include: &Include, run: &TaskRun<'_>, vars: Arc<VarMap>) -> Inherited {
    let own = &run.task.common;
    let mut inherited = run.around.clone();
    let params = Arc::clone(&own.vars);
    inherited.layers.push(Level::IncludeParams, params);
    if !vars.is_empty() {
        inherited.layers.push(Level::IncludeParams, vars);
    }
    inherited.descend(&include.apply)
}

/// Whether two items are the same one.
fn same(one: &VarMap, other: &VarMap) -> bool {
    let value = |var: &Var| match var {
        Var::Data(value) => Some(value.clone()),
        Var::Lazy(_) => None,
    };
    one.len() == other.len()
        && one
            .iter()
            .all(|(name, var)| other.get(name).is_some_and(|o| value(o) == value(var)))
}
