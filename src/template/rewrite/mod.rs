//! Expressions as people write them, in the words of the engine.
//!
//! Where the engine means something else than Ansible's authors do, small edits are made before it
//! compiles a text: each inserts or replaces a few bytes, so that every place in the result can be
//! told in the original.

mod chain;
mod literals;
mod mutable;
mod operators;
mod outline;

use std::ops::Range;

use minijinja::Environment;

use super::tags::{self, Delimiters};

/// What a backslash within a text of an expression is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Backslash {
    /// The beginning of an escape, as in a template file or a condition.
    Escapes,
    /// Itself, as between `{{` and `}}` in a playbook: `'\d+'` needs no second one.
    Itself,
}

/// New text in place of a range, which may be empty.
#[derive(Debug)]
struct Edit {
    range: Range<usize>,
    text: String,
}

impl Edit {
    fn new(range: Range<usize>, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { range, text }
    }
}

/// A text after its edits.
#[derive(Debug, Default)]
pub(super) struct Rewritten {
    pub(super) text: String,
    /// What became of what, in order.
    edits: Vec<(Range<usize>, Range<usize>)>,
}

impl Rewritten {
    /// The place in the original that a place in the rewritten text stands for.
    pub(super) fn original(&self, range: Range<usize>) -> Range<usize> {
        self.offset(range.start, false)..self.offset(range.end, true)
    }

    fn offset(&self, at: usize, is_end: bool) -> usize {
        let mut shifted = at;
        for (old, new) in &self.edits {
            if at >= new.end {
                shifted = at - new.end + old.end;
            } else if at >= new.start {
                return if is_end && at > new.start {
                    old.end
                } else {
                    old.start
                };
            } else {
                break;
            }
        }
        shifted
    }
}

/// Adds what the edits need to an environment.
pub(super) fn register(env: &mut Environment<'static>) {
    env.add_filter(chain::FILTER, chain::follow);
    env.add_filter(operators::REMAINDER, operators::remainder);
    env.add_filter(operators::DIFFERENCE, operators::difference);
    env.add_filter(operators::SUM, operators::sum);
    env.add_filter(operators::COMPARE, operators::compare);
    env.add_filter(mutable::FILTER, mutable::mutable);
}

pub(super) use mutable::frozen;

/// Rewrites an expression.
pub(super) fn expression(text: &str, backslash: Backslash) -> Rewritten {
    let mut edits = Vec::new();
    collect(text, 0..text.len(), backslash, &mut edits);
    operators::edits(text, 0..text.len(), false, &mut edits);
    rewritten(text, edits)
}

/// Rewrites the code in a template.
pub(super) fn template(text: &str, delimiters: &Delimiters<'_>, backslash: Backslash) -> Rewritten {
    let mut edits = Vec::new();
    let mutates = mutable::mutates(text);
    for (range, is_block) in tags::tagged(text, delimiters) {
        let backslash = if is_block {
            Backslash::Escapes
        } else {
            backslash
        };
        collect(text, range.clone(), backslash, &mut edits);
        operators::edits(text, range.clone(), is_block, &mut edits);
        if is_block && mutates {
            mutable::edits(text, range, &mut edits);
        }
    }
    rewritten(text, edits)
}

fn collect(text: &str, range: Range<usize>, backslash: Backslash, edits: &mut Vec<Edit>) {
    chain::edits(&text[range.clone()], range.start, edits);
    if backslash == Backslash::Itself {
        literals::edits(text, range, edits);
    }
}

fn rewritten(text: &str, mut edits: Vec<Edit>) -> Rewritten {
    if edits.is_empty() {
        return Rewritten {
            text: text.to_owned(),
            edits: Vec::new(),
        };
    }
    // What ends at a place was found before what encloses it: a stable sort keeps that order.
    edits.sort_by_key(|edit| edit.range.start);
    let mut result = Rewritten::default();
    let mut done = 0;
    for edit in edits {
        if edit.range.start < done {
            continue;
        }
        result.text.push_str(&text[done..edit.range.start]);
        let start = result.text.len();
        result.text.push_str(&edit.text);
        done = edit.range.end;
        result.edits.push((edit.range, start..result.text.len()));
    }
    result.text.push_str(&text[done..]);
    result
}

#[cfg(test)]
mod tests;
