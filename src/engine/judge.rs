//! Conditions around a step: `when`, `no_log`, and the scope its own result is judged in.

use std::sync::Arc;

use super::inherit::Inherited;
use super::keywords;
use super::step::Done;
use super::task::TaskRun;
use crate::diag::Diagnostic;
use serde_json::Value as Json;

use crate::event::Status;
use crate::template::Condition;
use crate::vars::{Scope, Var, VarMap, from_map};
use crate::yaml::{Node, Scalar};

/// The first of these conditions that does not hold.
pub(super) fn holds(whens: &[Node], scope: &Arc<Scope>) -> Result<Option<Json>, Diagnostic> {
    for when in whens {
        if let Condition::Fails(condition) = scope.templar().condition(when, scope)? {
            return Ok(Some(as_written(when, condition)));
        }
    }
    Ok(None)
}

/// The condition as it stands in the file: text, or the boolean `false`.
fn as_written(when: &Node, condition: String) -> Json {
    let items = when.seq().unwrap_or(std::slice::from_ref(when));
    let literal = items
        .iter()
        .find(|item| item.raw().map(str::trim) == Some(condition.as_str()))
        .is_some_and(|item| matches!(item.scalar(), Some(Scalar::Bool(false))));
    if literal {
        Json::Bool(false)
    } else {
        condition.into()
    }
}

/// Whether `no_log` hides the step's result.
pub(super) fn censored(inherited: &Inherited, scope: &Arc<Scope>) -> Result<bool, Diagnostic> {
    keywords::flag("no_log", inherited.keywords.no_log.as_ref(), false, scope)
}

/// The scope with the registered result of the very step in it.
pub(super) fn with_result(run: &TaskRun<'_>, scope: &Arc<Scope>, done: &Done) -> Arc<Scope> {
    let Some(name) = run.task.register.as_ref().and_then(Node::raw) else {
        return Arc::clone(scope);
    };
    let mut vars = VarMap::new();
    vars.insert(name.into(), Var::Data(from_map(&done.result)));
    scope.with(Arc::new(vars))
}

/// `changed_when` and `failed_when` have the last word.
pub(super) fn verdict(run: &TaskRun<'_>, scope: &Arc<Scope>, mut done: Done) -> Done {
    let task = run.task;
    let decided = matches!(done.status, Status::Unreachable | Status::Skipped);
    if decided || (task.changed_when.is_none() && task.failed_when.is_none()) {
        return done;
    }
    let seen = with_result(run, scope, &done);
    let holds = |node| -> Result<Option<bool>, Diagnostic> {
        let Some(node) = node else { return Ok(None) };
        Ok(Some(
            scope.templar().condition(node, &seen)? == Condition::Holds,
        ))
    };
    let named = |keyword: &'static str| move |mistake| (keyword, mistake);
    let verdict = holds(task.changed_when.as_ref())
        .map_err(named("changed_when_result"))
        .and_then(|changed| {
            let failed = holds(task.failed_when.as_ref());
            Ok((changed, failed.map_err(named("failed_when_result"))?))
        });
    let (changed, failed) = match verdict {
        Ok(verdict) => verdict,
        Err((keyword, mistake)) => {
            return undecided(done, keyword, &mistake);
        }
    };
    let was_changed = done
        .result
        .get("changed")
        .and_then(Json::as_bool)
        .unwrap_or(false);
    let changed = changed.unwrap_or(was_changed);
    let failed = failed.unwrap_or(done.status == Status::Failed);
    done.result.insert("changed".into(), changed.into());
    done.result.insert("failed".into(), failed.into());
    if let Some(condition) = &task.failed_when {
        done.result
            .insert("failed_when_result".into(), failed.into());
        if failed && done.status != Status::Failed {
            let text = condition
                .raw()
                .map_or_else(|| "a condition".into(), |c| format!("`{c}`"));
            let seen = done.detail.unwrap_or_default();
            done.detail = Some(format!("{seen}: failed_when {text} holds"));
        }
    }
    done.status = match (failed, changed) {
        (true, _) => Status::Failed,
        (false, true) => Status::Changed,
        (false, false) => Status::Ok,
    };
    done
}

/// The module's result, failed because a condition about it cannot be evaluated.
fn undecided(mut done: Done, keyword: &str, mistake: &Diagnostic) -> Done {
    let sentence = mistake.sentence();
    done.result
        .insert(keyword.to_owned(), sentence.clone().into());
    done.result.insert("failed".into(), true.into());
    done.detail = Some(format!(": {sentence}"));
    done.place = Some(mistake.render(false));
    done.status = Status::Failed;
    done
}

/// `ignore_errors` and `ignore_unreachable`.
pub(super) fn forgive(run: &TaskRun<'_>, scope: &Arc<Scope>, done: &mut Done) {
    if forgives(run, scope, done) {
        done.status = Status::Ignored;
    }
}

/// Whether they say that this failure does not count.
pub(super) fn forgives(run: &TaskRun<'_>, scope: &Arc<Scope>, done: &Done) -> bool {
    let keywords = &run.inherited.keywords;
    let (keyword, node) = match done.status {
        Status::Failed => ("ignore_errors", keywords.ignore_errors.as_ref()),
        Status::Unreachable => ("ignore_unreachable", keywords.ignore_unreachable.as_ref()),
        _ => return false,
    };
    // Under `until` and the like the result may itself decide; hence the scope with it.
    let scope = with_result(run, scope, done);
    keywords::flag(keyword, node, false, &scope).unwrap_or(false)
}
