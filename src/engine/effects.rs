//! What modules ask to be kept.

use std::sync::Arc;

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
                    let host = self.owner_of_facts(run, host);
                    self.engine.store.add_facts(&host, facts);
                }
                Effect::SetFacts(vars) => {
                    let host = self.owner_of_facts(run, host);
                    self.engine.store.set(&host, vars);
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

    /// Facts belong to the host of the step, unless `delegate_facts` gives them to the delegate.
    fn owner_of_facts(&self, run: &TaskRun<'_>, host: &Arc<str>) -> Arc<str> {
        let Some(node) = &run.task.delegate_facts else {
            return Arc::clone(host);
        };
        let scope = self.scope(host, &run.inherited);
        let delegate = run.inherited.keywords.delegate_to.as_ref();
        let wanted = keywords::flag("delegate_facts", Some(node), false, &scope).unwrap_or(false);
        let to: Option<String> = keywords::value("delegate_to", delegate, &scope)
            .ok()
            .flatten()
            .filter(|_| wanted);
        to.map_or_else(|| Arc::clone(host), Into::into)
    }
}
