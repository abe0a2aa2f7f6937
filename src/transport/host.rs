//! A connection: commands, files and streams over any opener.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tracing::{Instrument, debug, debug_span};

use super::channel::{End, Opener};
use super::frame::Input;
use super::kill::{Fate, kill};
use super::payload::{self, INLINE};
use super::pool::{Lease, Pool};
use super::shell::Broken;
use super::{Connection, Endpoint, Exec, Identity, Output, Stream, TransportError, sudo};

/// The exit code for a shell that a signal ended which nobody named: that of `SIGKILL`.
const KILLED: i32 = 137;

/// A host reached through an opener.
#[derive(Debug)]
pub(super) struct Host {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    opener: Box<dyn Opener>,
    pool: Pool,
}

impl Host {
    /// Nothing is opened yet.
    pub(super) fn new(opener: impl Opener) -> Self {
        Self {
            inner: Arc::new(Inner {
                opener: Box::new(opener),
                pool: Pool::default(),
            }),
        }
    }

    async fn run(&self, job: Job<'_>) -> Result<Output, TransportError> {
        let inner = &self.inner;
        let (opener, pool) = (inner.opener.as_ref(), &inner.pool);
        let lease = if job.own {
            pool.own(opener, job.identity).await?
        } else {
            pool.shared(opener, job.identity).await?
        };
        let mut running = Running {
            inner: Arc::clone(inner),
            identity: job.identity.clone(),
            lease: Some(lease),
        };
        let shell = &mut running.lease.as_mut().expect("it was just put there").shell;
        let result = shell
            .run(job.script, job.input, job.payload, job.timeout)
            .await;
        let lease = running.lease.take().expect("only this function takes it");
        match result {
            Ok(output) => {
                pool.release(job.identity, lease);
                Ok(output)
            }
            Err(broken) => inner.broken(broken, job.identity, lease, job.timeout).await,
        }
    }

    /// Runs a job and notes that it did; what it said stays out of the notes.
    async fn traced(&self, job: Job<'_>) -> Result<Output, TransportError> {
        let who = match job.identity {
            Identity::Login => "login",
            Identity::Sudo(sudo) => &sudo.user,
        };
        let span = debug_span!("frame", host = self.inner.opener.host(), who, job.own);
        async {
            let (script, payload) = (job.script.len(), job.payload.map(<[u8]>::len));
            // Its text may hold secrets of a task with `no_log`: only its size is told.
            let result = self.run(job).await;
            match &result {
                Ok(Output {
                    code,
                    stdout,
                    stderr,
                }) => {
                    let (stdout, stderr) = (stdout.len(), stderr.len());
                    debug!(script, payload, code, stdout, stderr, "done");
                }
                Err(error) => debug!(script, payload, %error, "broken"),
            }
            result
        }
        .instrument(span)
        .await
    }

    /// A file's error in the host's words, when there is one.
    fn file(&self, output: &Output, verb: &str, path: &str) -> Result<(), TransportError> {
        if output.ok() {
            return Ok(());
        }
        Err(TransportError::File {
            host: self.inner.opener.host().to_owned(),
            action: format!("{verb} {path}"),
            reason: payload::reason(&output.err(), output.code),
        })
    }
}

/// A frame to be run.
struct Job<'a> {
    script: &'a str,
    identity: &'a Identity,
    input: Input<'a>,
    payload: Option<&'a [u8]>,
    timeout: Option<Duration>,
    own: bool,
}

impl<'a> From<Exec<'a>> for Job<'a> {
    fn from(exec: Exec<'a>) -> Self {
        let (input, payload) = match exec.stdin {
            None => (Input::None, None),
            Some(bytes) if bytes.len() <= INLINE => (Input::Inline(bytes), None),
            Some(bytes) => (Input::Stream(bytes.len()), Some(bytes)),
        };
        Self {
            script: exec.script,
            identity: exec.identity,
            input,
            payload,
            timeout: exec.timeout,
            own: exec.long,
        }
    }
}

