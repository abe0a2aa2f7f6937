//! What the lab tells its caller while it works; nothing in this module prints.

use serde::Serialize;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "text", rename_all = "snake_case")]
pub enum Progress {
    /// A step has begun; it lasts until the next one.
    Step(String),
    /// A line of output of the current step, for a spinner or a log.
    Detail(String),
    /// Something the user should read; the work goes on.
    Warning(String),
}

/// Where progress goes.
pub type ProgressFn<'a> = dyn Fn(Progress) + Send + Sync + 'a;

/// A thin handle on the caller's function.
#[derive(Clone, Copy)]
pub(crate) struct Sink<'a>(pub(crate) &'a ProgressFn<'a>);

impl Sink<'_> {
    pub(crate) fn step(&self, text: &str) {
        (self.0)(Progress::Step(text.to_owned()));
    }

    pub(crate) fn detail(&self, text: &str) {
        if !text.is_empty() {
            (self.0)(Progress::Detail(text.to_owned()));
        }
    }

    pub(crate) fn warning(&self, text: String) {
        (self.0)(Progress::Warning(text));
    }
}
