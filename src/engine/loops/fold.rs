//! One result for all items of a loop.

use serde_json::{Map, Value as Json};

use super::super::step::Done;
use crate::event::Status;

/// Failed if any failed, changed if any changed, skipped if all were. `forgiven` says that every
/// failure is to be ignored.
pub(super) fn fold(all: &[Done], forgiven: bool, censored: bool) -> Done {
    let mut result = Map::new();
    let changed = all.iter().any(|done| done.says("changed"));
    let skipped = all.iter().all(|done| done.says("skipped"));
    let status = status(all, forgiven, skipped);
    result.insert("changed".into(), changed.into());
    let failed = all.iter().any(|done| done.status == Status::Failed);
    if failed {
        result.insert("failed".into(), true.into());
    }
    if status == Status::Unreachable {
        result.insert("unreachable".into(), true.into());
    }
    if all.is_empty() {
        result.insert("skipped_reason".into(), "No items in the list".into());
    } else {
        let msg = match (skipped, failed) {
            (true, _) => "All items skipped",
            (false, true) => "One or more items failed",
            (false, false) => "All items completed",
        };
        result.insert("msg".into(), msg.into());
    }
    result.insert("skipped".into(), skipped.into());
    let results = all.iter().map(|done| Json::Object(done.result.clone()));
    result.insert("results".into(), Json::Array(results.collect()));
    let mut folded = Done::new(status, result);
    folded.detail = detail(all, status);
    folded.censored = censored;
    folded.delegated_to = all.iter().find_map(|done| done.delegated_to.clone());
    folded
}

fn status(all: &[Done], forgiven: bool, skipped: bool) -> Status {
    let any = |status: Status| all.iter().any(|done| done.status == status);
    if any(Status::Unreachable) {
        Status::Unreachable
    } else if any(Status::Failed) {
        if forgiven {
            Status::Ignored
        } else {
            Status::Failed
        }
    } else if skipped {
        Status::Skipped
    } else if any(Status::Changed) {
        Status::Changed
    } else {
        Status::Ok
    }
}

/// What people are told besides: how many failed, and why the first of them did.
fn detail(all: &[Done], status: Status) -> Option<String> {
    let why = |wanted: Status| all.iter().find(|done| done.status == wanted)?.words();
    match status {
        Status::Unreachable => why(Status::Unreachable).map(|why| format!(": {why}")),
        Status::Failed | Status::Ignored => {
            let failed = all.iter().filter(|done| done.status == Status::Failed);
            let (failed, of) = (failed.count(), all.len());
            let first = why(Status::Failed).unwrap_or_default();
            Some(format!(": {failed} of {of}; the first: {first}"))
        }
        Status::Skipped if all.is_empty() => Some("no items in the list".to_owned()),
        _ => None,
    }
}
