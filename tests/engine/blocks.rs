//! `block`, `rescue`, `always`.

use crate::support::Case;

#[test]
fn a_rescue_takes_up_only_the_hosts_that_failed() {
    let ran = Case::new(
        "
- name: p
  hosts: all
  gather_facts: false
  tasks:
    - block:
        - name: try
          fail: {msg: broken}
          when: inventory_hostname == 'b'
        - name: go on
          debug: {msg: on it}
      rescue:
        - name: mend
          debug: {msg: '{{ ansible_failed_task.name }}: {{ ansible_failed_result.msg }}'}
      always:
        - name: in any case
          debug: {msg: always}
    - name: after
      debug: {msg: after}
",
    )
    .run();
    ran.code(0).expect(
        "
        play p: a b c
        task try
          a skipped
          b failed broken
          c skipped
        task go on
          a ok on it
          c ok on it
        rescue b
        task mend
          b ok try: broken
        task in any case
          a ok always
          b ok always
          c ok always
        task after
          a ok after
          b ok after
          c ok after
        ",
    );
}

#[test]
fn always_runs_without_a_rescue_and_the_host_stays_failed() {
    let ran = Case::new(
        "
- name: p
  hosts: a,b
  gather_facts: false
  tasks:
    - block:
        - name: try
          fail: {msg: broken}
          when: inventory_hostname == 'a'
      always:
        - name: give back
          debug: {msg: back}
    - name: after
      debug: {msg: after}
",
    )
    .run();
    ran.code(2).expect(
        "
        play p: a b
        task try
          a failed broken
          b skipped
        task give back
          a ok back
          b ok back
        task after
          b ok after
        ",
    );
}

#[test]
fn a_failure_in_the_rescue_counts() {
    let ran = Case::new(
        "
- name: p
  hosts: a
  gather_facts: false
  tasks:
    - block:
        - {name: try, fail: {msg: first}}
      rescue:
        - {name: mend, fail: {msg: second}}
      always:
        - {name: anyway, debug: {msg: x}}
",
    )
    .run();
    ran.code(2).expect(
        "
        play p: a
        task try
          a failed first
        rescue a
        task mend
          a failed second
        task anyway
          a ok x
        aborted: no hosts left: a failed
        ",
    );
}

#[test]
fn the_inner_block_goes_first_and_conditions_add_up() {
    let ran = Case::new(
        "
- name: p
  hosts: a,b
  gather_facts: false
  tasks:
    - block:
        - block:
            - {name: inner, debug: {msg: '{{ x }} {{ y }}'}, when: inventory_hostname == 'a'}
          vars: {y: in}
          when: true
      vars: {x: out, y: out}
",
    )
    .run();
    ran.code(0).expect(
        "
        play p: a b
        task inner
          a ok out in
          b skipped
        ",
    );
}

#[test]
fn an_interrupt_still_runs_what_gives_things_back() {
    let ran = Case::new(
        "
- name: p
  hosts: a
  gather_facts: false
  tasks:
    - block:
        - {name: in flight, debug: {msg: x}}
        - {name: never begins, debug: {msg: x}}
      rescue:
        - {name: mend, debug: {msg: '{{ ansible_failed_result.msg }}'}}
      always:
        - {name: give back, debug: {msg: back}}
    - {name: after, debug: {msg: x}}
- {name: q, hosts: all, tasks: []}
",
    )
    .interrupt_at("in flight")
    .run();
    ran.code(99).expect(
        "
        play p: a
        task in flight
          a ok x
        rescue a
        task mend
          a ok the operator stopped the run
        task give back
          a ok back
        ",
    );
}

#[test]
fn an_interrupt_gives_back_on_every_host_of_its_own_way() {
    let ran = Case::new(
        "
- name: p
  hosts: all
  strategy: free
  gather_facts: false
  vars: {rest: {a: 0.3, b: 0.8, c: 0.8}}
  tasks:
    - block:
        - {name: apart, command: 'sleep {{ rest[inventory_hostname] }}'}
        - {name: in flight, command: 'true', changed_when: false}
        - {name: never begins, debug: {msg: x}}
      always:
        - {name: give back, copy: {content: x, dest: '{{ playbook_dir }}/{{ inventory_hostname }}'}}
    - {name: after, debug: {msg: x}}
",
    )
    .options(|options| options.forks = 3)
    .interrupt_at("in flight")
    .run();
    assert_eq!(ran.code, 99, "{:?}", ran.lines);
    for host in ["a", "b", "c"] {
        let back = ran.dir.path().join(host);
        assert!(back.exists(), "{host} gave nothing back: {:?}", ran.lines);
    }
    for task in ["never begins", "after"] {
        let line = format!("task {task}");
        assert!(
            !ran.lines.iter().any(|l| l.trim() == line),
            "{:?}",
            ran.lines
        );
    }
}
