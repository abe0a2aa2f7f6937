//! Handlers: notified by changes, run once at the end of the section.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError};

use super::defaults::KeywordDefaults;
use super::inherit::Inherited;
use super::play::PlayRun;
use super::step::Done;
use super::steps::Standing;
use super::task::{TaskEnd, TaskRun, task_name};
use crate::diag::{Diagnostic, did_you_mean};
use crate::event::{Event, Status, TaskId, TaskKind};
use crate::playbook::{Play, Step, Task};
use crate::yaml::Node;

/// What was notified on which hosts.
#[derive(Debug, Default)]
pub(super) struct Notified {
    /// Names, in the order of the notifications: the handlers they mean are looked up when they
    /// run, because a role that is included meanwhile may bring others.
    names: Vec<(String, Arc<str>)>,
    /// Handlers that are due, by their place in the play.
    due: HashSet<(usize, Arc<str>)>,
    flushes: usize,
}

/// A handler of the play, with what stands around it.
#[derive(Debug)]
pub(super) struct Handler {
    task: Arc<Task>,
    inherited: Inherited,
    /// Handlers written one after the other, or in one block, are a group: a name means the first
    /// one of the last group that has it, as in Ansible.
    group: usize,
}

impl Handler {
    /// The handlers of a play, in the order they run.
    pub(super) fn all(play: &Play, defaults: &KeywordDefaults) -> Vec<Arc<Self>> {
        let mut all = Vec::new();
        Self::collect(
            &play.handlers,
            &Inherited::of_play(play, defaults),
            &mut all,
        );
        all
    }

    /// The handlers among these steps; a block is what they inherit from.
    pub(super) fn collect(steps: &[Step], around: &Inherited, all: &mut Vec<Arc<Self>>) {
        let mut group = all.last().map_or(0, |last| last.group + 1);
        for step in steps {
            match step {
                Step::Task(_) => Self::add(step, around, group, all),
                Step::Block(_) => {
                    Self::add(step, around, group + 1, all);
                    group += 2;
                }
            }
        }
    }

