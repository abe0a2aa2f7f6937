//! The shells of one host: who may use which, and how many there may be.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::channel::{OpenError, Opener};
use super::shell::Shell;
use super::{Identity, TransportError};

/// Channels at a time. `sshd` allows ten on a connection unless told otherwise (`MaxSessions`
/// in `sshd_config(5)`); two stay free for ending what timed out.
const CHANNELS: usize = 8;

/// Shells of one identity at a time.
const LANES: usize = 4;

/// How long to wait for a host that refuses another session.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often to try again meanwhile.
const RETRY: Duration = Duration::from_millis(100);

/// The shells of one host.
#[derive(Debug)]
pub(super) struct Pool {
    channels: Arc<Semaphore>,
    waiting: AtomicUsize,
    freed: Notify,
    identities: Mutex<HashMap<Identity, Shells>>,
}

/// The shells of one identity.
struct Shells {
    lanes: Arc<Semaphore>,
    idle: Vec<(Shell, OwnedSemaphorePermit)>,
}

impl std::fmt::Debug for Shells {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} idle", self.idle.len())
    }
}

impl Default for Shells {
    fn default() -> Self {
        Self {
            lanes: Arc::new(Semaphore::new(LANES)),
            idle: Vec::new(),
        }
    }
}

/// A shell in use, with the right to it.
pub(super) struct Lease {
    pub(super) shell: Shell,
    channel: OwnedSemaphorePermit,
    lane: Option<OwnedSemaphorePermit>,
}

impl Default for Pool {
    fn default() -> Self {
        Self {
            channels: Arc::new(Semaphore::new(CHANNELS)),
            waiting: AtomicUsize::new(0),
            freed: Notify::new(),
            identities: Mutex::default(),
        }
    }
}

impl Pool {
    /// A shell for one frame: an idle one, a new one, or the next that gets free.
    pub(super) async fn shared(
        &self,
        opener: &dyn Opener,
        identity: &Identity,
    ) -> Result<Lease, TransportError> {
        let lanes = Arc::clone(&self.identities().entry(identity.clone()).or_default().lanes);
        let lane = acquire(lanes).await;
        match self.idle(identity) {
            Some((shell, channel)) => Ok(Lease {
                shell,
                channel,
                lane: Some(lane),
            }),
            None => self.open(opener, identity, Some(lane)).await,
        }
    }

    /// A new shell that nobody else will use.
    pub(super) async fn own(
        &self,
        opener: &dyn Opener,
        identity: &Identity,
    ) -> Result<Lease, TransportError> {
        self.open(opener, identity, None).await
    }

    /// Takes a shell back after a frame that went well.
    pub(super) fn release(&self, identity: &Identity, lease: Lease) {
        let wanted = self.waiting.load(Ordering::Acquire) > 0;
        if lease.lane.is_some() && !wanted && lease.shell.alive() {
            let mut identities = self.identities();
            let shells = identities.entry(identity.clone()).or_default();
            shells.idle.push((lease.shell, lease.channel));
        }
        self.freed.notify_waiters();
    }

    /// Ends all idle shells.
    pub(super) async fn close(&self) {
        let idle: Vec<_> = self
            .identities()
            .values_mut()
            .flat_map(|shells| std::mem::take(&mut shells.idle))
            .collect();
        futures_util::future::join_all(idle.into_iter().map(|(shell, _)| shell.close())).await;
    }

    /// Opens a shell, making room where the limits are reached.
    async fn open(
        &self,
        opener: &dyn Opener,
        identity: &Identity,
        lane: Option<OwnedSemaphorePermit>,
    ) -> Result<Lease, TransportError> {
        let channel = self.channel().await;
        let start = Instant::now();
        loop {
            let words = match Shell::start(opener, identity).await {
                Ok(shell) => {
                    return Ok(Lease {
                        shell,
                        channel,
                        lane,
                    });
                }
                Err(OpenError::Transport(error)) => return Err(error),
                Err(OpenError::Refused(words)) => words,
            };
            self.evict();
            // The host may allow fewer sessions than we would use: take turns then.
            if lane.is_some()
                && let Some((shell, channel)) = self.idle(identity)
            {
                return Ok(Lease {
                    shell,
                    channel,
                    lane,
                });
            }
            if start.elapsed() > PATIENCE {
                return Err(refused(opener.host(), &words));
            }
            let _ = tokio::time::timeout(RETRY, self.freed.notified()).await;
        }
    }

    /// The right to one more channel, if need be at the cost of an idle shell.
    async fn channel(&self) -> OwnedSemaphorePermit {
        if let Ok(permit) = Arc::clone(&self.channels).try_acquire_owned() {
            return permit;
        }
        self.evict();
        let _waiting = Waiting::new(&self.waiting);
        acquire(Arc::clone(&self.channels)).await
    }

    /// A usable idle shell of an identity.
    fn idle(&self, identity: &Identity) -> Option<(Shell, OwnedSemaphorePermit)> {
        let mut identities = self.identities();
        let idle = &mut identities.get_mut(identity)?.idle;
        idle.retain(|(shell, _)| shell.alive());
        idle.pop()
    }

    /// Ends one idle shell of any identity.
    fn evict(&self) {
        let mut identities = self.identities();
        let most = identities
            .values_mut()
            .max_by_key(|shells| shells.idle.len());
        drop(most.and_then(|shells| shells.idle.pop()));
    }

    fn identities(&self) -> MutexGuard<'_, HashMap<Identity, Shells>> {
        self.identities
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts who waits for a channel, also when the waiting is given up.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

async fn acquire(semaphore: Arc<Semaphore>) -> OwnedSemaphorePermit {
    semaphore
        .acquire_owned()
        .await
        .expect("the semaphores of a pool are never closed")
}

fn refused(host: &str, words: &str) -> TransportError {
    TransportError::Unreachable {
        host: host.to_owned(),
        reason: format!(
            "the host refuses another session on the connection ({words}); \
             raise MaxSessions in its sshd_config"
        ),
    }
}
