//! `wait_for`: wait until a port or a file of the host is as it should be.

mod listeners;
mod probe;

use std::time::Duration;

use futures_util::FutureExt as _;
use regex::{Captures, Regex, RegexBuilder};
use serde_json::{Map, Value as Json};
use tokio::time::Instant;

use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};
use crate::{module_args, module_choice};
use probe::Probe;

/// The first pause between two looks; it doubles up to `sleep`.
const FIRST_SLEEP: Duration = Duration::from_millis(100);

module_choice! {
    /// What to wait for.
    pub(crate) enum State {
        Absent = "absent",
        Drained = "drained",
        Present = "present",
        Started = "started",
        Stopped = "stopped",
    }
}

module_args! {
    /// Arguments of `wait_for`.
    pub(crate) struct Args {
        /// The name or address the port is on, as the host sees it.
        host: String = "127.0.0.1";
        /// The port.
        port: Option<i64>;
        /// The file, instead of a port.
        path: Option<String>;
        /// `started` or `present`: the port answers, the file exists. `stopped` or `absent`: it does not. `drained`: nobody is connected to the port.
        state: State = "started";
        /// What the file, or what the port says, must match somewhere.
        search_regex: Option<String>;
        /// The longest time to wait, in seconds.
        timeout: f64 = "300";
        /// How long to wait before the first look, in seconds.
        delay: f64 = "0";
        /// The longest time between two looks, in seconds; the first ones follow faster.
        sleep: f64 = "1";
        /// The longest time one attempt to connect may take, in seconds.
        connect_timeout: f64 = "5";
        /// What to say when the time is up.
        msg: Option<String>;
        /// Addresses whose connections do not count for `drained`.
        exclude_hosts: Option<Vec<String>>;
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "wait_for",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Wait until a port or a file of the host is as it should be",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::Skipped,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

/// What one look found.
#[derive(Debug, Default)]
struct Seen {
    /// Whether it is as it should be.
    met: bool,
    /// What was there, in words.
    words: String,
    /// What `search_regex` matched.
    groups: Option<(Vec<Json>, Map<String, Json>)>,
}

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let limits = Limits::new(&args)?;
    let regex = regex(args.search_regex.as_deref())?;
    let start = Instant::now();
    tokio::time::sleep(limits.delay).await;
    let Some(probe) = Probe::new(&args, regex, limits.connect, ctx).await? else {
        tokio::time::sleep_until(start + limits.timeout).await;
        return Ok(outcome(&args, start, Seen::default()));
    };
    let deadline = start + limits.timeout;
    let mut pause = FIRST_SLEEP.min(limits.sleep);
    let mut last = "nothing yet".to_owned();
    loop {
        match tokio::time::timeout_at(deadline, probe.look(ctx)).await {
            Ok(seen) => {
                let seen = seen?;
                if seen.met {
                    return Ok(outcome(&args, start, seen));
                }
                last = seen.words;
            }
            Err(_) => return Err(late(&args, &probe, start, &last)),
        }
        if Instant::now() + pause >= deadline {
            return Err(late(&args, &probe, start, &last));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(limits.sleep);
    }
}

/// The times of a call.
struct Limits {
    timeout: Duration,
    delay: Duration,
    sleep: Duration,
    connect: Duration,
}

impl Limits {
    fn new(args: &Args) -> Result<Self, Failure> {
        let read = |name: &str, seconds: f64| {
            Duration::try_from_secs_f64(seconds).map_err(|_| {
                Failure::new(format!("`{name}` must be a time in seconds, not {seconds}"))
            })
        };
        Ok(Self {
            timeout: read("timeout", args.timeout)?,
            delay: read("delay", args.delay)?,
            sleep: read("sleep", args.sleep)?,
            connect: read("connect_timeout", args.connect_timeout)?,
        })
    }
}

fn regex(text: Option<&str>) -> Result<Option<Regex>, Failure> {
    let build = |text| RegexBuilder::new(text).multi_line(true).build();
    text.map(build)
        .transpose()
        .map_err(|e| Failure::new(format!("`search_regex` cannot be used: {e}")))
}

fn groups(captures: &Captures<'_>, regex: &Regex) -> (Vec<Json>, Map<String, Json>) {
    let text = |found: Option<regex::Match<'_>>| found.map(|m| m.as_str()).into();
    let numbered = captures.iter().skip(1).map(text).collect();
    let named = regex
        .capture_names()
        .flatten()
        .map(|name| (name.to_owned(), text(captures.name(name))))
        .collect();
    (numbered, named)
}

fn late(args: &Args, probe: &Probe, start: Instant, last: &str) -> Failure {
    let wanted = probe.wanted();
    let failure = match &args.msg {
        Some(msg) => Failure::new(msg).detail(format!(
            ": timed out after {} s waiting for {wanted}; last seen: {last}",
            args.timeout
        )),
        None => Failure::new(format!("Timeout when waiting for {wanted}"))
            .detail(format!(" ({} s); last seen: {last}", args.timeout)),
    };
    failure.with("elapsed", start.elapsed().as_secs())
}

fn outcome(args: &Args, start: Instant, seen: Seen) -> Outcome {
    let state = match args.state {
        State::Absent => "absent",
        State::Drained => "drained",
        State::Present => "present",
        State::Started => "started",
        State::Stopped => "stopped",
    };
    let (groups, named) = seen.groups.unwrap_or_default();
    Outcome::ok()
        .with("elapsed", start.elapsed().as_secs())
        .with("state", state)
        .with("port", args.port)
        .with("path", args.path.clone())
        .with("search_regex", args.search_regex.clone())
        .with("match_groups", groups)
        .with("match_groupdict", named)
}

#[cfg(test)]
mod tests;
