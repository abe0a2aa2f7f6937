//! From libyaml's events to nodes.

use std::sync::Arc;

use super::Node;
use super::build::Builder;
use crate::diag::{Diagnostic, Diagnostics, SourceFile};
use crate::vault;
use crate::yaml::{Kind, Style};

/// Reads the only document of a source; an empty source is a null scalar. All mistakes that can
/// be told (a syntax error ends the reading, duplicate keys do not) come in one go.
pub fn read_one(source: &Arc<SourceFile>) -> Result<Node, Diagnostics> {
    let mut documents = read_all(source)?.into_iter();
    let first = documents.next().unwrap_or_else(|| null(source));
    match documents.next() {
        None => Ok(first),
        Some(second) => Err(
            Diagnostic::error("this file must hold one YAML document only")
                .at(&second.span)
                .label("a second one begins here")
                .help("remove the `---` before it, or move it to a file of its own")
                .into(),
        ),
    }
}

/// Reads every document of a source; an empty source has none. One that is encrypted as a whole is
/// decrypted first.
pub fn read_all(source: &Arc<SourceFile>) -> Result<Vec<Node>, Diagnostics> {
    let source = &vault::plain_source(source)?;
    let (documents, diagnostics) = Builder::new(source).documents();
    diagnostics.result(documents)
}

fn null(source: &Arc<SourceFile>) -> Node {
    let (text, style) = ("".into(), Style::Plain);
    Node::new(source.whole(), None, Kind::Scalar { text, style })
}
