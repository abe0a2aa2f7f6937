//! The inventory of a lab, written for the engine and for people who want to read one.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::container::{Host, USER, ssh_options};
use super::error::LabError;
use super::layout::{Layout, POSTGRES};
use super::network::Subnet;
use super::process::join;
use super::state::{State, create_dir, remove_tree, write_private};

/// The first words of every inventory of a lab: what tells it from a directory that people made.
const MARK: &str = "# Written by `runbook lab up`";

/// What the inventory is made of.
pub(crate) struct Inventory<'a> {
    pub(crate) lab: &'a str,
    pub(crate) layout: &'a Layout,
    pub(crate) hosts: &'a [Host],
    pub(crate) subnet: Subnet,
    pub(crate) state: &'a State,
    pub(crate) versions: &'a Versions,
}

/// The two versions the hosts' repository offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Versions {
    pub(crate) older: String,
    pub(crate) newer: String,
}

impl Versions {
    /// Where the image keeps them.
    pub(crate) const FILE: &'static str = "/srv/runbook-repo/versions";

    /// Reads the `old=` and `new=` lines of that file.
    pub(crate) fn parse(text: &str) -> Result<Self, LabError> {
        let field = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name))
                .map(str::to_owned)
        };
        match (field("old="), field("new=")) {
            (Some(older), Some(newer)) if older != newer => Ok(Self { older, newer }),
            _ => Err(LabError::Conflict(format!(
                "the lab's image does not offer two versions of PostgreSQL ({} says `{}`): rebuild it",
                Self::FILE,
                text.trim().replace('\n', ", ")
            ))),
        }
    }
}

/// The directory of a lab's inventory in a project.
pub(crate) fn directory(project: &Path, lab: &str) -> PathBuf {
    project.join("inventories").join(format!("lab-{lab}"))
}

impl Inventory<'_> {
    /// Writes it; files that would stay the same are not touched.
    pub(crate) fn write(&self, dir: &Path) -> Result<(), LabError> {
        let group_vars = dir.join("group_vars");
        // The project's own directory is not the lab's to keep private.
        let parent = dir.parent().unwrap_or(dir);
        std::fs::create_dir_all(parent).map_err(LabError::file("create", parent))?;
        create_dir(&group_vars)?;
        // It holds passwords: no project should commit it by accident.
        write_private(&dir.join(".gitignore"), "*\n")?;
        write_private(&dir.join("hosts.yml"), &self.hosts_yml())?;
        write_private(&group_vars.join("all.yml"), &self.all_yml()?)?;
        write_private(&group_vars.join("postgres.yml"), &self.postgres_yml())
    }

    fn hosts_yml(&self) -> String {
        let mut text = format!(
            "{MARK} for lab `{0}`; removed by `runbook lab down {0}`.\nall:\n  children:\n",
            self.lab
        );
        for group in self.layout.groups() {
            let _ = write!(text, "    {group}:\n      hosts:\n");
            for host in self.hosts.iter().filter(|host| host.group == group) {
                let _ = writeln!(
                    text,
                    "        {}:\n          ansible_host: {}",
                    host.name, host.address
                );
            }
        }
        text
    }

    /// Variables of every host: how to reach it, and what the lab generated.
    fn all_yml(&self) -> Result<String, LabError> {
        let options = ssh_options(self.state);
        let rows = [
            ("ansible_user", USER.to_owned()),
            (
                "ansible_ssh_private_key_file",
                self.state.key().display().to_string(),
            ),
            (
                "ansible_ssh_common_args",
                join(options.iter().map(String::as_str)),
            ),
            ("app_database", "app".to_owned()),
            ("app_user", "app".to_owned()),
            ("lab_name", self.lab.to_owned()),
            ("lab_network", self.subnet.to_string()),
            ("lab_postgres_older", self.versions.older.clone()),
            ("lab_postgres_newer", self.versions.newer.clone()),
            ("lab_app_password", self.state.password("app")?),
            (
                "lab_replication_password",
                self.state.password("replication")?,
            ),
        ];
        let major = self.layout.postgres_major;
        Ok(format!(
            "postgres_version: {major}\npostgres_port: 5432\n{}",
            mapping(&rows)
        ))
    }

    /// Variables of the cluster's nodes.
    fn postgres_yml(&self) -> String {
        let major = self.layout.postgres_major;
        let first = self
            .layout
            .members(POSTGRES)
            .first()
            .copied()
            .unwrap_or_default();
        mapping(&[
            ("postgres_cluster", "main".to_owned()),
            ("postgres_user", "postgres".to_owned()),
            ("postgres_package", format!("postgresql-{major}")),
            ("postgres_service", format!("postgresql@{major}-main")),
            (
                "postgres_bin_dir",
                format!("/usr/lib/postgresql/{major}/bin"),
            ),
            (
                "postgres_data_dir",
                format!("/var/lib/postgresql/{major}/main"),
            ),
            (
                "postgres_config_dir",
                format!("/etc/postgresql/{major}/main"),
            ),
            ("postgres_replication_user", "replicator".to_owned()),
            // Where a cluster that does not exist yet is created; which node is the primary now is read from the nodes.
            ("postgres_initial_primary", first.to_owned()),
        ])
    }
}

