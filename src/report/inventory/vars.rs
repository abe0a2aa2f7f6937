//! Which variables are shown with a host or a group.

use indexmap::IndexMap;

use super::{Item, View};
use crate::inventory::Group;
use crate::vars::VarMap;

impl View<'_> {
    /// A host's variables: all it ends up with, or for an export only its own.
    pub(super) fn host_vars(&self, host: &str) -> IndexMap<String, Item> {
        let mut vars = IndexMap::new();
        if self.export {
            for layer in self.inventory.own_host_layers(host) {
                merge(&mut vars, &layer);
            }
            return vars;
        }
        for layer in self.inventory.host_layers(host) {
            merge(&mut vars, &layer);
        }
        merge(&mut vars, self.extra);
        vars
    }

    /// A group's own variables.
    pub(super) fn group_vars(&self, group: &Group) -> IndexMap<String, Item> {
        let mut vars = IndexMap::new();
        for layer in self.inventory.own_group_layers(&group.name) {
            merge(&mut vars, &layer);
        }
        if group.priority != 1 {
            let priority = Item::Int(group.priority.to_string());
            vars.insert("ansible_group_priority".to_owned(), priority);
        }
        vars
    }
}

fn merge(vars: &mut IndexMap<String, Item>, layer: &VarMap) {
    let shown = layer
        .iter()
        .map(|(name, var)| (name.to_string(), var.into()));
    vars.extend(shown);
}
