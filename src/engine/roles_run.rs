//! Where roles have run: a role that is used twice in the same way runs once on each host.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError};

use super::inherit::Inherited;
use super::play::PlayRun;
use crate::event::TaskKind;
use crate::playbook::{Role, RoleFrom, RoleUse};

/// Uses of roles with hosts.
#[derive(Debug, Default)]
pub(super) struct RolesRun {
    /// A task of the role ran there.
    touched: HashSet<(Arc<str>, Arc<str>)>,
    /// The role came to its end there, having run.
    completed: HashSet<(Arc<str>, Arc<str>)>,
    /// The roles that were included by now.
    pub(super) read: HashMap<(String, RoleFrom), Arc<Role>>,
}

impl PlayRun<'_> {
    /// A task of a role ran on a host; skipped ones do not count.
    pub(super) fn touch_role(&self, inherited: &Inherited, host: &Arc<str>) {
        let Some(role) = &inherited.role else { return };
        let key = (Arc::clone(&role.used.identity), Arc::clone(host));
        let mut run = self
            .roles_run
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        run.touched.insert(key);
    }

    /// A role came to its end on these hosts.
    pub(super) fn complete_role(&self, used: &RoleUse, hosts: &[Arc<str>]) {
        let mut run = self
            .roles_run
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for host in hosts {
            let key = (Arc::clone(&used.identity), Arc::clone(host));
            if run.touched.contains(&key) {
                run.completed.insert(key);
            }
        }
    }

    /// The hosts of a task without those on which its role was ended or has run in the same way
    /// before. Handlers run wherever they were notified.
    pub(super) fn hosts_of_role(
        &self,
        inherited: &Inherited,
        kind: TaskKind,
        hosts: &[Arc<str>],
    ) -> Vec<Arc<str>> {
        let role = inherited.role.as_ref();
        let Some(role) = role.filter(|_| kind != TaskKind::Handler) else {
            return hosts.to_vec();
        };
        let going = hosts.iter().filter(|host| !role.has_ended(host));
        let used = &role.used;
        if used.allow_duplicates {
            return going.cloned().collect();
        }
        let run = self
            .roles_run
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let fresh = |host: &&Arc<str>| {
            let key = (Arc::clone(&used.identity), Arc::clone(host));
            !run.completed.contains(&key)
        };
        going.filter(fresh).cloned().collect()
    }
}