impl Inner {
    /// What a broken frame means.
    async fn broken(
        &self,
        broken: Broken,
        identity: &Identity,
        lease: Lease,
        timeout: Option<Duration>,
    ) -> Result<Output, TransportError> {
        match broken {
            Broken::Timeout => Err(self
                .timed_out(identity, lease, timeout.unwrap_or_default())
                .await),
            Broken::Greeting { end, words } => Err(self.ungreeted(end, &words, identity).await),
            Broken::Ended { end, output } => match end {
                End::Code(code) => Ok(Output { code, ..output }),
                End::Unknown => match self.opener.lost().await {
                    Some(reason) => Err(self.unreachable(reason)),
                    None => Ok(Output {
                        code: KILLED,
                        ..output
                    }),
                },
            },
        }
    }

    /// Ends what the frame left running and says how that went.
    async fn timed_out(
        &self,
        identity: &Identity,
        lease: Lease,
        after: Duration,
    ) -> TransportError {
        let fate = match lease.shell.group() {
            Some(group) => kill(self.opener.as_ref(), identity, group).await,
            None => Fate::Unclear("their process group is unknown".to_owned()),
        };
        let killed = match fate {
            Fate::Gone => "its processes were killed".to_owned(),
            Fate::Unclear(why) => format!("could not confirm that its processes are gone: {why}"),
            Fate::Lost(error) => return error,
        };
        TransportError::Timeout {
            host: self.opener.host().to_owned(),
            after,
            killed,
        }
    }

    /// Why a shell did not begin.
    async fn ungreeted(
        &self,
        end: Option<End>,
        words: &str,
        identity: &Identity,
    ) -> TransportError {
        if end == Some(End::Unknown)
            && let Some(reason) = self.opener.lost().await
        {
            return self.unreachable(reason);
        }
        let words = words.trim();
        match identity {
            Identity::Sudo(sudo) => sudo::error(self.opener.host(), sudo, sudo::explain(words)),
            Identity::Login if end.is_some() => self.unreachable(format!(
                "the login user's shell ended before it took a command: {}",
                if words.is_empty() {
                    "it said nothing"
                } else {
                    words
                }
            )),
            Identity::Login => self.unreachable(format!(
                "the login user's shell gives no answer; a start-up file of it may hang{}{words}",
                if words.is_empty() { "" } else { "; it said: " }
            )),
        }
    }

    fn unreachable(&self, reason: String) -> TransportError {
        TransportError::Unreachable {
            host: self.opener.host().to_owned(),
            reason,
        }
    }
}

/// A frame under way. When the caller drops it, what it started is ended.
struct Running {
    inner: Arc<Inner>,
    identity: Identity,
    lease: Option<Lease>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let (Some(mut lease), Ok(runtime)) =
            (self.lease.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        let inner = Arc::clone(&self.inner);
        let identity = self.identity.clone();
        runtime.spawn(async move {
            // The lease is kept until the end: the group's number is ours as long as it lives.
            if let Some(group) = lease.shell.group_at_last().await {
                let fate = kill(inner.opener.as_ref(), &identity, group).await;
                debug!(
                    host = inner.opener.host(),
                    group,
                    ?fate,
                    "ended what was given up"
                );
            }
        });
    }
}

#[async_trait]
impl Connection for Host {
    async fn exec(&self, exec: Exec<'_>) -> Result<Output, TransportError> {
        self.traced(Job::from(exec)).await
    }

    async fn put(
        &self,
        data: &[u8],
        dest: &str,
        mode: &str,
        identity: &Identity,
    ) -> Result<(), TransportError> {
        let inline = data.len() <= INLINE;
        let script = payload::put(data.len(), dest, mode);
        let mut job = Job::from(Exec::new(&script, identity));
        if inline {
            job.input = Input::Function(data);
        } else {
            (job.input, job.payload) = (Input::Stream(data.len()), Some(data));
        }
        let output = self.traced(job).await?;
        self.file(&output, "write", dest)
    }

    async fn get(&self, path: &str, identity: &Identity) -> Result<Vec<u8>, TransportError> {
        let script = payload::get(path);
        let output = self.traced(Job::from(Exec::new(&script, identity))).await?;
        self.file(&output, "read", path)?;
        Ok(output.stdout)
    }

    async fn open(&self, endpoint: &Endpoint) -> Result<Box<dyn Stream>, TransportError> {
        debug!(host = self.inner.opener.host(), %endpoint, "stream");
        self.inner.opener.stream(endpoint).await
    }

    async fn close(&self) {
        self.inner.pool.close().await;
    }
}
