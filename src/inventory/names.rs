//! Names of groups that no variable could have.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::model::{Group, Inventory};
use super::reading::GroupNames;
use crate::diag::{Diagnostic, Diagnostics};

/// So many names a warning lists before it only counts them.
const LISTED: usize = 5;

/// A name of a group as a plugin makes it.
pub(super) fn made(name: &str) -> String {
    proper(name).unwrap_or_else(|| name.to_owned())
}

/// The name with `_` for every character it should not have; none when it is fine.
fn proper(name: &str) -> Option<String> {
    let fine = |c: char| c.is_alphanumeric() || c == '_';
    let digit = name.starts_with(|c: char| c.is_numeric());
    if name.chars().all(fine) && !digit {
        return None;
    }
    let replace = |(at, c): (usize, char)| {
        if fine(c) && (at > 0 || !digit) {
            c
        } else {
            '_'
        }
    };
    Some(name.char_indices().map(replace).collect())
}

impl Inventory {
    /// Warns of strange names of groups, or replaces them, as the settings say.
    pub(super) fn settle_names(&mut self, rule: GroupNames, diagnostics: &mut Diagnostics) {
        let strange: IndexMap<Arc<str>, Arc<str>> = self
            .groups
            .keys()
            .filter_map(|name| Some((Arc::clone(name), proper(name)?.into())))
            .collect();
        if strange.is_empty() {
            return;
        }
        let replace = matches!(rule, GroupNames::ReplaceAndWarn | GroupNames::Replace);
        if matches!(rule, GroupNames::Warn | GroupNames::ReplaceAndWarn) {
            diagnostics.push(warning(&strange, replace));
        }
        if replace {
            self.rename(&strange);
        }
    }

    fn rename(&mut self, names: &IndexMap<Arc<str>, Arc<str>>) {
        let new = |name: &Arc<str>| Arc::clone(names.get(name).unwrap_or(name));
        let mut groups: IndexMap<Arc<str>, Group> = IndexMap::new();
        for (name, mut group) in std::mem::take(&mut self.groups) {
            group.name = new(&name);
            group.children = group.children.iter().map(new).collect::<IndexSet<_>>();
            match groups.get_mut(&group.name) {
                Some(other) => {
                    other.hosts.extend(group.hosts);
                    other.children.extend(group.children);
                    let vars = group.vars.iter();
                    let vars = vars.map(|(name, var)| (Arc::clone(name), var.clone()));
                    Arc::make_mut(&mut other.vars).extend(vars);
                }
                None => {
                    groups.insert(Arc::clone(&group.name), group);
                }
            }
        }
        self.groups = groups;
    }
}

fn warning(strange: &IndexMap<Arc<str>, Arc<str>>, replaced: bool) -> Diagnostic {
    let listed = strange.iter().take(LISTED);
    let listed: Vec<String> = listed
        .map(|(name, proper)| {
            if replaced {
                format!("`{name}` is `{proper}` now")
            } else {
                format!("`{name}`")
            }
        })
        .collect();
    let more = match strange.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!(
        "names of groups have characters that no variable can have: {}{more}",
        listed.join(", ")
    );
    Diagnostic::warning(message)
        .help("use letters, digits and `_`")
        .help("the setting `force_valid_group_names` says what becomes of them")
}
