//! What Linux's `/proc` knows about processes.

use std::collections::HashSet;
use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Peak resident set of a live process in KiB.
pub(crate) fn peak_rss_kib(pid: u32) -> Option<u64> {
    field_kib(&format!("/proc/{pid}/status"), "VmHWM:")
}

/// Number of the `ssh` clients whose command line mentions `marker`, and their proportional set
/// size in KiB together; pages they share are counted once.
pub(crate) fn ssh_clients(marker: &str) -> (usize, u64) {
    let ours = |pid: &u32| {
        let read = |file| fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
        read("comm").trim_ascii() == b"ssh"
            && String::from_utf8_lossy(&read("cmdline")).contains(marker)
    };
    let pids: Vec<u32> = all().into_iter().filter(ours).collect();
    let pss = |pid| field_kib(&format!("/proc/{pid}/smaps_rollup"), "Pss:");
    (pids.len(), pids.iter().filter_map(pss).sum())
}

/// Ends every process below `ancestor`, politely first.
pub(crate) fn end_descendants(ancestor: u32) {
    for signal in [Signal::SIGTERM, Signal::SIGKILL] {
        let begun = Instant::now();
        let mut left = descendants(ancestor);
        for pid in &left {
            // A process that ended by itself meanwhile is what we want.
            let _ = kill(Pid::from_raw(pid.cast_signed()), signal);
        }
        while !left.is_empty() && begun.elapsed() < Duration::from_secs(3) {
            sleep(Duration::from_millis(10));
            left.retain(|pid| is_live(*pid));
        }
    }
}

fn descendants(ancestor: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = all()
        .into_iter()
        .filter_map(|pid| Some((pid, parent(pid)?)))
        .collect();
    let mut found = HashSet::from([ancestor]);
    loop {
        let before = found.len();
        let below = parents.iter().filter(|(_, parent)| found.contains(parent));
        let below: Vec<u32> = below.map(|(pid, _)| *pid).collect();
        found.extend(below);
        if found.len() == before {
            break;
        }
    }
    found.remove(&ancestor);
    found.into_iter().collect()
}

fn all() -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

/// The fields after the command's name, which may itself hold spaces and parentheses.
fn stat(pid: u32) -> Option<(String, u32)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = text.rsplit_once(") ")?.1.split(' ');
    Some((fields.next()?.to_owned(), fields.next()?.parse().ok()?))
}

fn parent(pid: u32) -> Option<u32> {
    stat(pid).map(|(_, parent)| parent)
}

fn is_live(pid: u32) -> bool {
    stat(pid).is_some_and(|(state, _)| state != "Z")
}

fn field_kib(path: &str, name: &str) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    value.split_whitespace().next()?.parse().ok()
}
