//! The tree of groups and hosts (`--graph`).

use indexmap::IndexMap;

use super::{Item, View, python};
use crate::inventory::Group;

impl View<'_> {
    /// The tree below a group, with variables if asked for; none when there is no such group.
    #[must_use]
    pub fn graph(&self, group: &str, vars: bool) -> Option<String> {
        let mut out = String::new();
        self.branch(self.inventory.group(group)?, 0, vars, &mut out);
        Some(out)
    }

    fn branch(&self, group: &Group, depth: usize, vars: bool, out: &mut String) {
        line(out, depth, &format!("@{}:", group.name));
        for child in self.children_of(group) {
            self.branch(child, depth + 1, vars, out);
        }
        if *group.name != *"all" {
            for host in &group.hosts {
                line(out, depth + 1, host);
                if vars {
                    leaves(out, depth + 2, &self.host_vars(host));
                }
            }
        }
        if vars {
            leaves(out, depth + 1, &self.group_vars(group));
        }
    }
}

fn leaves(out: &mut String, depth: usize, vars: &IndexMap<String, Item>) {
    let mut sorted: Vec<_> = vars.iter().collect();
    sorted.sort_by(|a, b| a.0.cmp(b.0));
    for (name, item) in sorted {
        line(out, depth, &format!("{{{name} = {}}}", python::str(item)));
    }
}

fn line(out: &mut String, depth: usize, text: &str) {
    if depth > 0 {
        out.push_str("  ");
        out.push_str(&"|  ".repeat(depth - 1));
        out.push_str("|--");
    }
    out.push_str(text);
    out.push('\n');
}
