//! `delegate_to`, `run_once`, `add_host`, `group_by`.

use crate::support::Case;

#[test]
fn run_once_runs_on_the_first_host_and_registers_for_all() {
    Case::new(
        "
- name: p
  hosts: all
  gather_facts: false
  tasks:
    - {name: one, command: 'echo {{ inventory_hostname }}', run_once: true, register: r}
    - {name: two, debug: {msg: '{{ r.stdout }}'}}
",
    )
    .run()
    .code(0)
    .expect(
        "
        play p: a b c
        task one
          a changed
        task two
          a ok a
          b ok a
          c ok a
        ",
    );
}

#[test]
fn a_delegated_step_stays_its_own_hosts() {
    Case::new(
        "
- name: p
  hosts: a
  gather_facts: false
  tasks:
    - {name: one, command: 'echo {{ inventory_hostname }}', delegate_to: b, register: r}
    - {name: two, debug: {msg: '{{ r.stdout }}'}}
    - {name: three, command: 'true', delegate_to: x}
",
    )
    .run()
    .code(2)
    .expect(
        "
        play p: a
        task one
          a->b changed
        task two
          a ok a
        task three
          a failed `delegate_to` names `x`, which is no host (name a host of the inventory, or `localhost`)
        aborted: no hosts left: a failed
        ",
    );
}

#[test]
fn hosts_added_in_a_run_keep_the_order_they_were_added_in() {
    Case::new(
        "
- name: p
  hosts: a
  gather_facts: false
  tasks:
    - {name: choose, add_host: {name: '{{ item }}', groups: chosen, x: '{{ item }}!'}, loop: [c, b]}
- name: q
  hosts: chosen
  gather_facts: false
  tasks:
    - {name: t, debug: {msg: \"{{ x }} {{ groups.chosen | join(',') }} {{ hostvars['b'].x }}\"}}
",
    )
    .run()
    .code(0)
    .expect(
        "
        play p: a
        task choose
          a item c changed
          a item b changed
          a changed All items completed
        play q: c b
        task t
          c ok c! c,b b!
          b ok b! c,b b!
        ",
    );
}

#[test]
fn group_by_makes_groups() {
    Case::new(
        "
- name: p
  hosts: all
  gather_facts: false
  tasks:
    - {name: g, group_by: {key: \"is_{{ 'x' if inventory_hostname == 'b' else 'y' }}\"}, changed_when: false}
- {name: q, hosts: is_x, gather_facts: false, tasks: [{name: t, ping: }]}
",
    )
    .run()
    .code(0)
    .expect(
        "
        play p: a b c
        task g
          a ok
          b ok
          c ok
        play q: b
        task t
          b ok
        ",
    );
}

#[test]
fn an_unreachable_delegate_fails_the_step_and_the_rescue_runs() {
    let ran = Case::new(
        "
- name: p
  hosts: a
  gather_facts: false
  tasks:
    - {name: know it, add_host: {name: gone, ansible_connection: ssh, ansible_host: 127.0.0.1, ansible_port: 1}, changed_when: false}
    - block:
        - {name: go there, command: 'true', delegate_to: gone}
      rescue:
        - {name: mend, debug: {msg: \"{{ ansible_failed_result.msg | regex_replace(':.*', '') }}\"}}
",
    )
    .run();
    let said = ran
        .lines
        .iter()
        .any(|line| line.ends_with("a ok gone, which this step is delegated to, is unreachable"));
    assert!(said, "{:#?}", ran.lines);
    ran.code(0);
}

#[test]
fn what_runs_once_is_known_to_all() {
    Case::new(
        "
- name: p
  hosts: all
  gather_facts: false
  tasks:
    - {name: one, set_fact: {chosen: '{{ inventory_hostname }}'}, run_once: true}
    - import_tasks: look.yml
      run_once: true
    - {name: three, debug: {msg: '{{ chosen }} {{ seen.stdout }}'}}
",
    )
    .file(
        "look.yml",
        "- {name: two, command: 'echo {{ chosen }}!', register: seen}\n",
    )
    .run()
    .code(0)
    .expect(
        "
        play p: a b c
        task one
          a ok
        task two
          a changed
        task three
          a ok a a!
          b ok a a!
          c ok a a!
        ",
    );
}

#[test]
fn an_include_that_runs_once_brings_its_tasks_to_the_first_host_only() {
    Case::new(
        "
- name: p
  hosts: all
  gather_facts: false
  tasks:
    - {include_tasks: look.yml, run_once: true}
",
    )
    .file("look.yml", "- {name: two, debug: {msg: x}}\n")
    .run()
    .code(0)
    .expect(
        "
        play p: a b c
        task include_tasks
        task two
          a ok x
        ",
    );
}
