//! Inventories in YAML format: groups with `hosts`, `children` and `vars`.

use std::sync::Arc;

use super::model::Inventory;
use super::vars;
use super::{address, constructed};
use crate::diag::{Diagnostic, Diagnostics, did_you_mean, or_list};
use crate::vars::{Var, VarMap};
use crate::yaml::{Node, Scalar, Style};

/// What a group is made of.
const KEYS: [&str; 3] = ["children", "hosts", "vars"];

/// Reads a document into the inventory, and goes on after mistakes.
pub(super) fn read(root: &Node, inventory: &mut Inventory, diagnostics: &mut Diagnostics) {
    let mut reader = Reader {
        inventory,
        diagnostics,
    };
    if root.is_null() {
        return;
    }
    let Some(groups) = root.map() else {
        let message = format!(
            "an inventory must be a mapping of groups, found {}",
            root.describe()
        );
        let help = "begin with `all:` and below it `hosts:` with one `name:` on a line";
        reader.refuse(root, message, help);
        return;
    };
    if let Some(plugin) = root.get("plugin") {
        if plugin.raw().is_some_and(constructed::is_named) {
            constructed::read(root, reader.inventory, reader.diagnostics);
            return;
        }
        let message = "of inventory plugins only `constructed` is supported".to_owned();
        let help = "write what it lists with `ansible-inventory --list --yaml --output FILE`";
        reader.refuse(plugin, message, help);
        return;
    }
    for (name, body) in groups {
        reader.group(name, body, None);
    }
}

struct Reader<'a> {
    inventory: &'a mut Inventory,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn group(&mut self, key: &Node, body: &Node, parent: Option<&str>) {
        let Some(name) = key.raw().filter(|n| !n.is_empty()) else {
            self.refuse(key, "a group needs a name".to_owned(), "write `name:`");
            return;
        };
        self.inventory.group_entry(name);
        if let Some(parent) = parent
            && let Err(error) = self.inventory.adopt(parent, name)
        {
            self.diagnostics.push(error.at(&key.span));
            return;
        }
        if body.is_null() {
            return;
        }
        let Some(parts) = body.map() else {
            let message = format!(
                "group `{name}` must be a mapping, found {}",
                body.describe()
            );
            self.refuse(
                body,
                message,
                "below a group stand `hosts:`, `children:` and `vars:`",
            );
            return;
        };
        for (part, value) in parts {
            match part.raw() {
                Some("hosts") => self.hosts(name, value),
                Some("children") => self.children(name, value),
                Some("vars") => self.vars(name, value),
                other => self.unknown(name, part, other.unwrap_or("")),
            }
        }
    }

    fn unknown(&mut self, group: &str, part: &Node, found: &str) {
        let message = format!("unknown key `{found}` in group `{group}`");
        let help = match did_you_mean(found, KEYS) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!(
                "a group has {}; a group below it belongs under `children:`, a host under `hosts:`",
                or_list(KEYS)
            ),
        };
        self.refuse(part, message, &help);
    }

    fn hosts(&mut self, group: &str, node: &Node) {
        let help = "write one `name:` on a line, its variables indented below it";
        match (node.map(), node.scalar()) {
            (Some(hosts), _) => {
                for (key, body) in hosts {
                    self.host(group, key, Some(body));
                }
            }
            (None, Some(Scalar::Null)) => {}
            (None, Some(Scalar::Str(_))) => self.host(group, node, None),
            _ => {
                let message = format!("`hosts` must be a mapping, found {}", node.describe());
                self.refuse(node, message, help);
            }
        }
    }

    fn host(&mut self, group: &str, key: &Node, body: Option<&Node>) {
        let hosts = match address::parse(key.raw().unwrap_or("")) {
            Ok(hosts) => hosts,
            Err(bad) => return self.refuse(key, bad.message, &bad.help),
        };
        let mut set = VarMap::new();
        if let Some(port) = hosts.port {
            let node = Node::text(&key.span, &port.to_string(), Style::Plain);
            set.insert("ansible_port".into(), Var::Lazy(node));
        }
        if let Some(body) = body {
            let what = format!("host `{}`", key.raw().unwrap_or(""));
            set.extend(vars::from_mapping(body, &what, self.diagnostics));
        }
        for name in hosts.names {
            self.inventory.join(&name, group);
            let vars = &mut self.inventory.host_entry(&name).vars;
            Arc::make_mut(vars).extend(set.clone());
        }
    }

    fn children(&mut self, group: &str, node: &Node) {
        match (node.map(), node.scalar()) {
            (Some(children), _) => {
                for (key, body) in children {
                    self.group(key, body, Some(group));
                }
            }
            (None, Some(Scalar::Null)) => {}
            (None, Some(Scalar::Str(_))) => {
                let nothing = Node::text(&node.span, "null", Style::Plain);
                self.group(node, &nothing, Some(group));
            }
            _ => {
                let message = format!("`children` must be a mapping, found {}", node.describe());
                self.refuse(node, message, "write one `name:` on a line");
            }
        }
    }

    fn vars(&mut self, group: &str, node: &Node) {
        for (key, value) in vars::entries(node, "`vars`", self.diagnostics) {
            let group = self.inventory.group_entry(group);
            if let Err(error) = vars::set_group(group, &key, &value) {
                self.diagnostics.push(error);
            }
        }
    }

    fn refuse(&mut self, node: &Node, message: String, help: &str) {
        let error = Diagnostic::error(message).at(&node.span);
        self.diagnostics.push(error.help(help));
    }
}
