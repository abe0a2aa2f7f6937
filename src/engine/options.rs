//! What the operator asked for, besides the playbook.

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;

use super::defaults::KeywordDefaults;
use super::tags::TagFilter;
use crate::transport::Secret;

/// How hosts are reached unless their variables say otherwise.
#[derive(Debug, Clone)]
pub struct ConnectionDefaults {
    /// `--user`.
    pub user: Option<String>,
    /// `--connection`.
    pub connection: Option<String>,
    /// `--private-key`.
    pub private_key: Option<String>,
    /// The setting `ssh_args`, before all other arguments for ssh.
    pub ssh_args: Option<String>,
    /// `--ssh-common-args`.
    pub ssh_common_args: Option<String>,
    /// `--ssh-extra-args`.
    pub ssh_extra_args: Option<String>,
    /// Longest time to connect.
    pub timeout: Duration,
    /// Whether unknown host keys are refused.
    pub host_key_checking: bool,
    /// `--become`.
    pub r#become: bool,
    /// `--become-user`.
    pub become_user: Option<String>,
    /// The answer to `--ask-become-pass`.
    pub become_password: Option<Secret>,
    /// The shell on the hosts.
    pub shell: String,
}

impl Default for ConnectionDefaults {
    fn default() -> Self {
        Self {
            user: None,
            connection: None,
            private_key: None,
            ssh_args: None,
            ssh_common_args: None,
            ssh_extra_args: None,
            timeout: Duration::from_secs(10),
            host_key_checking: true,
            r#become: false,
            become_user: None,
            become_password: None,
            shell: "/bin/sh".to_owned(),
        }
    }
}

/// How to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Predict, change nothing (`--check`).
    pub check: bool,
    /// Show what changes (`--diff`).
    pub diff: bool,
    /// How many hosts are worked on at the same time.
    pub forks: usize,
    /// Which tasks run (`--tags`, `--skip-tags`).
    pub tags: TagFilter,
    /// Only these hosts, a pattern (`--limit`).
    pub limit: Option<String>,
    /// Skip everything before the task of this name (`--start-at-task`), a glob.
    pub start_at_task: Option<String>,
    /// Ask before every task (`--step`).
    pub step: bool,
    /// `-v`s given.
    pub verbosity: u8,
    /// The project's folder: `hooks/`, `inventories/`, `playbooks/` stand in it.
    pub project_dir: PathBuf,
    /// The inventories as given, for `inventory_dir` and `inventory_file`.
    pub inventory_sources: Vec<String>,
    /// The configuration file in force, for `ansible_config_file`.
    pub config_file: Option<PathBuf>,
    /// How hosts are reached.
    pub connection: ConnectionDefaults,
    /// What holds where a playbook says nothing.
    pub keywords: KeywordDefaults,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            check: false,
            diff: false,
            forks: 20,
            tags: TagFilter::default(),
            limit: None,
            start_at_task: None,
            step: false,
            verbosity: 0,
            project_dir: PathBuf::from("."),
            inventory_sources: Vec::new(),
            config_file: None,
            connection: ConnectionDefaults::default(),
            keywords: KeywordDefaults::default(),
        }
    }
}

/// Whoever can be asked in the middle of a run.
#[async_trait]
pub trait Operator: Send + Sync {
    /// Asks; none when nobody is there (no terminal).
    async fn ask(&self, question: &str, echo: bool) -> Option<String>;
}

/// Nobody to ask.
#[async_trait]
impl Operator for () {
    async fn ask(&self, _question: &str, _echo: bool) -> Option<String> {
        None
    }
}
