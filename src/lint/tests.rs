//! Each rule finds what it is for, and nothing else.

use std::path::Path;

use super::{Request, Settings, lint};
use crate::project::Project;
use crate::template::Templar;

/// Judges files of a project in a temporary folder: `rule place: message (help)` of each finding.
fn judged(files: &[(&str, &str)], request: Request) -> Vec<String> {
    let dir = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("it is made");
        std::fs::write(path, text).expect("it is written");
    }
    let templar = Templar::new();
    let project = Project::new(dir.path().to_owned(), &templar);
    let request = Request {
        inputs: request
            .inputs
            .iter()
            .map(|name| in_dir(dir.path(), name))
            .collect(),
        inventories: request
            .inventories
            .iter()
            .map(|name| in_dir(dir.path(), name))
            .collect(),
        ..request
    };
    let report = lint(&project, &templar, &request);
    let prefix = format!("{}/", dir.path().display());
    let found = report
        .findings
        .iter()
        .map(|finding| format!("{} {}", finding.rule.id, finding.diagnostic.one_line()));
    let notes = report.notes.iter().map(|note| format!("note {note}"));
    found
        .chain(notes)
        .map(|line| line.replace(&prefix, ""))
        .collect()
}

fn in_dir(dir: &Path, name: &str) -> String {
    dir.join(name).display().to_string()
}

/// Judges one playbook.
fn playbook(text: &str) -> Vec<String> {
    with(text, &[])
}

fn with(text: &str, files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<_> = files.iter().copied().chain([("p.yml", text)]).collect();
    let inputs = vec!["p.yml".to_owned()];
    judged(
        &files,
        Request {
            inputs,
            ..Request::default()
        },
    )
}

/// Tasks below a play that says no more than what it must.
fn tasks(text: &str) -> Vec<String> {
    playbook(&format!("- hosts: all\n  tasks:\n{text}"))
}

#[test]
fn what_the_loader_refuses_is_told_in_every_file() {
    let found = with(
        "- hosts: all\n  tasks:\n    - comand: ls\n    - include_tasks: more.yml\n",
        &[("more.yml", "- copy: {scr: a, dest: b}\n  when: 1 ==\n")],
    );
    assert_eq!(
        found,
        [
            "load-error more.yml:1:10: `copy` has no argument `scr` (did you mean `src`?)",
            "load-error more.yml:2:11: template does not parse: unexpected end of input, expected expression",
            "load-error p.yml:3:7: unknown module `comand` (did you mean `command`?)",
        ]
    );
}

#[test]
fn variables_that_nothing_defines_are_told() {
    let found = with(
        "\
- hosts: all
  vars: {port: 5432}
  vars_files: [\"{{ os }}.yml\", known.yml]
  tasks:
    - command: echo {{ prot }} {{ port }} {{ from_file }} {{ by_os }}
      register: result
    - debug: {msg: '{{ result.stdout ~ item ~ inventory_hostname ~ ansible_user }}'}
    - set_fact: {made: 1, '{{ item }}_made': 2}
      loop: [a]
    - debug: {msg: '{{ made ~ a_made ~ b_maid }}'}
    - debug: {msg: '{{ maybe | default(1) }} {{ other if other is defined }}'}
    - debug: {msg: '{{ guarded }}'}
      when: guarded is defined
    - block:
        - debug: {msg: '{{ around }} {{ missing.x }} {{ missing.y }}'}
      when: [around is defined]
    - debug: {var: absent}
    - debug: {msg: '{% for x in [1] %}{{ x }}{% endfor %}'}
    - assert: {that: [demanded is defined]}
    - include_vars: inc.yml
    - debug: {msg: '{{ from_inc }}'}
    - debug: {msg: '{{ demanded }}'}
",
        &[
            ("known.yml", "from_file: 1\n"),
            ("inc.yml", "from_inc: 1\n"),
            ("linux.yml", "by_os: 1\nos: linux\n"),
        ],
    );
    let help = "(define it, or say what to do without it with `is defined` or `| default(…)`)";
    assert_eq!(
        found,
        [
            "undefined-variable p.yml:5:24: nothing defines `prot` (did you mean `port`?)"
                .to_owned(),
            format!("undefined-variable p.yml:10:40: nothing defines `b_maid` {help}"),
            format!(
                "undefined-variable p.yml:15:41: nothing defines `missing`, here and at one more place of this file {help}"
            ),
            format!("undefined-variable p.yml:17:20: nothing defines `absent` {help}"),
        ]
    );
}

#[test]
fn inventories_and_what_is_given_define_variables() {
    let files = [
        (
            "p.yml",
            "- hosts: all\n  tasks: [{debug: {msg: '{{ a ~ b ~ c ~ d ~ e }}'}}]\n",
        ),
        ("hosts.yml", "all: {hosts: {h1: {a: 1}}, vars: {b: 1}}\n"),
        ("group_vars/all.yml", "c: 1\n"),
    ];
    let request = Request {
        inputs: vec!["p.yml".to_owned()],
        inventories: vec!["hosts.yml".to_owned()],
        extra: vec!["d".to_owned()],
        ..Request::default()
    };
    let found = judged(&files, request);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("nothing defines `e`"), "{found:?}");
}