/// A YAML mapping of strings. A JSON string is a YAML string.
fn mapping(rows: &[(&str, String)]) -> String {
    rows.iter().fold(String::new(), |mut text, (name, value)| {
        let _ = writeln!(text, "{name}: {}", serde_json::Value::from(value.as_str()));
        text
    })
}

/// Removes the inventory, if the lab wrote it, and the directory above if nothing else is in it.
pub(crate) fn remove(dir: &Path) -> Result<bool, LabError> {
    let ours =
        std::fs::read_to_string(dir.join("hosts.yml")).is_ok_and(|text| text.starts_with(MARK));
    if !ours {
        return Ok(false);
    }
    let removed = remove_tree(dir)?;
    if let Some(parent) = dir.parent() {
        // Fails where other inventories are: that is what is wanted.
        let _ = std::fs::remove_dir(parent);
    }
    Ok(removed)
}

#[cfg(test)]
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the method is not general enough over the inventory's lifetime"
)]
mod tests {
    use super::super::container::hosts;
    use super::*;

    fn with_inventory<T>(test: impl FnOnce(&Inventory<'_>) -> T) -> T {
        let root = tempfile::tempdir().unwrap();
        let state = State::of(root.path(), "two").unwrap();
        let _lock = state.lock().unwrap();
        let layout = Layout::find("m1").unwrap();
        let subnet = Subnet::new(9);
        let hosts = hosts("two", layout, subnet);
        let versions = Versions {
            older: "15.1-0+deb12u1".into(),
            newer: "15.2-0+deb12u1".into(),
        };
        test(&Inventory {
            lab: "two",
            layout,
            hosts: &hosts,
            subnet,
            state: &state,
            versions: &versions,
        })
    }

    #[test]
    fn hosts_and_groups() {
        insta::assert_snapshot!(with_inventory(|inventory| inventory.hosts_yml()), @r"
        # Written by `runbook lab up` for lab `two`; removed by `runbook lab down two`.
        all:
          children:
            postgres:
              hosts:
                db1:
                  ansible_host: 10.213.9.11
                db2:
                  ansible_host: 10.213.9.12
                db3:
                  ansible_host: 10.213.9.13
            app:
              hosts:
                app1:
                  ansible_host: 10.213.9.14
        ");
    }

    #[test]
    fn variables_of_every_host() {
        let text = with_inventory(|inventory| {
            let text = inventory.all_yml().unwrap();
            let password = |name| inventory.state.password(name).unwrap();
            let state = inventory.state.dir().display().to_string();
            text.replace(&password("app"), "APP")
                .replace(&password("replication"), "REPLICATION")
                .replace(&state, "STATE")
        });
        insta::assert_snapshot!(text, @r#"
        postgres_version: 15
        postgres_port: 5432
        ansible_user: "runbook"
        ansible_ssh_private_key_file: "STATE/id_ed25519"
        ansible_ssh_common_args: "-o UserKnownHostsFile=STATE/known_hosts -o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes"
        app_database: "app"
        app_user: "app"
        lab_name: "two"
        lab_network: "10.213.9.0/24"
        lab_postgres_older: "15.1-0+deb12u1"
        lab_postgres_newer: "15.2-0+deb12u1"
        lab_app_password: "APP"
        lab_replication_password: "REPLICATION"
        "#);
    }

    #[test]
    fn variables_of_the_cluster() {
        insta::assert_snapshot!(with_inventory(|inventory| inventory.postgres_yml()), @r#"
        postgres_cluster: "main"
        postgres_user: "postgres"
        postgres_package: "postgresql-15"
        postgres_service: "postgresql@15-main"
        postgres_bin_dir: "/usr/lib/postgresql/15/bin"
        postgres_data_dir: "/var/lib/postgresql/15/main"
        postgres_config_dir: "/etc/postgresql/15/main"
        postgres_replication_user: "replicator"
        postgres_initial_primary: "db1"
        "#);
    }

    #[test]
    fn only_what_the_lab_wrote_is_removed() {
        let project = tempfile::tempdir().unwrap();
        let dir = directory(project.path(), "two");
        with_inventory(|inventory| inventory.write(&dir)).unwrap();
        assert!(remove(&dir).unwrap());
        assert!(!project.path().join("inventories").exists());
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("hosts.yml"), "all: {}\n").unwrap();
        assert!(!remove(&dir).unwrap());
        assert!(dir.exists());
    }

    #[test]
    fn versions_come_in_two() {
        let versions = Versions::parse("old=15.1-1\nnew=15.2-1\n").unwrap();
        assert_eq!(
            versions,
            Versions {
                older: "15.1-1".into(),
                newer: "15.2-1".into()
            }
        );
        assert_eq!(
            Versions::parse("old=15.1-1\nnew=15.1-1\n")
                .unwrap_err()
                .to_string(),
            "the lab's image does not offer two versions of PostgreSQL (/srv/runbook-repo/versions says `old=15.1-1, \
             new=15.1-1`): rebuild it"
        );
    }
}
