//! Hosts and groups, and how they hang together.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::var_files::VarFiles;
use crate::diag::Diagnostic;
use crate::vars::{Var, VarMap};

/// The names that mean this machine even when no inventory lists them.
const IMPLICIT: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// One host.
#[derive(Debug, Clone)]
pub struct Host {
    /// Its name in the inventory (`inventory_hostname`).
    pub name: Arc<str>,
    /// Its own variables in the inventory file, without those of its groups.
    pub vars: Arc<VarMap>,
    /// Whether it is this machine, named without being in any inventory.
    pub implicit: bool,
    /// The inventory that named it first: a file, or the list given with `-i`; none for hosts
    /// that came up in the run.
    pub source: Option<Source>,
}

/// Where a host was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The magic variable `inventory_file`.
    pub file: Arc<str>,
    /// The magic variable `inventory_dir`; none for a list of names.
    pub dir: Option<Arc<str>>,
}

impl Host {
    fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            vars: Arc::default(),
            implicit: false,
            source: None,
        }
    }

    /// This machine, under one of the names that need no inventory; reached without SSH.
    fn implicit(name: &str) -> Self {
        let connection = Var::Data("local".into());
        let vars = VarMap::from_iter([(Arc::from("ansible_connection"), connection)]);
        Self {
            name: name.into(),
            vars: Arc::new(vars),
            implicit: true,
            source: None,
        }
    }
}

/// One group.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its name.
    pub name: Arc<str>,
    /// The hosts directly in it, in the order written.
    pub hosts: IndexSet<Arc<str>>,
    /// The groups directly in it, in the order written.
    pub children: IndexSet<Arc<str>>,
    /// Its variables in the inventory file.
    pub vars: Arc<VarMap>,
    /// `ansible_group_priority`: among groups of one depth the higher one wins. 1 by default.
    pub priority: i64,
    /// The longest way down from `all`, which has 0; deeper groups win.
    pub depth: usize,
}

impl Group {
    fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            hosts: IndexSet::new(),
            children: IndexSet::new(),
            vars: Arc::default(),
            priority: 1,
            depth: 0,
        }
    }
}

/// All hosts and groups of a run.
#[derive(Debug, Clone)]
pub struct Inventory {
    pub(super) hosts: IndexMap<Arc<str>, Host>,
    pub(super) groups: IndexMap<Arc<str>, Group>,
    pub(super) var_files: Vec<VarFiles>,
    /// The files beside playbooks, by folder.
    pub(super) play_dirs: HashMap<PathBuf, VarFiles>,
    /// Those of them that count in the present play.
    pub(super) play_files: Vec<VarFiles>,
    /// What is being read: hosts that come up now come from it.
    pub(super) reading: Option<Source>,
    implicit: [Host; 3],
}

impl Default for Inventory {
    fn default() -> Self {
        let mut inventory = Self {
            hosts: IndexMap::new(),
            groups: IndexMap::new(),
            var_files: Vec::new(),
            play_dirs: HashMap::new(),
            play_files: Vec::new(),
            reading: None,
            implicit: IMPLICIT.map(Host::implicit),
        };
        inventory.group_entry("all");
        inventory.group_entry("ungrouped");
        inventory.reconcile();
        inventory
    }
}

impl Inventory {
    /// An inventory without hosts; this machine is still there under its implicit names.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every host, in the order the files name them; the implicit ones are not among them.
    #[must_use]
    pub fn hosts(&self) -> impl ExactSizeIterator<Item = &Host> {
        self.hosts.values()
    }

    /// A host by name, this machine by its implicit names included.
    #[must_use]
    pub fn host(&self, name: &str) -> Option<&Host> {
        self.hosts
            .get(name)
            .or_else(|| self.implicit.iter().find(|host| *host.name == *name))
    }

    /// Every group in the order first seen, `all` and `ungrouped` first.
    #[must_use]
    pub fn groups(&self) -> impl ExactSizeIterator<Item = &Group> {
        self.groups.values()
    }