#[test]
fn an_encrypted_file_may_define_anything() {
    let found = with(
        "- hosts: all\n  tasks: [{debug: {msg: '{{ a }}'}}]\n",
        &[("group_vars/all.yml", "$ANSIBLE_VAULT;1.1;AES256\n3031\n")],
    );
    assert_eq!(
        found,
        ["note undefined variables are not told, because group_vars/all.yml is encrypted"]
    );
}

#[test]
fn functions_and_lookups_must_exist() {
    assert_eq!(
        tasks(
            "    - debug: {msg: \"{{ lookup('fiel', 'x') ~ rnage(3) ~ query('lines', 'ls') }}\"}\n"
        ),
        [
            "template-name p.yml:3:32: unknown lookup `fiel` (did you mean `file`?)",
            "template-name p.yml:3:46: unknown function `rnage` (did you mean `range`?)",
        ]
    );
}

#[test]
fn handlers_are_looked_for_in_included_files_too() {
    let found = with(
        "\
- hosts: all
  tasks:
    - include_tasks: more.yml
  handlers:
    - name: Reload
      command: a
    - name: Reload
      command: b
    - name: other
      listen: heard
      command: c
",
        &[(
            "more.yml",
            "- command: x\n  notify: [Relaod, Reload, heard, '{{ role_name }}']\n",
        )],
    );
    assert_eq!(
        found,
        [
            "undefined-handler more.yml:2:12: no handler of this play is called `Relaod` (did you mean `Reload`?)",
            "duplicate-handler p.yml:7:13: two handlers are called `Reload` (only one of them runs; to run both give them the same `listen`)",
        ]
    );
}

#[test]
fn tasks_that_can_never_run_are_told() {
    assert_eq!(
        tasks(
            "    \
    - command: a
      when: [true, false]
    - fail: {msg: x}
      when: c is defined
    - block:
        - meta: end_play
        - command: b
        - command: c
    - fail: {msg: x}
      tags: sometimes
    - command: d
"
        ),
        [
            "unreachable-task p.yml:4:20: this can never run: its condition is always false (remove it, or give it the tag `never`, with which it runs when it is asked for)",
            "unreachable-task p.yml:9:11: this can never run: `meta: end_play` comes before it (remove it, or give the other one a `when`)",
        ]
    );
}

#[test]
fn tags_that_nothing_has_are_told() {
    let request = Request {
        inputs: vec!["p.yml".to_owned()],
        tags: vec!["bakcup".to_owned(), "always".to_owned()],
        skip_tags: vec!["restore".to_owned()],
        ..Request::default()
    };
    let text = "- hosts: all\n  tags: restore\n  tasks: [{command: x, tags: [backup]}]\n";
    assert_eq!(
        judged(&[("p.yml", text)], request),
        ["unknown-tag `--tags bakcup`: nothing has this tag (did you mean `backup`?)"]
    );
}

