//! The plugin `constructed`: variables and groups made from the variables of hosts.
//!
//! Its options are those of "ansible.builtin.constructed" in Ansible's manual.

use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics, did_you_mean, or_list};
use crate::template::Templar;
use crate::vars::{Level, Scope, Value, Var, VarMap, to_json};
use crate::yaml::{Kind, Node, Scalar, Style};

use super::keyed::Keyed;
use super::model::Inventory;
use super::names;

/// The options of the plugin.
const KEYS: [&str; 8] = [
    "compose",
    "groups",
    "keyed_groups",
    "leading_separator",
    "plugin",
    "strict",
    "use_extra_vars",
    "use_vars_plugins",
];

/// Whether a plugin's name means this one.
pub(super) fn is_named(name: &str) -> bool {
    ["constructed", "ansible.builtin.constructed"].contains(&name)
}

/// What the file asks for.
struct Plan<'a> {
    compose: &'a [(Node, Node)],
    groups: &'a [(Node, Node)],
    keyed: Vec<Keyed>,
    strict: bool,
    leading_separator: bool,
    with_files: bool,
}

/// Makes what a file of the plugin asks for, for every host there is.
pub(super) fn read(root: &Node, inventory: &mut Inventory, diagnostics: &mut Diagnostics) {
    let before = diagnostics.iter().count();
    let plan = Plan::decode(root, diagnostics);
    if diagnostics.iter().count() > before {
        return;
    }
    inventory.reconcile();
    let templar = Templar::new();
    let hosts: Vec<Arc<str>> = inventory.hosts.keys().cloned().collect();
    for host in hosts {
        if let Err(error) = plan.host(&host, inventory, &templar) {
            diagnostics.push(error.help(format!("it was to be made for the host `{host}`")));
            return;
        }
    }
}

impl<'a> Plan<'a> {
    fn decode(root: &'a Node, diagnostics: &mut Diagnostics) -> Self {
        let mut plan = Self {
            compose: &[],
            groups: &[],
            keyed: Vec::new(),
            strict: false,
            leading_separator: true,
            with_files: false,
        };
        for (key, value) in root.map().into_iter().flatten() {
            match key.raw().unwrap_or_default() {
                "plugin" => {}
                "compose" => plan.compose = entries(key, value, diagnostics),
                "groups" => plan.groups = entries(key, value, diagnostics),
                "keyed_groups" => plan.keyed = Keyed::list(value, diagnostics),
                "strict" => plan.strict = flag(key, value, diagnostics),
                "leading_separator" => plan.leading_separator = flag(key, value, diagnostics),
                "use_vars_plugins" => plan.with_files = flag(key, value, diagnostics),
                "use_extra_vars" => {
                    if flag(key, value, diagnostics) {
                        let error = Diagnostic::error("`use_extra_vars` is not supported");
                        diagnostics.push(error.at(&key.span).help("set it to `false`"));
                    }
                }
                other => {
                    let message = format!("the plugin `constructed` has no option `{other}`");
                    let help = match did_you_mean(other, KEYS) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => format!("its options are {}", or_list(KEYS)),
                    };
                    diagnostics.push(Diagnostic::error(message).at(&key.span).help(help));
                }
            }
        }
        plan
    }

    fn host(
        &self,
        host: &str,
        inventory: &mut Inventory,
        templar: &Arc<Templar>,
    ) -> Result<(), Diagnostic> {
        let mut made = VarMap::new();
        for (name, expression) in self.compose {
            let scope = self
                .scope(host, inventory, templar)
                .with(Arc::new(made.clone()));
            let Some(value) = self.evaluate(expression, &scope)? else {
                continue;
            };
            let var = Var::Lazy(data(expression, &value));
            made.insert(name.raw().unwrap_or_default().into(), var);
        }
        Arc::make_mut(&mut inventory.host_entry(host).vars).extend(made);
        let scope = self.scope(host, inventory, templar);
        for (name, condition) in self.groups {
            let holds = self.evaluate(condition, &scope)?;
            if holds.is_some_and(|value| value.is_true()) {
                inventory.join(host, &names::made(name.raw().unwrap_or_default()));
            }
        }
        for keyed in &self.keyed {
            let Some(value) = self.evaluate(&keyed.key, &scope)? else {
                continue;
            };
            let parent = keyed.parent(templar, &scope);
            let names = match keyed.names(&value, self.leading_separator) {
                Ok(names) => names,
                Err(error) if self.strict => return Err(error),
                Err(_) => continue,
            };
            for name in names {
                let name = names::made(&name);
                inventory.join(host, &name);
                if let Some(parent) = parent.as_deref() {
                    let parent = names::made(parent);
                    inventory.group_entry(&parent);
                    inventory.adopt(&parent, &name)?;
                }
            }
        }
        Ok(())
    }

    /// What a host's expressions see: the inventory's variables, and what the host is called.
    fn scope(&self, host: &str, inventory: &Inventory, templar: &Arc<Templar>) -> Arc<Scope> {
        let mut layers = crate::vars::Layers::new();
        if self.with_files {
            layers = inventory.layers_of(host);
        } else {
            for group in inventory.groups_of(host) {
                layers.push(Level::InventoryGroups, Arc::clone(&group.vars));
            }
            let own = inventory.host(host).map(|host| Arc::clone(&host.vars));
            layers.push(Level::InventoryHosts, own.unwrap_or_default());
        }
        let short = host.split('.').next().unwrap_or(host);
        let groups = inventory.group_names(host);
        let groups: Value = groups.iter().map(|name| Value::from(&**name)).collect();
        let magic = VarMap::from_iter([
            ("inventory_hostname".into(), Var::Data(host.into())),
            ("inventory_hostname_short".into(), Var::Data(short.into())),
            ("group_names".into(), Var::Data(groups)),
        ]);
        layers.scope(templar).with(Arc::new(magic))
    }

    /// An expression's value; none when it fails and failures are not errors.
    fn evaluate(&self, node: &Node, scope: &Arc<Scope>) -> Result<Option<Value>, Diagnostic> {
        match scope.templar().expression(node, scope) {
            Ok(value) => Ok(Some(value)),
            Err(error) if self.strict => Err(error.diagnostic().clone()),
            Err(_) => Ok(None),
        }
    }
}

