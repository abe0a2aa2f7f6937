//! Times one process from its start to its end.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::Failure;
use crate::processes;

/// A runner that takes longer than this is stopped.
const LIMIT: Duration = Duration::from_mins(15);

/// How often the peak memory is read. The kernel keeps the peak itself, so only growth in the
/// last interval before the end can be missed.
const INTERVAL: Duration = Duration::from_millis(5);

/// One measured run.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    /// Wall-clock seconds, start-up included.
    pub(crate) seconds: f64,
    /// Peak resident set of the started process alone, in KiB.
    pub(crate) peak_kib: Option<u64>,
}

/// Runs `command` with its output in `log`; an exit code other than 0 is an error.
pub(crate) fn time(command: &mut Command, log: &Path) -> Result<Sample, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let open = || File::create(log).and_then(|file| Ok((file.try_clone()?, file)));
    let (out, err) =
        open().map_err(|error| format!("failed to write {}: {error}", log.display()))?;
    command.stdin(Stdio::null()).stdout(out).stderr(err);

    let begun = Instant::now();
    let mut child = command
        .spawn()
        .map_err(|error| format!("failed to start {program}: {error}"))?;
    let pid = child.id();
    let ended = AtomicBool::new(false);
    let (status, seconds, peak_kib) = thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(pid, begun, &ended));
        let status = child.wait();
        let seconds = begun.elapsed().as_secs_f64();
        ended.store(true, Ordering::Release);
        (status, seconds, watcher.join().unwrap_or_default())
    });
    let status = status.map_err(|error| format!("failed to wait for {program}: {error}"))?;
    if status.success() {
        Ok(Sample { seconds, peak_kib })
    } else {
        Err(format!("{status}: {}", last_words(log)))
    }
}

/// Reads the peak memory until the process has ended, and ends it when it takes too long.
fn watch(pid: u32, begun: Instant, ended: &AtomicBool) -> Option<u64> {
    let mut peak = None;
    while !ended.load(Ordering::Acquire) {
        peak = processes::peak_rss_kib(pid).or(peak);
        if begun.elapsed() > LIMIT {
            // It is still unreaped, so the pid is still its own; the exit status tells the rest.
            let _ = kill(Pid::from_raw(pid.cast_signed()), Signal::SIGTERM);
            thread::sleep(Duration::from_secs(1));
        }
        thread::sleep(INTERVAL);
    }
    peak
}

/// The lines of a log most likely to say what went wrong.
fn last_words(log: &Path) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let telling = |line: &&str| {
        let line = line.to_ascii_lowercase();
        ["fatal", "error", "failed to", "unreachable!"]
            .iter()
            .any(|word| line.contains(word))
    };
    let mut found: Vec<&str> = lines().filter(telling).collect();
    if found.is_empty() {
        found.push(lines().next_back().unwrap_or("no output"));
    }
    found.dedup();
    let last = found.split_off(found.len().saturating_sub(2));
    last.join("; ").chars().take(300).collect()
}
