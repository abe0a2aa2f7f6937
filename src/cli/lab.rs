//! `runbook lab`: real hosts to try runbooks on.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::play::Play;
use super::refuse;
use super::setup::Place;
use crate::diag::Diagnostic;
use crate::lab::{self, DownOptions, LabError, LabHandle, LabOptions};
use crate::report;

/// The arguments of `lab`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  runbook lab up m1\n  runbook lab up m1 --name second\n  \
    runbook lab status\n  runbook lab down"
)]
pub(super) struct Lab {
    #[command(subcommand)]
    verb: LabVerb,
}

#[derive(Debug, Subcommand)]
enum LabVerb {
    /// Create the hosts of a layout and deploy its cluster; what exists is kept
    Up {
        /// The layout
        #[arg(default_value = "m1")]
        layout: String,
        /// The lab's name [default: the layout's]
        #[arg(long)]
        name: Option<String>,
        /// Build the image anew
        #[arg(long)]
        rebuild: bool,
    },
    /// Remove a lab: hosts, network, inventory, keys
    Down {
        /// The lab's name
        #[arg(default_value = "m1")]
        name: String,
        /// Remove the images, too
        #[arg(long)]
        images: bool,
    },
    /// Show a lab's hosts
    Status {
        /// The lab's name
        #[arg(default_value = "m1")]
        name: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// List the labs there are
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

impl Lab {
    pub(super) fn run(self) -> u8 {
        let runtime = match tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
        {
            Ok(runtime) => runtime,
            Err(why) => return refuse(&Diagnostic::error(why.to_string()).into()),
        };
        match self.verb {
            LabVerb::Up {
                layout,
                name,
                rebuild,
            } => {
                let place = match Place::find() {
                    Ok(place) => place,
                    Err(mistakes) => return refuse(&mistakes),
                };
                let options = LabOptions {
                    layout,
                    name,
                    project_dir: place.dir,
                    rebuild,
                };
                let view = report::lab::Progress::stderr();
                let up = runtime.block_on(lab::up(&options, &|progress| view.on(&progress)));
                view.finish();
                match up {
                    Ok(handle) => deploy(&handle),
                    Err(error) => failed(&error),
                }
            }
            LabVerb::Down { name, images } => {
                let view = report::lab::Progress::stderr();
                let options = DownOptions { name, images };
                let down = runtime.block_on(lab::down(&options, &|progress| view.on(&progress)));
                view.finish();
                show(down, false, |removed| {
                    report::lab::removed(&options.name, removed)
                })
            }
            LabVerb::Status { name, json } => show(
                runtime.block_on(lab::status(&name)),
                json,
                report::lab::status,
            ),
            LabVerb::List { json } => show(runtime.block_on(lab::list()), json, |labs| {
                report::lab::list(labs)
            }),
        }
    }
}

/// Runs the layout's own playbooks on the new hosts: the tool's first user is its lab.
fn deploy(handle: &LabHandle) -> u8 {
    let inventory: &PathBuf = &handle.inventory;
    let code = Play::built_in(&handle.playbooks, inventory).run();
    if code == 0 {
        let _ = anstream::stdout().write_all(report::lab::ready(handle).as_bytes());
    }
    code
}

fn show<T: Serialize>(
    result: Result<T, LabError>,
    json: bool,
    text: impl FnOnce(&T) -> String,
) -> u8 {
    match result {
        Ok(value) => {
            let text = match serde_json::to_string_pretty(&value) {
                Ok(rendered) if json => format!("{rendered}\n"),
                _ => text(&value),
            };
            let _ = anstream::stdout().write_all(text.as_bytes());
            0
        }
        Err(error) => failed(&error),
    }
}

fn failed(error: &LabError) -> u8 {
    refuse(&Diagnostic::error(error.to_string()).into())
}
