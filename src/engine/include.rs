//! `include_tasks` and `include_role`: tasks that are chosen when the task runs.

use std::sync::Arc;

use super::include_role::Asked;
use super::inherit::Inherited;
use super::judge;
use super::loops;
use super::play::PlayRun;
use super::step::Done;
use super::steps::{Cause, Fallen};
use super::task::{TaskEnd, TaskRun};
use serde_json::Value as Json;

use crate::diag::{Diagnostic, Diagnostics};
use crate::event::{Event, Status};
use crate::playbook::{Common, Include, IncludeRole, Section, Step};
use crate::vars::{Level, Scope, Var, VarMap};
use crate::yaml::Node;

/// How deep includes may nest before they count as endless.
const DEEPEST: usize = 50;

/// What a task includes.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    /// A file of tasks.
    Tasks(&'a Include),
    /// A role.
    Role(&'a IncludeRole),
}

impl Source<'_> {
    /// Where it is named.
    fn node(&self) -> &Node {
        match self {
            Self::Tasks(include) => &include.file,
            Self::Role(include) => &include.name,
        }
    }

    /// The keywords for the included tasks.
    fn apply(&self) -> &Common {
        match self {
            Self::Tasks(include) => &include.apply,
            Self::Role(include) => &include.apply,
        }
    }
}

/// What one host wants to be included.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wanted {
    /// This file.
    File(String),
    /// This role.
    Role(Asked),
}

impl Wanted {
    fn name(&self) -> &str {
        match self {
            Self::File(file) => file,
            Self::Role(role) => &role.name,
        }
    }
}

/// One file or role for some hosts, with the item it is included for.
struct Group {
    wanted: Wanted,
    /// The loop's variables.
    vars: Arc<VarMap>,
    hosts: Vec<Arc<str>>,
}

/// A group whose tasks are there.
struct Ready {
    steps: Vec<Step>,
    inherited: Inherited,
    hosts: Vec<Arc<str>>,
    path: String,
}

