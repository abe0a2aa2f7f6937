//! What `set_stats` keeps until the end of the run.

use std::sync::{Mutex, PoisonError};

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use crate::event::Event;
use crate::modules::add_stats;

type Values = Map<String, Json>;

/// The values so far.
#[derive(Debug, Default)]
pub(super) struct CustomStats(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    run: Values,
    hosts: IndexMap<String, Values>,
}

impl CustomStats {
    /// Keeps values of the run, or of one host.
    pub(super) fn keep(&self, host: Option<&str>, data: Values, aggregate: bool) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let values = match host {
            Some(host) => kept.hosts.entry(host.to_owned()).or_default(),
            None => &mut kept.run,
        };
        for (name, value) in data {
            match values.get_mut(&name) {
                Some(old) if aggregate => add_stats(old, &value),
                _ => {
                    values.insert(name, value);
                }
            }
        }
    }

    /// What there is to tell at the end, if anything.
    pub(super) fn event(&self) -> Option<Event> {
        let mut kept = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        kept.hosts.sort_keys();
        let Kept { run, hosts } = kept;
        (!run.is_empty() || !hosts.is_empty()).then_some(Event::CustomStats { run, hosts })
    }
}
