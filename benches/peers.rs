//! Side-by-side benchmark of runbook, its peers and the floor, over real SSH on loopback.
//!
//! `cargo bench --bench peers` sets everything up, runs the rounds and prints one table per
//! scenario. It reports times and never asserts on them. See `docs/benchmarks.md`.

#[path = "peers/floor.rs"]
mod floor;
#[path = "peers/install.rs"]
mod install;
#[path = "peers/material.rs"]
mod material;
#[path = "peers/measure.rs"]
mod measure;
#[path = "peers/options.rs"]
mod options;
#[path = "peers/processes.rs"]
mod processes;
#[path = "peers/report.rs"]
mod report;
#[path = "peers/rounds.rs"]
mod rounds;
#[path = "peers/runner.rs"]
mod runner;
#[path = "peers/scenario.rs"]
mod scenario;
#[path = "peers/sshd.rs"]
mod sshd;
#[path = "peers/versions.rs"]
mod versions;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser as _;

/// What the benchmark could not do, in one sentence.
type Failure = String;

fn main() -> ExitCode {
    let options = options::Options::parse();
    if !options.bench {
        eprintln!("nothing is timed outside `cargo bench --bench peers`");
        return ExitCode::SUCCESS;
    }
    match bench(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn bench(options: &options::Options) -> Result<(), Failure> {
    let cache = target_directory().join("bench");
    let sshd_program = install::sshd()?;
    let tools = install::peers(&cache, &options.peers());
    let scratch = tempfile::Builder::new()
        .prefix("rb-bench-")
        .tempdir_in("/tmp")
        .map_err(|error| format!("failed to create a scratch directory in /tmp: {error}"))?;
    let server = sshd::Server::start(&sshd_program, scratch.path(), options.kex)?;
    let runbook = options.runbook_binary();
    if runbook.components().any(|part| part.as_os_str() == "debug") {
        eprintln!(
            "warning: {} is a debug build; its times mean little",
            runbook.display()
        );
    }
    let bench = runner::Bench::new(scratch.path(), &server, &tools, runbook);
    material::write(&bench)?;

    let mut report = report::Report::new(options.rounds, versions::collect(&bench));
    for scenario in options.scenarios() {
        report
            .scenarios
            .push(rounds::run(&bench, scenario, options));
        // A report after each scenario, so that an interrupted run keeps what it measured.
        report.save(&cache.join("peers.json"))?;
    }
    report.print();
    println!("\nsaved as {}", cache.join("peers.json").display());
    if options.keep {
        println!("scratch directory kept: {}", scratch.keep().display());
    }
    Ok(())
}

/// Cargo's target directory, found from where this program was built.
fn target_directory() -> PathBuf {
    std::env::current_exe()
        .ok()
        .and_then(|program| program.ancestors().nth(3).map(PathBuf::from))
        .unwrap_or_else(|| PathBuf::from("target"))
}
