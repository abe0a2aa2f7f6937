//! The items of a loop, and the variables `loop_control` makes of each.

use std::sync::Arc;
use std::time::Duration;

use minijinja::value::ValueKind;

use super::super::keywords;
use super::super::task::TaskRun;
use crate::diag::Diagnostic;
use crate::vars::{Scope, Value, Var, VarMap};
use crate::yaml::Node;

/// The items of a loop, with its `loop_control` worked out.
pub(in crate::engine) struct Items {
    values: Vec<Value>,
    pub(in crate::engine) loop_var: String,
    index_var: Option<String>,
    pub(super) pause: Option<Duration>,
    extended: Option<Extended>,
}

/// What `ansible_loop` holds.
#[derive(Clone, Copy)]
struct Extended {
    all_items: bool,
}

impl Items {
    /// Works them out for a task with this `loop`, or these terms of a `with_…`.
    pub(in crate::engine) fn of(
        run: &TaskRun<'_>,
        scope: &Arc<Scope>,
        node: &Node,
    ) -> Result<Self, Diagnostic> {
        let items = items(run, scope, node)?;
        let control = &run.task.loop_control;
        let loop_var: Option<String> =
            keywords::value("loop_var", control.loop_var.as_ref(), scope)?;
        let extended = keywords::flag("extended", control.extended.as_ref(), false, scope)?;
        let all_items = control.extended_allitems.as_ref();
        let all_items = keywords::flag("extended_allitems", all_items, true, scope)?;
        Ok(Self {
            values: items,
            loop_var: loop_var.unwrap_or_else(|| "item".to_owned()),
            index_var: keywords::value("index_var", control.index_var.as_ref(), scope)?,
            pause: keywords::seconds("pause", control.pause.as_ref(), scope)?,
            extended: extended.then_some(Extended { all_items }),
        })
    }

    /// How many there are.
    pub(in crate::engine) fn len(&self) -> usize {
        self.values.len()
    }

    /// The item itself.
    pub(super) fn get(&self, index: usize) -> &Value {
        &self.values[index]
    }

    /// What a result tells about its item.
    pub(super) fn told(&self, index: usize) -> Vec<(&str, Value)> {
        let mut told = vec![
            (&*self.loop_var, self.values[index].clone()),
            ("ansible_loop_var", Value::from(&*self.loop_var)),
        ];
        if let Some(index_var) = &self.index_var {
            told.push((index_var, Value::from(index)));
            told.push(("ansible_index_var", Value::from(&**index_var)));
        }
        if let Some(extended) = self.extended {
            told.push(("ansible_loop", self.place(index, extended)));
        }
        told
    }

    /// The variables of one item.
    pub(in crate::engine) fn vars(&self, index: usize) -> VarMap {
        let told = self.told(index).into_iter();
        told.map(|(name, value)| (Arc::from(name), Var::Data(value)))
            .collect()
    }

    /// Where an item stands among the others.
    fn place(&self, index: usize, extended: Extended) -> Value {
        let items = &self.values;
        let last = items.len() - 1;
        let mut all: Vec<(&str, Value)> = vec![
            ("index", Value::from(index + 1)),
            ("index0", Value::from(index)),
            ("revindex", Value::from(last - index + 1)),
            ("revindex0", Value::from(last - index)),
            ("first", Value::from(index == 0)),
            ("last", Value::from(index == last)),
            ("length", Value::from(items.len())),
        ];
        if extended.all_items {
            all.push(("allitems", Value::from(items.clone())));
        }
        if index > 0 {
            all.push(("previtem", items[index - 1].clone()));
        }
        if index < last {
            all.push(("nextitem", items[index + 1].clone()));
        }
        Value::from_pairs(all)
    }
}

fn items(run: &TaskRun<'_>, scope: &Arc<Scope>, node: &Node) -> Result<Vec<Value>, Diagnostic> {
    let value = scope.templar().node(node, scope)?;
    let is_list = matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable);
    let list: Vec<Value> = if is_list {
        value.try_iter().into_iter().flatten().collect()
    } else {
        vec![value]
    };
    if let Some(lookup) = run.task.loop_lookup {
        let found = scope.templar().lookup(lookup, list, node, scope);
        return found.map_err(Diagnostic::from);
    }
    if is_list {
        return Ok(list);
    }
    let what = crate::modules::describe(&list[0]);
    let help = match list[0].kind() {
        ValueKind::Map => "loop over its entries with `dict2items`, or wrap it in `[…]`",
        _ => "wrap it in `[…]`",
    };
    let message = format!("`loop` needs a list, not {what}");
    Err(Diagnostic::error(message).at(&node.span).help(help))
}
