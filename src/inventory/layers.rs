//! Which of a host's inventory variables wins.
//!
//! The order is ansible-core's default (`VARIABLE_PRECEDENCE`, and "Understanding variable
//! precedence" in its manual): what a `group_vars/all` file says wins over what a group says in
//! the inventory file itself, because files beside an inventory come after it.

use std::path::Path;
use std::sync::Arc;

use super::model::{Group, Inventory};
use super::var_files::VarFiles;
use crate::diag::Diagnostics;
use crate::vars::VarMap;

impl Inventory {
    /// Reads `group_vars/` and `host_vars/` beside a playbook, which win over those beside the
    /// inventory. The answer holds warnings only.
    pub fn load_playbook_dir_vars(&mut self, dir: &Path) -> Result<Diagnostics, Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let files = VarFiles::read(dir, &mut diagnostics);
        self.play_files.push(files);
        let warnings = diagnostics.clone();
        diagnostics.result(warnings)
    }

    /// The variables of a host, lowest precedence first: group variables of the inventory file,
    /// `group_vars/all`, other `group_vars`, host variables of the inventory file, `host_vars`;
    /// files beside the playbook after those beside the inventory. Empty layers are left out.
    #[must_use]
    pub fn host_layers(&self, host: &str) -> Vec<Arc<VarMap>> {
        let Some(host) = self.host(host) else {
            return Vec::new();
        };
        let groups = self.groups_of(&host.name);
        let (all, others) = groups.split_at(groups.len().min(1));
        let mut layers: Vec<Arc<VarMap>> = groups.iter().map(|g| Arc::clone(&g.vars)).collect();
        for groups in [all, others] {
            for files in [&self.var_files, &self.play_files] {
                layers.extend(group_files(files, groups));
            }
        }
        layers.push(Arc::clone(&host.vars));
        for files in [&self.var_files, &self.play_files] {
            layers.extend(files.iter().filter_map(|f| f.host(&host.name)));
        }
        layers.retain(|layer| !layer.is_empty());
        layers
    }
}

fn group_files<'a>(
    files: &'a [VarFiles],
    groups: &'a [&'a Group],
) -> impl Iterator<Item = Arc<VarMap>> + 'a {
    let each = files
        .iter()
        .flat_map(|f| groups.iter().map(move |g| (f, g)));
    each.filter_map(|(f, g)| f.group(&g.name))
}