impl PlayRun<'_> {
    /// Works out what every host includes, reads all of it, then runs each part on its hosts.
    pub(super) async fn include(
        &self,
        source: Source<'_>,
        run: &TaskRun<'_>,
        hosts: &[Arc<str>],
    ) -> TaskEnd {
        let mut end = TaskEnd::default();
        let groups = self.groups(source, run, hosts, &mut end);
        let mut ready = Vec::new();
        for (i, group) in groups.into_iter().enumerate() {
            ready.extend(self.ready(source, run, group, i, &mut end));
        }
        for part in ready {
            self.run_part(part, &mut end).await;
        }
        end
    }

    /// Hosts that want the same for the same item go together.
    fn groups(
        &self,
        source: Source<'_>,
        run: &TaskRun<'_>,
        hosts: &[Arc<str>],
        end: &mut TaskEnd,
    ) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for host in hosts {
            let wanted = match self.wanted_items(source, run, host) {
                Ok(wanted) => wanted,
                Err(mistake) => {
                    self.fail_one(run, host, &mistake, end);
                    continue;
                }
            };
            for (wanted, vars) in wanted {
                let same = |g: &&mut Group| {
                    g.wanted == wanted && same(&g.vars, &vars) && !g.hosts.contains(host)
                };
                match groups.iter_mut().find(same) {
                    Some(group) => group.hosts.push(Arc::clone(host)),
                    None => groups.push(Group {
                        wanted,
                        vars,
                        hosts: vec![Arc::clone(host)],
                    }),
                }
            }
        }
        groups
    }

    /// Reads what a group includes, and says so; its hosts fail when that cannot be done.
    fn ready(
        &self,
        source: Source<'_>,
        run: &TaskRun<'_>,
        mut group: Group,
        index: usize,
        end: &mut TaskEnd,
    ) -> Option<Ready> {
        group.hosts.retain(|host| !is_down(end, host));
        if group.hosts.is_empty() {
            return None;
        }
        let steps = match self.read(source, run, &group.wanted) {
            Ok(steps) => steps,
            Err(mistakes) => {
                for host in &group.hosts {
                    for mistake in mistakes.iter().take(1) {
                        self.fail_one(run, host, mistake, end);
                    }
                }
                return None;
            }
        };
        self.engine.sink.emit(&Event::Included {
            file: group.wanted.name().to_owned(),
            hosts: group.hosts.iter().map(ToString::to_string).collect(),
        });
        for host in &group.hosts {
            self.touch_role(&run.inherited, host);
            self.engine.stats.count(host, Status::Ok, false);
        }
        let inherited = included(source, run, group.vars);
        self.bring(&steps, &inherited);
        Some(Ready {
            steps,
            inherited,
            hosts: group.hosts,
            path: format!("{}/include/{index}", run.id),
        })
    }

    fn read(
        &self,
        source: Source<'_>,
        run: &TaskRun<'_>,
        wanted: &Wanted,
    ) -> Result<Vec<Step>, Diagnostics> {
        let depth = run.id.0.matches("/include").count();
        if depth >= DEEPEST {
            let name = wanted.name();
            let message = format!("includes are nested more than {DEEPEST} deep: `{name}`");
            return Err(Diagnostic::error(message).at(&source.node().span).into());
        }
        match wanted {
            Wanted::File(file) => {
                let (from, play) = (&run.task.span, &self.play.source);
                let roles = run.inherited.role_folders();
                let project = &self.engine.project;
                project.tasks_file(from, &roles, play, file, Section::Tasks)
            }
            Wanted::Role(role) => Ok(vec![self.role_step(role, source.node(), &run.task.span)?]),
        }
    }

    async fn run_part(&self, mut part: Ready, end: &mut TaskEnd) {
        part.hosts.retain(|host| !is_down(end, host));
        let before = part.hosts.clone();
        let after = self
            .list(&part.steps, &part.inherited, part.hosts, &part.path)
            .await;
        let gone = before
            .into_iter()
            .filter(|host| !after.ok.contains(host))
            .filter(|host| !after.failed.iter().any(|f| f.host == *host));
        end.gone.extend(gone);
        end.fallen.extend(after.failed);
    }

    /// What one host includes, for each item of a loop.
    fn wanted_items(
        &self,
        source: Source<'_>,
        run: &TaskRun<'_>,
        host: &Arc<str>,
    ) -> Result<Vec<(Wanted, Arc<VarMap>)>, Diagnostic> {
        let scope = self.scope(host, &run.inherited);
        let Some(items) = &run.task.r#loop else {
            return Ok(match wanted_one(source, run, &scope)? {
                Ok(wanted) => vec![(wanted, Arc::default())],
                Err(condition) => {
                    self.finish(run, host, &Done::skipped(&condition));
                    Vec::new()
                }
            });
        };
        let mut wanted = Vec::new();
        match loops::Items::of(run, &scope, items) {
            Ok(items) => {
                for i in 0..items.len() {
                    let vars = Arc::new(items.vars(i));
                    let scope = scope.with(Arc::clone(&vars));
                    if let Ok(one) = wanted_one(source, run, &scope)? {
                        wanted.push((one, vars));
                    }
                }
            }
            // A list that cannot be made does not matter when the include is skipped anyway.
            Err(mistake) if judge::holds(&run.inherited.whens, &scope)?.is_none() => {
                return Err(mistake);
            }
            Err(_) => {}
        }
        if wanted.is_empty() {
            self.finish(run, host, &Done::skipped(&"all items".into()));
        }
        Ok(wanted)
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

/// What is included, or the condition that does not hold.
fn wanted_one(
    source: Source<'_>,
    run: &TaskRun<'_>,
    scope: &Arc<Scope>,
) -> Result<Result<Wanted, Json>, Diagnostic> {
    if let Some(condition) = judge::holds(&run.inherited.whens, scope)? {
        return Ok(Err(condition));
    }
    Ok(Ok(match source {
        Source::Tasks(include) => {
            Wanted::File(scope.templar().node(&include.file, scope)?.to_string())
        }
        Source::Role(include) => Wanted::Role(Asked::of(include, scope)?),
    }))
}

fn is_down(end: &TaskEnd, host: &Arc<str>) -> bool {
    end.gone.contains(host) || end.fallen.iter().any(|f| f.host == *host)
}

/// What the included tasks inherit: what stands around the include, its `vars`, its item, and
/// `apply`; its other keywords are about the include itself.
fn included(source: Source<'_>, run: &TaskRun<'_>, vars: Arc<VarMap>) -> Inherited {
    let own = &run.task.common;
    let mut inherited = run.around.clone();
    let params = Arc::clone(&own.vars);
    inherited.layers.push(Level::IncludeParams, params);
    inherited.layers.push(Level::IncludeParams, vars);
    inherited.descend(source.apply())
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
