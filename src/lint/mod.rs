//! Everything that can be said about playbooks, roles, variables and inventories without connecting.
//!
//! What the loaders refuse is told by them; the rules beyond that work on what was written, sorted
//! by the tables of keywords and modules, so that a file with mistakes is judged as well.

mod files;
mod finding;
mod groups;
mod input;
mod item;
mod judge;
mod library;
mod loops;
mod names;
mod output;
mod paths;
mod reach;
mod roles;
mod rules;
mod secrets;
mod settings;
mod silence;
mod spelling;
#[cfg(test)]
mod tests;
mod vars;
mod walk;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::path::PathBuf;
use std::rc::Rc;

use crate::diag::Severity;
use crate::playbook::{self, Section};
use crate::project::Project;
use crate::template::{Templar, Uses};
use crate::yaml::Node;

pub use finding::Finding;
pub use output::{github, json, sarif, text};
pub use rules::{Rule, find as rule, rules};
pub use settings::Settings;

/// What is to be judged, and what is known besides.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Playbooks, files of tasks, roles, folders; the whole project when empty.
    pub inputs: Vec<String>,
    /// Inventories whose variables count as defined.
    pub inventories: Vec<String>,
    /// Names given with `-e`.
    pub extra: Vec<String>,
    /// Tags as `--tags` would be given.
    pub tags: Vec<String>,
    /// Tags as `--skip-tags` would be given.
    pub skip_tags: Vec<String>,
    /// What the project says about the rules.
    pub settings: Settings,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// By file and place.
    pub findings: Vec<Finding>,
    /// What could not be judged, and why.
    pub notes: Vec<String>,
    /// How many files were read.
    pub files: usize,
}

impl Report {
    /// How many findings are errors, and how many are not.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let is_error = |f: &&Finding| f.diagnostic.severity == Severity::Error;
        let errors = self.findings.iter().filter(is_error).count();
        (errors, self.findings.len() - errors)
    }
}

/// What is collected over all files.
struct Lint<'a> {
    project: &'a Project,
    templar: &'a Templar,
    findings: finding::Findings,
    library: library::Library,
    names: names::Names,
    population: groups::Population,
    uses: Vec<judge::Used>,
    called: Vec<(String, Node, Range<usize>)>,
    tags: BTreeSet<String>,
    notes: Vec<String>,
    cache: (HashMap<String, Rc<Uses>>, HashMap<String, Rc<Uses>>),
    /// Playbooks, roles, variables and tasks that were judged already.
    played: HashSet<String>,
    roles: HashSet<PathBuf>,
    vars_read: HashSet<PathBuf>,
    loaded: HashSet<(String, bool)>,
    /// Files of tasks that are judged after everything that may include them.
    others: Vec<PathBuf>,
}

/// Judges everything that is asked for.
#[must_use]
pub fn lint(project: &Project, templar: &Templar, request: &Request) -> Report {
    let mut lint = Lint {
        project,
        templar,
        findings: finding::Findings::default(),
        library: library::Library::default(),
        names: names::Names::default(),
        population: groups::Population::default(),
        uses: Vec::new(),
        called: Vec::new(),
        tags: BTreeSet::new(),
        notes: Vec::new(),
        cache: (HashMap::new(), HashMap::new()),
        played: HashSet::new(),
        roles: HashSet::new(),
        vars_read: HashSet::new(),
        loaded: HashSet::new(),
        others: Vec::new(),
    };
    request.extra.iter().for_each(|name| lint.names.add(name));
    lint.inventories(&request.inventories);
    lint.inputs(&request.inputs);
    lint.finish(request)
}

impl Lint<'_> {
    /// Lets the loader judge a file of tasks, once for each kind of section.
    fn load_tasks(&mut self, unit: &library::Unit, section: Section) {
        let handlers = section == Section::Handlers;
        if !self.loaded.insert((unit.source.name.clone(), handlers)) {
            return;
        }
        let said = match &unit.node {
            None => unit.mistakes.clone(),
            Some(node) => {
                playbook::check_tasks(&unit.source, node, self.project, self.templar, section)
            }
        };
        self.findings.loaded(said);
    }

    fn finish(mut self, request: &Request) -> Report {
        self.functions();
        self.undefined();
        self.strangers();
        for (flag, given) in [
            ("--tags", &request.tags),
            ("--skip-tags", &request.skip_tags),
        ] {
            for unknown in reach::unknown_tags(flag, given, &self.tags) {
                self.findings.add(&rules::UNKNOWN_TAG, unknown);
            }
        }
        for unknown in request.settings.check() {
            self.findings.add(&rules::UNKNOWN_RULE, unknown);
        }
        for source in self.library.sources() {
            for unknown in silence::unknown(source) {
                self.findings.add(&rules::UNKNOWN_RULE, unknown);
            }
        }
        let mut silence = silence::Silence::default();
        Report {
            findings: self.findings.finish(&request.settings, &mut silence),
            notes: self.notes,
            files: self.library.sources().len(),
        }
    }
}