fn entries<'a>(key: &Node, value: &'a Node, diagnostics: &mut Diagnostics) -> &'a [(Node, Node)] {
    match value.map() {
        Some(entries) => entries,
        None if value.is_null() => &[],
        None => {
            let name = key.raw().unwrap_or_default();
            let message = format!("`{name}` must be a mapping, found {}", value.describe());
            let help = "write one `name: expression` on a line";
            diagnostics.push(Diagnostic::error(message).at(&value.span).help(help));
            &[]
        }
    }
}

fn flag(key: &Node, value: &Node, diagnostics: &mut Diagnostics) -> bool {
    let Some(Scalar::Bool(yes)) = value.scalar() else {
        let name = key.raw().unwrap_or_default();
        let message = format!("`{name}` is true or false, found {}", value.describe());
        diagnostics.push(Diagnostic::error(message).at(&value.span));
        return false;
    };
    yes
}

/// A value as what nobody takes for a template.
fn data(at: &Node, value: &Value) -> Node {
    json_node(at, &to_json(value))
}

fn json_node(at: &Node, json: &serde_json::Value) -> Node {
    use serde_json::Value as Json;
    let span = &at.span;
    let unsafe_text = |text: &str| {
        let kind = Kind::Scalar {
            text: text.into(),
            style: Style::DoubleQuoted,
        };
        Node::new(span.clone(), Some("!unsafe".into()), kind)
    };
    let kind = match json {
        Json::String(text) => return unsafe_text(text),
        Json::Array(items) => Kind::Seq(items.iter().map(|item| json_node(at, item)).collect()),
        Json::Object(map) => {
            let key = |name: &str| super::python::string(span, name);
            let entries = map
                .iter()
                .map(|(name, item)| (key(name), json_node(at, item)));
            Kind::Map(entries.collect())
        }
        other => return Node::text(span, &other.to_string(), Style::Plain),
    };
    Node::new(span.clone(), None, kind)
}
