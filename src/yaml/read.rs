//! From libyaml's events to nodes.

use std::sync::Arc;

use super::Node;
use crate::diag::{Diagnostics, SourceFile};

/// Reads the only document of a source; an empty source is a null scalar. All mistakes that can
/// be told (a syntax error ends the reading, duplicate keys do not) come in one go.
pub fn read_one(_source: &Arc<SourceFile>) -> Result<Node, Diagnostics> {
    Err(Diagnostics::new())
}

/// Reads every document of a source.
pub fn read_all(_source: &Arc<SourceFile>) -> Result<Vec<Node>, Diagnostics> {
    Err(Diagnostics::new())
}
