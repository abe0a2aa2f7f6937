//! `meta`: what tells the engine itself to do something.

use std::sync::{Arc, PoisonError};

use super::judge;
use super::play::{Ended, PlayRun};
use super::task::{TaskEnd, TaskRun};
use crate::event::TaskKind;
use crate::playbook::{Meta, nothing_to_end};

impl PlayRun<'_> {
    /// Does what a `meta` says. What is about the whole play looks at the condition of the first
    /// host only, as in Ansible; everything else is done for the hosts whose condition holds.
    pub(super) async fn meta(&self, meta: Meta, run: &TaskRun<'_>, hosts: &[Arc<str>]) -> TaskEnd {
        if meta == Meta::EndRole && (run.inherited.role.is_none() || run.kind == TaskKind::Handler)
        {
            return self.all_fail(run, hosts, &nothing_to_end(&run.task.action_span));
        }
        let asked = if of_the_play(meta) {
            &hosts[..hosts.len().min(1)]
        } else {
            hosts
        };
        let mut applies = Vec::new();
        for host in asked {
            match judge::holds(&run.inherited.whens, &self.scope(host, &run.inherited)) {
                Ok(None) => applies.push(Arc::clone(host)),
                Ok(Some(_)) => {}
                Err(mistake) => return self.all_fail(run, hosts, &mistake),
            }
        }
        let mut end = TaskEnd::default();
        if applies.is_empty() {
            return end;
        }
        match meta {
            Meta::Noop => {}
            Meta::FlushHandlers => end = self.flush_handlers(&run.inherited, &applies).await,
            Meta::EndHost => end.gone = applies,
            Meta::EndRole => {
                if let Some(role) = &run.inherited.role {
                    role.end(&applies);
                }
            }
            Meta::EndBatch => self.end(Ended::Batch),
            Meta::EndPlay => self.end(Ended::Play),
            Meta::ClearHostErrors => self.pardon(),
            Meta::RefreshInventory => {
                if let Err(mistakes) = self.engine.refresh_inventory() {
                    let first = mistakes.iter().next();
                    let first = first.map(|mistake| self.all_fail(run, hosts, mistake));
                    return first.unwrap_or(end);
                }
                self.engine.enter(self.play);
                self.inventory_changed();
            }
            Meta::ClearFacts => self
                .all
                .iter()
                .for_each(|host| self.engine.store.clear_facts(host)),
            Meta::ResetConnection => {
                for host in &applies {
                    self.reset_connection(run, host).await;
                }
            }
        }
        end
    }

    /// Hosts that failed so far, in this play as well, are there again for the next one.
    fn pardon(&self) {
        self.engine.forgive();
        let standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        let fallen = self.batch.iter().filter(|host| !standing.contains(host));
        let mut pardoned = self.pardoned.lock().unwrap_or_else(PoisonError::into_inner);
        pardoned.extend(fallen.cloned());
    }
}

/// Whether it is about the play and not about a host.
fn of_the_play(meta: Meta) -> bool {
    match meta {
        Meta::EndBatch
        | Meta::EndPlay
        | Meta::ClearHostErrors
        | Meta::ClearFacts
        | Meta::RefreshInventory => true,
        Meta::Noop
        | Meta::FlushHandlers
        | Meta::EndHost
        | Meta::EndRole
        | Meta::ResetConnection => false,
    }
}
