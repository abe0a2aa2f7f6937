//! What is wrong with what people wrote: every mistake at its place, with its remedy, code 1.

use insta::assert_snapshot;

use crate::support::Project;

#[test]
fn every_mistake_of_a_playbook_in_one_go() {
    let project = Project::new().file(
        "site.yml",
        "\
- name: é first
  hosts: all
  gather_fact: false
  tasks:
    - name: a module nobody knows
      comand: ls
    - name: an argument nobody knows
      copy: {scr: a, dest: /tmp/x}
    - name: a keyword of plays
      debug: {msg: x}
      serial: 1
    - name: a wrong type
      wait_for: {port: ssh}
    - name: a template that does not parse
      debug: {msg: '{{ 1 + }}'}
    - name: a condition that does not parse
      debug: {msg: x}
      when: a ==
",
    );
    assert_snapshot!(project.run(&["play", "site.yml"]));
}

#[test]
fn a_yaml_syntax_error() {
    let project = Project::new().file("site.yml", "- hosts: all\n  tasks:\n  - debug: msg: x\n");
    assert_snapshot!(project.run(&["play", "site.yml"]));
}

#[test]
fn an_unquoted_template() {
    let project = Project::new().file("site.yml", "- hosts: {{ who }}\n  tasks: []\n");
    assert_snapshot!(project.run(&["play", "site.yml"]));
}

#[test]
fn a_duplicate_key() {
    let project = Project::new().file("site.yml", "- hosts: all\n  tasks: []\n  hosts: db1\n");
    assert_snapshot!(project.run(&["play", "site.yml"]));
}

#[test]
fn no_playbook_of_that_name() {
    assert_snapshot!(Project::new().run(&["play", "update-postgre.yml"]));
}

#[test]
fn no_inventory_at_all() {
    let project = Project::empty().file("site.yml", "- {hosts: all, tasks: []}\n");
    assert_snapshot!(project.run(&["play", "site.yml"]));
}

#[test]
fn several_inventories_and_none_named() {
    let project = Project::new()
        .file("inventories/second.yml", "all: {hosts: {x: }}\n")
        .file("site.yml", "- {hosts: all, tasks: []}\n");
    assert_snapshot!(project.run(&["play", "site.yml"]));
}

#[test]
fn an_inventory_that_does_not_exist() {
    let project = Project::new().file("site.yml", "- {hosts: all, tasks: []}\n");
    assert_snapshot!(project.run(&["play", "site.yml", "-i", "inventries/hosts.yml"]));
}

#[test]
fn an_unknown_host_in_the_limit() {
    let project = Project::new().file("site.yml", "- {hosts: all, tasks: []}\n");
    assert_snapshot!(project.run(&["play", "site.yml", "-l", "db3"]));
}

#[test]
fn extra_vars_that_are_none() {
    let project = Project::new().file("site.yml", "- {hosts: all, tasks: []}\n");
    assert_snapshot!(project.run(&["play", "site.yml", "-e", "{a: ", "-e", "@nowhere.yml"]));
}

#[test]
fn a_key_of_the_configuration_nobody_knows() {
    let project = Project::new()
        .file("runbook.toml", "fork = 3\n")
        .file("site.yml", "- {hosts: all, tasks: []}\n");
    assert_snapshot!(project.run(&["play", "site.yml", "--syntax-check"]));
}

#[test]
fn a_flag_nobody_knows() {
    assert_snapshot!(Project::new().run(&["play", "site.yml", "--chek"]));
}

#[test]
fn a_module_nobody_documented() {
    assert_snapshot!(Project::new().run(&["doc", "postgresql_qery"]));
}

#[test]
fn a_hook_of_an_unknown_name_stops_the_update_before_anything_is_looked_at() {
    let inventory = "postgres:\n  hosts:\n    db1: {ansible_connection: local}\n";
    let right = "- debug: {msg: x}\n";
    let project = Project::empty().file("inventories/hosts.yml", inventory);
    let project = project
        .file("hooks/postgres-pre-update.yml", right)
        .file("hooks/reload-pool.yml", right)
        .file("inventories/hooks/postgres-post-updat.yml", right)
        .file("hooks/post_switchover.yml", right)
        .file("hook/postgres-pre-switchover.yml", right);
    let told = project.run(&["play", "update-postgres.yml"]);
    let wrong = "No hook is called post_switchover.yml, postgres-post-updat.yml, ";
    assert!(told.contains(wrong), "{told}");
    assert!(
        told.contains("hook/postgres-pre-switchover.yml. Names: "),
        "{told}"
    );
    assert!(!told.contains("TASK [Read the installed"), "{told}");
}
