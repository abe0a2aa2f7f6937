//! Round robin over the runners, so that whatever else the machine does meets all of them.

use std::fs;
use std::io;
use std::thread::sleep;
use std::time::Duration;

use crate::Failure;
use crate::material;
use crate::measure::Sample;
use crate::options::{Group, Options};
use crate::processes;
use crate::report::{Row, ScenarioReport};
use crate::runner::{Bench, Runner};
use crate::scenario::Scenario;

/// Runs all rounds of `scenario`.
pub(crate) fn run(bench: &Bench<'_>, scenario: Scenario, options: &Options) -> ScenarioReport {
    let mut groups: Vec<Vec<Runner>> = options
        .groups()
        .into_iter()
        .map(|group: Group| {
            group
                .runners()
                .iter()
                .copied()
                .filter(|it| it.runs(scenario))
                .collect()
        })
        .collect();
    let runners = groups.iter().flatten();
    let mut rows: Vec<Row> = runners
        .map(|runner| Row::new(*runner, bench.missing(*runner)))
        .collect();
    for round in 1..=options.rounds {
        for runner in groups.iter().flatten() {
            if let Some(row) = rows.iter_mut().find(|row| row.runner == *runner) {
                run_row(bench, scenario, row, round);
            }
        }
        // Nobody is always first, or always right after the slowest.
        groups.rotate_left(1);
    }
    bench.server.drop_connections();
    ScenarioReport { scenario, rows }
}

fn run_row(bench: &Bench<'_>, scenario: Scenario, row: &mut Row, round: u32) {
    if row.error.is_some() {
        return;
    }
    eprint!(
        "scenario {}, round {round}: {} ... ",
        scenario.letter(),
        row.runner.name()
    );
    match attempt(bench, scenario, row) {
        Ok(sample) => {
            eprintln!("{:.3} s", sample.seconds);
            row.samples.push(sample);
        }
        Err(error) => {
            eprintln!("failed: {error}");
            row.error = Some(error);
        }
    }
}

fn attempt(bench: &Bench<'_>, scenario: Scenario, row: &mut Row) -> Result<Sample, Failure> {
    prepare(bench, row.runner, scenario)
        .map_err(|error| format!("failed to clean up before the run: {error}"))?;
    let sample = bench.run(row.runner, scenario)?;
    if row.runner.is_runbook() {
        let helpers = processes::ssh_clients(&bench.scratch.to_string_lossy());
        row.helpers = row.helpers.max(helpers);
    }
    verify(bench, row.runner, scenario)?;
    Ok(sample)
}

/// Nothing of the run before is left, except connections for the row that is about them.
fn prepare(bench: &Bench<'_>, runner: Runner, scenario: Scenario) -> io::Result<()> {
    if scenario == Scenario::B {
        material::reset(bench)?;
    }
    if runner.is_warm() {
        return Ok(());
    }
    bench.server.drop_connections();
    sleep(Duration::from_millis(200));
    for name in ["cp", "run"] {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = bench.scratch.join(name);
        if directory.exists() {
            fs::remove_dir_all(&directory)?;
        }
        fs::create_dir(&directory)?;
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// A runner that skipped work is not faster, so its own account and the files are both checked.
fn verify(bench: &Bench<'_>, runner: Runner, scenario: Scenario) -> Result<(), Failure> {
    let wanted = match runner {
        Runner::Floor | Runner::Ssh => return Ok(()),
        Runner::Pyinfra => None,
        _ => Some(format!("ok={} ", scenario.tasks())),
    };
    if let Some(wanted) = wanted {
        let log = bench.log(runner, scenario);
        let log = fs::read_to_string(&log).map_err(|error| error.to_string())?;
        let complete = log.lines().filter(|line| line.contains(&wanted)).count();
        if complete != scenario.hosts() {
            let hosts = scenario.hosts();
            return Err(format!(
                "the recap says {wanted:?} for {complete} of {hosts} hosts"
            ));
        }
    }
    if scenario == Scenario::B {
        material::verify(bench)
    } else {
        Ok(())
    }
}
