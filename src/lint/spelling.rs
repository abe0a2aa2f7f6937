//! Spellings with a better replacement.

use super::item::Item;
use crate::diag::Diagnostic;
use crate::playbook::{KeywordKind, Place};
use crate::yaml::Node;

/// Keys of plays and tasks that once were, and what to write today.
const KEYS: [(&str, &str); 11] = [
    ("sudo", "write `become: true`"),
    ("sudo_user", "write `become_user`"),
    (
        "sudo_pass",
        "remove it: the password is asked for with `-K`",
    ),
    ("su", "write `become: true` with `become_method: su`"),
    ("su_user", "write `become_user`"),
    ("always_run", "write `check_mode: false`"),
    (
        "include",
        "write `include_tasks`, `import_tasks` or `import_playbook`",
    ),
    (
        "static",
        "write `import_tasks` for true, `include_tasks` for false",
    ),
    (
        "private",
        "remove it: a role's variables are private with `public: false` of `include_role`",
    ),
    ("accelerate", "remove it"),
    ("user", "write `remote_user`"),
];

/// Variables of the connection that were called otherwise.
const VARIABLES: [(&str, &str); 6] = [
    ("ansible_ssh_host", "ansible_host"),
    ("ansible_ssh_port", "ansible_port"),
    ("ansible_ssh_user", "ansible_user"),
    ("ansible_ssh_pass", "ansible_password"),
    ("ansible_sudo_pass", "ansible_become_password"),
    ("ansible_su_pass", "ansible_become_password"),
];

/// What is spelt the old way in a play, block or task itself.
pub(super) fn of_item(item: &Item<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (key, _) in &item.others {
        // `user` is a module on tasks.
        let task = matches!(item.place, Place::Task | Place::Handler);
        let known = KEYS.iter().find(|(name, _)| key.raw() == Some(name));
        if let Some((name, instead)) = known.filter(|(name, _)| !(task && *name == "user")) {
            found.push(told(key, name, instead));
        }
    }
    for (keyword, key, value) in &item.fields {
        match keyword.name {
            "local_action" => {
                found.push(told(
                    key,
                    "local_action",
                    "write the module with `delegate_to: localhost`",
                ));
            }
            "vars" => found.extend(
                value
                    .map()
                    .unwrap_or_default()
                    .iter()
                    .filter_map(|(k, _)| variable(k)),
            ),
            _ if keyword.kind == KeywordKind::Condition => braces(keyword.name, value, &mut found),
            name if name.starts_with("with_") => found.extend(bare(name, value)),
            _ => {}
        }
    }
    if let Some(action) = item.get("action")
        && action.raw().is_some()
    {
        found.push(told(
            action,
            "action: module arguments",
            "write the module's name as the key",
        ));
    }
    if let Some(call) = item
        .call
        .as_ref()
        .filter(|call| matches!(call.name.as_str(), "add_host" | "set_fact"))
    {
        found.extend(call.args.iter().filter_map(|(key, _)| variable(key)));
    }
    found
}

fn told(node: &Node, name: &str, instead: &str) -> Diagnostic {
    Diagnostic::warning(format!("`{name}` is an old spelling"))
        .at(&node.span)
        .help(instead)
}

/// A variable of the connection under its old name.
pub(super) fn variable(key: &Node) -> Option<Diagnostic> {
    let (old, new) = VARIABLES.iter().find(|(old, _)| key.raw() == Some(old))?;
    Some(told(key, old, &format!("write `{new}`")))
}

/// `when: "{{ x }}"`.
fn braces(keyword: &str, node: &Node, found: &mut Vec<Diagnostic>) {
    for condition in node.seq().unwrap_or(std::slice::from_ref(node)) {
        let Some(text) = condition.raw().map(str::trim) else {
            continue;
        };
        let one = text.starts_with("{{") && text.ends_with("}}") && text.matches("{{").count() == 1;
        if one {
            let inner = text[2..text.len() - 2].trim();
            found.push(
                Diagnostic::warning(format!(
                    "`{keyword}` is an expression already, and needs no `{{{{ }}}}`"
                ))
                .at(&condition.span)
                .help(format!("write `{keyword}: {inner}`")),
            );
        }
    }
}

/// `with_items: some_list`, which is a text and no variable.
fn bare(keyword: &str, value: &Node) -> Option<Diagnostic> {
    if !matches!(
        keyword,
        "with_items" | "with_list" | "with_dict" | "with_flattened" | "with_subelements"
    ) {
        return None;
    }
    let text = value
        .raw()
        .filter(|text| !super::paths::is_template(text))?;
    let name = text.split(['.', '[']).next().unwrap_or_default();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then(|| {
        Diagnostic::warning(format!("`{text}` is a text here, and no variable"))
            .at(&value.span)
            .help(format!("write `{keyword}: \"{{{{ {text} }}}}\"`"))
    })
}
