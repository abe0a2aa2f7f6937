//! Handlers: notified by changes, run once at the end of the section.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError};

use super::inherit::Inherited;
use super::keywords;
use super::play::PlayRun;
use super::step::Done;
use super::steps::Standing;
use super::task::{TaskEnd, TaskRun, task_name};
use crate::diag::{Diagnostic, did_you_mean};
use crate::event::{Event, Status, TaskId, TaskKind};
use crate::playbook::{Step, Task};
use crate::vars::Scope;

/// Which handlers are due on which hosts, by the handler's place in the play.
#[derive(Debug, Default)]
pub(super) struct Notified {
    due: HashSet<(usize, Arc<str>)>,
    flushes: usize,
}

impl PlayRun<'_> {
    /// A changed step notifies its handlers.
    pub(super) fn notify(
        &self,
        run: &TaskRun<'_>,
        host: &Arc<str>,
        done: &Done,
    ) -> Result<(), Diagnostic> {
        let names = &run.inherited.keywords.notify;
        if done.status != Status::Changed || names.is_empty() {
            return Ok(());
        }
        let scope = self.scope(host, &run.inherited);
        for node in names {
            let name = scope.templar().node(node, &scope)?.to_string();
            let matching = self.handlers_called(&name, &scope);
            if matching.is_empty() {
                return Err(self.unknown_handler(&name, &scope).at(&node.span));
            }
            let mut notified = self.notified.lock().unwrap_or_else(PoisonError::into_inner);
            for index in matching {
                notified.due.insert((index, Arc::clone(host)));
            }
            let host = host.to_string();
            self.engine.sink.emit(&Event::Notified {
                handler: name,
                host,
            });
        }
        Ok(())
    }

    fn handlers(&self) -> impl Iterator<Item = (usize, &Arc<Task>)> {
        self.play
            .handlers
            .iter()
            .enumerate()
            .filter_map(|(i, step)| match step {
                Step::Task(task) => Some((i, task)),
                Step::Block(_) => None,
            })
    }

    /// The handlers that listen to a topic, and the last one of that name.
    fn handlers_called(&self, name: &str, scope: &Arc<Scope>) -> Vec<usize> {
        let named = self
            .handlers()
            .filter(|(_, task)| task_name(task, scope) == name)
            .map(|(i, _)| i);
        let mut called: Vec<usize> = named.last().into_iter().collect();
        let listening = self.handlers().filter(|(_, task)| {
            task.listen.iter().any(|topic| {
                scope
                    .templar()
                    .node(topic, scope)
                    .is_ok_and(|topic| topic.as_str() == Some(name))
            })
        });
        called.extend(listening.map(|(i, _)| i));
        called
    }

    fn unknown_handler(&self, name: &str, scope: &Arc<Scope>) -> Diagnostic {
        let known: Vec<String> = self
            .handlers()
            .map(|(_, task)| task_name(task, scope))
            .collect();
        let error = Diagnostic::error(format!("no handler of this play is called `{name}`"));
        match did_you_mean(name, known.iter().map(String::as_str)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("add it under `handlers:` of the play"),
        }
    }

    /// Runs what is due, in the order of the play's `handlers`.
    pub(super) async fn flush_handlers(
        &self,
        inherited: &Inherited,
        hosts: &[Arc<str>],
    ) -> TaskEnd {
        let mut end = TaskEnd::default();
        let flush = {
            let mut notified = self.notified.lock().unwrap_or_else(PoisonError::into_inner);
            if notified.due.is_empty() {
                return end;
            }
            notified.flushes += 1;
            notified.flushes
        };
        let inherited = Inherited {
            cleanup: inherited.cleanup,
            ..Inherited::of_play(self.play, &self.engine.options.keywords)
        };
        let mut alive = hosts.to_vec();
        for (index, task) in self.handlers() {
            let due = self.take_due(index, &alive);
            if due.is_empty() {
                continue;
            }
            let id = TaskId(format!("{}/handlers/{index}#{flush}", self.index));
            let after = self
                .task(task, &inherited, &due, id, TaskKind::Handler)
                .await;
            alive.retain(|host| {
                !after.gone.contains(host) && !after.fallen.iter().any(|f| f.host == *host)
            });
            end.fallen.extend(after.fallen);
            end.gone.extend(after.gone);
        }
        end
    }

    fn take_due(&self, index: usize, hosts: &[Arc<str>]) -> Vec<Arc<str>> {
        let mut notified = self.notified.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = |host: &&Arc<str>| notified.due.remove(&(index, Arc::clone(host)));
        hosts.iter().filter(wanted).cloned().collect()
    }

    /// Handlers at the end of a section: for the hosts still standing, and with `force_handlers`
    /// for those that failed, too.
    pub(super) async fn flush_after_section(
        &self,
        inherited: &Inherited,
        mut standing: Standing,
    ) -> Standing {
        let mut hosts = standing.ok.clone();
        if let Some(first) = self.batch.first() {
            let scope = self.scope(first, inherited);
            let force = self.play.force_handlers.as_ref();
            if keywords::flag(
                "force_handlers",
                force,
                self.engine.options.keywords.force_handlers,
                &scope,
            )
            .unwrap_or(false)
            {
                hosts.extend(
                    standing
                        .failed
                        .iter()
                        .map(|fallen| Arc::clone(&fallen.host)),
                );
            }
        }
        let end = self.flush_handlers(inherited, &hosts).await;
        standing
            .ok
            .retain(|host| !end.gone.contains(host) && !end.fallen.iter().any(|f| f.host == *host));
        let known = |host| {
            standing
                .failed
                .iter()
                .any(|f: &super::steps::Fallen| f.host == host)
        };
        let new: Vec<_> = end
            .fallen
            .into_iter()
            .filter(|f| !known(Arc::clone(&f.host)))
            .collect();
        standing.failed.extend(new);
        standing
    }
}
