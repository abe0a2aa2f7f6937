//! `loop`.

use crate::support::Case;

#[test]
fn every_item_is_told_and_the_whole_is_registered() {
    Case::new(
        "
- name: p
  hosts: a
  gather_facts: false
  tasks:
    - name: one
      command: echo {{ item.n }}
      loop: [{n: 1}, {n: 2}]
      loop_control: {label: 'no {{ item.n }}', index_var: i}
      changed_when: i == 1
      register: r
    - {name: two, debug: {msg: \"{{ r.results | map(attribute='stdout') | join('-') }} {{ r.changed }}\"}}
",
    )
    .run()
    .code(0)
    .expect(
        "
        play p: a
        task one
          a item no 1 ok
          a item no 2 changed
          a changed All items completed
        task two
          a ok 1-2 True
        ",
    );
}

#[test]
fn what_one_item_sets_the_next_one_sees() {
    Case::new(
        "
- name: p
  hosts: a
  gather_facts: false
  vars: {start: []}
  tasks:
    - {name: one, set_fact: {all: '{{ all | default(start) + [item] }}'}, loop: [x, y]}
    - {name: two, debug: {msg: '{{ all }}'}}
",
    )
    .run()
    .code(0)
    .expect(
        "
        play p: a
        task one
          a item x ok
          a item y ok
          a ok All items completed
        task two
          a ok [\"x\",\"y\"]
        ",
    );
}

#[test]
fn a_failed_item_fails_the_step_after_all_items() {
    Case::new(
        "
- name: p
  hosts: a
  gather_facts: false
  tasks:
    - {name: one, fail: {msg: 'no {{ item }}'}, loop: [1, 2, 3], when: item != 2}
",
    )
    .run()
    .code(2)
    .expect(
        "
        play p: a
        task one
          a item 1 failed
          a item 2 skipped
          a item 3 failed
          a failed One or more items failed: 2 of 3; the first: no 1
        aborted: no hosts left: a failed
        ",
    );
}

#[test]
fn a_loop_over_something_else_is_an_error() {
    let ran = Case::new(
        "
- name: p
  hosts: a
  gather_facts: false
  tasks:
    - {name: one, debug: {msg: x}, loop: '{{ text }}', vars: {text: abc}}
",
    )
    .run();
    assert!(
        ran.code(2)
            .text()
            .contains("`loop` needs a list, not the text \"abc\"")
    );
}

#[test]
fn pause_is_a_module_on_a_task_and_a_keyword_in_loop_control() {
    Case::new(
        "
- name: p
  hosts: a
  gather_facts: false
  tasks:
    - {name: wait, pause: {seconds: 0}}
    - {name: loop, debug: {msg: '{{ item }}'}, loop: [1, 2], loop_control: {pause: 0}}
",
    )
    .run()
    .code(0)
    .expect(
        "
        play p: a
        task wait
          a ok
        task loop
          a item 1 ok
          a item 2 ok
          a ok All items completed
        ",
    );
}
