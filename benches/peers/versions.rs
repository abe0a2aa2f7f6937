//! Who ran, on what.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::{Map, Value, json};

use crate::runner::Bench;

/// How often `runbook --version` is started.
const STARTS: usize = 31;

/// What the report says beside the times.
pub(crate) struct Versions {
    /// Name and version of every program that took part.
    pub(crate) programs: Map<String, Value>,
    /// Processor, number of processors, kernel, and how busy it was.
    pub(crate) machine: String,
    /// Sorted milliseconds of `runbook --version`; empty without a binary.
    pub(crate) version_ms: Vec<f64>,
}

/// Asks every program for its version.
pub(crate) fn collect(bench: &Bench<'_>) -> Versions {
    let mut programs = Map::new();
    let bin = &bench.tools.bin;
    let mut add = |name: &str, version: Option<String>| {
        programs.insert(name.to_owned(), version.map_or(Value::Null, |it| json!(it)));
    };
    let runnable = bench.missing(crate::runner::Runner::Runbook).is_none();
    let runbook = || first_line(Command::new(&bench.runbook).arg("--version"));
    add("runbook", runnable.then(runbook).flatten());
    add("openssh", first_line(Command::new("ssh").arg("-V")));
    add(
        "python",
        first_line(Command::new(bin.join("python")).arg("--version")),
    );
    for package in ["ansible-core", "mitogen", "pyinfra"] {
        let script = format!("import importlib.metadata as m; print(m.version('{package}'))");
        add(
            package,
            first_line(Command::new(bin.join("python")).args(["-c", &script])),
        );
    }
    let version_ms = if runnable {
        time_version(bench)
    } else {
        Vec::new()
    };
    Versions {
        programs,
        machine: machine(),
        version_ms,
    }
}

fn time_version(bench: &Bench<'_>) -> Vec<f64> {
    let start = |_| {
        let begun = Instant::now();
        let mut command = Command::new(&bench.runbook);
        command
            .arg("--version")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .ok()?;
        Some(begun.elapsed().as_secs_f64() * 1000.0)
    };
    let mut times: Vec<f64> = (0..STARTS).filter_map(start).collect();
    times.sort_by(f64::total_cmp);
    times
}

/// The first line a successful command says, on either stream.
fn first_line(command: &mut Command) -> Option<String> {
    let output = command
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let said = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&said)
        .lines()
        .next()
        .map(str::to_owned)
}

fn machine() -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let model = cpuinfo
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, name)| name.trim());
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or_default();
    format!(
        "{count} x {model}, Linux {}, load {load} at the start",
        kernel.trim()
    )
}
