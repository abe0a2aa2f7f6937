//! Cases on disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The inventory of every case that brings none of its own.
const HOSTS: &str = "\
[app]
h1
h2

[db]
h3

[all:vars]
ansible_connection=local
";

/// One point of the language.
#[derive(Debug)]
pub struct Case {
    /// `area/point`.
    pub name: String,
    path: PathBuf,
    /// How it is run.
    pub settings: Settings,
}

/// Which command is compared.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tool {
    /// `runbook play` and `ansible-playbook`.
    #[default]
    Play,
    /// `runbook inventory` and `ansible-inventory`: their output is compared.
    Inventory,
    /// `runbook vault` and `ansible-vault`: their output is compared.
    Vault,
}

/// `case.toml`, all of it optional.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The command.
    pub tool: Tool,
    /// Playbooks, `playbook.yml` when absent (tool `play` only).
    pub playbooks: Option<Vec<String>>,
    /// Values of `-i`; `hosts.ini` when absent, none when empty.
    pub inventory: Option<Vec<String>>,
    /// Further arguments.
    pub args: Vec<String>,
    /// Environment variables.
    pub env: BTreeMap<String, String>,
    /// What is typed.
    pub stdin: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential")
}

/// Every case there is, by name.
pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for area in entries(&root().join("cases")) {
        for path in entries(&area) {
            let point = path.file_stem().unwrap().to_string_lossy().into_owned();
            let area = area.file_name().unwrap().to_string_lossy().into_owned();
            let settings = match std::fs::read_to_string(path.join("case.toml")) {
                Ok(text) => toml::from_str(&text)
                    .unwrap_or_else(|why| panic!("{}/case.toml: {why}", path.display())),
                Err(_) => Settings::default(),
            };
            cases.push(Case {
                name: format!("{area}/{point}"),
                path,
                settings,
            });
        }
    }
    assert!(!cases.is_empty(), "there are no cases");
    cases
}

/// Every record there is.
pub fn records() -> Vec<PathBuf> {
    let areas = entries(&root().join("recorded"));
    areas.iter().flat_map(|area| entries(area)).collect()
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(dir)
        .unwrap_or_else(|why| panic!("{}: {why}", dir.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    found.sort();
    found
}

impl Case {
    /// Where ansible-core's outcome is kept.
    pub fn recorded(&self) -> PathBuf {
        root().join("recorded").join(format!("{}.json", self.name))
    }

    /// Copies the case into `dir`, which is what commands run in.
    pub fn copy_to(&self, dir: &Path) {
        std::fs::write(dir.join("hosts.ini"), HOSTS).unwrap();
        if self.path.is_dir() {
            copy(&self.path, dir);
        } else {
            std::fs::copy(&self.path, dir.join("playbook.yml")).unwrap();
        }
    }
}

fn copy(from: &Path, to: &Path) {
    for path in entries(from) {
        let target = to.join(path.file_name().unwrap());
        if path.is_symlink() {
            std::os::unix::fs::symlink(std::fs::read_link(&path).unwrap(), &target).unwrap();
        } else if path.is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