    /// A group by name.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.groups.get(name)
    }

    /// The hosts of a group and of the groups in it, each once, in inventory order: the group's
    /// own hosts, then its children's level by level. Nothing for an unknown group.
    #[must_use]
    pub fn group_hosts(&self, name: &str) -> Vec<Arc<str>> {
        let mut hosts = IndexSet::new();
        for group in self.descendants(name) {
            hosts.extend(group.hosts.iter().cloned());
        }
        hosts.into_iter().collect()
    }

    /// The groups a host is in, directly or through their children, lowest precedence first:
    /// `all`, then by depth, priority and name.
    #[must_use]
    pub fn groups_of(&self, host: &str) -> Vec<&Group> {
        let mut found: IndexSet<Arc<str>> = IndexSet::from([Arc::from("all")]);
        let direct = self.groups.values().filter(|g| g.hosts.contains(host));
        let mut queue: VecDeque<Arc<str>> = direct.map(|g| Arc::clone(&g.name)).collect();
        while let Some(name) = queue.pop_front() {
            if found.insert(Arc::clone(&name)) {
                queue.extend(self.parents(&name).map(|g| Arc::clone(&g.name)));
            }
        }
        let mut groups: Vec<&Group> = found.iter().filter_map(|n| self.groups.get(n)).collect();
        groups.sort_by(|a, b| (a.depth, a.priority, &a.name).cmp(&(b.depth, b.priority, &b.name)));
        groups
    }

    /// The magic variable `group_names`: the groups of a host, sorted by name, without `all`.
    #[must_use]
    pub fn group_names(&self, host: &str) -> Vec<Arc<str>> {
        let groups = self.groups_of(host).into_iter();
        let names = groups.map(|g| Arc::clone(&g.name));
        let mut names: Vec<_> = names.filter(|name| **name != *"all").collect();
        names.sort();
        names
    }

    /// The magic variable `groups`: the hosts of every group, `all` and `ungrouped` included.
    #[must_use]
    pub fn groups_map(&self) -> IndexMap<Arc<str>, Vec<Arc<str>>> {
        let names = self.groups.keys();
        names
            .map(|n| (Arc::clone(n), self.group_hosts(n)))
            .collect()
    }

    /// Adds a host at run time (`add_host`), or adds variables and groups to one that is there.
    /// Groups that do not exist are made. Says whether anything is new.
    pub fn add_host(&mut self, name: &str, groups: &[&str], vars: VarMap) -> bool {
        let mut new = !self.hosts.contains_key(name);
        let host = self.host_entry(name);
        Arc::make_mut(&mut host.vars).extend(vars);
        for group in groups {
            new |= self.join(name, group);
        }
        self.reconcile();
        new
    }

    /// Makes a group at run time (`group_by`) below the given parents, or below `all` when there
    /// are none; parents that do not exist are made. A cycle is refused.
    pub fn add_group(&mut self, name: &str, parents: &[&str]) -> Result<(), Diagnostic> {
        self.group_entry(name);
        for parent in parents {
            self.group_entry(parent);
            self.adopt(parent, name)?;
        }
        self.reconcile();
        Ok(())
    }

    /// Puts a host into a group at run time (`group_by`). Says whether that is new.
    pub fn add_to_group(&mut self, host: &str, group: &str) -> bool {
        let new = self.join(host, group);
        self.reconcile();
        new
    }

    pub(super) fn host_entry(&mut self, name: &str) -> &mut Host {
        let fresh = || Host {
            source: self.reading.clone(),
            ..Host::new(name)
        };
        self.hosts.entry(name.into()).or_insert_with(fresh)
    }

    pub(super) fn group_entry(&mut self, name: &str) -> &mut Group {
        self.groups
            .entry(name.into())
            .or_insert_with(|| Group::new(name))
    }

    /// Puts a host into a group, both of which are made when they are missing.
    pub(super) fn join(&mut self, host: &str, group: &str) -> bool {
        let name = Arc::clone(&self.host_entry(host).name);
        self.group_entry(group).hosts.insert(name)
    }

    /// Puts a group below another one; both must be there.
    pub(super) fn adopt(&mut self, parent: &str, child: &str) -> Result<(), Diagnostic> {
        if self.descendants(child).iter().any(|g| *g.name == *parent) {
            let message = format!("group `{child}` would contain itself by way of `{parent}`");
            return Err(Diagnostic::error(message)
                .label("this closes the circle")
                .help(format!("remove `{child}` from the children of `{parent}`")));
        }
        let child = Arc::clone(&self.group_entry(child).name);
        self.group_entry(parent).children.insert(child);
        Ok(())
    }

    /// Gives every group a parent and every host a group, and finds the depths again.
    pub(super) fn reconcile(&mut self) {
        let children = self.groups.values().flat_map(|g| g.children.iter());
        let nested: IndexSet<Arc<str>> = children.cloned().collect();
        let names = self.groups.keys().filter(|n| ***n != *"all");
        let orphans: Vec<Arc<str>> = names.filter(|n| !nested.contains(*n)).cloned().collect();
        self.group_entry("all").children.extend(orphans);
        self.regroup();
        self.measure();
    }

    /// Keeps `ungrouped` to the hosts that no other group but `all` has.
    fn regroup(&mut self) {
        let catch_all = |g: &&Group| *g.name != *"all" && *g.name != *"ungrouped";
        let real = self.groups.values().filter(catch_all);
        let grouped: IndexSet<Arc<str>> = real.flat_map(|g| g.hosts.iter().cloned()).collect();
        let names = self.hosts.keys().filter(|n| !grouped.contains(*n));
        let ungrouped = names.cloned().collect();
        self.group_entry("ungrouped").hosts = ungrouped;
    }

    /// Sets every group's depth: the longest way from `all`.
    fn measure(&mut self) {
        for group in self.groups.values_mut() {
            group.depth = 0;
        }
        let mut queue: VecDeque<(Arc<str>, usize)> = VecDeque::from([(Arc::from("all"), 0)]);
        while let Some((name, depth)) = queue.pop_front() {
            let Some(group) = self.groups.get_mut(&name) else {
                continue;
            };
            if depth > 0 && depth <= group.depth {
                continue;
            }
            group.depth = depth;
            queue.extend(group.children.iter().map(|c| (Arc::clone(c), depth + 1)));
        }
    }

    fn parents<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Group> {
        self.groups
            .values()
            .filter(move |g| g.children.contains(name))
    }

    /// A group and all below it, level by level.
    fn descendants(&self, name: &str) -> Vec<&Group> {
        let mut seen: IndexSet<&str> = IndexSet::from([name]);
        let mut next = 0;
        while let Some(name) = seen.get_index(next).copied() {
            next += 1;
            if let Some(group) = self.groups.get(name) {
                seen.extend(group.children.iter().map(|c| &**c));
            }
        }
        seen.iter().filter_map(|n| self.groups.get(*n)).collect()
    }
}
