//! What was found, in an order that does not depend on how it was found.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::rules::{self, Rule};
use super::settings::Settings;
use super::silence::Silence;
use crate::diag::{Diagnostic, Diagnostics, Severity, SourceFile, Span};

/// A rule that something breaks, and where.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Which rule.
    pub rule: &'static Rule,
    /// What is wrong, with the severity that counts.
    pub diagnostic: Diagnostic,
}

impl Finding {
    /// The file it is in; empty when there is none.
    #[must_use]
    pub fn file(&self) -> &str {
        let span = self.diagnostic.span.as_ref();
        span.map_or("", |span| span.source().name.as_str())
    }

    fn place(&self) -> (&str, usize, usize) {
        let range = self.diagnostic.span.as_ref().map(Span::range);
        let range = range.unwrap_or(0..0);
        (self.file(), range.start, range.end)
    }
}

/// Collects findings.
#[derive(Debug, Default)]
pub(super) struct Findings {
    all: Vec<Finding>,
    /// Files that could not be decrypted: no mistakes, but nothing can be said about them.
    pub(super) encrypted: BTreeSet<String>,
}

impl Findings {
    pub(super) fn add(&mut self, rule: &'static Rule, mut diagnostic: Diagnostic) {
        diagnostic.severity = rule.severity;
        self.all.push(Finding { rule, diagnostic });
    }

    /// What a loader said.
    pub(super) fn loaded(&mut self, said: Diagnostics) {
        for diagnostic in said {
            let source = diagnostic.span.as_ref().map(Span::source);
            if let Some(source) = source.filter(|s| s.text.starts_with("$ANSIBLE_VAULT")) {
                self.encrypted.insert(source.name.clone());
                continue;
            }
            let rule = match diagnostic.severity {
                Severity::Error => &rules::LOAD_ERROR,
                Severity::Warning | Severity::Note => &rules::LOAD_WARNING,
            };
            self.add(rule, diagnostic);
        }
    }

    /// By file and place, each once, without those that comments or settings silence.
    pub(super) fn finish(mut self, settings: &Settings, silence: &mut Silence) -> Vec<Finding> {
        let mut names = Names::new();
        for finding in &mut self.all {
            names.settle(&mut finding.diagnostic);
        }
        self.all.sort_by(|a, b| {
            let rank = |f: &Finding| rules::ids().position(|id| id == f.rule.id);
            let key = |f: &Finding| (rank(f), f.diagnostic.message.clone());
            a.place().cmp(&b.place()).then_with(|| key(a).cmp(&key(b)))
        });
        let mut kept: Vec<Finding> = Vec::new();
        for mut finding in self.all {
            if let Some(last) = kept.last_mut()
                && last.place() == finding.place()
                && repeats(last, &finding)
            {
                continue;
            }
            if finding.rule != &rules::LOAD_ERROR {
                if settings.skips(finding.rule) || silence.covers(&finding) {
                    continue;
                }
                if settings.softens(finding.rule) {
                    finding.diagnostic.severity = Severity::Warning;
                }
            }
            kept.push(finding);
        }
        kept
    }
}

/// Sources under the names by which one would call them from here: loaders differ in whether
/// they make paths absolute.
struct Names {
    here: Option<PathBuf>,
    known: HashMap<String, Arc<SourceFile>>,
}

impl Names {
    fn new() -> Self {
        let here = std::env::current_dir().ok();
        let known = HashMap::new();
        Self { here, known }
    }

    fn settle(&mut self, diagnostic: &mut Diagnostic) {
        if let Some(span) = &mut diagnostic.span {
            self.settle_span(span);
        }
        for (span, _) in &mut diagnostic.also {
            self.settle_span(span);
        }
    }

    fn settle_span(&mut self, span: &mut Span) {
        let source = span.source();
        let Some(here) = self.here.as_ref().filter(|_| source.name.starts_with('/')) else {
            return;
        };
        let Ok(below) = Path::new(&source.name).strip_prefix(here) else {
            return;
        };
        let named = self.known.entry(source.name.clone()).or_insert_with(|| {
            Arc::new(SourceFile {
                name: below.display().to_string(),
                path: source.path.clone(),
                text: source.text.clone(),
                secret: source.secret,
            })
        });
        *span = Span::new(named, span.range());
    }
}

/// Whether a finding says again what the one before it at the same place said; what it adds is
/// added to that one.
fn repeats(last: &mut Finding, finding: &Finding) -> bool {
    if last.rule == finding.rule {
        return last.diagnostic.message == finding.diagnostic.message;
    }
    // The loader's own words go first; a rule that knows more about the same place gives its help.
    let same_story = [
        &rules::DEPRECATED,
        &rules::UNDEFINED_HANDLER,
        &rules::TEMPLATE_NAME,
        &rules::MISSING_FILE,
    ]
    .contains(&finding.rule);
    if last.rule == &rules::LOAD_ERROR && same_story {
        if finding.rule == &rules::DEPRECATED {
            last.diagnostic.help.clone_from(&finding.diagnostic.help);
        }
        return true;
    }
    false
}

/// A path as messages show it: relative to where one is, when it is below.
pub(super) fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    text.strip_prefix("./").unwrap_or(&text).to_owned()
}
