//! Files of variables that speak for no group and no host.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Lint, paths, rules};
use crate::diag::{Diagnostic, did_you_mean};
use crate::inventory::Inventory;

/// The groups and hosts there are, and the files that speak for some.
#[derive(Debug, Default)]
pub(super) struct Population {
    /// An inventory was read without mistakes.
    known: bool,
    groups: BTreeSet<String>,
    hosts: BTreeSet<String>,
    /// Hosts and groups are made at run time.
    pub(super) grows: bool,
    files: BTreeSet<(bool, PathBuf)>,
}

impl Population {
    /// Everyone in an inventory.
    pub(super) fn add(&mut self, inventory: &Inventory) {
        self.known = true;
        self.groups
            .extend(inventory.groups().map(|group| group.name.to_string()));
        self.hosts
            .extend(inventory.hosts().map(|host| host.name.to_string()));
        self.hosts.insert("localhost".to_owned());
    }

    /// What stands in `group_vars/` and `host_vars/` of a folder.
    pub(super) fn beside(&mut self, dir: &Path) {
        for (groups, folder) in [(true, "group_vars"), (false, "host_vars")] {
            let paths = paths::entries(&dir.join(folder));
            self.files
                .extend(paths.into_iter().map(|path| (groups, path)));
        }
    }
}

/// For whom a file or folder speaks.
fn name_of(path: &Path) -> Option<&str> {
    let ending = path.extension().and_then(|e| e.to_str());
    let known = matches!(ending, Some("yml" | "yaml" | "json")) && path.is_file();
    let name = if known {
        path.file_stem()
    } else {
        path.file_name()
    };
    name?.to_str()
}

impl Lint<'_> {
    /// Tells of files that nobody will ever read.
    pub(super) fn strangers(&mut self) {
        let Population {
            known,
            groups,
            hosts,
            grows,
            files,
        } = std::mem::take(&mut self.population);
        if !known || grows {
            return;
        }
        for (of_groups, path) in files {
            let (what, there) = if of_groups {
                ("group", &groups)
            } else {
                ("host", &hosts)
            };
            let Some(name) = name_of(&path) else { continue };
            if there.contains(name) || matches!(name, "all" | "ungrouped") {
                continue;
            }
            let shown = super::finding::shown(&path);
            let warning = Diagnostic::warning(format!(
                "`{shown}` is never read: there is no {what} `{name}`"
            ));
            let warning = match did_you_mean(name, there.iter().map(String::as_str)) {
                Some(near) => warning.help(format!("did you mean `{near}`?")),
                None => warning,
            };
            self.findings.add(&rules::UNUSED_VARIABLES, warning);
        }
    }
}
