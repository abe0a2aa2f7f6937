//! Which `ansible.cfg` counts.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::Surroundings;
use crate::diag::{Diagnostic, Diagnostics};

/// The file Ansible would read: the one in `ANSIBLE_CONFIG`, in the present folder, in the
/// project, in the home folder, or in `/etc/ansible`. A folder that anybody can write to is passed
/// over, as whoever put the file there could run programs.
pub(super) fn ansible_cfg(around: &Surroundings, warnings: &mut Diagnostics) -> Option<PathBuf> {
    if let Some(named) = around.variable("ANSIBLE_CONFIG") {
        let mut path = around.here.join(expanded(named, around));
        if path.is_dir() {
            path.push("ansible.cfg");
        }
        if path.is_file() {
            return Some(path);
        }
        let message = format!("`ANSIBLE_CONFIG` names `{named}`, which is no file");
        warnings.push(Diagnostic::warning(message).help("the usual places are looked at instead"));
    }
    for dir in [&around.here, &around.project] {
        let path = dir.join("ansible.cfg");
        if !path.is_file() {
            continue;
        }
        if !open_to_all(dir) {
            return Some(path);
        }
        let message = format!(
            "`{}` is not read: anybody can write into its folder",
            path.display()
        );
        let help = "`chmod o-w` the folder, or name the file in `ANSIBLE_CONFIG`";
        warnings.push(Diagnostic::warning(message).help(help));
        if around.here == around.project {
            break;
        }
    }
    let home = around
        .variable("HOME")
        .map(|home| Path::new(home).join(".ansible.cfg"));
    let system = PathBuf::from("/etc/ansible/ansible.cfg");
    home.into_iter().chain([system]).find(|path| path.is_file())
}

fn expanded(path: &str, around: &Surroundings) -> String {
    match (path.strip_prefix("~/"), around.variable("HOME")) {
        (Some(rest), Some(home)) => format!("{home}/{rest}"),
        _ => path.to_owned(),
    }
}

fn open_to_all(dir: &Path) -> bool {
    let mode = std::fs::metadata(dir).map(|meta| meta.permissions().mode());
    mode.is_ok_and(|mode| mode & 0o002 != 0)
}
