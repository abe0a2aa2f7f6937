//! What a project says about the rules: `[lint]` of `runbook.toml`.

use super::rules::{self, Rule};
use crate::diag::{Diagnostic, did_you_mean};

/// The keys of `[lint]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Rules whose findings are left out.
    pub skip: Vec<String>,
    /// Rules whose findings are warnings.
    pub warn: Vec<String>,
}

impl Settings {
    pub(super) fn skips(&self, rule: &Rule) -> bool {
        self.skip.iter().any(|id| id == rule.id)
    }

    pub(super) fn softens(&self, rule: &Rule) -> bool {
        self.warn.iter().any(|id| id == rule.id)
    }

    /// Warnings about rules that do not exist, or cannot be left out.
    pub(super) fn check(&self) -> impl Iterator<Item = Diagnostic> {
        self.skip.iter().chain(&self.warn).filter_map(|id| {
            let of = "`[lint]` of the configuration";
            match rules::find(id) {
                None => Some(unknown_rule(id, of)),
                Some(rule) if rule == &rules::LOAD_ERROR => Some(Diagnostic::warning(format!(
                    "{of} names `{id}`, which cannot be left out"
                ))),
                Some(_) => None,
            }
        })
    }
}

/// Says that a rule does not exist.
pub(super) fn unknown_rule(id: &str, place: &str) -> Diagnostic {
    let warning = Diagnostic::warning(format!("{place} names `{id}`, which is no rule"));
    match did_you_mean(id, rules::ids()) {
        Some(near) => warning.help(format!("did you mean `{near}`?")),
        None => warning.help("`runbook lint --list-rules` lists them"),
    }
}
