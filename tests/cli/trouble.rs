//! What goes wrong while running: one clear message with place and remedy, a code that is not 0.

use insta::assert_snapshot;

use crate::support::Project;

fn play(tasks: &str) -> String {
    format!("- hosts: db1\n  gather_facts: false\n  tasks:\n{tasks}")
}

#[test]
fn an_undefined_variable() {
    let project = Project::new().file(
        "site.yml",
        &play("    - name: use it\n      debug:\n        msg: \"{{ inventory_hostnam }}\"\n"),
    );
    assert_snapshot!(project.run(&["play", "site.yml"]));
}

#[test]
fn a_wrong_type_that_only_shows_at_run_time() {
    let project = Project::new().file(
        "site.yml",
        &play("    - name: wait\n      wait_for: {port: '{{ p }}'}\n      vars: {p: ssh}\n"),
    );
    assert_snapshot!(project.run(&["play", "site.yml"]));
}

#[test]
fn a_refused_connection() {
    let project = Project::empty()
        .file("hosts.ini", "db1 ansible_host=127.0.0.1 ansible_port=1\n")
        .file("site.yml", &play("    - {name: reach, ping: }\n"));
    assert_snapshot!(project.run(&["play", "site.yml", "-i", "hosts.ini"]));
}

#[test]
fn a_key_that_cannot_be_read() {
    let project = Project::empty()
        .file("hosts.ini", "db1 ansible_host=127.0.0.1 ansible_port=1\n")
        .file("site.yml", &play("    - {name: reach, ping: }\n"));
    assert_snapshot!(project.run(&[
        "play",
        "site.yml",
        "-i",
        "hosts.ini",
        "--private-key",
        "nokey"
    ]));
}

#[test]
fn a_condition_that_is_no_boolean() {
    let project = Project::new().file(
        "site.yml",
        &play("    - {name: say, debug: {msg: x}, when: inventory_hostname}\n"),
    );
    assert_snapshot!(project.run(&["play", "site.yml"]));
}

#[test]
fn a_failed_command_shows_what_it_said() {
    let project = Project::new().file(
        "site.yml",
        &play("    - {name: try, shell: 'echo one; echo two >&2; exit 7'}\n"),
    );
    assert_snapshot!(project.run(&["play", "site.yml"]));
}
