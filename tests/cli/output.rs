//! What a run looks like when it is not on a terminal.

use insta::assert_snapshot;

use crate::support::Project;

#[test]
fn an_ordinary_run() {
    let project = Project::new().file(
        "site.yml",
        "\
- name: shows everything
  hosts: all
  gather_facts: false
  handlers:
    - {name: restart, debug: {msg: restarted}}
  tasks:
    - {name: say, debug: {msg: 'hello {{ inventory_hostname }}'}}
    - {name: skip, debug: {msg: x}, when: inventory_hostname == 'nobody'}
    - name: write
      copy: {content: \"one\\n\", dest: '{{ playbook_dir }}/{{ inventory_hostname }}.txt'}
      notify: restart
    - {name: items, command: 'echo {{ item }}', loop: [a, b], changed_when: false}
    - block:
        - {name: break, command: 'sh -c \"echo out; echo err >&2; exit 3\"'}
      rescue:
        - {name: mend, debug: {msg: mended}}
    - {name: secret, debug: {msg: s3cret}, no_log: true}
    - {name: ignored, fail: {msg: never mind}, ignore_errors: true}
    - {name: fatal, fail: {msg: that is all}, when: inventory_hostname == 'db2'}
",
    );
    assert_snapshot!(
        "ordinary",
        project.run(&["play", "site.yml", "-D", "-f", "1"])
    );
    let again = project.run(&["play", "site.yml", "-f", "1", "-l", "db1"]);
    assert!(again.contains("db1 :  ok="), "{again}");
    assert!(again.contains("changed=0"), "{again}");
}

#[test]
fn a_run_in_check_mode_says_so() {
    let project = Project::new().file(
        "site.yml",
        "\
- hosts: db1
  gather_facts: false
  tasks:
    - {name: write, copy: {content: \"x\\n\", dest: '{{ playbook_dir }}/x.txt'}}
    - {name: run, command: 'false'}
",
    );
    assert_snapshot!(project.run(&["play", "site.yml", "-C", "-D"]));
    assert!(!project.path().join("x.txt").exists());
}
