//! What a `rescue` is told of the task that failed: `ansible_failed_task`.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::play::PlayRun;
use super::task::{TaskRun, action_name};
use crate::modules::ArgKind;
use crate::modules::spec::FreeForm;
use crate::playbook::{Action, Task, TaskArgs};
use crate::vars::{Scope, Var, to_json};
use crate::yaml::Node;

impl PlayRun<'_> {
    /// The task with its keywords as they were on this host. What cannot be rendered there, a
    /// loop's item for one, stays as it was written.
    pub(super) fn story(&self, run: &TaskRun<'_>, host: &Arc<str>) -> Json {
        let scope = self.scope(host, &run.inherited);
        let task = run.task;
        let mut story = Map::new();
        let mut put = |name: &str, value: Json| {
            story.insert(name.to_owned(), value);
        };
        let action = action_name(task);
        let short = action.rsplit('.').next().unwrap_or(action);
        put("name", run.own_name().into());
        put("action", action.into());
        put(
            "_resolved_action",
            format!("ansible.builtin.{short}").into(),
        );
        put("args", arguments(task, &scope));
        put("tags", json!(run.inherited.tags));
        put("vars", variables(task, &scope));
        put("uuid", run.id.0.clone().into());
        put("register", own(task.register.as_ref(), &scope));
        put("loop", own(task.r#loop.as_ref(), &scope));
        put("loop_control", Json::Null);
        put("loop_with", Json::Null);
        put("until", conditions(task.until.as_ref()));
        put("changed_when", conditions(task.changed_when.as_ref()));
        put("failed_when", conditions(task.failed_when.as_ref()));
        put(
            "when",
            run.inherited
                .whens
                .iter()
                .flat_map(parts)
                .map(written)
                .collect(),
        );
        put("retries", or(own(task.retries.as_ref(), &scope), 3));
        put("delay", or(own(task.delay.as_ref(), &scope), 5));
        put("async", or(own(task.r#async.as_ref(), &scope), 0));
        put("async_val", or(own(task.r#async.as_ref(), &scope), 0));
        put("poll", or(own(task.poll.as_ref(), &scope), 15));
        put(
            "delegate_facts",
            own(task.common.delegate_facts.as_ref(), &scope),
        );
        put("notify", notified(run, &scope));
        for name in ["collections", "debugger"] {
            put(name, Json::Null);
        }
        put("module_defaults", json!([]));
        put("finalized", true.into());
        put("squashed", true.into());
        let common = &run.inherited.keywords;
        for (name, node) in [
            ("any_errors_fatal", &common.any_errors_fatal),
            ("become", &common.r#become),
            ("become_exe", &common.become_exe),
            ("become_flags", &common.become_flags),
            ("become_method", &common.become_method),
            ("become_user", &common.become_user),
            ("check_mode", &common.check_mode),
            ("connection", &common.connection),
            ("delegate_to", &common.delegate_to),
            ("diff", &common.diff),
            ("environment", &common.environment),
            ("ignore_errors", &common.ignore_errors),
            ("ignore_unreachable", &common.ignore_unreachable),
            ("no_log", &common.no_log),
            ("port", &common.port),
            ("remote_user", &common.remote_user),
            ("run_once", &common.run_once),
            ("throttle", &common.throttle),
            ("timeout", &common.timeout),
        ] {
            story.insert(name.to_owned(), own(node.as_ref(), &scope));
        }
        Json::Object(story)
    }
}

fn notified(run: &TaskRun<'_>, scope: &Arc<Scope>) -> Json {
    let names = &run.inherited.keywords.notify;
    if names.is_empty() {
        return Json::Null;
    }
    names.iter().map(|node| own(Some(node), scope)).collect()
}

/// A keyword's value: rendered where that is possible.
fn own(node: Option<&Node>, scope: &Arc<Scope>) -> Json {
    let Some(node) = node else {
        return Json::Null;
    };
    match scope.templar().node(node, scope) {
        Ok(value) => to_json(&value),
        Err(_) => written(node),
    }
}

fn or(value: Json, default: i64) -> Json {
    match value {
        Json::Null => default.into(),
        other => other,
    }
}

/// A node as it was written: conditions are not rendered before they are judged.
fn written(node: &Node) -> Json {
    match (node.scalar(), node.raw()) {
        (Some(crate::yaml::Scalar::Bool(value)), _) => value.into(),
        (_, raw) => raw.into(),
    }
}

fn conditions(node: Option<&Node>) -> Json {
    let Some(node) = node else {
        return json!([]);
    };
    parts(node).iter().map(written).collect()
}

/// One condition, or each of a list of them.
fn parts(node: &Node) -> &[Node] {
    node.seq().unwrap_or(std::slice::from_ref(node))
}

fn variables(task: &Task, scope: &Arc<Scope>) -> Json {
    let render = |(name, var): (&Arc<str>, &Var)| {
        let value = match var {
            Var::Lazy(node) => own(Some(node), scope),
            Var::Data(value) => to_json(value),
        };
        (name.to_string(), value)
    };
    Json::Object(task.common.vars.iter().map(render).collect())
}

/// The arguments; what was written as a free-form line also has the name it has in Ansible.
fn arguments(task: &Task, scope: &Arc<Scope>) -> Json {
    let Action::Module { spec, args, .. } = &task.action else {
        return json!({});
    };
    let TaskArgs { pairs, template } = args;
    let mut all = match template.as_ref().map(|node| own(Some(node), scope)) {
        Some(Json::Object(all)) => all,
        _ => Map::new(),
    };
    for (key, node) in pairs {
        let name = key.raw().unwrap_or_default();
        let bare = spec.arg(name).is_some_and(|arg| arg.kind == ArgKind::Expr);
        let value = if bare {
            written(node)
        } else {
            own(Some(node), scope)
        };
        if spec.free_form == FreeForm::Into("cmd") && name == "cmd" {
            all.insert("_raw_params".to_owned(), value.clone());
        }
        all.insert(name.to_owned(), value);
    }
    Json::Object(all)
}
