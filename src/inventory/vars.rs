//! Variables as inventories hold them.

use std::sync::Arc;

use super::model::Group;
use crate::diag::{Diagnostic, Diagnostics, Span, did_you_mean};
use crate::vars::{Var, VarMap};
use crate::yaml::{Node, Scalar};

/// The connection variables that are understood, to catch their misspellings.
const CONNECTION: [&str; 19] = [
    "ansible_become",
    "ansible_become_exe",
    "ansible_become_flags",
    "ansible_become_method",
    "ansible_become_password",
    "ansible_become_user",
    "ansible_connection",
    "ansible_group_priority",
    "ansible_host",
    "ansible_password",
    "ansible_port",
    "ansible_python_interpreter",
    "ansible_shell_type",
    "ansible_ssh_common_args",
    "ansible_ssh_extra_args",
    "ansible_ssh_pass",
    "ansible_ssh_private_key_file",
    "ansible_ssh_user",
    "ansible_user",
];

/// Names that look misspelt beside [`CONNECTION`] and are right.
const ALSO_RIGHT: [&str; 9] = [
    "ansible_become_pass",
    "ansible_private_key_file",
    "ansible_sftp_extra_args",
    "ansible_scp_extra_args",
    "ansible_ssh_args",
    "ansible_ssh_host",
    "ansible_ssh_port",
    "ansible_ssh_password",
    "ansible_sudo_pass",
];

/// Warns of a name that no template can use, and of a misspelt connection variable.
pub(crate) fn check_name(name: &str, span: &Span) -> Diagnostics {
    let usable = name.chars().all(|c| c == '_' || c.is_alphanumeric())
        && !name.starts_with(|c: char| c.is_numeric())
        && !name.is_empty();
    if !usable {
        let warning = Diagnostic::warning(format!("no template can use the variable `{name}`"))
            .help("names of variables are made of letters, digits and `_`");
        return warning.at(span).into();
    }
    let known = CONNECTION.contains(&name) || ALSO_RIGHT.contains(&name);
    if known || !name.starts_with("ansible_") {
        return Diagnostics::new();
    }
    match did_you_mean(name, CONNECTION) {
        Some(meant) => Diagnostic::warning(format!("`{name}` is no connection variable"))
            .help(format!("did you mean `{meant}`?"))
            .at(span)
            .into(),
        None => Diagnostics::new(),
    }
}

/// Sets a group's variable; `ansible_group_priority` is no variable but moves the group.
pub(super) fn set_group(group: &mut Group, key: &str, value: &Node) -> Result<(), Diagnostic> {
    if key != "ansible_group_priority" {
        Arc::make_mut(&mut group.vars).insert(key.into(), Var::Lazy(value.clone()));
        return Ok(());
    }
    let Some(Scalar::Int(priority)) = value.scalar() else {
        let message = format!(
            "`ansible_group_priority` is a number, found {}",
            value.describe()
        );
        let help = "among groups of one depth the higher number wins; 1 is the default";
        return Err(Diagnostic::error(message).at(&value.span).help(help));
    };
    group.priority = priority;
    Ok(())
}

/// A mapping as variables; anything but a mapping or nothing is refused.
pub(super) fn from_mapping(node: &Node, what: &str, diagnostics: &mut Diagnostics) -> VarMap {
    let mut vars = VarMap::new();
    for (key, value) in entries(node, what, diagnostics) {
        vars.insert(key, Var::Lazy(value));
    }
    vars
}

/// The entries of a mapping of variables, their names checked.
pub(super) fn entries(
    node: &Node,
    what: &str,
    diagnostics: &mut Diagnostics,
) -> Vec<(Arc<str>, Node)> {
    if node.is_null() {
        return Vec::new();
    }
    let Some(entries) = node.map() else {
        let message = format!("{what} must be a mapping, found {}", node.describe());
        let error = Diagnostic::error(message).at(&node.span);
        diagnostics.push(error.help("write one `name: value` on a line"));
        return Vec::new();
    };
    let mut vars = Vec::new();
    for (key, value) in entries {
        let Some(name) = key.raw() else {
            let message = format!(
                "the name of a variable must be text, found {}",
                key.describe()
            );
            diagnostics.push(Diagnostic::error(message).at(&key.span));
            continue;
        };
        diagnostics.extend(check_name(name, &key.span));
        vars.push((Arc::from(name), value.clone()));
    }
    vars
}
