//! `include_tasks`, `import_tasks`, `import_playbook`.

use crate::support::Case;

#[test]
fn included_files_are_chosen_for_every_host() {
    Case::new(
        "
- name: p
  hosts: a,b
  gather_facts: false
  tasks:
    - include_tasks: '{{ inventory_hostname }}.yml'
      vars: {who: me}
",
    )
    .file("a.yml", "- {name: in a, debug: {msg: '{{ who }}'}}\n")
    .file("b.yml", "- {name: in b, debug: {msg: '{{ who }}'}}\n")
    .run()
    .code(0)
    .expect(
        "
        play p: a b
        task include_tasks
        task in a
          a ok me
        task in b
          b ok me
        ",
    );
}

#[test]
fn a_loop_includes_a_file_for_every_item() {
    Case::new(
        "
- name: p
  hosts: a
  gather_facts: false
  tasks:
    - include_tasks: one.yml
      loop: [x, y]
      when: item != 'x' or true
",
    )
    .file("one.yml", "- {name: one, debug: {msg: '{{ item }}'}}\n")
    .run()
    .code(0)
    .expect(
        "
        play p: a
        task include_tasks
        task one
          a ok x
        task one
          a ok y
        ",
    );
}

#[test]
fn imports_inherit_the_condition_of_the_import() {
    Case::new(
        "
- name: p
  hosts: a,b
  gather_facts: false
  tasks:
    - import_tasks: sub/one.yml
      when: inventory_hostname == 'b'
- import_playbook: second.yml
",
    )
    .file(
        "sub/one.yml",
        "- {name: one, debug: {msg: x}}\n- import_tasks: two.yml\n",
    )
    .file("sub/two.yml", "- {name: two, debug: {msg: y}}\n")
    .file(
        "second.yml",
        "- {name: q, hosts: a, gather_facts: false, tasks: [{name: t, ping: }]}\n",
    )
    .run()
    .code(0)
    .expect(
        "
        play p: a b
        task one
          a skipped
          b ok x
        task two
          a skipped
          b ok y
        play q: a
        task t
          a ok
        ",
    );
}

#[test]
fn a_missing_include_fails_the_host_and_says_where_it_looked() {
    let ran = Case::new(
        "
- name: p
  hosts: a
  gather_facts: false
  tasks:
    - include_tasks: nowhere.yml
",
    )
    .run();
    ran.code(2);
    assert!(
        ran.text()
            .contains("there is no file `nowhere.yml`; looked for"),
        "{}",
        ran.text()
    );
}
