//! Plays.

use std::sync::Arc;

use super::ast::{Common, Play, Strategy};
use super::common::{common, tags};
use super::decoder::{Decoder, is_template};
use super::fields::Fields;
use super::place::Place;
use super::{action, end_role, names, notified, prompts, role, step, value};
use crate::diag::Diagnostic;
use crate::vars::VarMap;
use crate::yaml::{Node, Scalar};

/// The plays of a file, with those of the playbooks it imports.
pub(super) fn playbook(decoder: &mut Decoder<'_>, node: &Node) -> Vec<Play> {
    if node.is_null() {
        decoder.push(
            Diagnostic::error("this playbook is empty")
                .at(&node.span)
                .help("a playbook is a list of plays: begin with `- hosts: …`"),
        );
        return Vec::new();
    }
    let Some(entries) = node.seq() else {
        let message = format!(
            "a playbook must be a list of plays, not {}",
            node.describe()
        );
        decoder.push(
            Diagnostic::error(message)
                .at(&node.span)
                .help("begin each play with `- hosts: …`"),
        );
        return Vec::new();
    };
    let mut plays = Vec::new();
    for entry in entries {
        if is_import(entry) {
            plays.extend(import(decoder, entry));
        } else {
            let Some(play) = decoder.inside(entry, |decoder| play(decoder, entry)) else {
                continue;
            };
            notified::check(decoder, &play);
            end_role::check(decoder, &play);
            plays.push(play);
        }
    }
    plays
}

fn is_import(entry: &Node) -> bool {
    ["import_playbook", "ansible.builtin.import_playbook"]
        .iter()
        .any(|name| entry.get(name).is_some())
}

/// The plays of another playbook, with the tags, the condition and the variables of the import.
fn import(decoder: &mut Decoder<'_>, entry: &Node) -> Vec<Play> {
    let Some(fields) = Fields::read(decoder, entry, Place::ImportPlaybook) else {
        return Vec::new();
    };
    fields.refuse_others(decoder);
    let tags = tags(decoder, fields.value("tags"));
    let vars = names::vars(decoder, fields.value("vars"));
    let when = fields.take("when");
    let Some(file) = static_file(
        decoder,
        "import_playbook",
        fields.value("import_playbook"),
        entry,
    ) else {
        return Vec::new();
    };
    let plays = decoder.import(&file, |decoder, node| {
        let outer = decoder.roles.look_beside(node.span.source());
        let plays = playbook(decoder, node);
        decoder.roles.look_beside(&outer);
        plays
    });
    let mut plays = plays.unwrap_or_default();
    for play in &mut plays {
        inherit(&mut play.common, &tags, &vars, when.as_ref());
    }
    plays
}

/// A file that must be known before the run.
pub(super) fn static_file(
    decoder: &mut Decoder<'_>,
    keyword: &str,
    node: Option<&Node>,
    around: &Node,
) -> Option<Node> {
    let Some(node) = node else {
        let message = format!("`{keyword}` needs the name of a file");
        decoder.push(Diagnostic::error(message).at(&around.span));
        return None;
    };
    if is_template(node) {
        let error = Diagnostic::error(format!(
            "the file of `{keyword}` must be known before the run, and cannot be a template"
        ))
        .at(&node.span);
        decoder.push(match keyword {
            "import_tasks" => error.help("use `include_tasks`, which reads the file when it runs"),
            _ => error,
        });
        return None;
    }
    if node.raw().is_none_or(|name| name.trim().is_empty()) {
        decoder.expected(keyword, "the name of a file", node);
        return None;
    }
    Some(node.clone())
}

fn inherit(common: &mut Common, tags: &[String], vars: &Arc<VarMap>, when: Option<&Node>) {
    for tag in tags {
        if !common.tags.contains(tag) {
            common.tags.push(tag.clone());
        }
    }
    if !vars.is_empty() {
        let mut all = VarMap::clone(&common.vars);
        all.extend(
            vars.iter()
                .map(|(name, var)| (Arc::clone(name), var.clone())),
        );
        common.vars = Arc::new(all);
    }
    if let Some(when) = when {
        common.when = Some(match &common.when {
            Some(inner) => both(when, inner),
            None => when.clone(),
        });
    }
}

/// Two conditions that must hold, as one list.
fn both(outer: &Node, inner: &Node) -> Node {
    let items = |node: &Node| node.seq().unwrap_or(std::slice::from_ref(node)).to_vec();
    let all = [items(outer), items(inner)].concat();
    Node::new(outer.span.clone(), None, crate::yaml::Kind::Seq(all))
}