#[test]
fn a_loop_that_hides_another_ones_item_is_told() {
    let found = with(
        "- hosts: all\n  tasks:\n    - include_tasks: one.yml\n      loop: [1]\n",
        &[(
            "one.yml",
            "- command: a\n  loop: [2]\n- command: b\n  loop: [2]\n  loop_control: {loop_var: x}\n",
        )],
    );
    assert_eq!(
        found,
        [
            "loop-shadow one.yml:2:3: this loop hides the `item` of the loop around it (name one of them: `loop_control: {loop_var: …}`)"
        ]
    );
}

#[test]
fn old_spellings_are_told_with_new_ones() {
    let found = playbook(
        "\
- hosts: all
  sudo: true
  vars: {ansible_ssh_host: a}
  tasks:
    - action: command ls
      when: '{{ true }}'
    - local_action: command ls
",
    );
    assert_eq!(
        found,
        [
            "load-error p.yml:2:3: unknown keyword `sudo` on a play (write `become: true`)",
            "deprecated p.yml:3:10: `ansible_ssh_host` is an old spelling (write `ansible_host`)",
            "deprecated p.yml:5:15: `action: module arguments` is an old spelling (write the module's name as the key)",
            "deprecated p.yml:6:13: `when` is an expression already, and needs no `{{ }}` (write `when: true`)",
            "deprecated p.yml:7:7: `local_action` is an old spelling (write the module with `delegate_to: localhost`)",
        ]
    );
}

#[test]
fn secrets_want_no_log() {
    let found = tasks(
        "    \
    - postgresql_standby: {primary_host: a, primary_password: x}
    - postgresql_standby: {primary_host: a, primary_password: x}
      no_log: true
    - add_host: {name: a, update_password: always}
    - set_fact: {app_password: x}
    - set_fact: {app_password: x}
      no_log: true
",
    );
    assert_eq!(
        found,
        [
            "no-log p.yml:7:18: `app_password` looks like a secret, and the log would show it (put `no_log: true` on the task)"
        ]
    );
}

#[test]
fn files_named_literally_must_exist_and_templates_must_parse() {
    let found = with(
        "\
- hosts: all
  vars_files: [none.yml]
  tasks:
    - include_tasks: gone.yml
    - template: {src: a.j2, dest: /a}
    - template: {src: b.j2, dest: /b}
    - copy: {src: c, dest: /c}
    - copy: {src: '{{ d }}', dest: /c, remote_src: true}
      when: d is defined
    - script: run.sh --now
",
        &[
            (
                "templates/a.j2",
                "{% if x %}\n{{ y | nope }}\n{% endif %}\n",
            ),
            (
                "b.j2",
                "{% for i in [1] %}{{ i }}{{ unknown }}{% endfor %}\n",
            ),
            ("run.sh", "ls\n"),
        ],
    );
    let told: Vec<&str> = found
        .iter()
        .map(|line| line.split(" (").next().unwrap_or(line))
        .collect();
    assert_eq!(
        told,
        [
            "undefined-variable b.j2:1:29: nothing defines `unknown`",
            "missing-file p.yml:2:16: no such file of variables: none.yml",
            "missing-file p.yml:4:22: there is no file `gone.yml`; looked for gone.yml, tasks/gone.yml, playbooks/gone.yml",
            "missing-file p.yml:7:19: there is no file `c`",
            "template-syntax templates/a.j2:2:8: unknown filter `nope`",
        ]
    );
}

#[test]
fn roles_bring_variables_handlers_and_tasks() {
    let found = with(
        "\
- hosts: all
  roles: [{role: db, port: 1}, webb]
  tasks:
    - command: x {{ from_default }}
      notify: reload db
",
        &[
            ("roles/db/defaults/main.yml", "from_default: '{{ port }}'\n"),
            (
                "roles/db/tasks/main.yml",
                "- debug: {msg: '{{ from_defualt }}'}\n",
            ),
            (
                "roles/db/handlers/main.yml",
                "- name: reload db\n  command: x\n",
            ),
            ("roles/web/tasks/main.yml", "[]\n"),
        ],
    );
    let told: Vec<&String> = found
        .iter()
        .filter(|line| !line.starts_with("load-error"))
        .collect();
    assert!(
        told.iter().any(|line| line.contains(
            "main.yml:1:20: nothing defines `from_defualt` (did you mean `from_default`?)"
        )),
        "{found:?}"
    );
    assert!(
        !told.iter().any(|line| line.contains("handler")),
        "{found:?}"
    );
    assert!(
        found
            .iter()
            .any(|line| line.contains("there is no role `webb`")),
        "{found:?}"
    );
}

