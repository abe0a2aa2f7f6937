//! Arguments that hold secrets: they reach the module, and nothing shows them.

use super::support::Project;

/// Every way in which a task can be given one, and none of them ends well.
const PLAYBOOK: &str = "\
- hosts: db1
  gather_facts: false
  vars:
    kept: first-hidden
    more: {query: SELECT 1, login_password: second-hidden, login_host: 127.0.0.1, login_port: 1}
  module_defaults:
    postgresql_query: {login_host: 127.0.0.1, login_port: 1}
  tasks:
    - postgresql_query: {query: SELECT 1, login_password: '{{ kept }}'}
      ignore_errors: true
    - postgresql_query: '{{ more }}'
      ignore_errors: true
    - postgresql_query:
        query: SELECT 'third-hidden'
        login_password: third-hidden
      register: told
      ignore_errors: true
    - postgresql_query: {query: SELECT 1, login_password: '{{ item }}'}
      loop: [fourth-hidden]
      ignore_errors: true
    - postgresql_query: {login_port: '{{ kept }}', query: SELECT 1, login_password: fifth-hidden}
      ignore_errors: true
    - postgresql_query: {query: SELECT 1, login_password: '{{ item }}'}
      loop: [sixth-hidden]
      when: false
    - debug: {msg: 'told: {{ told }}, {{ kept }} {{ more }} fifth-hidden'}
";

#[test]
fn nothing_shows_the_value_of_a_secret_argument() {
    let project = Project::new().file("p.yml", PLAYBOOK);
    for flags in [&["-vvv", "--diff"][..], &["-vv"], &["--check"], &[]] {
        let told = project.run(&[&["play", "p.yml"], flags].concat());
        assert!(told.contains("failed=0"), "{told}");
        assert!(told.contains("ignored=5"), "{told}");
        assert!(told.contains("`login_port` must be"), "{told}");
        let shown = told.matches("-hidden").count();
        assert_eq!(shown, 0, "{told}");
    }
}

#[test]
fn mistakes_on_the_line_of_a_secret_do_not_quote_it() {
    let project = Project::new().file(
        "p.yml",
        "- hosts: db1\n  tasks:\n    - postgresql_query: {qery: x, login_password: third-hidden}\n",
    );
    for verb in [&["play", "p.yml"][..], &["lint", "p.yml"]] {
        let told = project.run(verb);
        assert!(told.contains("has no argument `qery`"), "{told}");
        assert!(told.contains("login_password: ********"), "{told}");
        assert!(!told.contains("third"), "{told}");
    }
    let project = Project::new().file(
        "p.yml",
        "- hosts: db1\n  tasks:\n    - postgresql_query: {login_port: x, login_password: third-hidden}\n",
    );
    let told = project.run(&["play", "p.yml"]);
    assert!(told.contains("`login_port` must be"), "{told}");
    assert!(!told.contains("third"), "{told}");
}

#[test]
fn the_documentation_says_what_is_secret() {
    let told = Project::new().run(&["doc", "postgresql_query"]);
    let wanted = "login_password (text; secret: hidden in all output)";
    assert!(told.contains(wanted), "{told}");
}
