//! The layouts a lab can have: one table, from which names, inventory and containers follow.

use serde::Serialize;

use super::error::LabError;

/// A kind of lab: its hosts and how its cluster is deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Layout {
    /// The name on the command line.
    pub name: &'static str,
    /// One line for `runbook lab list`.
    pub summary: &'static str,
    /// The hosts, in the order of their addresses.
    pub hosts: &'static [HostSpec],
    /// The embedded playbooks that deploy it, in order.
    pub playbooks: &'static [&'static str],
    /// The `PostgreSQL` major version of the cluster.
    pub postgres_major: u16,
}

/// One host of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct HostSpec {
    /// The inventory name and the host name.
    pub name: &'static str,
    /// The inventory group.
    pub group: &'static str,
}

/// The group of the cluster's nodes.
pub(crate) const POSTGRES: &str = "postgres";
/// The group of hosts outside the cluster.
pub(crate) const APP: &str = "app";

const fn host(name: &'static str, group: &'static str) -> HostSpec {
    HostSpec { name, group }
}

static LAYOUTS: [Layout; 1] = [Layout {
    name: "m1",
    summary: "PostgreSQL 15: one primary, two streaming replicas with slots; one host outside the cluster",
    hosts: &[
        host("db1", POSTGRES),
        host("db2", POSTGRES),
        host("db3", POSTGRES),
        host("app1", APP),
    ],
    playbooks: &["lab/m1.yml"],
    postgres_major: 15,
}];

impl Layout {
    /// Every layout, in the order of the table.
    #[must_use]
    pub fn all() -> &'static [Layout] {
        &LAYOUTS
    }

    /// The layout of that name, or an error that lists the names.
    pub fn find(name: &str) -> Result<&'static Layout, LabError> {
        LAYOUTS
            .iter()
            .find(|layout| layout.name == name)
            .ok_or_else(|| LabError::UnknownLayout {
                name: name.to_owned(),
                known: LAYOUTS
                    .iter()
                    .map(|layout| layout.name.to_owned())
                    .collect(),
            })
    }

    /// The groups in order of appearance.
    pub(crate) fn groups(&self) -> Vec<&'static str> {
        let mut groups: Vec<&'static str> = self.hosts.iter().map(|host| host.group).collect();
        groups.dedup();
        groups
    }

    /// The names of a group's hosts.
    pub(crate) fn members(&self, group: &str) -> Vec<&'static str> {
        self.hosts
            .iter()
            .filter(|host| host.group == group)
            .map(|host| host.name)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m1_is_three_nodes_and_a_bystander() {
        let layout = Layout::find("m1").unwrap();
        assert_eq!(layout.groups(), [POSTGRES, APP]);
        assert_eq!(layout.members(POSTGRES), ["db1", "db2", "db3"]);
        assert_eq!(layout.members(APP), ["app1"]);
    }

    #[test]
    fn an_unknown_layout_is_an_error() {
        assert_eq!(
            Layout::find("m9").unwrap_err().to_string(),
            "unknown lab layout `m9`\n  layouts: m1"
        );
    }
}
