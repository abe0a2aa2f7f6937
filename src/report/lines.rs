//! From events to lines: all state there is, and no output.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use indexmap::IndexMap;

use super::style::{Palette, Role};
use super::terminal::Options;
use super::value::{self, INDENT, clean, duration, indented};
use super::{diff, failure, recap};
use crate::event::{Event, HostStats, Status, StepResult, TaskId, TaskKind};

/// So many hosts of one task are listed with the same uneventful status; the rest is counted.
const LISTED: usize = 10;

/// An item's label is cut to so many characters.
const LABEL: usize = 80;

/// Turns events into the lines that show them.
#[derive(Debug)]
pub(super) struct Lines {
    options: Options,
    palette: Palette,
    verbosity: u8,
    check: bool,
    tasks: HashMap<TaskId, Task>,
    /// The task whose heading stands last.
    current: Option<TaskId>,
    /// Uneventful ends of the current task, by status word.
    uneventful: IndexMap<&'static str, usize>,
    /// Hosts of the current tasks that showed items of a loop.
    looped: HashSet<(TaskId, String)>,
    /// Hosts whose first retry was shown.
    retried: HashSet<(TaskId, String)>,
    /// The failure of every host that did not recover.
    failures: IndexMap<String, String>,
    /// What `set_stats` kept, to be shown after the recap.
    custom_stats: String,
    out: String,
}

/// What the heading of a task said.
#[derive(Debug, Clone, Default)]
struct Task {
    kind: Option<TaskKind>,
    name: String,
    action: String,
    place: String,
}

impl Lines {
    pub fn new(options: Options) -> Self {
        Self {
            options,
            palette: options.palette,
            verbosity: options.verbosity,
            check: false,
            tasks: HashMap::new(),
            current: None,
            uneventful: IndexMap::new(),
            looped: HashSet::new(),
            retried: HashSet::new(),
            failures: IndexMap::new(),
            custom_stats: String::new(),
            out: String::new(),
        }
    }

    /// The text for an event, each line with its end; often nothing.
    pub fn of(&mut self, event: &Event) -> String {
        match event {
            Event::RunStarted {
                run,
                playbooks,
                check,
                ..
            } => self.run_started(run, playbooks, *check),
            Event::PlayStarted {
                name, hosts, place, ..
            } => self.play_started(name, hosts, place),
            Event::BatchStarted { batch, of, hosts } => {
                self.heading();
                let text = format!("BATCH {batch} of {of} [{}]", hosts.join(", "));
                self.paint_line(Role::Heading, &text);
            }
            Event::TaskStarted {
                task,
                kind,
                name,
                action,
                place,
            } => {
                let started = Task {
                    kind: Some(*kind),
                    name: clean(name),
                    action: action.clone(),
                    place: place.clone(),
                };
                self.tasks.insert(task.clone(), started);
                self.task_heading(task);
            }
            Event::StepStarted { task, host, item } => {
                self.step_started(task, host, item.as_deref());
            }
            Event::StepRetried {
                task,
                host,
                left,
                msg,
            } => self.retried(task, host, *left, msg),
            Event::ItemFinished(result) => {
                self.looped
                    .insert((result.task.clone(), result.host.clone()));
                self.ended(result);
            }
            Event::StepFinished(result) => self.step_finished(result),
            Event::CustomStats { run, hosts } if self.options.custom_stats => {
                self.custom_stats = recap::custom_stats(run, hosts);
            }
            Event::RunFinished {
                hosts,
                code,
                took_ms,
            } => self.run_finished(hosts, *code, *took_ms),
            other => self.remark(other),
        }
        std::mem::take(&mut self.out)
    }

    /// Events of one line that stand for themselves.
    fn remark(&mut self, event: &Event) {
        match event {
            Event::Rescued { hosts } => {
                for host in hosts {
                    self.failures.shift_remove(host);
                }
                let text = format!("rescue: [{}]", hosts.join(", "));
                self.paint_line(Role::Notice, &text);
            }
            Event::Notified { handler, host } if self.verbosity > 0 => {
                let text = format!("notified: [{host}] => {}", clean(handler));
                self.paint_line(Role::Minor, &text);
            }
            Event::Included { file, hosts } => {
                let text = format!("included: {file} for {}", hosts.join(", "));
                self.paint_line(Role::Skipped, &text);
            }
            Event::Notice { message } => self.labelled(Role::Notice, "notice", message),
            Event::Warning { message } => self.labelled(Role::Warning, "warning", message),
            Event::PlayAborted { reason } => self.labelled(Role::Failed, "aborted", reason),
            Event::Interrupted { message } => self.labelled(Role::Failed, "interrupted", message),
            _ => {}
        }
    }

