//! `--list-hosts`, `--list-tasks`, `--list-tags`, `--syntax-check`, and where the inventory and
//! the playbook come from.

use insta::assert_snapshot;

use crate::support::Project;

fn project() -> Project {
    Project::new()
        .file(
            "playbooks/site.yml",
            "\
- name: first
  hosts: all
  tags: [p]
  tasks:
    - {name: one, ping: , tags: [a, b]}
    - import_tasks: more.yml
- hosts: db2
  tasks:
    - ping:
",
        )
        .file("playbooks/more.yml", "- {name: imported, ping: }\n")
}

#[test]
fn hosts_tasks_and_tags_are_listed() {
    let all = [
        "play",
        "site.yml",
        "--list-hosts",
        "--list-tasks",
        "--list-tags",
    ];
    assert_snapshot!(project().run(&all));
}

#[test]
fn tags_narrow_the_list() {
    assert_snapshot!(project().run(&["play", "site.yml", "--list-tasks", "-t", "a", "-l", "db2"]));
}

#[test]
fn a_syntax_check_says_nothing_when_all_is_well() {
    assert_snapshot!(project().run(&["play", "site.yml", "--syntax-check"]));
}

#[test]
fn the_environment_names_the_inventory_before_the_configuration_does() {
    let project = project()
        .file("runbook.toml", "inventory = \"other.ini\"\n")
        .file("other.ini", "from_config\n")
        .file("third.ini", "from_env\n");
    let listed = project.run(&["play", "site.yml", "--list-hosts"]);
    assert!(listed.contains("from_config"), "{listed}");
    let listed =
        project
            .env("RUNBOOK_INVENTORY", "third.ini")
            .run(&["play", "site.yml", "--list-hosts"]);
    assert!(listed.contains("from_env"), "{listed}");
}

#[test]
fn built_in_playbooks_work_from_anywhere() {
    let listed = Project::new().run(&["play", "update-postgres.yml", "--syntax-check"]);
    assert_eq!(
        listed,
        "code 0\n--- stdout\n\nplaybook: update-postgres.yml\n"
    );
}

#[test]
fn the_version_is_told() {
    let told = Project::new().run(&["--version"]);
    assert_eq!(
        told,
        format!(
            "code 0\n--- stdout\nrunbook {}\n",
            env!("CARGO_PKG_VERSION")
        )
    );
}

#[test]
fn completions_are_printed_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = Project::new().run(&["completions", shell]);
        assert!(
            script.starts_with("code 0\n--- stdout\n"),
            "{shell}: {script}"
        );
        assert!(script.contains("start-at-task"), "{shell}");
    }
}

#[test]
fn settings_are_shown_with_their_origins() {
    let project = Project::new()
        .file(
            "ansible.cfg",
            "[defaults]\nforks = 7\nstdout_callback = yaml\n",
        )
        .file("runbook.toml", "timeout = 3\n")
        .env("ANSIBLE_REMOTE_USER", "deploy");
    assert_snapshot!(project.run(&["config", "--only-changed"]));
    let asked = ["config", "forks", "remote_user", "--format", "json"];
    assert_snapshot!(project.run(&asked));
    assert_snapshot!(project.run(&["config", "frks"]));
}
