//! A run: all plays of all playbooks, in order.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use indexmap::IndexSet;

use super::connections::Connections;
use super::custom_stats::CustomStats;
use super::interrupt::Interrupt;
use super::jobs::Jobs;
use super::magic;
use super::options::{Operator, Options};
use super::play::PlayEnd;
use super::refresh::Grown;
use super::stats::Stats;
use super::store::Store;
use crate::diag::{Diagnostic, Diagnostics, SourceFile};
use crate::event::{Event, Sink};
use crate::inventory::Inventory;
use crate::playbook::{Play, Playbook};
use crate::project::Project;
use crate::template::Templar;
use crate::transport::Connector;
use crate::vars::VarMap;

/// Everything a run is put together from.
pub struct Setup {
    /// How to run.
    pub options: Options,
    /// The hosts.
    pub inventory: Inventory,
    /// `--extra-vars`.
    pub extra_vars: VarMap,
    /// The template engine.
    pub templar: Arc<Templar>,
    /// Where playbooks, hooks and files come from.
    pub project: Arc<Project>,
    /// How hosts are reached.
    pub connector: Arc<dyn Connector>,
    /// Who hears what happens.
    pub sink: Sink,
    /// Who can be asked.
    pub operator: Arc<dyn Operator>,
    /// The wish to stop.
    pub interrupt: Interrupt,
}

/// Runs playbooks.
pub struct Engine {
    pub(super) options: Options,
    pub(super) store: Arc<Store>,
    pub(super) connections: Arc<Connections>,
    pub(super) jobs: Arc<Jobs>,
    pub(super) project: Arc<Project>,
    pub(super) sink: Sink,
    pub(super) operator: Arc<dyn Operator>,
    pub(super) interrupt: Interrupt,
    pub(super) stats: Stats,
    pub(super) custom_stats: CustomStats,
    /// Hosts that failed in an earlier play take no part in later ones.
    pub(super) lost: Mutex<Vec<Arc<str>>>,
    /// What came to the inventory since it was read.
    pub(super) grown: Mutex<Grown>,
    /// Whether `--start-at-task` was reached.
    pub(super) started: Mutex<bool>,
    /// Whether `--step` was answered with "continue".
    pub(super) step_through: Mutex<bool>,
    /// What was warned of already.
    warned: Mutex<HashSet<String>>,
}

/// The exit code after the operator stopped a run, as Ansible's.
const INTERRUPTED: u8 = 99;

