//! Conditions around a step: `when`, `no_log`, and the scope its own result is judged in.

use std::sync::Arc;

use super::inherit::Inherited;
use super::keywords;
use super::step::Done;
use super::task::TaskRun;
use crate::diag::Diagnostic;
use crate::template::Condition;
use crate::vars::{Scope, Var, VarMap, from_map};
use crate::yaml::Node;

/// The first of these conditions that does not hold.
pub(super) fn holds(whens: &[Node], scope: &Arc<Scope>) -> Result<Option<String>, Diagnostic> {
    for when in whens {
        if let Condition::Fails(condition) = scope.templar().condition(when, scope)? {
            return Ok(Some(condition));
        }
    }
    Ok(None)
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
