//! `loop` and `with_items`: one call an item, one result for all.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::judge;
use super::keywords;
use super::play::PlayRun;
use super::step::Done;
use super::task::TaskRun;
use crate::diag::Diagnostic;
use crate::event::Status;
use crate::vars::{Scope, Value, Var, VarMap, to_json};
use crate::yaml::Node;

/// `loop_control`, worked out.
struct Control {
    loop_var: String,
    index_var: Option<String>,
    pause: Option<std::time::Duration>,
    extended: bool,
}

impl PlayRun<'_> {
    /// Runs the step once for every item.
    pub(super) async fn looped(
        &self,
        run: &TaskRun<'_>,
        host: &Arc<str>,
        scope: &Arc<Scope>,
        items: &Node,
    ) -> Done {
        let prepared = items_of(run, scope, items).and_then(|items| {
            let control = control(run, scope)?;
            Ok((items, control, judge::censored(&run.inherited, scope)?))
        });
        let (items, control, censored) = match prepared {
            Ok(prepared) => prepared,
            // A list that cannot be made does not matter when the step is skipped anyway.
            Err(mistake) => match judge::holds(&run.inherited.whens, scope) {
                Ok(Some(condition)) => return Done::skipped(&condition),
                _ => return Done::mistaken(&mistake),
            },
        };
        let mut all = Vec::with_capacity(items.len());
        let mut scope = Arc::clone(scope);
        for (i, item) in items.iter().enumerate() {
            if self.engine.interrupt.requested() && !run.inherited.cleanup {
                break;
            }
            let with_item = scope.with(Arc::new(item_vars(&control, &items, i)));
            let label = label(run, &with_item, item);
            let mut done = self.once(run, host, &with_item, Some(label)).await;
            if !done.effects.is_empty() {
                // What one item set, the next one sees.
                self.apply(run, host, std::mem::take(&mut done.effects));
                scope = self.scope(host, &run.inherited);
            }
            done.result.insert(control.loop_var.clone(), to_json(item));
            done.result
                .insert("ansible_loop_var".into(), control.loop_var.clone().into());
            self.finish_item(run, host, &done);
            let lost = done.status == Status::Unreachable;
            all.push(done);
            if lost {
                break;
            }
            if let Some(pause) = control.pause.filter(|_| i + 1 < items.len()) {
                tokio::time::sleep(pause).await;
            }
        }
        fold(&all, censored)
    }
}

/// The items of a loop.
pub(super) fn items_of(
    run: &TaskRun<'_>,
    scope: &Arc<Scope>,
    node: &Node,
) -> Result<Vec<Value>, Diagnostic> {
    use minijinja::value::ValueKind;
    let value = scope.templar().node(node, scope)?;
    let is_list = matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable);
    if !is_list {
        if run.task.flatten_loop {
            return Ok(vec![value]);
        }
        let message = format!(
            "`loop` needs a list, not {}",
            crate::modules::describe(&value)
        );
        let help = "wrap it in `[…]`, or use `dict2items` for a mapping";
        return Err(Diagnostic::error(message).at(&node.span).help(help));
    }
    let items: Vec<Value> = value.try_iter().into_iter().flatten().collect();
    if !run.task.flatten_loop {
        return Ok(items);
    }
    Ok(items
        .into_iter()
        .flat_map(|item| match item.kind() {
            ValueKind::Seq => item.try_iter().into_iter().flatten().collect(),
            _ => vec![item],
        })
        .collect())
}

fn control(run: &TaskRun<'_>, scope: &Arc<Scope>) -> Result<Control, Diagnostic> {
    let control = &run.task.loop_control;
    let loop_var: Option<String> = keywords::value("loop_var", control.loop_var.as_ref(), scope)?;
    Ok(Control {
        loop_var: loop_var.unwrap_or_else(|| "item".to_owned()),
        index_var: keywords::value("index_var", control.index_var.as_ref(), scope)?,
        pause: keywords::seconds("pause", control.pause.as_ref(), scope)?,
        extended: keywords::flag("extended", control.extended.as_ref(), false, scope)?,
    })
}

/// The variables of one item.
fn item_vars(control: &Control, items: &[Value], index: usize) -> VarMap {
    let mut vars = VarMap::new();
    let mut put = |name: &str, value: Value| {
        vars.insert(name.into(), Var::Data(value));
    };
    put(&control.loop_var, items[index].clone());
    put("ansible_loop_var", Value::from(control.loop_var.as_str()));
    if let Some(index_var) = &control.index_var {
        put(index_var, Value::from(index));
        put("ansible_index_var", Value::from(index_var.as_str()));
    }
    if control.extended {
        put("ansible_loop", extended(items, index));
    }
    vars
}

fn extended(items: &[Value], index: usize) -> Value {
    let last = items.len() - 1;
    let mut all: Vec<(&str, Value)> = vec![
        ("allitems", Value::from(items.to_vec())),
        ("index", Value::from(index + 1)),
        ("index0", Value::from(index)),
        ("revindex", Value::from(last - index + 1)),
        ("revindex0", Value::from(last - index)),
        ("first", Value::from(index == 0)),
        ("last", Value::from(index == last)),
        ("length", Value::from(items.len())),
    ];
    if index > 0 {
        all.push(("previtem", items[index - 1].clone()));
    }
    if index < last {
        all.push(("nextitem", items[index + 1].clone()));
    }
    Value::from_pairs(all)
}

fn label(run: &TaskRun<'_>, scope: &Arc<Scope>, item: &Value) -> String {
    let label = run.task.loop_control.label.as_ref();
    label
        .and_then(|node| scope.templar().node(node, scope).ok())
        .unwrap_or_else(|| item.clone())
        .to_string()
}

/// One result for all items: failed if any failed, changed if any changed.
fn fold(all: &[Done], censored: bool) -> Done {
    let any = |status: Status| all.iter().any(|done| done.status == status);
    let failed = all
        .iter()
        .filter(|done| done.status == Status::Failed)
        .count();
    let status = if any(Status::Unreachable) {
        Status::Unreachable
    } else if failed > 0 {
        Status::Failed
    } else if any(Status::Changed) {
        Status::Changed
    } else if all.iter().all(|done| done.status == Status::Skipped) {
        Status::Skipped
    } else {
        Status::Ok
    };
    let msg = match status {
        Status::Unreachable => all.iter().rev().find_map(Done::msg).unwrap_or_default(),
        Status::Failed => {
            let first = all.iter().find(|done| done.status == Status::Failed);
            let why = first.and_then(Done::msg).unwrap_or_default();
            format!("{failed} of {} items failed; the first: {why}", all.len())
        }
        Status::Skipped if all.is_empty() => "no items in the list".to_owned(),
        Status::Skipped => "all items skipped".to_owned(),
        _ => "all items completed".to_owned(),
    };
    let mut result = Map::new();
    result.insert("changed".into(), any(Status::Changed).into());
    result.insert("msg".into(), msg.into());
    if status == Status::Failed {
        result.insert("failed".into(), true.into());
    }
    if status == Status::Skipped {
        result.insert("skipped".into(), true.into());
    }
    let results = all
        .iter()
        .map(|done| Json::Object(done.result.clone()))
        .collect();
    result.insert("results".into(), Json::Array(results));
    let mut folded = Done::new(status, result);
    folded.censored = censored;
    folded.delegated_to = all.iter().find_map(|done| done.delegated_to.clone());
    folded
}