    fn run_started(&mut self, run: &str, playbooks: &[String], check: bool) {
        self.check = check;
        if self.verbosity > 0 {
            let text = format!("run {run}: {}", playbooks.join(", "));
            self.paint_line(Role::Minor, &text);
        }
        if check {
            self.labelled(
                Role::Notice,
                "notice",
                "check mode, nothing will be changed",
            );
        }
    }

    fn play_started(&mut self, name: &str, hosts: &[String], place: &str) {
        self.heading();
        let count = match hosts.len() {
            1 => "1 host".to_owned(),
            n => format!("{n} hosts"),
        };
        let text = format!("PLAY [{}] ({count})", clean(name));
        self.paint_line(Role::Heading, &text);
        if self.verbosity > 0 {
            self.paint_line(Role::Minor, place);
        }
    }

    fn task_heading(&mut self, id: &TaskId) {
        let task = self.tasks.get(id).cloned().unwrap_or_default();
        self.heading();
        self.current = Some(id.clone());
        let word = match task.kind {
            Some(TaskKind::Handler) => "HANDLER",
            _ => "TASK",
        };
        let text = format!("{word} [{}]", task.name);
        self.paint_line(Role::Heading, &text);
        if self.verbosity > 0 && !task.place.is_empty() {
            let text = format!("{} ({})", task.place, task.action);
            self.paint_line(Role::Minor, &text);
        }
    }

    /// Ends what stands under the last heading, and leaves a blank line.
    fn heading(&mut self) {
        for (word, count) in std::mem::take(&mut self.uneventful) {
            let more = count.saturating_sub(LISTED);
            if more > 0 {
                let hosts = if more == 1 { "host" } else { "hosts" };
                let role = if word == "ok" {
                    Role::Ok
                } else {
                    Role::Skipped
                };
                self.paint_line(role, &format!("{word}: {more} more {hosts} (all with -v)"));
            }
        }
        self.current = None;
        self.out.push('\n');
    }

    fn step_started(&mut self, task: &TaskId, host: &str, item: Option<&str>) {
        if self.verbosity < 3 {
            return;
        }
        self.under(task);
        let text = format!("starting: [{host}]{}", self.label(item));
        self.paint_line(Role::Minor, &text);
    }

    fn retried(&mut self, task: &TaskId, host: &str, left: u64, msg: &str) {
        let first = self.retried.insert((task.clone(), host.to_owned()));
        if !first && self.verbosity == 0 {
            return;
        }
        self.under(task);
        let attempts = if left == 1 { "attempt" } else { "attempts" };
        let text = format!(
            "retrying: [{host}] => {left} {attempts} left: {}",
            clean(msg)
        );
        self.paint_line(Role::Minor, text.trim_end());
    }

    fn step_finished(&mut self, result: &StepResult) {
        let key = (result.task.clone(), result.host.clone());
        self.retried.remove(&key);
        let looped = self.looped.remove(&key);
        self.note_failure(result);
        let bad = matches!(result.status, Status::Failed | Status::Unreachable);
        if looped && !bad && result.status != Status::Ignored {
            return;
        }
        if !self.is_uneventful(result) {
            self.ended(result);
            return;
        }
        self.under(&result.task);
        if self.is_hidden(result) {
            return;
        }
        let count = self.uneventful.entry(word(result.status)).or_default();
        *count += 1;
        if *count <= LISTED {
            self.ended(result);
        }
    }

    /// Whether the line of a result says nothing but its status.
    fn is_uneventful(&self, result: &StepResult) -> bool {
        self.verbosity == 0
            && matches!(result.status, Status::Ok | Status::Skipped)
            && result.warnings.is_empty()
            && !self.speaks(result)
    }

    /// Whether the settings hide such results.
    fn is_hidden(&self, result: &StepResult) -> bool {
        match result.status {
            Status::Ok => !self.options.ok,
            Status::Skipped => !self.options.skipped,
            _ => false,
        }
    }

    fn note_failure(&mut self, result: &StepResult) {
        if !matches!(result.status, Status::Failed | Status::Unreachable) {
            return;
        }
        let task = self.tasks.get(&result.task).cloned().unwrap_or_default();
        let why = failure::headline(result, &task.place);
        let text = format!("[{}] {why}", task.name);
        self.failures.insert(result.host.clone(), text);
    }

    /// The lines of a step's or an item's end.
    fn ended(&mut self, result: &StepResult) {
        if self.is_hidden(result) {
            return;
        }
        self.under(&result.task);
        for change in &result.diff {
            let text = diff::unified(change, self.palette, self.options.diff_context);
            self.out.push_str(&text);
        }
        let role = Role::from(result.status);
        let text = self.status_line(result);
        self.paint_line(role, &text);
        let details = self.details(result);
        self.out.push_str(&details);
        for warning in &result.warnings {
            let text = format!("[{}] {warning}", result.host);
            self.labelled(Role::Warning, "warning", &text);
        }
    }

