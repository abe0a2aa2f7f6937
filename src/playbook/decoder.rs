//! What every part of the decoder shares: what was found, templates, the chain of files.

use std::sync::Arc;

use super::files::Files;
use super::role::Roles;
use crate::diag::{Diagnostic, Diagnostics, Severity, SourceFile};
use crate::template::{Templar, has_template};
use crate::yaml::{self, Kind, Node};

/// How many files may import each other in a row.
const MAX_IMPORTS: usize = 32;

/// Decodes one file and what it imports.
pub(super) struct Decoder<'a> {
    templar: &'a Templar,
    pub(super) files: &'a dyn Files,
    pub(super) found: Diagnostics,
    /// The file being decoded, behind those that import it.
    chain: Vec<Arc<SourceFile>>,
    /// Whether `module_defaults` may give arguments that a task does not.
    pub(super) has_defaults: bool,
    /// The roles read so far, and those being read.
    pub(super) roles: Roles,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(
        source: &Arc<SourceFile>,
        files: &'a dyn Files,
        templar: &'a Templar,
    ) -> Self {
        Self {
            templar,
            files,
            found: Diagnostics::new(),
            chain: vec![Arc::clone(source)],
            has_defaults: false,
            roles: Roles::new(source),
        }
    }

    /// Decodes what stands within a mapping that may have `module_defaults`.
    pub(super) fn inside<T>(&mut self, node: &Node, decode: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.has_defaults;
        self.has_defaults |= node.get("module_defaults").is_some();
        let decoded = decode(self);
        self.has_defaults = before;
        decoded
    }

    /// The same for a file that a play of another file includes: roles are looked for there.
    pub(super) fn for_play_of(mut self, playbook: &Arc<SourceFile>) -> Self {
        self.roles = Roles::new(playbook);
        self
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// How many errors were found so far.
    pub(super) fn errors(&self) -> usize {
        let is_error = |d: &&Diagnostic| d.severity == Severity::Error;
        self.found.iter().filter(is_error).count()
    }

    /// Says that a value is of the wrong kind.
    pub(super) fn expected(&mut self, name: &str, wanted: &str, node: &Node) {
        let written = match node.seq() {
            Some([]) => "an empty list",
            _ => node.describe(),
        };
        let message = format!("`{name}` must be {wanted}, not {written}");
        self.push(Diagnostic::error(message).at(&node.span));
    }

    /// Checks the syntax of every template in a value.
    pub(super) fn check_templates(&mut self, node: &Node) {
        if node.is_unsafe() || node.is_vault() {
            return;
        }
        match node.kind() {
            Kind::Scalar { .. } if is_template(node) => {
                if let Err(error) = self.templar.check(node) {
                    self.push(error.into());
                }
            }
            Kind::Scalar { .. } => {}
            Kind::Seq(items) => items.iter().for_each(|item| self.check_templates(item)),
            Kind::Map(entries) => entries.iter().for_each(|(key, value)| {
                self.check_templates(key);
                self.check_templates(value);
            }),
        }
    }

    /// Checks the syntax of a bare expression, or of a list of them.
    pub(super) fn check_expressions(&mut self, node: &Node) {
        match node.kind() {
            Kind::Seq(items) => items.iter().for_each(|item| self.check_expressions(item)),
            Kind::Map(_) => {}
            Kind::Scalar { .. } => {
                if let Err(error) = self.templar.check_expression(node) {
                    self.push(error.into());
                }
            }
        }
    }

    /// Reads a file that the current one names at `place`, and decodes it with `decode`.
    pub(super) fn import<T>(
        &mut self,
        place: &Node,
        decode: impl FnOnce(&mut Self, &Node) -> T,
    ) -> Option<T> {
        let source = self.import_source(place)?;
        self.within(&source, decode)
    }

    /// Decodes a file that was found already with `decode`.
    pub(super) fn within<T>(
        &mut self,
        source: &Arc<SourceFile>,
        decode: impl FnOnce(&mut Self, &Node) -> T,
    ) -> Option<T> {
        self.chain.push(Arc::clone(source));
        let decoded = match yaml::read_one(source) {
            Ok(node) => Some(decode(self, &node)),
            Err(found) => {
                self.found.extend(found);
                None
            }
        };
        self.chain.pop();
        decoded
    }

    fn import_source(&mut self, place: &Node) -> Option<Arc<SourceFile>> {
        let name = place.raw()?;
        let source = match self.files.read(place.span.source(), name) {
            Ok(source) => source,
            Err(error) => {
                self.push(Diagnostic::error(error).at(&place.span));
                return None;
            }
        };
        let same =
            |other: &&Arc<SourceFile>| other.path == source.path && other.name == source.name;
        if self.chain.iter().any(|other| same(&other)) {
            let chain: Vec<&str> = self.chain.iter().map(|s| s.name.as_str()).collect();
            let help = format!(
                "the chain of imports is {} → {}",
                chain.join(" → "),
                source.name
            );
            let message = format!("`{}` imports itself", source.name);
            self.push(Diagnostic::error(message).at(&place.span).help(help));
            return None;
        }
        if self.chain.len() >= MAX_IMPORTS {
            let message = format!("more than {MAX_IMPORTS} files import each other in a row");
            self.push(Diagnostic::error(message).at(&place.span));
            return None;
        }
        Some(source)
    }
}

/// Whether a text has a template in it or is encrypted, which decides its value only at run time.
pub(super) fn is_template(node: &Node) -> bool {
    node.is_vault() || !node.is_unsafe() && node.raw().is_some_and(has_template)
}
