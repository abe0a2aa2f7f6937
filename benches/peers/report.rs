//! The table for people and the JSON for programs.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::Failure;
use crate::measure::Sample;
use crate::runner::Runner;
use crate::scenario::Scenario;
use crate::versions::Versions;

/// Everything that was measured.
pub(crate) struct Report {
    rounds: u32,
    versions: Versions,
    /// The scenarios run so far.
    pub(crate) scenarios: Vec<ScenarioReport>,
}

/// One scenario's rows.
pub(crate) struct ScenarioReport {
    /// What was run.
    pub(crate) scenario: Scenario,
    /// Who ran it.
    pub(crate) rows: Vec<Row>,
}

/// One runner's samples, or why it has none.
pub(crate) struct Row {
    /// Who.
    pub(crate) runner: Runner,
    /// One per round.
    pub(crate) samples: Vec<Sample>,
    /// Why it does not count.
    pub(crate) error: Option<Failure>,
    /// Number of ssh clients it left running, and their memory in KiB.
    pub(crate) helpers: (usize, u64),
}

impl Row {
    /// A row without samples yet.
    pub(crate) fn new(runner: Runner, error: Option<Failure>) -> Self {
        Self {
            runner,
            samples: Vec::new(),
            error,
            helpers: (0, 0),
        }
    }

    /// Sorted seconds; none for a runner that failed in any round.
    fn seconds(&self) -> Vec<f64> {
        if self.error.is_some() {
            return Vec::new();
        }
        let mut seconds: Vec<f64> = self.samples.iter().map(|sample| sample.seconds).collect();
        seconds.sort_by(f64::total_cmp);
        seconds
    }

    fn median(&self) -> Option<f64> {
        median(&self.seconds())
    }

    fn peak_kib(&self) -> Option<u64> {
        self.samples
            .iter()
            .filter_map(|sample| sample.peak_kib)
            .max()
    }
}

impl ScenarioReport {
    fn median_of(&self, runner: Runner) -> Option<f64> {
        self.rows.iter().find(|row| row.runner == runner)?.median()
    }

    fn print(&self) {
        println!("\n{}", self.scenario.title());
        println!(
            "{:<22}{:>10}  {:<17}{:>9}{:>11}{:>10}",
            "runner", "median", "min-max", "x floor", "x runbook", "peak RSS"
        );
        let floor = self.median_of(Runner::Floor);
        let runbook = self.median_of(Runner::Runbook);
        for row in &self.rows {
            println!("{}", line(row, floor, runbook).trim_end());
        }
        for row in self.rows.iter().filter(|row| row.helpers.0 > 0) {
            let (count, mib) = (row.helpers.0, mib(row.helpers.1));
            println!(
                "{}: {count} ssh masters beside it, {mib} together (PSS)",
                row.runner.name()
            );
        }
    }

    fn json(&self) -> Value {
        let floor = self.median_of(Runner::Floor);
        let runbook = self.median_of(Runner::Runbook);
        let row = |row: &Row| {
            let median = row.median();
            json!({
                "runner": row.runner.name(),
                "error": row.error,
                "seconds": row.samples.iter().map(|sample| sample.seconds).collect::<Vec<_>>(),
                "median": median,
                "min": row.seconds().first(),
                "max": row.seconds().last(),
                "ratio_to_floor": ratio(median, floor),
                "ratio_to_runbook": ratio(median, runbook),
                "controller_peak_rss_kib": row.peak_kib(),
                "ssh_helpers": {"count": row.helpers.0, "pss_kib": row.helpers.1},
            })
        };
        json!({
            "scenario": self.scenario.letter(),
            "title": self.scenario.title(),
            "rows": self.rows.iter().map(row).collect::<Vec<_>>(),
        })
    }
}

impl Report {
    /// A report without scenarios yet.
    pub(crate) fn new(rounds: u32, versions: Versions) -> Self {
        Self {
            rounds,
            versions,
            scenarios: Vec::new(),
        }
    }

    /// Prints the tables.
    pub(crate) fn print(&self) {
        println!("\n{} rounds on {}", self.rounds, self.versions.machine);
        let version = |(name, version): (&String, &Value)| {
            format!("{name}: {}", version.as_str().unwrap_or("missing"))
        };
        println!(
            "{}",
            self.versions
                .programs
                .iter()
                .map(version)
                .collect::<Vec<_>>()
                .join("; ")
        );
        for scenario in &self.scenarios {
            scenario.print();
        }
        if let Some(median) = median(&self.versions.version_ms) {
            let least = self
                .versions
                .version_ms
                .first()
                .copied()
                .unwrap_or_default();
            println!("\n`runbook --version`: median {median:.1} ms, least {least:.1} ms");
        }
    }

    /// Writes the machine-readable form.
    pub(crate) fn save(&self, path: &Path) -> Result<(), Failure> {
        let value = json!({
            "rounds": self.rounds,
            "machine": self.versions.machine,
            "versions": self.versions.programs,
            "runbook_version_ms": median(&self.versions.version_ms),
            "scenarios": self.scenarios.iter().map(ScenarioReport::json).collect::<Vec<_>>(),
        });
        fs::create_dir_all(path.parent().unwrap_or(path))
            .and_then(|()| fs::write(path, format!("{value:#}\n")))
            .map_err(|error| format!("failed to write {}: {error}", path.display()))
    }
}

fn line(row: &Row, floor: Option<f64>, runbook: Option<f64>) -> String {
    let name = row.runner.name();
    if let Some(error) = &row.error {
        let kind = if error.starts_with("binary missing") {
            ""
        } else {
            "failed: "
        };
        return format!("{name:<22}{kind}{error}");
    }
    let seconds = row.seconds();
    let (Some(median), Some(least), Some(most)) = (row.median(), seconds.first(), seconds.last())
    else {
        return format!("{name:<22}not run");
    };
    let spread = format!("{least:.2}-{most:.2} s");
    let times = |base| ratio(Some(median), base).map_or_else(String::new, |it| format!("{it:.2}"));
    let peak = row.peak_kib().map_or_else(String::new, mib);
    format!(
        "{name:<22}{median:>8.3} s  {spread:<17}{:>9}{:>11}{peak:>10}",
        times(floor),
        times(runbook)
    )
}

fn ratio(value: Option<f64>, base: Option<f64>) -> Option<f64> {
    Some(value? / base?)
}

/// The median of sorted values.
fn median(sorted: &[f64]) -> Option<f64> {
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    Some(if sorted.len().is_multiple_of(2) {
        f64::midpoint(sorted[middle - 1], upper)
    } else {
        upper
    })
}

fn mib(kib: u64) -> String {
    format!("{}.{} MiB", kib / 1024, kib % 1024 * 10 / 1024)
}
