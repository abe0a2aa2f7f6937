//! The engine's only output: a typed, serialisable stream of what happens.
//!
//! *Step events* are never lost: they are what reports, plans and the journal are made of.
//! *Progress events* ([`Event::is_progress`]) feed a bar and may be dropped. Secrets are redacted
//! before an event exists.

mod redact;
mod sink;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::modules::Diff;

pub use sink::{Collector, Reader, Sink};

/// Which task: stable across runs of the same playbooks, so that a later run can be compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskId(pub String);

impl std::fmt::Display for TaskId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a step on one host ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It was as it should be.
    Ok,
    /// It was changed, or under `--check` would be.
    Changed,
    /// A condition said no.
    Skipped,
    /// It failed and counts.
    Failed,
    /// It failed, and `ignore_errors` says that does not count.
    Ignored,
    /// The host could not be reached, and counts as failed.
    Unreachable,
}

/// What kind of line of work a task belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// An ordinary task.
    Task,
    /// A handler.
    Handler,
    /// The gathering of facts at the start of a play.
    Gather,
}

/// How one host fared in the whole run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostStats {
    /// Steps that succeeded, changed ones included (as Ansible counts).
    pub ok: u64,
    /// Steps that changed something.
    pub changed: u64,
    /// 1 when the host was lost.
    pub unreachable: u64,
    /// Steps that failed and were not rescued.
    pub failed: u64,
    /// Steps skipped by a condition.
    pub skipped: u64,
    /// Failures a `rescue` took care of.
    pub rescued: u64,
    /// Failures that `ignore_errors` took care of.
    pub ignored: u64,
}

/// The end of a step, or of one item of its loop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepResult {
    /// Which task.
    pub task: TaskId,
    /// On which host of the inventory.
    pub host: String,
    /// On which host it ran instead (`delegate_to`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegated_to: Option<String>,
    /// The label of the loop's item; none outside loops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// How it ended.
    pub status: Status,
    /// One message: for failures the cause and remedy, for skips the condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub msg: Option<String>,
    /// What `register` keeps; emptied by `no_log`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub result: Map<String, Json>,
    /// What changed, with `--diff`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diff: Vec<Diff>,
    /// Warnings of the module.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// A failure's place in the runbook with its line, as the terminal shows it, without colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Whether `no_log` hides the result.
    #[serde(default)]
    pub censored: bool,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The run begins.
    RunStarted {
        /// The run's id.
        run: String,
        /// The playbooks, as given.
        playbooks: Vec<String>,
        /// Whether nothing will be changed (`--check`).
        check: bool,
        /// When, in RFC 3339.
        at: String,
    },
    /// A play begins.
    PlayStarted {
        /// Its place in the run, from 0.
        play: usize,
        /// Its name, or its hosts pattern.
        name: String,
        /// Its hosts, in the order they will be worked on.
        hosts: Vec<String>,
        /// `file:line:col`.
        place: String,
    },
    /// A batch of a play with `serial` begins.
    BatchStarted {
        /// Its place, from 1.
        batch: usize,
        /// How many there are.
        of: usize,
        /// Its hosts.
        hosts: Vec<String>,
    },
    /// A task begins on some hosts.
    TaskStarted {
        /// Which.
        task: TaskId,
        /// What kind.
        kind: TaskKind,
        /// Its name, rendered as far as that goes without a host, or the module's.
        name: String,
        /// The module or keyword.
        action: String,
        /// `file:line:col`.
        place: String,
    },
    /// A step is about to run on one host. Emitted before its first byte goes there.
    StepStarted {
        /// Which task.
        task: TaskId,
        /// On which host.
        host: String,
        /// The label of the loop's item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<String>,
    },
    /// An attempt of a step with `until` did not succeed; another follows.
    StepRetried {
        /// Which task.
        task: TaskId,
        /// On which host.
        host: String,
        /// How many attempts are left.
        left: u64,
        /// What was seen or waited for.
        msg: String,
    },
    /// One item of a loop ended.
    ItemFinished(StepResult),
    /// A step ended on one host (with a loop: all of it).
    StepFinished(StepResult),
    /// A failed block's `rescue` takes over on these hosts.
    Rescued {
        /// The hosts.
        hosts: Vec<String>,
    },
    /// A handler will run at the end of the section.
    Notified {
        /// The handler, as it was notified.
        handler: String,
        /// On which host.
        host: String,
    },
    /// A file of tasks was included.
    Included {
        /// The file.
        file: String,
        /// For these hosts.
        hosts: Vec<String>,
    },
    /// Something the operator should read; nothing failed.
    Notice {
        /// What.
        message: String,
    },
    /// Something looks wrong; nothing failed.
    Warning {
        /// What.
        message: String,
    },
    /// A play ends before its end, and why.
    PlayAborted {
        /// Why, with the hosts to blame.
        reason: String,
    },
    /// The operator asked to stop.
    Interrupted {
        /// What is being finished, and what will not be started.
        message: String,
    },
    /// What `set_stats` kept, told right before the end.
    CustomStats {
        /// Values of the run as a whole.
        run: Map<String, Json>,
        /// Values of single hosts.
        hosts: indexmap::IndexMap<String, Map<String, Json>>,
    },
    /// The run is over.
    RunFinished {
        /// Every host that took part, by name.
        hosts: indexmap::IndexMap<String, HostStats>,
        /// The exit code.
        code: u8,
        /// How long it took, in milliseconds.
        took_ms: u64,
    },
}

impl Event {
    /// Whether it only feeds a progress display and may be dropped.
    #[must_use]
    pub fn is_progress(&self) -> bool {
        matches!(self, Self::StepRetried { .. })
    }
}
