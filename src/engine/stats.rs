//! How every host fared: what the recap shows and the exit code says.

use std::sync::{Mutex, PoisonError};

use indexmap::IndexMap;

use crate::event::{HostStats, Status};

/// Counts for every host that took part.
#[derive(Debug, Default)]
pub(super) struct Stats {
    counts: Mutex<IndexMap<String, HostStats>>,
    /// Failures and losses of each host that no longer count for the exit code.
    forgiven: Mutex<IndexMap<String, (u64, u64)>>,
}

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
        let mut stats = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        change(stats.entry(host.to_owned()).or_default());
    }

    /// All counts, by name.
    pub(super) fn all(&self) -> IndexMap<String, HostStats> {
        let mut all = self
            .counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        all.sort_keys();
        all
    }

    /// What was counted so far does not make the run a failed one (`meta: clear_host_errors`).
    pub(super) fn forgive(&self) {
        let stats = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let so_far = |(host, s): (&String, &HostStats)| (host.clone(), (s.failed, s.unreachable));
        let forgiven = stats.iter().map(so_far).collect();
        *self.forgiven.lock().unwrap_or_else(PoisonError::into_inner) = forgiven;
    }

    /// Ansible's exit code: 2 when a host failed, 4 when one was unreachable, both bits when both.
    pub(super) fn code(&self) -> u8 {
        let stats = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let forgiven = self.forgiven.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |host: &str| forgiven.get(host).copied().unwrap_or_default();
        let failed = stats.iter().any(|(host, s)| s.failed > of(host).0);
        let unreachable = stats.iter().any(|(host, s)| s.unreachable > of(host).1);
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
