//! What modules ask to be kept.

use std::sync::{Arc, PoisonError};

use super::keywords;
use super::play::PlayRun;
use super::task::TaskRun;
use crate::modules::Effect;

impl PlayRun<'_> {
    /// Keeps facts and variables, lets hosts join groups.
    pub(super) fn apply(&self, run: &TaskRun<'_>, host: &Arc<str>, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Facts(facts) => {
                    for owner in self.owners_of_facts(run, host) {
                        self.engine.store.add_facts(&owner, facts.clone());
                    }
                }
                Effect::SetFacts { vars, cacheable } => {
                    for owner in self.owners_of_facts(run, host) {
                        if cacheable {
                            self.engine.store.cache(&owner, &vars);
                        }
                        self.engine.store.set(&owner, vars.clone());
                    }
                }
                Effect::Stats {
                    data,
                    per_host,
                    aggregate,
                } => {
                    let host = per_host.then_some(&**host);
                    self.engine.custom_stats.keep(host, data, aggregate);
                }
                Effect::IncludeVars(vars) => {
                    for owner in self.owners_of_facts(run, host) {
                        self.engine.store.include(&owner, vars.clone());
                    }
                }
                Effect::AddHost { name, groups, vars } => {
                    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
                    self.engine
                        .store
                        .inventory_mut()
                        .add_host(&name, &groups, vars);
                    self.inventory_changed();
                }
                Effect::GroupBy { key, parents } => {
                    let parents: Vec<&str> = parents.iter().map(String::as_str).collect();
                    let mut inventory = self.engine.store.inventory_mut();
                    match inventory.add_group(&key, &parents) {
                        Ok(()) => {
                            inventory.add_to_group(host, &key);
                        }
                        Err(mistake) => self.engine.warn(mistake.one_line()),
                    }
                    drop(inventory);
                    self.inventory_changed();
                }
            }
        }
    }

    /// Whose the result of a step is: its host's; of a `run_once` step, every standing host's.
    pub(super) fn audience(&self, run: &TaskRun<'_>, host: &Arc<str>) -> Vec<Arc<str>> {
        if !run.once {
            return vec![Arc::clone(host)];
        }
        let standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        let others = self
            .batch
            .iter()
            .filter(|one| standing.contains(one) || *one == host);
        others.cloned().collect()
    }

    /// Facts belong to the step's audience, unless `delegate_facts` gives them to the delegate.
    fn owners_of_facts(&self, run: &TaskRun<'_>, host: &Arc<str>) -> Vec<Arc<str>> {
        let delegate = || -> Option<String> {
            let node = run.task.delegate_facts.as_ref()?;
            let scope = self.scope(host, &run.inherited);
            let to = run.inherited.keywords.delegate_to.as_ref();
            let wanted = keywords::flag("delegate_facts", Some(node), false, &scope);
            let to = keywords::value("delegate_to", to, &scope).ok()??;
            wanted.unwrap_or(false).then_some(to)
        };
        match delegate() {
            Some(to) => vec![to.into()],
            None => self.audience(run, host),
        }
    }
}
