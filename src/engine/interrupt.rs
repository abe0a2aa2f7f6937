//! The operator's wish to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How soon a wait hears of an interrupt.
const LOOK: Duration = Duration::from_millis(100);

/// Set once, by the first Ctrl-C or SIGTERM: steps in flight finish, no new ones start, `rescue`
/// and `always` of the open blocks still run so that nothing is left half done.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Asks the run to stop.
    pub fn request(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether the run was asked to stop.
    #[must_use]
    pub fn requested(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// Waits between two attempts or items, which may be hours; an interrupt ends that early.
    pub(super) async fn wait(&self, long: Duration) {
        let requested = async {
            while !self.requested() {
                tokio::time::sleep(LOOK).await;
            }
        };
        // Either way the time is over.
        let _ = tokio::time::timeout(long, requested).await;
    }
}