    fn status_line(&self, result: &StepResult) -> String {
        let host = match &result.delegated_to {
            Some(other) => format!("{} -> {other}", result.host),
            None => result.host.clone(),
        };
        let label = self.label(result.item.as_deref());
        let mut text = format!("{}: [{host}]{label}", word(result.status));
        let told = match result.status {
            Status::Failed | Status::Unreachable | Status::Ignored => {
                let task = self.tasks.get(&result.task);
                Some(failure::headline(result, task.map_or("", |t| &t.place)))
            }
            _ if result.censored => Some("(censored: no_log)".to_owned()),
            Status::Skipped => result
                .msg
                .as_deref()
                .filter(|_| self.verbosity > 0)
                .map(clean),
            Status::Ok | Status::Changed => self.spoken(result).and_then(|s| one_line(&s)),
        };
        if let Some(told) = told {
            let _ = write!(text, " => {told}");
        }
        if self.verbosity > 0 && result.took_ms >= 1000 {
            let _ = write!(text, " ({})", duration(result.took_ms));
        }
        text
    }

    /// What stands below the status line.
    fn details(&self, result: &StepResult) -> String {
        if result.censored {
            return String::new();
        }
        let args = result
            .result
            .get("invocation")
            .filter(|_| self.verbosity > 1);
        let name = "invocation".to_owned();
        let args = args.map(|args| value::entries([(&name, args)], INDENT));
        let body = match result.status {
            Status::Failed | Status::Unreachable | Status::Ignored => {
                failure::details(result, self.verbosity)
            }
            Status::Skipped => String::new(),
            Status::Ok | Status::Changed => match self.spoken(result) {
                Some(text) if one_line(&text).is_none() => indented(&text, INDENT),
                None if self.verbosity > 0 => {
                    value::entries(value::interesting(&result.result), INDENT)
                }
                Some(_) | None => String::new(),
            },
        };
        body + &args.unwrap_or_default()
    }

    /// Whether the task is there to say something: `debug`.
    fn speaks(&self, result: &StepResult) -> bool {
        let task = self.tasks.get(&result.task);
        task.is_some_and(|t| matches!(t.action.rsplit('.').next(), Some("debug")))
    }

    fn spoken(&self, result: &StepResult) -> Option<String> {
        if !self.speaks(result) {
            return None;
        }
        value::spoken(&result.result).or_else(|| result.msg.as_deref().map(clean))
    }

    fn label(&self, item: Option<&str>) -> String {
        let Some(item) = item else {
            return String::new();
        };
        let item = clean(item).replace('\n', " ");
        if self.verbosity == 0 && item.chars().count() > LABEL {
            let cut: String = item.chars().take(LABEL - 1).collect();
            return format!(" (item={cut}…)");
        }
        format!(" (item={item})")
    }

    fn run_finished(&mut self, hosts: &IndexMap<String, HostStats>, code: u8, took_ms: u64) {
        self.heading();
        if !hosts.is_empty() {
            self.paint_line(Role::Heading, "PLAY RECAP");
            let table = recap::table(hosts, self.palette);
            self.out.push_str(&table);
            self.out.push('\n');
        }
        if !self.custom_stats.is_empty() {
            self.paint_line(Role::Heading, "CUSTOM STATS");
            self.out.push_str(&std::mem::take(&mut self.custom_stats));
            self.out.push('\n');
        }
        for (host, why) in std::mem::take(&mut self.failures) {
            self.paint_line(Role::Failed, &format!("{host}: {why}"));
        }
        let total = recap::total(took_ms, code, self.check, self.palette);
        self.out.push_str(&total);
    }

    /// Makes sure that a line of a task stands under its heading.
    fn under(&mut self, task: &TaskId) {
        if self.current.as_ref() != Some(task) && self.tasks.contains_key(task) {
            self.task_heading(task);
        }
    }

    /// `label: text`, further lines of the text below it.
    fn labelled(&mut self, role: Role, label: &str, text: &str) {
        let text = clean(text);
        let mut lines = text.trim_end().lines();
        let first = format!("{label}: {}", lines.next().unwrap_or_default());
        self.paint_line(role, &first);
        for line in lines {
            self.out.push_str(line);
            self.out.push('\n');
        }
    }

    fn paint_line(&mut self, role: Role, text: &str) {
        let text = self.palette.paint(role, text);
        self.out.push_str(&text);
        self.out.push('\n');
    }
}

/// The word a line begins with.
fn word(status: Status) -> &'static str {
    match status {
        Status::Ok => "ok",
        Status::Changed => "changed",
        Status::Skipped => "skipping",
        Status::Failed => "failed",
        Status::Ignored => "ignored",
        Status::Unreachable => "unreachable",
    }
}

/// A text that fits behind the status, on one line.
fn one_line(text: &str) -> Option<String> {
    let text = text.trim_end();
    (!text.contains('\n')).then(|| text.to_owned())
}
