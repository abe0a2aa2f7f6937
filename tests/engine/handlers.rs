//! Handlers.

use crate::support::Case;

const PLAYBOOK: &str = "
- name: p
  hosts: a,b
  gather_facts: false
  handlers:
    - {name: first, debug: {msg: one}}
    - {name: second, debug: {msg: two}, listen: topic}
  tasks:
    - {name: x, command: 'true', notify: [topic, first], when: inventory_hostname == 'a'}
    - {name: y, command: 'true', notify: first, changed_when: false}
";

#[test]
fn handlers_run_once_in_their_own_order_for_the_hosts_that_notified_them() {
    Case::new(PLAYBOOK).run().code(0).expect(
        "
        play p: a b
        task x
          a notifies topic
          a notifies first
          a changed
          b skipped
        task y
          a ok
          b ok
        handler first
          a ok one
        handler second
          a ok two
        ",
    );
}

#[test]
fn an_unknown_handler_is_an_error_with_a_suggestion() {
    let ran =
        Case::new(&PLAYBOOK.replace("notify: [topic, first]", "notify: \"{{ 'frist' }}\"")).run();
    ran.code(2);
    let text = ran.text();
    assert!(
        text.contains("no handler of this play is called `frist`"),
        "{text}"
    );
    assert!(text.contains("did you mean `first`?"), "{text}");
}

#[test]
fn flush_handlers_runs_them_at_once() {
    let playbook = "
- name: p
  hosts: a
  gather_facts: false
  handlers:
    - {name: h, debug: {msg: one}}
  tasks:
    - {name: x, command: 'true', notify: h}
    - meta: flush_handlers
    - {name: y, debug: {msg: after}}
";
    Case::new(playbook).run().code(0).expect(
        "
        play p: a
        task x
          a notifies h
          a changed
        handler h
          a ok one
        task y
          a ok after
        ",
    );
}

#[test]
fn a_failed_host_gets_its_handlers_only_when_forced() {
    let playbook = "
- name: p
  hosts: a
  gather_facts: false
  force_handlers: FORCE
  handlers:
    - {name: h, debug: {msg: one}}
  tasks:
    - {name: x, command: 'true', notify: h}
    - {name: y, fail: {msg: broken}}
";
    let forced = Case::new(&playbook.replace("FORCE", "true")).run();
    assert!(forced.code(2).text().contains("handler h"));
    let unforced = Case::new(&playbook.replace("FORCE", "false")).run();
    assert!(!unforced.code(2).text().contains("handler h"));
}
