//! `async`: modules that run in the background.
//!
//! Every job is a task of this process that runs the module, and keeps what it came to for
//! `async_status`. A command's script goes on by itself on its host (`Detach`); any other module's
//! round trips need this process, so that a run that would end before such a job waits for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use indexmap::IndexMap;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::connections::{Connections, Way};
use super::controller::TaskController;
use super::invoke::Call;
use super::keywords;
use super::play::PlayRun;
use super::run::Engine;
use super::task::TaskRun;
use crate::diag::Diagnostic;
use crate::event::Event;
use crate::modules::args::Arguments;
use crate::modules::{
    self, Ctx, Detach, Failure, JobState, ModuleSpec, Outcome, Remote, Reopen, job_ended,
};
use crate::transport::Connection;

type End = Result<Outcome, Failure>;

/// `async` and `poll` of a task, rendered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Background {
    limit: Duration,
    wait: bool,
}

impl Background {
    /// None when the task runs in the foreground.
    ///
    /// How long `poll` is does not matter, but for 0: the end is noticed within a second.
    pub(super) fn of(
        run: &TaskRun<'_>,
        call: &Call,
        default_poll: u64,
    ) -> Result<Option<Self>, Diagnostic> {
        let task = run.task;
        let limit: Option<i64> = keywords::value("async", task.r#async.as_ref(), &call.scope)?;
        let poll: Option<i64> = keywords::value("poll", task.poll.as_ref(), &call.scope)?;
        let poll = poll.map_or(default_poll, |poll| u64::try_from(poll).unwrap_or(0));
        let limit = limit.and_then(|limit| u64::try_from(limit).ok());
        Ok(limit.filter(|limit| *limit > 0).map(|limit| Self {
            limit: Duration::from_secs(limit),
            wait: poll > 0,
        }))
    }
}

/// The jobs of a run, by host and name.
#[derive(Debug, Default)]
pub(super) struct Jobs(Mutex<IndexMap<(String, String), Arc<Job>>>);

#[derive(Debug)]
struct Job {
    /// Where its files are, or would be.
    place: String,
    /// The folder on the host, once its script goes on there by itself.
    begun: watch::Receiver<Option<String>>,
    end: watch::Receiver<Option<End>>,
    work: AbortHandle,
    remote: Remote,
}

impl Job {
    fn place(&self) -> String {
        let begun = self.begun.borrow().clone();
        begun.unwrap_or_else(|| self.place.clone())
    }

    /// What it came to; waits for it.
    async fn ended(&self) -> End {
        let mut end = self.end.clone();
        let end = end.wait_for(Option::is_some).await;
        let end = end.ok().and_then(|end| end.clone());
        end.unwrap_or_else(|| Err(Failure::new("the background job ended without a result")))
    }

    /// Removes what it left on the host; what cannot be removed stays, as nothing depends on it.
    async fn erase(&self) {
        let folder = self.begun.borrow().clone();
        if let Some(folder) = folder {
            let _ = self.remote.run(&modules::erase(&folder)).await;
        }
    }
}

impl Jobs {
    fn find(&self, host: &str, jid: &str, forget: bool) -> Option<Arc<Job>> {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (host.to_owned(), jid.to_owned());
        if forget {
            jobs.shift_remove(&key)
        } else {
            jobs.get(&key).cloned()
        }
    }

    fn all(&self) -> Vec<((String, String), Arc<Job>)> {
        let jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.iter()
            .map(|(key, job)| (key.clone(), Arc::clone(job)))
            .collect()
    }

    /// For `async_status`.
    pub(super) async fn state(&self, host: &str, jid: &str, forget: bool) -> JobState {
        let Some(job) = self.find(host, jid, forget) else {
            return JobState::Unknown(format!("~/.ansible_async/{jid}"));
        };
        if forget {
            job.erase().await;
        }
        let end = job.end.borrow().clone();
        match end {
            Some(end) => JobState::Ended(job.place(), end),
            None => JobState::Running(job.place()),
        }
    }
}

/// The way back to a host for a job whose connection broke.
#[derive(Debug)]
struct WayBack {
    connections: Arc<Connections>,
    way: Way,
}

#[async_trait]
impl Reopen for WayBack {
    async fn reopen(&self) -> Result<Arc<dyn Connection>, Failure> {
        self.connections.forget(&self.way.target).await;
        self.connections.get(&self.way.target).await
    }
}

impl PlayRun<'_> {
    /// Runs a module in the background; waits for its end unless `poll` is 0.
    pub(super) async fn background(
        &self,
        run: &TaskRun<'_>,
        spec: &'static ModuleSpec,
        arguments: Arguments,
        call: &Call,
        background: Background,
    ) -> End {
        let remote = self.remote(call).await?;
        let host = call.target().to_owned();
        let jid = jid();
        let folder = jobs_folder(call, &self.engine.options.keywords.async_dir)?;
        let job = Arc::new(self.start(
            run,
            spec,
            arguments,
            call,
            Start {
                detached: modules::detachable(spec) && !call.check,
                limit: background.limit,
                remote,
                folder,
                jid: jid.clone(),
            },
        ));
        if background.wait {
            let end = job.ended().await;
            let end = job_ended(&jid, &job.place(), end);
            job.erase().await;
            return end;
        }
        job.has_begun().await?;
        let place = job.place();
        let mut jobs = self
            .engine
            .jobs
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        jobs.insert((host, jid.clone()), job);
        Ok(Outcome::changed(true)
            .with("ansible_job_id", jid)
            .with("results_file", place)
            .with("started", true)
            .with("finished", false))
    }

