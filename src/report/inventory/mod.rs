//! Inventories as `ansible-inventory` prints them.
//!
//! Variables are shown as they were written: templates in them are not rendered.

mod graph;
mod item;
mod json;
mod python;
mod vars;
mod yaml;

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::inventory::{Group, Inventory};
use crate::vars::VarMap;

pub(super) use item::Item;

/// An inventory to be shown, and how.
#[derive(Debug)]
pub struct View<'a> {
    /// The inventory.
    pub inventory: &'a Inventory,
    /// Only these hosts; all when none.
    pub only: Option<HashSet<Arc<str>>>,
    /// Whether variables of groups stay with the groups, instead of being every host's.
    pub export: bool,
    /// Variables that win over all others.
    pub extra: &'a VarMap,
}

/// In which form a listing is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// JSON, as inventory scripts give it.
    Json,
    /// YAML, as inventory files have it.
    Yaml,
    /// TOML, as inventory files have it.
    Toml,
}

impl View<'_> {
    /// Everything (`--list`).
    #[must_use]
    pub fn list(&self, form: Form) -> String {
        match form {
            Form::Json => json::text(&self.as_script()),
            Form::Yaml => yaml::text(&self.as_file()),
            Form::Toml => yaml::toml(&self.as_file()),
        }
    }

    /// The variables of one host (`--host`).
    #[must_use]
    pub fn host(&self, name: &str, form: Form) -> String {
        let vars = Item::Map(self.host_vars(name).into_iter().collect());
        match form {
            Form::Json => json::text(&vars.bare()),
            Form::Yaml => yaml::text(&vars),
            Form::Toml => yaml::toml(&vars),
        }
    }

    fn shows(&self, host: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(host))
    }

    fn hosts_of<'g>(&self, group: &'g Group) -> impl Iterator<Item = &'g Arc<str>> {
        let own = group.hosts.iter().filter(|_| *group.name != *"all");
        own.filter(|host| self.shows(host))
    }

    fn children_of(&self, group: &Group) -> Vec<&Group> {
        let names = group.children.iter();
        names.filter_map(|n| self.inventory.group(n)).collect()
    }

    /// The form of inventory scripts: groups side by side, hosts' variables under `_meta`.
    fn as_script(&self) -> Item {
        let mut groups = IndexMap::new();
        if let Some(all) = self.inventory.group("all") {
            self.script_group(all, &mut groups);
        }
        groups.retain(|_, parts: &mut IndexMap<String, Item>| !parts.is_empty());
        let mut top: IndexMap<String, Item> = groups
            .into_iter()
            .map(|(name, parts)| (name, Item::Map(parts)))
            .collect();
        let hosts = self.inventory.hosts().filter(|host| self.shows(&host.name));
        let hosts = hosts.filter_map(|host| {
            let vars = self.host_vars(&host.name);
            (!vars.is_empty()).then(|| (host.name.to_string(), Item::Map(vars)))
        });
        let meta = [
            ("hostvars".to_owned(), Item::Map(hosts.collect())),
            ("profile".to_owned(), Item::text("inventory_legacy")),
        ];
        top.insert("_meta".to_owned(), Item::Map(meta.into_iter().collect()));
        Item::Map(top)
    }

    fn script_group(&self, group: &Group, groups: &mut IndexMap<String, IndexMap<String, Item>>) {
        let names = |names: Vec<Item>| (!names.is_empty()).then_some(Item::List(names));
        let hosts = names(self.hosts_of(group).map(|h| Item::text(h)).collect());
        let children = self.children_of(group);
        let list = names(children.iter().map(|c| Item::text(&c.name)).collect());
        let mut parts = IndexMap::new();
        parts.extend(hosts.map(|hosts| ("hosts".to_owned(), hosts)));
        parts.extend(list.map(|list| ("children".to_owned(), list)));
        let vars = self.group_vars(group);
        if self.export && !vars.is_empty() {
            parts.insert("vars".to_owned(), Item::Map(vars));
        }
        groups.insert(group.name.to_string(), parts);
        for child in children {
            if !groups.contains_key(&*child.name) {
                self.script_group(child, groups);
            }
        }
    }

    /// The form of inventory files: groups within groups.
    fn as_file(&self) -> Item {
        let mut seen = Seen::default();
        let all = self.inventory.group("all");
        let body = all.and_then(|all| self.file_group(all, &mut seen));
        let body = body.unwrap_or_default();
        Item::Map(IndexMap::from([("all".to_owned(), Item::Map(body))]))
    }

    /// A group's parts; none when there are none.
    fn file_group(&self, group: &Group, seen: &mut Seen) -> Option<IndexMap<String, Item>> {
        let mut children = IndexMap::new();
        for child in self.children_of(group) {
            let name = child.name.to_string();
            if seen.groups.contains(&child.name) {
                children.insert(name, Item::Map(IndexMap::new()));
                continue;
            }
            let body = self.file_group(child, seen);
            children.extend(body.map(|body| (name, Item::Map(body))));
            seen.groups.insert(Arc::clone(&child.name));
        }
        let mut hosts = IndexMap::new();
        for host in self.hosts_of(group) {
            let first = seen.hosts.insert(Arc::clone(host));
            let vars = if first {
                self.host_vars(host)
            } else {
                IndexMap::new()
            };
            hosts.insert(host.to_string(), Item::Map(vars));
        }
        let vars = self.export.then(|| self.group_vars(group));
        let parts = [
            ("children", children),
            ("hosts", hosts),
            ("vars", vars.unwrap_or_default()),
        ];
        let full = parts.into_iter().filter(|(_, part)| !part.is_empty());
        let body: IndexMap<String, Item> = full
            .map(|(name, part)| (name.to_owned(), Item::Map(part)))
            .collect();
        (!body.is_empty()).then_some(body)
    }
}

/// What was shown already: it is only named when it comes again.
#[derive(Default)]
struct Seen {
    groups: HashSet<Arc<str>>,
    hosts: HashSet<Arc<str>>,
}
