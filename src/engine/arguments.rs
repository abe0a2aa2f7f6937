//! The arguments of a module's call: what the task says, over `args`, over `module_defaults`.

use std::sync::Arc;

use crate::diag::Diagnostic;
use crate::modules::args::{Argument, Arguments, hide_value};
use crate::modules::spec::FreeForm;
use crate::modules::{self, ArgKind, ModuleSpec};
use crate::playbook::{Action, TaskArgs};
use crate::template::is_omit;
use crate::vars::{Scope, Value};
use crate::yaml::{Kind, Node};

/// Templates the arguments; expressions are handed over as they are, `omit` drops the argument.
pub(super) fn arguments(
    spec: &ModuleSpec,
    args: &TaskArgs,
    defaults: &[Node],
    scope: &Arc<Scope>,
) -> Result<Arguments, Diagnostic> {
    let mut all = Arguments::default();
    for entry in defaults_of(spec, defaults) {
        add_node(&mut all, spec, entry, scope)?;
    }
    if let Some(template) = &args.template {
        add_node(&mut all, spec, template, scope)?;
    }
    for (key, node) in &args.pairs {
        add_pair(&mut all, spec, key, node, scope)?;
    }
    let unknown = |name: &&String| spec.arg(name).is_none();
    if spec.free_form != FreeForm::AnyNames
        && let Some(unknown) = all.0.keys().find(unknown)
    {
        let message = format!("`{}` has no argument `{unknown}`", spec.name);
        return Err(Diagnostic::error(message));
    }
    Ok(all)
}

/// Hides what the secret arguments of a call come to before its loop's item, which they may be made
/// of, is shown. What a lookup gives cannot be a part of the item, and is not looked up twice.
pub(super) fn hide_secrets(action: &Action, scope: &Arc<Scope>) {
    let Action::Module { spec, args, .. } = action else {
        return;
    };
    for (key, node) in &args.pairs {
        let name = key.raw().unwrap_or_default();
        let text = node.raw().unwrap_or_default();
        let secret = spec.arg(name).is_some_and(|arg| arg.secret);
        if !secret || text.contains("lookup") || text.contains("query(") {
            continue;
        }
        if let Ok(value) = scope.templar().node(node, scope) {
            hide_value(spec, name, &value);
        }
    }
}

/// The entries of `module_defaults` for a module: of its groups, then its own. Of several levels
/// the innermost one that has an entry counts, and it alone.
fn defaults_of<'a>(spec: &ModuleSpec, levels: &'a [Node]) -> Vec<&'a Node> {
    let mut of_groups: Vec<(&str, &Node)> = Vec::new();
    let mut own = None;
    for level in levels {
        let maps = level.seq().unwrap_or(std::slice::from_ref(level));
        for (key, entry) in maps.iter().filter_map(Node::map).flatten() {
            let name = key.raw().unwrap_or_default();
            if let Some(group) = name.strip_prefix("group/") {
                if modules::group(group).is_some_and(|collection| collection == spec.collection) {
                    of_groups.retain(|(other, _)| *other != group);
                    of_groups.push((group, entry));
                }
            } else if modules::find(name).is_some_and(|found| std::ptr::eq(found, spec)) {
                own = Some(entry);
            }
        }
    }
    let of_groups = of_groups.into_iter().map(|(_, entry)| entry);
    of_groups.chain(own).collect()
}

/// Adds a mapping of arguments, or what a template of one comes to.
fn add_node(
    all: &mut Arguments,
    spec: &ModuleSpec,
    node: &Node,
    scope: &Arc<Scope>,
) -> Result<(), Diagnostic> {
    if let Kind::Map(entries) = node.kind() {
        for (key, value) in entries {
            add_pair(all, spec, key, value, scope)?;
        }
        return Ok(());
    }
    let map = scope.templar().node(node, scope)?;
    if map.is_none() {
        return Ok(());
    }
    if map.kind() != minijinja::value::ValueKind::Map {
        let what = modules::describe(&map);
        let message = format!(
            "the arguments of `{}` must be a mapping, not {what}",
            spec.name
        );
        return Err(Diagnostic::error(message).at(&node.span));
    }
    for key in map.try_iter().into_iter().flatten() {
        let value = map.get_item(&key).unwrap_or_default();
        let name = key.to_string();
        hide_value(spec, &name, &value);
        let name = spec.arg(&name).map_or(name, |arg| arg.name.to_owned());
        all.0.insert(name, Argument { value, node: None });
    }
    Ok(())
}

fn add_pair(
    all: &mut Arguments,
    spec: &ModuleSpec,
    key: &Node,
    node: &Node,
    scope: &Arc<Scope>,
) -> Result<(), Diagnostic> {
    let written = match key.raw() {
        // `set_fact` may name its variables by templates.
        Some(text) if spec.free_form == FreeForm::AnyNames && text.contains("{{") => {
            scope.templar().node(key, scope)?.to_string()
        }
        text => text.unwrap_or_default().to_owned(),
    };
    let arg = spec.arg(&written);
    let name = arg.map_or(written.as_str(), |arg| arg.name);
    let is_expression = arg.is_some_and(|arg| arg.kind == ArgKind::Expr);
    let value = if is_expression {
        Value::UNDEFINED
    } else {
        scope.templar().node(node, scope)?
    };
    if is_omit(&value) {
        all.0.shift_remove(name);
        return Ok(());
    }
    hide_value(spec, name, &value);
    let node = Some(node.clone());
    all.0.insert(name.to_owned(), Argument { value, node });
    Ok(())
}
