//! The files that are judged, each read and parsed once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics, SourceFile};
use crate::yaml::{self, Node};

/// A file with what it holds.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) source: Arc<SourceFile>,
    /// Its only document, unless it does not parse.
    pub(super) node: Option<Node>,
    /// Why it does not parse.
    pub(super) mistakes: Diagnostics,
}

/// Every file read so far.
#[derive(Debug, Default)]
pub(super) struct Library {
    units: HashMap<PathBuf, Rc<Unit>>,
    /// In the order in which they were read.
    sources: Vec<Arc<SourceFile>>,
}

impl Library {
    /// The unit of a source that was read, perhaps before.
    pub(super) fn unit(&mut self, source: &Arc<SourceFile>) -> Rc<Unit> {
        let key = key(source);
        if let Some(unit) = self.units.get(&key) {
            return Rc::clone(unit);
        }
        let (node, mistakes) = match yaml::read_one(source) {
            Ok(node) => (Some(node), Diagnostics::new()),
            Err(mistakes) => (None, mistakes),
        };
        let unit = Rc::new(Unit {
            source: Arc::clone(source),
            node,
            mistakes,
        });
        self.sources.push(Arc::clone(source));
        self.units.insert(key, Rc::clone(&unit));
        unit
    }

    /// A source that is no YAML, for its comments.
    pub(super) fn keep(&mut self, source: &Arc<SourceFile>) {
        if !self.sources.iter().any(|known| known.name == source.name) {
            self.sources.push(Arc::clone(source));
        }
    }

    /// Every source read.
    pub(super) fn sources(&self) -> &[Arc<SourceFile>] {
        &self.sources
    }
}

/// What tells one file from another, however it was named.
fn key(source: &SourceFile) -> PathBuf {
    let real = source
        .path
        .as_deref()
        .and_then(|path| path.canonicalize().ok());
    real.unwrap_or_else(|| PathBuf::from(&source.name))
}

/// Reads a file; the error says so at no place.
pub(super) fn read(path: &Path) -> Result<Arc<SourceFile>, Diagnostic> {
    let path = path.strip_prefix(".").unwrap_or(path);
    SourceFile::read(path)
        .map_err(|why| Diagnostic::error(format!("failed to read {}: {why}", path.display())))
}
