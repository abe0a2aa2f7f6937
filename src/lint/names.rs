//! The variables that something defines.

use std::collections::{BTreeSet, HashSet};

use globset::GlobMatcher;

use super::item::{Item, Way};
use super::paths;
use crate::modules::spec::FreeForm;
use crate::playbook::Place;
use crate::template::{Templar, Uses};
use crate::yaml::Node;

/// Names that exist without being written anywhere; facts and others that begin with `ansible_` do too.
const MAGIC: [&str; 25] = [
    "environment",
    "group_names",
    "groups",
    "hostvars",
    "inventory_dir",
    "inventory_file",
    "inventory_hostname",
    "inventory_hostname_short",
    "item",
    "module_setup",
    "omit",
    "packages",
    "play_hosts",
    "playbook_dir",
    "role_name",
    "role_names",
    "role_path",
    "runbook_project_dir",
    "runbook_version",
    "services",
    "template_destpath",
    "template_fullpath",
    "template_host",
    "template_path",
    "vars",
];

/// Every name that is known to be given a value somewhere.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: HashSet<String>,
    patterns: Vec<GlobMatcher>,
    /// Why names may exist that nobody can know before a run.
    pub(super) hidden: BTreeSet<String>,
}

impl Names {
    pub(super) fn add(&mut self, name: &str) {
        if !self.known.contains(name) {
            self.known.insert(name.to_owned());
        }
    }

    /// A name as written: with templates in it, it stands for many.
    pub(super) fn add_node(&mut self, node: &Node) {
        let Some(name) = node.raw() else { return };
        if !paths::is_template(name) {
            return self.add(name);
        }
        let pattern = paths::pattern(name);
        if let Some(matcher) = pattern.and_then(|pattern| paths::matcher(&pattern)) {
            self.patterns.push(matcher);
        } else {
            let why = format!("{} makes up the name of a variable", node.span);
            self.hidden.insert(why);
        }
    }

    /// The keys of a mapping, or of each mapping of a list.
    pub(super) fn add_keys(&mut self, node: &Node) {
        for item in node.seq().unwrap_or(std::slice::from_ref(node)) {
            for (key, _) in item.map().unwrap_or_default() {
                self.add_node(key);
            }
        }
    }

    /// Whether something defines a name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.known.contains(name)
            || name.starts_with("ansible_")
            || MAGIC.contains(&name)
            || self.patterns.iter().any(|pattern| pattern.is_match(name))
    }

    /// The names there are, sorted, for suggestions.
    pub(super) fn all(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.known.iter().map(String::as_str).chain(MAGIC).collect();
        all.sort_unstable();
        all
    }

    /// What a play, block, task or entry of `roles` defines.
    pub(super) fn of_item(&mut self, item: &Item<'_>) {
        for (keyword, _, value) in &item.fields {
            match keyword.name {
                "vars" => self.add_keys(value),
                "register" => self.add_registered(value),
                "vars_prompt" => self.add_prompts(value),
                "loop_control" => ["loop_var", "index_var"]
                    .iter()
                    .filter_map(|key| value.get(key))
                    .for_each(|name| self.add_node(name)),
                _ => {}
            }
        }
        if item.place == Place::Play || item.call.is_none() {
            return;
        }
        self.of_call(item);
    }

    fn add_registered(&mut self, node: &Node) {
        match node.map() {
            Some(_) => self.add_keys(node),
            None => self.add_node(node),
        }
    }

    fn add_prompts(&mut self, node: &Node) {
        let prompts = node.seq().unwrap_or_default();
        prompts
            .iter()
            .filter_map(|prompt| prompt.get("name"))
            .for_each(|name| self.add_node(name));
    }

    fn of_call(&mut self, item: &Item<'_>) {
        let Some(call) = &item.call else { return };
        let free = call.spec.map(|spec| spec.free_form);
        if free == Some(FreeForm::AnyNames) {
            call.args.iter().for_each(|(key, _)| self.add_node(key));
            if let Some(line) = &call.line {
                self.add_node(line);
            }
        }
        match call.name.as_str() {
            "include_vars" => call.arg("name").into_iter().for_each(|n| self.add_node(n)),
            "set_stats" => call
                .arg("data")
                .into_iter()
                .for_each(|data| self.add_keys(data)),
            // What is asked for must be given by whoever runs the playbook.
            "assert" | "fail" => {
                item.guards.iter().for_each(|name| self.add(name));
                let that = call.arg("that");
                let that = that.map_or(&[][..], |that| {
                    that.seq().unwrap_or(std::slice::from_ref(that))
                });
                for condition in that {
                    let uses = Uses::of_expression(condition.raw().unwrap_or_default());
                    uses.guards().for_each(|name| self.add(name));
                }
            }
            _ => {}
        }
    }
}

/// Whether a function or constant of templates has this name.
pub(super) fn is_function(name: &str) -> bool {
    name == "omit" || Templar::functions().any(|entry| entry.name == name)
}

/// What a text uses.
pub(super) fn uses(text: &str, way: Way) -> Uses {
    match way {
        Way::Text => Uses::of_text(text),
        Way::Expression => Uses::of_expression(text),
    }
}
