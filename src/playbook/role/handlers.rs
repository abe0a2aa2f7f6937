//! The handlers that roles bring into a play.

use std::sync::Arc;

use crate::playbook::ast::{Block, Step};

/// The handlers of every role among these steps, each role's in a block like its tasks', those of
/// the roles it depends on before its own.
pub(crate) fn handlers(steps: &[Step]) -> Vec<Step> {
    steps.iter().filter_map(of_step).collect()
}

fn of_step(step: &Step) -> Option<Step> {
    let Step::Block(block) = step else {
        return None;
    };
    let mut body = Vec::new();
    for steps in [&block.body, &block.rescue, &block.always] {
        body.extend(handlers(steps));
    }
    if let Some(used) = &block.role {
        body.extend(used.role.handlers.iter().cloned());
    }
    if body.is_empty() {
        return None;
    }
    Some(Step::Block(Arc::new(Block {
        span: block.span.clone(),
        common: block.common.clone(),
        body,
        rescue: Vec::new(),
        always: Vec::new(),
        role: block.role.clone(),
    })))
}