fn play(decoder: &mut Decoder<'_>, entry: &Node) -> Option<Play> {
    if looks_like_a_task(entry) {
        decoder.push(
            Diagnostic::error("this is a task, but a play is expected here")
                .at(&entry.span)
                .help(
                    "put it below `tasks:` of a play; a file of tasks is read by `include_tasks`",
                ),
        );
        return None;
    }
    let fields = Fields::read(decoder, entry, Place::Play)?;
    fields.refuse_others(decoder);
    let common = common(decoder, &fields);
    let hosts = hosts(decoder, &fields);
    check_serial(decoder, fields.value("serial"));
    check_strategy(decoder, fields.value("strategy"));
    let vars_prompt = prompts::prompts(decoder, fields.value("vars_prompt"));
    let vars_files = vars_files(decoder, fields.value("vars_files"));
    let roles = role::roles(decoder, "roles", fields.value("roles"));
    let mut steps = |name: &str, place: Place| match fields.value(name) {
        Some(node) => step::steps(decoder, name, node, place),
        None => Vec::new(),
    };
    let (pre_tasks, tasks) = (steps("pre_tasks", Place::Task), steps("tasks", Place::Task));
    let post_tasks = steps("post_tasks", Place::Task);
    let mut handlers = role::handlers(&roles);
    for steps in [&pre_tasks, &tasks, &post_tasks] {
        handlers.extend(role::handlers(steps));
    }
    handlers.extend(steps("handlers", Place::Handler));
    Some(Play {
        source: Arc::clone(entry.span.source()),
        span: entry.span.clone(),
        pre_tasks,
        tasks: [roles, tasks].concat(),
        post_tasks,
        handlers,
        common,
        hosts: hosts?,
        gather_facts: fields.take("gather_facts"),
        gather_subset: fields.take("gather_subset"),
        gather_timeout: fields.take("gather_timeout"),
        vars_prompt,
        vars_files,
        serial: fields.take("serial"),
        order: fields.take("order"),
        strategy: fields.take("strategy"),
        max_fail_percentage: fields.take("max_fail_percentage"),
        force_handlers: fields.take("force_handlers"),
    })
}

/// A play without `hosts` that has a module.
fn looks_like_a_task(entry: &Node) -> bool {
    let entries = entry.map().unwrap_or_default();
    entry.get("hosts").is_none()
        && entries.iter().any(|(key, _)| {
            key.raw().is_some_and(|name| {
                action::is_action(name) || matches!(name, "block" | "action" | "local_action")
            })
        })
}

fn hosts(decoder: &mut Decoder<'_>, fields: &Fields<'_>) -> Option<Node> {
    let Some(node) = fields.value("hosts") else {
        let place = fields.key("hosts").unwrap_or(fields.node);
        decoder.push(
            Diagnostic::error("this play does not say on which hosts it runs")
                .at(&place.span)
                .help("add `hosts:` with a group, a host or a pattern; `hosts: all` means all"),
        );
        return None;
    };
    decoder.check_templates(node);
    let items = node.seq().unwrap_or(std::slice::from_ref(node));
    let right = |item: &Node| item.raw().is_some_and(|raw| !raw.trim().is_empty());
    if items.is_empty() || !items.iter().all(right) {
        decoder.expected("hosts", "a pattern or a list of patterns", node);
        return None;
    }
    Some(node.clone())
}

fn check_serial(decoder: &mut Decoder<'_>, node: Option<&Node>) {
    let Some(node) = node else { return };
    decoder.check_templates(node);
    for item in node.seq().unwrap_or(std::slice::from_ref(node)) {
        let size = item
            .raw()
            .is_some_and(|raw| match raw.trim().strip_suffix('%') {
                Some(percent) => percent
                    .trim()
                    .parse::<f64>()
                    .is_ok_and(|percent| (0.0..=100.0).contains(&percent)),
                None => value::is_int(item) && !matches!(item.scalar(), Some(Scalar::Int(..0))),
            });
        if !size && !is_template(item) {
            let wanted = "a number of hosts, a percentage such as `30%`, or a list of them";
            decoder.expected("serial", wanted, item);
        }
    }
}

fn check_strategy(decoder: &mut Decoder<'_>, node: Option<&Node>) {
    let Some(node) = node else { return };
    decoder.check_templates(node);
    if is_template(node) {
        return;
    }
    if let Err(why) = Strategy::find(node.raw().unwrap_or_default()) {
        decoder.push(Diagnostic::error(why).at(&node.span));
    }
}

/// Each entry is a file, or a list of files of which the first that exists is read.
fn vars_files(decoder: &mut Decoder<'_>, node: Option<&Node>) -> Vec<Node> {
    let Some(node) = node else { return Vec::new() };
    decoder.check_templates(node);
    let entries = node.seq().unwrap_or(std::slice::from_ref(node));
    let is_file = |n: &Node| n.raw().is_some_and(|raw| !raw.is_empty());
    for entry in entries {
        if !entry
            .seq()
            .unwrap_or(std::slice::from_ref(entry))
            .iter()
            .all(is_file)
        {
            decoder.expected("vars_files", "a list of files", entry);
        }
    }
    entries.to_vec()
}