impl Engine {
    /// Puts an engine together.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let globals = magic::of_run(&setup.options);
        let store = Store::new(&setup.templar, setup.inventory, setup.extra_vars, globals);
        Self {
            started: Mutex::new(setup.options.start_at_task.is_none()),
            step_through: Mutex::new(!setup.options.step),
            options: setup.options,
            store,
            connections: Arc::new(Connections::new(setup.connector)),
            jobs: Arc::default(),
            project: setup.project,
            sink: setup.sink,
            operator: setup.operator,
            interrupt: setup.interrupt,
            stats: Stats::default(),
            custom_stats: CustomStats::default(),
            lost: Mutex::default(),
            grown: Mutex::default(),
            warned: Mutex::default(),
        }
    }

    /// Runs the playbooks and gives the exit code: 0 when all went well, 2 when a host failed, 4
    /// when one was unreachable (6 for both), 1 when a play could not be understood with the
    /// values of this run, 99 when the operator stopped it.
    pub async fn run(&self, playbooks: &[(String, Playbook)]) -> u8 {
        let begun = Instant::now();
        self.sink.emit(&Event::RunStarted {
            run: run_id(),
            playbooks: playbooks.iter().map(|(name, _)| name.clone()).collect(),
            check: self.options.check,
            at: jiff::Timestamp::now().to_string(),
        });
        let broken = self.plays(playbooks).await;
        self.settle_jobs().await;
        self.connections.close().await;
        let code = match broken {
            _ if self.interrupt.requested() => INTERRUPTED,
            Err(()) if self.stats.code() == 0 => 1,
            _ => self.stats.code(),
        };
        if let Some(event) = self.custom_stats.event() {
            self.sink.emit(&event);
        }
        self.sink.emit(&Event::RunFinished {
            hosts: self.stats.all(),
            code,
            took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
        code
    }

    async fn plays(&self, playbooks: &[(String, Playbook)]) -> Result<(), ()> {
        let mut index = 0;
        if let Err(mistakes) = self.read_vars_beside(playbooks) {
            self.refuse(&mistakes);
            return Err(());
        }
        for (_, playbook) in playbooks {
            for play in &playbook.plays {
                if self.interrupt.requested() {
                    return Ok(());
                }
                match self.play(index, play).await {
                    Ok(PlayEnd::GoOn) => {}
                    Ok(PlayEnd::Break) => return Ok(()),
                    Err(mistake) => {
                        self.refuse(&Diagnostics::from(mistake));
                        return Err(());
                    }
                }
                index += 1;
            }
        }
        Ok(())
    }

    /// Reads the variables beside every playbook there is, before any play begins.
    fn read_vars_beside(&self, playbooks: &[(String, Playbook)]) -> Result<(), Diagnostics> {
        let plays = playbooks.iter().flat_map(|(_, playbook)| &playbook.plays);
        let dirs: IndexSet<PathBuf> = plays.filter_map(|play| source_dir(&play.source)).collect();
        for dir in dirs {
            let warnings = self.adopt_folder(dir)?;
            for warning in &warnings {
                self.warn(warning.one_line());
            }
        }
        Ok(())
    }

    /// A play begins: its folder is `playbook_dir`, and the variables beside it count.
    pub(super) fn enter(&self, play: &Play) {
        let dir = source_dir(&play.source);
        self.store
            .inventory_mut()
            .enter_playbook_dir(dir.as_deref());
        self.store.enter_playbook(&self.playbook_dir(&play.source));
    }

    fn refuse(&self, mistakes: &Diagnostics) {
        self.sink.emit(&Event::PlayAborted {
            reason: mistakes.render(false),
        });
    }

    pub(super) fn warn(&self, message: impl Into<String>) {
        self.sink.emit(&Event::Warning {
            message: message.into(),
        });
    }

    /// Warns of what every host and every item would have to be warned of.
    pub(super) fn warn_once(&self, message: String) {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.insert(message.clone()) {
            self.warn(message);
        }
    }

    /// Passes on what templates warned of.
    pub(super) fn warn_of_templates(&self) {
        for message in self.store.templar.take_warnings() {
            self.warn_once(message);
        }
    }

    /// Takes a host out of all later plays.
    pub(super) fn lose(&self, host: &Arc<str>) {
        let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        if !lost.contains(host) {
            lost.push(Arc::clone(host));
        }
    }

    pub(super) fn is_lost(&self, host: &Arc<str>) -> bool {
        self.lost
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(host)
    }

    /// Failed hosts come back (`meta: clear_host_errors`).
    pub(super) fn forgive(&self) {
        self.stats.forgive();
        self.lost
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// The folder a playbook stands in (`playbook_dir`); the project's for an embedded one.
    pub(super) fn playbook_dir(&self, source: &SourceFile) -> PathBuf {
        source_dir(source).unwrap_or_else(|| self.options.project_dir.clone())
    }
}

/// The absolute folder of a file on disk.
pub(super) fn source_dir(source: &SourceFile) -> Option<PathBuf> {
    let path = source.path.as_deref()?;
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.parent().map(PathBuf::from)
}

/// Sortable by time, unique among a team's controllers.
fn run_id() -> String {
    let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    format!("{now}-{:06x}", fastrand::u32(..) & 0xff_ffff)
}

/// A mistake that only shows once values are known, at a keyword's place.
pub(super) fn mistake(message: String, node: &crate::yaml::Node) -> Diagnostic {
    Diagnostic::error(message).at(&node.span)
}
