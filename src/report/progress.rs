//! The line below all lines: which task runs, on which hosts, for how long.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::value::{clean, duration};
use crate::event::Event;

/// So many hosts are named; the rest is counted.
const NAMED: usize = 4;

/// The part of the terminal that belongs to the progress line. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Screen(Option<ProgressBar>);

impl Screen {
    /// Does something that writes to, or reads from, the terminal without the progress line in
    /// its way (a prompt, a line of output). Lines of the run wait until it is done.
    pub fn suspend<T>(&self, action: impl FnOnce() -> T) -> T {
        match &self.0 {
            Some(bar) => bar.suspend(action),
            None => action(),
        }
    }
}

/// The progress line, fed by events.
#[derive(Debug)]
pub(super) struct Progress {
    screen: Screen,
    running: Arc<Mutex<Running>>,
}

impl Progress {
    /// Draws to standard error, which keeps standard output free for the lines.
    pub fn on_stderr() -> Self {
        Self::new(ProgressDrawTarget::stderr())
    }

    fn new(target: ProgressDrawTarget) -> Self {
        let running = Arc::new(Mutex::new(Running::default()));
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(style(Arc::clone(&running)));
        bar.enable_steady_tick(Duration::from_millis(120));
        Self {
            screen: Screen(Some(bar)),
            running,
        }
    }

    /// The part of the terminal it takes.
    pub fn screen(&self) -> Screen {
        self.screen.clone()
    }

    /// Takes note of an event; when the run is over the line goes away.
    pub fn on(&self, event: &Event) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.on(event, Instant::now());
        drop(running);
        if let (Event::RunFinished { .. }, Some(bar)) = (event, &self.screen.0) {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.screen.0 {
            bar.finish_and_clear();
        }
    }
}

fn style(running: Arc<Mutex<Running>>) -> ProgressStyle {
    let line = move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
        let running = running.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = out.write_str(&running.line(Instant::now()));
    };
    ProgressStyle::with_template("{spinner} {line}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
        .with_key("line", line)
}

/// What runs at the moment.
#[derive(Debug, Default)]
struct Running {
    task: String,
    done: usize,
    hosts: IndexMap<String, Host>,
}

#[derive(Debug)]
struct Host {
    since: Instant,
    /// What its last attempt saw.
    seen: Option<String>,
}

impl Running {
    fn on(&mut self, event: &Event, now: Instant) {
        match event {
            Event::TaskStarted { name, .. } => {
                self.task = clean(name).replace('\n', " ");
                self.done = 0;
                self.hosts.clear();
            }
            Event::StepStarted { host, .. } => {
                let fresh = || Host {
                    since: now,
                    seen: None,
                };
                self.hosts.entry(host.clone()).or_insert_with(fresh);
            }
            Event::StepRetried {
                host, msg, left, ..
            } => {
                if let Some(host) = self.hosts.get_mut(host) {
                    let msg = clean(msg);
                    let msg = msg.lines().next().unwrap_or_default();
                    host.seen = Some(format!("{left} left, {msg}"));
                }
            }
            Event::StepFinished(result) => {
                self.hosts.shift_remove(&result.host);
                self.done += 1;
            }
            Event::RunFinished { .. } => *self = Self::default(),
            _ => {}
        }
    }

    /// `task: 2 done; db1 12.0 s, db2 3.1 s and 5 more`.
    fn line(&self, now: Instant) -> String {
        let mut line = self.task.clone();
        if self.done > 0 {
            let _ = write!(line, ": {} done", self.done);
        }
        let mut hosts: Vec<(&String, &Host)> = self.hosts.iter().collect();
        hosts.sort_by_key(|(_, host)| host.since);
        let named = hosts.iter().take(NAMED).map(|(name, host)| {
            let took = now.saturating_duration_since(host.since).as_millis();
            let took = duration(u64::try_from(took).unwrap_or(u64::MAX));
            let seen = host.seen.iter().map(|seen| format!(" ({seen})"));
            format!("{name} {took}{}", seen.collect::<String>())
        });
        let named: Vec<String> = named.collect();
        if !named.is_empty() {
            let _ = write!(line, "; {}", named.join(", "));
        }
        match hosts.len().saturating_sub(NAMED) {
            0 => line,
            more => format!("{line} and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{TaskId, TaskKind};

    fn running(hosts: usize, began: Instant) -> Running {
        let mut running = Running::default();
        let task = TaskId("0/0".into());
        let started = Event::TaskStarted {
            task: task.clone(),
            kind: TaskKind::Task,
            name: "stop".into(),
            action: "service".into(),
            place: String::new(),
        };
        running.on(&started, began);
        for i in 0..hosts {
            let (task, host) = (task.clone(), format!("db{i}"));
            let event = Event::StepStarted {
                task,
                host,
                item: None,
            };
            running.on(&event, began + Duration::from_secs(i as u64));
        }
        running
    }

    #[test]
    fn the_longest_running_hosts_are_named() {
        let began = Instant::now();
        let now = began + Duration::from_secs(70);
        assert_eq!(running(0, began).line(now), "stop");
        assert_eq!(
            running(6, began).line(now),
            "stop; db0 1 min 10 s, db1 1 min 09 s, db2 1 min 08 s, db3 1 min 07 s and 2 more"
        );
    }

    #[test]
    fn attempts_are_told() {
        let began = Instant::now();
        let mut running = running(1, began);
        let event = Event::StepRetried {
            task: TaskId("0/0".into()),
            host: "db0".into(),
            left: 3,
            msg: "lag is 5 MB\nmore".into(),
        };
        running.on(&event, began);
        assert_eq!(running.line(began), "stop; db0 0.0 s (3 left, lag is 5 MB)");
    }

    #[test]
    fn a_hidden_line_lets_everything_through() {
        let progress = Progress::new(ProgressDrawTarget::hidden());
        assert_eq!(progress.screen().suspend(|| 5), 5);
        assert_eq!(Screen::default().suspend(|| 6), 6);
    }
}
