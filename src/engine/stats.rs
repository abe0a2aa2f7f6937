//! How every host fared: what the recap shows and the exit code says.

use std::sync::{Mutex, PoisonError};

use indexmap::IndexMap;

use crate::event::{HostStats, Status};

/// Counts for every host that took part.
#[derive(Debug, Default)]
pub(super) struct Stats(Mutex<IndexMap<String, HostStats>>);

impl Stats {
    /// Counts the end of a step. A failure that is ignored may have changed something, too.
    pub(super) fn count(&self, host: &str, status: Status, changed: bool) {
        self.update(host, |stats| match status {
            Status::Ok => stats.ok += 1,
            Status::Changed => {
                stats.ok += 1;
                stats.changed += 1;
            }
            Status::Skipped => stats.skipped += 1,
            Status::Failed => stats.failed += 1,
            Status::Ignored => {
                stats.ok += 1;
                stats.changed += u64::from(changed);
                stats.ignored += 1;
            }
            Status::Unreachable => stats.unreachable += 1,
        });
    }

    /// A failure counted before was rescued.
    pub(super) fn rescued(&self, host: &str) {
        self.update(host, |stats| {
            stats.failed = stats.failed.saturating_sub(1);
            stats.rescued += 1;
        });
    }

    fn update(&self, host: &str, change: impl FnOnce(&mut HostStats)) {
        let mut stats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(stats.entry(host.to_owned()).or_default());
    }

    /// All counts, by name.
    pub(super) fn all(&self) -> IndexMap<String, HostStats> {
        let mut all = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        all.sort_keys();
        all
    }

    /// Ansible's exit code: 2 when a host failed, 4 when one was unreachable, both bits when both.
    pub(super) fn code(&self) -> u8 {
        let stats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = stats.values().any(|s| s.failed > 0);
        let unreachable = stats.values().any(|s| s.unreachable > 0);
        u8::from(failed) * 2 + u8::from(unreachable) * 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_bits_when_both_happened() {
        let stats = Stats::default();
        assert_eq!(stats.code(), 0);
        stats.count("a", Status::Unreachable, false);
        assert_eq!(stats.code(), 4);
        stats.count("b", Status::Failed, false);
        assert_eq!(stats.code(), 6);
        stats.rescued("b");
        assert_eq!(stats.code(), 4);
    }

    #[test]
    fn changed_and_ignored_steps_are_ok_steps_too() {
        let stats = Stats::default();
        stats.count("a", Status::Changed, true);
        stats.count("a", Status::Ignored, true);
        let all = stats.all();
        assert_eq!((all["a"].ok, all["a"].changed, all["a"].ignored), (2, 2, 1));
        assert_eq!(stats.code(), 0);
    }
}
