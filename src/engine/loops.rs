//! `loop` and `with_…`: one call an item, one result for all.

mod control;
mod fold;

use std::sync::Arc;

use super::judge;
use super::play::PlayRun;
use super::step::Done;
use super::task::TaskRun;
use crate::diag::Diagnostic;
use crate::event::Status;
use crate::template::Condition;
use crate::vars::{Scope, Value, Var, VarMap, from_map, to_json};
use crate::yaml::Node;

pub(super) use control::Items;

impl PlayRun<'_> {
    /// Runs the step once for every item.
    pub(super) async fn looped(
        &self,
        run: &TaskRun<'_>,
        host: &Arc<str>,
        scope: &Arc<Scope>,
        items: &Node,
    ) -> Done {
        let prepared = Items::of(run, scope, items)
            .and_then(|items| Ok((items, judge::censored(&run.inherited, scope)?)));
        let (items, censored) = match prepared {
            Ok(prepared) => prepared,
            // A list that cannot be made does not matter when the step is skipped anyway.
            Err(mistake) => match judge::holds(&run.inherited.whens, scope) {
                Ok(Some(condition)) => return Done::skipped(&condition),
                _ => return Done::mistaken(&mistake),
            },
        };
        self.warn_of_shadow(run, scope, &items);
        match self.each(run, host, scope, &items).await {
            Ok((all, forgiven)) => fold::fold(&all, forgiven, censored),
            Err(mistake) => Done::mistaken(&mistake),
        }
    }

    /// Every item in turn; and whether each failure among them is to be ignored.
    async fn each(
        &self,
        run: &TaskRun<'_>,
        host: &Arc<str>,
        scope: &Arc<Scope>,
        items: &Items,
    ) -> Result<(Vec<Done>, bool), Diagnostic> {
        let mut all = Vec::with_capacity(items.len());
        let mut scope = Arc::clone(scope);
        let mut forgiven = true;
        for i in 0..items.len() {
            if self.stops(run) {
                break;
            }
            let seen = with_last(run, &scope, all.last());
            let with_item = seen.with(Arc::new(items.vars(i)));
            let label = label(run, &with_item, items.get(i));
            let mut done = self.once(run, host, &with_item, Some(label)).await;
            if !done.effects.is_empty() {
                // What one item set, the next one sees.
                self.apply(run, host, std::mem::take(&mut done.effects));
                scope = self.scope(host, &run.inherited);
            }
            for (name, value) in items.told(i) {
                done.result.insert(name.to_owned(), to_json(&value));
            }
            self.finish_item(run, host, &done);
            forgiven &= done.status != Status::Failed || judge::forgives(run, &with_item, &done);
            let over = done.status == Status::Unreachable || enough(run, &with_item, &done)?;
            all.push(done);
            if over {
                break;
            }
            if let Some(pause) = items.pause.filter(|_| i + 1 < items.len()) {
                self.wait(run, pause).await;
            }
        }
        Ok((all, forgiven))
    }

    /// A loop variable that hides another variable is seldom meant.
    fn warn_of_shadow(&self, run: &TaskRun<'_>, scope: &Arc<Scope>, items: &Items) {
        let name = &items.loop_var;
        if items.len() > 0 && scope.stored(name).is_some() {
            let task = &run.name;
            self.engine.warn_once(format!(
                "the loop of `{task}` hides the variable `{name}`; name its item otherwise with \
                 `loop_control: {{loop_var: …}}`"
            ));
        }
    }
}

/// Under the name it is registered by, an item sees the result of the one before.
fn with_last(run: &TaskRun<'_>, scope: &Arc<Scope>, last: Option<&Done>) -> Arc<Scope> {
    let name = run.task.register.as_ref().and_then(Node::raw);
    let (Some(name), Some(last)) = (name, last) else {
        return Arc::clone(scope);
    };
    let result = Var::Data(from_map(&last.result));
    scope.with(Arc::new(VarMap::from_iter([(Arc::from(name), result)])))
}

/// Whether `break_when` ends the loop after this item.
fn enough(run: &TaskRun<'_>, scope: &Arc<Scope>, done: &Done) -> Result<bool, Diagnostic> {
    let Some(condition) = &run.task.loop_control.break_when else {
        return Ok(false);
    };
    let seen = judge::with_result(run, scope, done);
    Ok(seen.templar().condition(condition, &seen)? == Condition::Holds)
}

fn label(run: &TaskRun<'_>, scope: &Arc<Scope>, item: &Value) -> String {
    let label = run.task.loop_control.label.as_ref();
    label
        .and_then(|node| scope.templar().node(node, scope).ok())
        .unwrap_or_else(|| item.clone())
        .to_string()
}
