//! Executable inventories: a script that answers `--list` with JSON.
//!
//! The format is the one of "Developing dynamic inventory" in Ansible's manual: groups with
//! `hosts`, `children` and `vars`, host variables under `_meta.hostvars` or by `--host NAME`.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::model::Inventory;
use super::{process, python, vars};
use crate::diag::{Diagnostic, Diagnostics, SourceFile, Span};
use crate::vars::Var;
use crate::yaml::{Kind, Node, Style};

/// Runs a script and takes over what it lists.
pub(super) fn read(path: &Path, inventory: &mut Inventory, diagnostics: &mut Diagnostics) {
    let result = Script::new(path).and_then(|script| {
        let listed = script.run(&["--list"])?;
        script.take(&listed, inventory)
    });
    if let Err(error) = result {
        diagnostics.push(error);
    }
}

struct Script<'a> {
    path: &'a Path,
    program: std::path::PathBuf,
    /// Where values came from, as far as that can be told.
    span: Span,
}

impl<'a> Script<'a> {
    fn new(path: &'a Path) -> Result<Self, Diagnostic> {
        // An absolute path keeps a bare name from being looked up in `PATH`.
        let program = path.canonicalize();
        Ok(Self {
            path,
            program: program.map_err(|error| super::load::unreadable(path, &error))?,
            span: SourceFile::inline(format!("{} --list", path.display()), "").whole(),
        })
    }

    fn run(&self, args: &[&str]) -> Result<Map<String, Json>, Diagnostic> {
        let output = process::run(&self.program, args);
        let output = output.map_err(|e| self.failed(&format!("could not be run: {e}")))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(self.failed(&format!("ended with {}: {}", output.status, said.trim())));
        }
        match serde_json::from_slice(&output.stdout) {
            Ok(Json::Object(map)) => Ok(map),
            Ok(_) => Err(self.failed("must print a JSON object")),
            Err(error) => Err(self.failed(&format!("printed no valid JSON: {error}"))),
        }
    }

    fn failed(&self, what: &str) -> Diagnostic {
        let path = self.path.display();
        Diagnostic::error(format!("the inventory script `{path}` {what}"))
            .help(format!("try it by hand: `{path} --list`"))
            .help("if it is meant to be read and not run: `chmod -x` it")
    }

    fn take(
        &self,
        listed: &Map<String, Json>,
        inventory: &mut Inventory,
    ) -> Result<(), Diagnostic> {
        for (name, body) in listed.iter().filter(|(name, _)| *name != "_meta") {
            self.group(name, body, inventory)?;
        }
        let known = listed.get("_meta").and_then(|meta| meta.get("hostvars"));
        let names: Vec<Arc<str>> = inventory.hosts.keys().cloned().collect();
        for name in names {
            let vars = match known {
                Some(all) => match all.get(&*name) {
                    None | Some(Json::Null) => None,
                    Some(Json::Object(vars)) => Some(vars.clone()),
                    Some(other) => {
                        let what =
                            format!("must print an object for host `{name}`, found `{other}`");
                        return Err(self.failed(&what));
                    }
                },
                None => Some(self.run(&["--host", &name])?),
            };
            let host = inventory.host_entry(&name);
            for (key, value) in vars.unwrap_or_default() {
                let var = Var::Lazy(node(&self.span, &value));
                Arc::make_mut(&mut host.vars).insert(key.into(), var);
            }
        }
        Ok(())
    }

    fn group(&self, name: &str, body: &Json, inventory: &mut Inventory) -> Result<(), Diagnostic> {
        self.check_group(name, body)?;
        inventory.group_entry(name);
        // The oldest form is a bare list of hosts.
        let hosts = if body.is_array() {
            Some(body)
        } else {
            body.get("hosts")
        };
        for host in self.names(name, hosts)? {
            inventory.join(&host, name);
        }
        for child in self.names(name, body.get("children"))? {
            inventory.group_entry(&child);
            inventory.adopt(name, &child)?;
        }
        let set = body.get("vars").and_then(Json::as_object);
        for (key, value) in set.into_iter().flatten() {
            vars::set_group(inventory.group_entry(name), key, &node(&self.span, value))?;
        }
        Ok(())
    }

    /// Refuses what a group of a script cannot be.
    fn check_group(&self, name: &str, body: &Json) -> Result<(), Diagnostic> {
        if body.is_array() {
            return Ok(());
        }
        let Some(parts) = body.as_object() else {
            return Err(self.failed(&format!(
                "must print an object for group `{name}`, found `{body}`"
            )));
        };
        if let Some(key) = parts
            .keys()
            .find(|key| !["hosts", "children", "vars"].contains(&key.as_str()))
        {
            return Err(self.failed(&format!("printed an unknown key `{key}` in group `{name}`")));
        }
        match parts.get("vars") {
            None | Some(Json::Object(_) | Json::Null) => Ok(()),
            Some(vars) => Err(self.failed(&format!(
                "must print an object for the `vars` of group `{name}`, found `{vars}`"
            ))),
        }
    }

    fn names(&self, group: &str, list: Option<&Json>) -> Result<Vec<String>, Diagnostic> {
        let Some(list) = list else {
            return Ok(Vec::new());
        };
        let wrong = || {
            self.failed(&format!(
                "must list names in group `{group}`, found `{list}`"
            ))
        };
        let items = list.as_array().ok_or_else(wrong)?;
        let names = items.iter().map(|n| n.as_str().map(str::to_owned));
        names.collect::<Option<_>>().ok_or_else(wrong)
    }
}

/// A JSON value as a node.
fn node(span: &Span, value: &Json) -> Node {
    let kind = match value {
        Json::String(text) => return python::string(span, text),
        Json::Null | Json::Bool(_) => return Node::text(span, &value.to_string(), Style::Plain),
        Json::Number(number) => return number_node(span, number),
        Json::Array(items) => Kind::Seq(items.iter().map(|item| node(span, item)).collect()),
        Json::Object(map) => {
            let entry = |(k, v): (&String, &Json)| (python::string(span, k), node(span, v));
            Kind::Map(map.iter().map(entry).collect())
        }
    };
    Node::new(span.clone(), None, kind)
}

fn number_node(span: &Span, number: &serde_json::Number) -> Node {
    let text = match number.as_f64().filter(|_| number.is_f64()) {
        // YAML 1.1 wants a point in every float.
        Some(float) if float.fract() == 0.0 => format!("{float:.1}"),
        Some(float) => float.to_string(),
        None => number.to_string(),
    };
    Node::text(span, &text, Style::Plain)
}
