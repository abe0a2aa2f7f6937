//! What `runbook lab` shows.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::lab::{self, HostStatus, LabHandle, LabStatus, LabSummary, Removed};

/// A spinner on a terminal, a line a step elsewhere.
pub struct Progress {
    bar: Option<ProgressBar>,
    step: Mutex<String>,
}

impl Progress {
    /// On standard error.
    #[must_use]
    pub fn stderr() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            let style = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self {
            bar,
            step: Mutex::default(),
        }
    }

    /// Shows one thing that happened.
    pub fn on(&self, progress: &lab::Progress) {
        match (progress, &self.bar) {
            (lab::Progress::Step(step), Some(bar)) => {
                self.step
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .clone_from(step);
                bar.println(format!("• {step}"));
                bar.set_message(step.clone());
            }
            (lab::Progress::Step(step), None) => line(&format!("• {step}")),
            (lab::Progress::Detail(detail), Some(bar)) => {
                let step = self.step.lock().unwrap_or_else(PoisonError::into_inner);
                bar.set_message(format!("{step}: {detail}"));
            }
            (lab::Progress::Detail(_), None) => {}
            (lab::Progress::Warning(text), Some(bar)) => bar.println(format!("warning: {text}")),
            (lab::Progress::Warning(text), None) => line(&format!("warning: {text}")),
        }
    }

    /// Takes the spinner away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn line(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A lab that is ready to be used, and how.
#[must_use]
pub fn ready(handle: &LabHandle) -> String {
    let inventory = handle.inventory.display();
    format!(
        "\nlab `{}` is up: PostgreSQL {} deployed, {} offered as an update\n\
         inventory: {inventory}\n\
         next:      runbook play update-postgres.yml -i {inventory}\n\
         away with: runbook lab down {}\n",
        handle.name, handle.postgres_older, handle.postgres_newer, handle.name
    )
}

/// What `down` removed.
#[must_use]
pub fn removed(name: &str, removed: &Removed) -> String {
    let mut parts = vec![count(removed.containers.len(), "container")];
    if removed.network {
        parts.push("the network".to_owned());
    }
    if removed.inventory {
        parts.push("the inventory".to_owned());
    }
    if !removed.images.is_empty() {
        parts.push(count(removed.images.len(), "image"));
    }
    format!("lab `{name}` is gone: removed {}\n", parts.join(", "))
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// One lab in detail.
#[must_use]
pub fn status(lab: &LabStatus) -> String {
    let mut text = format!(
        "lab `{}`, layout {}, subnet {}\ninventory: {}\n\n",
        lab.name,
        lab.layout,
        lab.subnet,
        lab.inventory.display()
    );
    let _ = writeln!(
        text,
        "{:10} {:10} {:16} {:10} {:5} postgres",
        "host", "group", "address", "state", "ssh"
    );
    for host in &lab.hosts {
        let HostStatus {
            name,
            group,
            address,
            state,
            ssh,
            postgres,
            ..
        } = host;
        let (ssh, postgres) = (yes(*ssh), yes(*postgres));
        let _ = writeln!(
            text,
            "{name:10} {group:10} {:16} {state:10} {ssh:5} {postgres}",
            address.to_string()
        );
    }
    text
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

/// All labs, a line each.
#[must_use]
pub fn list(labs: &[LabSummary]) -> String {
    if labs.is_empty() {
        return "no labs; `runbook lab up m1` makes one\n".to_owned();
    }
    let mut text = String::new();
    for lab in labs {
        let LabSummary {
            name,
            layout,
            running,
            hosts,
            inventory,
        } = lab;
        let _ = writeln!(
            text,
            "{name}  layout {layout}, {running} of {hosts} hosts running, {}",
            inventory.display()
        );
    }
    text
}
