//! Roles that cannot be read, and includes without an end.

use runbook::diag::Diagnostic;
use runbook::project::Project;
use runbook::template::Templar;

use crate::support::Case;

/// What is said about a playbook with these files beside it, a line each, without the folder.
fn told(playbook: &str, files: &[(&str, &str)]) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files.iter().chain(&[("site.yml", playbook)]) {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let project = Project::with_roles(dir.path().to_owned(), &Templar::new(), Vec::new());
    let site = dir.path().join("site.yml");
    let found = match project.playbook(&site.display().to_string()) {
        Ok((_, warnings)) => warnings,
        Err(found) => found,
    };
    let lines = found.iter().map(Diagnostic::one_line);
    lines
        .map(|line| line.replace(&format!("{}/", dir.path().display()), ""))
        .map(|line| line.replace(&dir.path().display().to_string(), "."))
        .collect()
}

#[test]
fn every_mistake_within_roles_is_told_once_at_load() {
    let said = told(
        "- hosts: all\n  roles: [web, web, wbe]\n  tasks:\n    - import_role: {name: web}\n",
        &[
            ("roles/web/tasks/main.yml", "- pong:\n- debug: {mgs: x}\n"),
            ("roles/web/handlers/main.yml", "- pin:\n"),
            ("roles/web/vars/main.yml", "- a\n"),
            ("roles/web/defaults/main.yml", "a: '{{ b'\n"),
            ("roles/web/meta/main.yml", "dependency: []\n"),
        ],
    );
    let expected = [
        "site.yml:2:21: there is no role `wbe` (did you mean `web`?; looked in roles, .)",
        "roles/web/meta/main.yml:1:1: `meta/main.yml` has no key `dependency` (did you mean `dependencies`?)",
        "roles/web/vars/main.yml:1:1: a file of variables must be a mapping, not a list",
        "roles/web/tasks/main.yml:1:3: unknown module `pong` (did you mean `ping`?)",
        "roles/web/tasks/main.yml:2:11: `debug` has no argument `mgs` (did you mean `msg`?)",
        "roles/web/handlers/main.yml:1:3: unknown module `pin` (did you mean `ping`?)",
    ];
    for line in expected {
        let times = said.iter().filter(|said| *said == line).count();
        assert_eq!(times, 1, "{line}\nin {said:#?}");
    }
    assert_eq!(said.len(), expected.len() + 1, "{said:#?}");
}

#[test]
fn roles_that_need_themselves_are_refused_with_the_way() {
    let said = told(
        "- hosts: all\n  roles: [a]\n",
        &[
            ("roles/a/meta/main.yml", "dependencies: [b]\n"),
            ("roles/b/tasks/main.yml", "- import_role: {name: a}\n"),
        ],
    );
    assert_eq!(
        said,
        ["roles/b/tasks/main.yml:1:23: the role `a` needs itself (the way is a → b → a)"]
    );
}

#[test]
fn what_cannot_be_known_before_the_run_is_told() {
    let said = told(
        "- hosts: all\n  roles:\n    - '{{ x }}'\n    - {role: r, loop: [1]}\n    - {tags: x}\n    - ns.coll.role\n  tasks:\n    - import_role: {name: '{{ x }}'}\n    - include_role: {name: r, task_from: x}\n    - include_role: {name: r}\n      delegate_to: x\n    - import_role: {name: r, tasks_from: no}\n  handlers:\n    - include_role: {name: r}\n",
        &[("roles/r/tasks/main.yml", "")],
    );
    let expected = [
        "site.yml:3:7: the name of a role must be known before the run, and cannot be a template (use `include_role`, which finds the role when it runs)",
        "site.yml:4:17: `loop` is no keyword of roles, and becomes a parameter (write it on an `include_role`, or on the role's tasks)",
        "site.yml:5:7: this role has no name (write `role: NAME`)",
        "site.yml:6:7: there is no role `ns.coll.role` (looked in roles, .; roles of collections are not supported: copy the role's folder into `roles/`, and use its short name)",
        "site.yml:8:27: the role of `import_role` must be known before the run, and cannot be a template (use `include_role`, which finds the role when it runs)",
        "site.yml:9:31: `include_role` has no option `task_from` (did you mean `tasks_from`?)",
        "site.yml:11:7: `delegate_to` cannot stand on `include_role` (to give it to the included tasks, write it below `apply: {delegate_to: …}`)",
        "site.yml:14:7: `include_role` cannot be a handler (include a file of tasks, or notify a handler of the role)",
    ];
    for line in expected {
        assert!(said.iter().any(|said| said == line), "{line}\nin {said:#?}");
    }
}

#[test]
fn an_include_without_end_stops_with_an_error() {
    let ran =
        Case::new("- hosts: a\n  gather_facts: false\n  tasks:\n    - include_role: {name: r}\n")
            .file("roles/r/tasks/main.yml", "- include_role: {name: r}\n")
            .run();
    ran.code(2);
    let text = ran.text();
    assert!(
        text.contains("includes are nested more than 30 deep: `r`"),
        "{text}"
    );
}

#[test]
fn names_of_tasks_carry_their_role() {
    let ran = Case::new(
        "- hosts: a\n  gather_facts: false\n  roles: [r]\n  tasks:\n    - include_role: {name: r}\n",
    )
    .file("roles/r/tasks/main.yml", "- name: One\n  ping:\n- ping:\n")
    .run();
    ran.code(0).expect(
        "
        play a: a
        task r : One
          a ok
        task r : ping
          a ok
        task include_role : r
        task r : One
          a ok
        task r : ping
          a ok
        ",
    );
}
