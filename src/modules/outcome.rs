//! What a module says it did.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::diag::Diagnostic;
use crate::template::TemplateError;
use crate::transport::TransportError;
use crate::vars::VarMap;

/// A change of one thing, to be shown as a unified diff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diff {
    /// What changed: a path, `package postgresql-15`, `service nginx`.
    pub what: String,
    /// Before, as text; empty when it did not exist.
    pub before: String,
    /// After, as text; empty when it exists no more.
    pub after: String,
}

/// What a module asks the engine to keep.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Facts of the host (`ansible_facts`).
    Facts(Map<String, Json>),
    /// Variables of the host with `set_fact`'s precedence.
    SetFacts {
        /// The variables.
        vars: VarMap,
        /// Whether they are facts as well.
        cacheable: bool,
    },
    /// Values for the end of the run (`set_stats`).
    Stats {
        /// The values.
        data: Map<String, Json>,
        /// Whether they are the host's own.
        per_host: bool,
        /// Whether they add up with those before.
        aggregate: bool,
    },
    /// Variables of the host from files, below what `set_fact` says.
    IncludeVars(VarMap),
    /// A host for later plays of this run.
    AddHost {
        /// Its name.
        name: String,
        /// The groups it joins, made when they do not exist.
        groups: Vec<String>,
        /// Its variables.
        vars: VarMap,
    },
    /// The current host joins a group, made when it does not exist.
    GroupBy {
        /// The group.
        key: String,
        /// Its parents, `all` when none.
        parents: Vec<String>,
    },
}

/// A module's result when it came to an end by itself.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Whether anything was, or under `--check` would be, changed.
    pub changed: bool,
    /// Whether there was nothing to do because of a condition of the module's own (`creates`).
    pub skipped: bool,
    /// What `register` keeps besides `changed`, `failed`, `skipped`.
    pub result: Map<String, Json>,
    /// What changed, when `diff` was asked for.
    pub diff: Vec<Diff>,
    /// What the engine must keep.
    pub effects: Vec<Effect>,
    /// What deserves a line on the terminal although nothing failed.
    pub warnings: Vec<String>,
}

impl Outcome {
    /// Nothing was to be done.
    #[must_use]
    pub fn ok() -> Self {
        Self::default()
    }

    /// Changed or not.
    #[must_use]
    pub fn changed(changed: bool) -> Self {
        Self {
            changed,
            ..Self::default()
        }
    }

    /// Adds a value to the result.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Json>) -> Self {
        self.result.insert(key.to_owned(), value.into());
        self
    }

    /// Sets the `msg` of the result.
    #[must_use]
    pub fn msg(self, msg: impl Into<String>) -> Self {
        self.with("msg", msg.into())
    }

    /// Adds a diff when there is a difference.
    #[must_use]
    pub fn diff(
        mut self,
        what: impl Into<String>,
        before: impl Into<String>,
        after: impl Into<String>,
    ) -> Self {
        let (before, after) = (before.into(), after.into());
        if before != after {
            self.diff.push(Diff {
                what: what.into(),
                before,
                after,
            });
        }
        self
    }
}

/// Why a module did not come to a good end.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The host is gone.
    Unreachable(String),
    /// It failed: the `msg` and whatever else `register` may keep.
    Failed {
        /// What `register` keeps as `msg`.
        msg: String,
        /// Cause and remedy beyond that, as the message goes on (its separator included): shown,
        /// never registered, because playbooks compare `msg` with Ansible's words.
        detail: Option<String>,
        /// `rc`, `stdout`, `stderr`, …
        result: Map<String, Json>,
        /// Where in the runbook, when an argument is to blame.
        place: Option<Box<Diagnostic>>,
    },
}

impl Failure {
    /// A failure with nothing but its message.
    #[must_use]
    pub fn new(msg: impl Into<String>) -> Self {
        Self::Failed {
            msg: msg.into(),
            detail: None,
            result: Map::new(),
            place: None,
        }
    }

    /// Adds what people should know besides the registered `msg`.
    #[must_use]
    pub fn detail(mut self, words: impl Into<String>) -> Self {
        if let Self::Failed { detail, .. } = &mut self {
            *detail = Some(words.into());
        }
        self
    }

    /// Adds a value to the result.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Json>) -> Self {
        if let Self::Failed { result, .. } = &mut self {
            result.insert(key.to_owned(), value.into());
        }
        self
    }
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::Unreachable { reason, .. } => Self::Unreachable(reason),
            TransportError::Timeout { after, killed, .. } => {
                let seconds = after.as_secs_f64();
                let period = match after.subsec_nanos() {
                    0 => Json::from(after.as_secs()),
                    _ => Json::from(seconds),
                };
                Self::new(format!("Task failed: Timed out after {period} second(s)."))
                    .detail(format!(" ({killed})"))
                    .with("timedout", serde_json::json!({ "period": period }))
            }
            other => Self::new(other.to_string()),
        }
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Failed {
            msg: diagnostic.sentence(),
            detail: None,
            result: Map::new(),
            place: Some(Box::new(diagnostic)),
        }
    }
}

impl From<TemplateError> for Failure {
    fn from(error: TemplateError) -> Self {
        Diagnostic::from(error).into()
    }
}