    fn add(step: &Step, around: &Inherited, group: usize, all: &mut Vec<Arc<Self>>) {
        match step {
            Step::Task(task) => all.push(Arc::new(Self {
                task: Arc::clone(task),
                inherited: around.clone(),
                group,
            })),
            Step::Block(block) => {
                let inner = around.enter(block);
                for step in &block.body {
                    Self::add(step, &inner, group, all);
                }
            }
        }
    }
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
            let matching = self.handlers_called(&name, host);
            if matching.is_empty() {
                return Err(self.unknown_handler(&name, host).at(&node.span));
            }
            let mut notified = self.notified.lock().unwrap_or_else(PoisonError::into_inner);
            if run.id.0.contains("/handlers/") {
                // A handler that a handler notifies runs with it.
                let due = matching.into_iter().map(|index| (index, Arc::clone(host)));
                notified.due.extend(due);
            } else {
                notified.names.push((name.clone(), Arc::clone(host)));
            }
            drop(notified);
            let host = host.to_string();
            self.engine.sink.emit(&Event::Notified {
                handler: name,
                host,
            });
        }
        Ok(())
    }

    /// The handlers there are now, by their places.
    fn handlers(&self) -> Vec<Arc<Handler>> {
        let handlers = self.handlers.lock().unwrap_or_else(PoisonError::into_inner);
        handlers.clone()
    }

    /// Further handlers, of a role that was included.
    pub(super) fn add_handlers(&self, steps: &[Step], around: &Inherited) {
        let mut handlers = self.handlers.lock().unwrap_or_else(PoisonError::into_inner);
        Handler::collect(steps, around, &mut handlers);
    }

    /// The handler of that name, which may have its role's before it, and the handler of each name
    /// that listens to the topic; of several, the first one of the last group.
    fn handlers_called(&self, name: &str, host: &Arc<str>) -> Vec<usize> {
        let handlers = self.handlers();
        let called_so = |handler: &Handler| {
            let Some(node) = &handler.task.common.name else {
                return false;
            };
            let own = self.said(handler, node, host);
            let role = handler.inherited.role.as_ref();
            own == name || role.is_some_and(|role| format!("{} : {own}", role.name()) == name)
        };
        let mut order: Vec<usize> = (0..handlers.len()).collect();
        order.sort_by_key(|i| std::cmp::Reverse(handlers[*i].group));
        let named = order.iter().find(|i| called_so(&handlers[**i]));
        let mut called: Vec<usize> = named.copied().into_iter().collect();
        let mut seen = HashSet::new();
        for i in order {
            let handler = &handlers[i];
            if self.listens(handler, name, host) && !called.contains(&i) {
                let own = handler.task.common.name.as_ref().and_then(Node::raw);
                if own.is_none_or(|own| seen.insert(own)) {
                    called.push(i);
                }
            }
        }
        called
    }

    fn listens(&self, handler: &Handler, topic: &str, host: &Arc<str>) -> bool {
        let mut topics = handler.task.listen.iter();
        topics.any(|node| self.said(handler, node, host) == topic)
    }

    /// A name or topic of a handler, with its variables where it needs them.
    fn said(&self, handler: &Handler, node: &Node, host: &Arc<str>) -> String {
        let written = node.raw().unwrap_or_default();
        if !written.contains('{') {
            return written.to_owned();
        }
        let scope = self.scope(host, &handler.inherited);
        let rendered = scope.templar().node(node, &scope);
        rendered.map_or_else(|_| written.to_owned(), |value| value.to_string())
    }

    fn unknown_handler(&self, name: &str, host: &Arc<str>) -> Diagnostic {
        let own_name = |handler: &Arc<Handler>| {
            let scope = self.scope(host, &handler.inherited);
            task_name(&handler.task, &scope)
        };
        let known: Vec<String> = self.handlers().iter().map(own_name).collect();
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
        self.look_up_notified(hosts);
        let flush = {
            let mut notified = self.notified.lock().unwrap_or_else(PoisonError::into_inner);
            if notified.due.is_empty() {
                return end;
            }
            notified.flushes += 1;
            notified.flushes
        };
        let mut alive = hosts.to_vec();
        for (index, handler) in self.handlers().into_iter().enumerate() {
            let due = self.take_due(index, &alive);
            if due.is_empty() {
                continue;
            }
            let id = TaskId(format!("{}/handlers/{index}#{flush}", self.index));
            let inherited = Inherited {
                cleanup: inherited.cleanup,
                ..handler.inherited.clone()
            };
            let after = self
                .task(&handler.task, &inherited, &due, id, TaskKind::Handler)
                .await;
            alive.retain(|host| {
                !after.gone.contains(host) && !after.fallen.iter().any(|f| f.host == *host)
            });
            end.fallen.extend(after.fallen);
            end.gone.extend(after.gone);
        }
        end
    }

    /// Finds the handlers that were notified on these hosts.
    fn look_up_notified(&self, hosts: &[Arc<str>]) {
        let lock = || self.notified.lock().unwrap_or_else(PoisonError::into_inner);
        let all = std::mem::take(&mut lock().names);
        let (now, later) = all.into_iter().partition(|(_, host)| hosts.contains(host));
        lock().names = later;
        let mut seen: HashSet<(String, Arc<str>)> = HashSet::new();
        for (name, host) in Vec::from_iter::<Vec<_>>(now) {
            if seen.insert((name.clone(), Arc::clone(&host))) {
                let called = self.handlers_called(&name, &host);
                let due = called.into_iter().map(|index| (index, Arc::clone(&host)));
                lock().due.extend(due);
            }
        }
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
        // Who ends a play or a batch ends its handlers, too.
        if self.has_ended() {
            return standing;
        }
        let mut hosts = standing.ok.clone();
        if self.force_handlers {
            let failed = standing.failed.iter();
            hosts.extend(failed.map(|fallen| Arc::clone(&fallen.host)));
        }
        let end = self.flush_handlers(inherited, &hosts).await;
        standing
            .ok
            .retain(|host| !end.gone.contains(host) && !end.fallen.iter().any(|f| f.host == *host));
        for fallen in end.fallen {
            if standing
                .failed
                .iter()
                .all(|known| known.host != fallen.host)
            {
                standing.failed.push(fallen);
            }
        }
        standing
    }
}
