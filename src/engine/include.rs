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
use crate::event::Event;
use crate::playbook::{Include, Section};
use crate::vars::{Level, Scope, Value, Var, VarMap};
use crate::yaml::Node;

/// How deep includes may nest before they count as endless.
const DEEPEST: usize = 50;

/// One file for some hosts, with the item it is included for.
struct Group {
    file: String,
    item: Option<Value>,
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
                    for (file, item) in wanted {
                        let same = |g: &&mut Group| g.file == file && g.item == item;
                        match groups.iter_mut().find(same) {
                            Some(group) => group.hosts.push(Arc::clone(host)),
                            None => groups.push(Group {
                                file,
                                item,
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
        let inherited = included(include, run, group.item);
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
    ) -> Result<Vec<(String, Option<Value>)>, Diagnostic> {
        let scope = self.scope(host, &run.inherited);
        let Some(items) = &run.task.r#loop else {
            return Ok(self
                .wanted_file(include, run, host, &scope)?
                .map(|f| (f, None))
                .into_iter()
                .collect());
        };
        let name = loop_var(run);
        let mut wanted = Vec::new();
        for item in loops::items_of(run, &scope, items)? {
            let mut vars = VarMap::new();
            vars.insert(name.into(), Var::Data(item.clone()));
            let scope = scope.with(Arc::new(vars));
            if let Some(file) = self.wanted_file(include, run, host, &scope)? {
                wanted.push((file, Some(item)));
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
            self.finish(run, host, &Done::skipped(&condition));
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
fn included(include: &Include, run: &TaskRun<'_>, item: Option<Value>) -> Inherited {
    let own = &run.task.common;
    let mut inherited = run.around.clone();
    let vars = Arc::clone(&own.vars);
    inherited.layers.push(Level::IncludeParams, vars);
    if let Some(item) = item {
        let vars = VarMap::from_iter([(Arc::from(loop_var(run)), Var::Data(item))]);
        inherited.layers.push(Level::IncludeParams, Arc::new(vars));
    }
    inherited.descend(&include.apply)
}

/// The name of the loop's item.
fn loop_var<'a>(run: &'a TaskRun<'_>) -> &'a str {
    let name = run.task.loop_control.loop_var.as_ref();
    name.and_then(Node::raw).unwrap_or("item")
}