#[test]
fn comments_and_settings_silence_what_can_be_played() {
    let text = "\
- hosts: all
  tasks:
    - debug: {msg: '{{ a }}'}  # noqa: undefined-variable
    - debug: {msg: '{{ b }}'}  # lint: ignore undefined-variable
    - debug: {msg: '{{ c }}'}  # lint: ignore no-log
    - comand: x  # noqa
    - action: command x
    - copy: {src: gone, dest: /x}
";
    let settings = Settings {
        skip: vec!["deprecated".to_owned(), "nonsense".to_owned()],
        warn: vec!["missing-file".to_owned()],
    };
    let inputs = vec!["p.yml".to_owned()];
    let request = Request {
        inputs,
        settings,
        ..Request::default()
    };
    let found = judged(&[("p.yml", text)], request);
    let told: Vec<&str> = found
        .iter()
        .map(|line| line.split(" (").next().unwrap_or(line))
        .collect();
    assert_eq!(
        told,
        [
            "unknown-rule `[lint]` of the configuration names `nonsense`, which is no rule",
            "undefined-variable p.yml:5:24: nothing defines `c`",
            "load-error p.yml:6:7: unknown module `comand`",
            "missing-file p.yml:8:19: there is no file `gone`",
        ]
    );
}

#[test]
fn variables_for_nobody_are_told() {
    let files = [
        ("runbook.toml", ""),
        (
            "inventories/hosts.yml",
            "all: {children: {postgres: {hosts: {db1: }}}}\n",
        ),
        ("inventories/group_vars/postgers.yml", "a: 1\n"),
        ("inventories/group_vars/postgres/main.yml", "a: 1\n"),
        ("inventories/group_vars/all.yml", "a: 1\n"),
        ("inventories/host_vars/db1.yml", "a: 1\n"),
        ("inventories/host_vars/db2.yml", "a: 1\n"),
    ];
    assert_eq!(
        judged(&files, Request::default()),
        [
            "unused-variables `inventories/group_vars/postgers.yml` is never read: there is no group `postgers` (did you mean `postgres`?)",
            "unused-variables `inventories/host_vars/db2.yml` is never read: there is no host `db2` (did you mean `db1`?)",
        ]
    );
}

#[test]
fn a_whole_project_is_found() {
    let files = [
        ("runbook.toml", ""),
        ("site.yml", "- import_playbook: playbooks/one.yml\n"),
        (
            "playbooks/one.yml",
            "- hosts: all\n  tasks: [{comand: x}]\n",
        ),
        ("hooks/h.yml", "- debug: {msg: '{{ given }}'}\n- shel: x\n"),
        ("roles/r/tasks/main.yml", "- comand: x\n"),
        (
            "inventories/prod/hosts.yml",
            "all: {hosts: {a: }, hsots: 1}\n",
        ),
        (
            "inventories/prod/group_vars/all.yml",
            "a: '{{ 1 | nope }}'\n",
        ),
        ("requirements.yml", "- src: x\n"),
    ];
    let found = judged(&files, Request::default());
    let told: Vec<&str> = found
        .iter()
        .filter_map(|line| line.split(": ").next())
        .collect();
    assert_eq!(
        told,
        [
            "load-error hooks/h.yml:2:3",
            "template-syntax inventories/prod/group_vars/all.yml:1:12",
            "load-error inventories/prod/hosts.yml:1:21",
            "load-error playbooks/one.yml:2:12",
            "load-error roles/r/tasks/main.yml:1:3",
        ]
    );
}
