//! Reading, as the rest of the house sees it.

mod mistakes;
mod places;
mod reading;

use std::sync::Arc;

use super::{Kind, Node, read_all, read_one};
use crate::diag::{Diagnostics, SourceFile};

fn read(text: &str) -> Result<Node, Diagnostics> {
    read_one(&SourceFile::inline("play.yml", text))
}

fn node(text: &str) -> Node {
    read(text).unwrap_or_else(|diagnostics| panic!("{}", diagnostics.render(false)))
}

fn mistakes(text: &str) -> String {
    match read(text) {
        Ok(node) => panic!("this was read: {}", shown(&node)),
        Err(diagnostics) => diagnostics.render(false),
    }
}

/// A node as one line: texts in quotes, other scalars as they are typed.
fn shown(node: &Node) -> String {
    let tag = node
        .tag
        .as_ref()
        .map(|t| format!("<{t}> "))
        .unwrap_or_default();
    let list = |items: Vec<String>| items.join(", ");
    let value = match node.kind() {
        Kind::Scalar { .. } => match node.scalar() {
            Some(super::Scalar::Str(text)) => format!("{text:?}"),
            Some(super::Scalar::Null) => "null".to_owned(),
            Some(super::Scalar::Bool(value)) => value.to_string(),
            Some(super::Scalar::Int(value)) => value.to_string(),
            Some(super::Scalar::Float(value)) => format!("{value:?}"),
            None => String::new(),
        },
        Kind::Seq(items) => format!("[{}]", list(items.iter().map(shown).collect())),
        Kind::Map(entries) => {
            let entries = entries
                .iter()
                .map(|(k, v)| format!("{}: {}", shown(k), shown(v)));
            format!("{{{}}}", list(entries.collect()))
        }
    };
    format!("{tag}{value}")
}