    fn start(
        &self,
        run: &TaskRun<'_>,
        spec: &'static ModuleSpec,
        arguments: Arguments,
        call: &Call,
        start: Start,
    ) -> Job {
        let (begun_sender, begun) = watch::channel(None);
        let (end_sender, end) = watch::channel(None);
        let late = Arc::new(AtomicBool::new(false));
        let mut remote = start.remote.clone();
        if let (true, Some(way)) = (start.detached, &call.way) {
            remote = remote.detached(Detach {
                folder: start.folder.clone(),
                id: start.jid.clone(),
                limit: start.limit,
                begun: Arc::new(begun_sender),
                late: Arc::clone(&late),
                reopen: Arc::new(WayBack {
                    connections: Arc::clone(&self.engine.connections),
                    way: way.clone(),
                }),
            });
        }
        let (host, scope) = (call.target().to_owned(), Arc::clone(&call.scope));
        let (check, diff) = (call.check, call.diff);
        let controller = TaskController::new(self, run, &host);
        // A detached script is ended by what watches it on its host.
        let limit = if start.detached {
            Duration::MAX
        } else {
            start.limit
        };
        let work = tokio::spawn(async move {
            let ctx = Ctx {
                host: &host,
                remote,
                check,
                diff,
                scope: &scope,
                controller: &controller,
            };
            let end = tokio::time::timeout(limit, (spec.run)(arguments, &ctx)).await;
            let end = match end {
                Ok(end) if !late.load(Ordering::Acquire) => end,
                Ok(_) | Err(_) => Err(Failure::new("Timeout exceeded")),
            };
            end_sender.send_replace(Some(end));
        });
        Job {
            place: format!("{}/{}", start.folder, start.jid),
            begun,
            end,
            work: work.abort_handle(),
            remote: start.remote,
        }
    }
}

/// Where the jobs of a host keep their files.
fn jobs_folder(call: &Call, usual: &str) -> Result<String, Diagnostic> {
    let exported = call.environment.iter().rev();
    let mut exported = exported.filter(|(name, _)| name == "ANSIBLE_ASYNC_DIR");
    if let Some((_, folder)) = exported.next() {
        return Ok(folder.clone());
    }
    let folder = call.scope.get("ansible_async_dir")?;
    Ok(folder.map_or_else(|| usual.to_owned(), |folder| folder.to_string()))
}

/// What a job begins with.
struct Start {
    detached: bool,
    limit: Duration,
    remote: Remote,
    folder: String,
    jid: String,
}

impl Job {
    /// Waits until it goes on by itself, or has ended; a job that could not be started is a
    /// failure of its task. One whose sender is gone needs this process and has begun.
    async fn has_begun(&self) -> Result<(), Failure> {
        let (mut begun, mut end) = (self.begun.clone(), self.end.clone());
        tokio::select! {
            _ = begun.wait_for(Option::is_some) => {}
            _ = end.wait_for(Option::is_some) => {}
        }
        let unstarted = self.begun.borrow().is_none();
        match self.end.borrow().clone() {
            Some(Err(failure)) if unstarted => Err(failure),
            _ => Ok(()),
        }
    }
}

impl Engine {
    /// At the end of a run: scripts that go on by themselves are left alone, everything else is
    /// waited for.
    pub(super) async fn settle_jobs(&self) {
        let mut waited = Vec::new();
        for ((host, jid), job) in self.jobs.all() {
            if job.end.borrow().is_some() {
                continue;
            }
            if job.begun.borrow().is_some() {
                job.work.abort();
            } else {
                waited.push((host, jid, job));
            }
        }
        for (host, jid, job) in waited {
            self.sink.emit(&Event::Notice {
                message: format!("waiting for the background job {jid} on {host}"),
            });
            if let Err(Failure::Failed { msg, .. } | Failure::Unreachable(msg)) = job.ended().await
            {
                self.warn(format!("the background job {jid} on {host} failed: {msg}"));
            }
        }
    }
}

/// A name for a job, in Ansible's form: a random number and the number of this process.
fn jid() -> String {
    let random = fastrand::u64(100_000_000_000..1_000_000_000_000);
    format!("j{random}.{}", std::process::id())
}
