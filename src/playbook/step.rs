//! Lists of tasks and blocks.

use std::sync::Arc;

use super::ast::{Block, Step};
use super::common::common;
use super::decoder::Decoder;
use super::fields::Fields;
use super::place::Place;
use super::task;
use crate::diag::Diagnostic;
use crate::yaml::Node;

/// The keywords that make a mapping a block.
const BLOCK: [&str; 3] = ["block", "rescue", "always"];

/// The steps under a keyword, or of a whole file.
pub(super) fn steps(decoder: &mut Decoder<'_>, name: &str, node: &Node, place: Place) -> Vec<Step> {
    if node.is_null() {
        return Vec::new();
    }
    let Some(items) = node.seq() else {
        let message = format!("`{name}` must be a list of tasks, not {}", node.describe());
        decoder.push(
            Diagnostic::error(message)
                .at(&node.span)
                .help("begin each task with `- `"),
        );
        return Vec::new();
    };
    items
        .iter()
        .filter_map(|item| step(decoder, item, place))
        .collect()
}

/// The steps of a file of tasks.
pub(super) fn file(decoder: &mut Decoder<'_>, node: &Node, place: Place) -> Vec<Step> {
    if node.is_null() || node.seq().is_some() {
        return steps(decoder, "tasks", node, place);
    }
    let message = format!("a file of tasks must be a list, not {}", node.describe());
    decoder.push(
        Diagnostic::error(message)
            .at(&node.span)
            .help("begin each task with `- `"),
    );
    Vec::new()
}

fn step(decoder: &mut Decoder<'_>, node: &Node, place: Place) -> Option<Step> {
    decoder.inside(node, |decoder| one(decoder, node, place))
}

fn one(decoder: &mut Decoder<'_>, node: &Node, place: Place) -> Option<Step> {
    if BLOCK.iter().any(|name| node.get(name).is_some()) {
        if place == Place::Handler {
            decoder.push(
                Diagnostic::error("a handler cannot be a block")
                    .at(&node.span)
                    .help("give each task its own handler; `listen` lets several share a name"),
            );
            return None;
        }
        return block(decoder, node).map(|block| Step::Block(Arc::new(block)));
    }
    task::task(decoder, node, place)
}

fn block(decoder: &mut Decoder<'_>, node: &Node) -> Option<Block> {
    let fields = Fields::read(decoder, node, Place::Block)?;
    for (key, _) in &fields.others {
        decoder.push(stray(key));
    }
    let common = common(decoder, &fields);
    if !fields.has("block") {
        let written = fields
            .key("rescue")
            .or(fields.key("always"))
            .unwrap_or(node);
        let message = format!(
            "`{}` needs a `block` beside it",
            written.raw().unwrap_or("rescue")
        );
        decoder.push(Diagnostic::error(message).at(&written.span));
    }
    let mut part = |name: &str| match fields.value(name) {
        Some(node) => steps(decoder, name, node, Place::Task),
        None => Vec::new(),
    };
    Some(Block {
        span: node.span.clone(),
        body: part("block"),
        rescue: part("rescue"),
        always: part("always"),
        common,
        role: None,
    })
}

/// A key on a block that is none of its keywords; often a module.
fn stray(key: &Node) -> Diagnostic {
    match key.raw() {
        Some(name) if super::action::is_action(name) => {
            Diagnostic::error(format!("`{name}` cannot stand on a block"))
                .at(&key.span)
                .help("a block only holds tasks: make it a task of its own")
        }
        _ => super::fields::unknown(key, Place::Block),
    }
}
