//! Failures, unreachable hosts, batches, limits.

use crate::support::Case;

#[test]
fn a_failed_host_leaves_the_play_and_the_others_go_on() {
    let ran = Case::new(
        "
- name: p
  hosts: all
  gather_facts: false
  tasks:
    - {name: one, fail: {msg: broken}, when: inventory_hostname == 'b'}
    - {name: two, debug: {msg: '{{ ansible_play_hosts | join(\",\") }}'}}
- name: q
  hosts: all
  gather_facts: false
  tasks:
    - {name: three, debug: {msg: x}}
",
    )
    .run();
    ran.code(2).expect(
        "
        play p: a b c
        task one
          a skipped
          b failed broken
          c skipped
        task two
          a ok a,c
          c ok a,c
        play q: a c
        task three
          a ok x
          c ok x
        ",
    );
}

#[test]
fn serial_one_stops_at_the_first_failed_host() {
    let ran = Case::new(
        "
- name: p
  hosts: all
  serial: 1
  gather_facts: false
  tasks:
    - {name: one, fail: {msg: broken}, when: inventory_hostname == 'b'}
- name: q
  hosts: all
  gather_facts: false
  tasks:
    - {name: two, debug: {msg: x}}
",
    )
    .run();
    ran.code(2).expect(
        "
        play p: a b c
        batch a
        task one
          a skipped
        batch b
        task one
          b failed broken
        aborted: the whole batch failed (b): nothing further is touched
        ",
    );
}

#[test]
fn any_errors_fatal_takes_everyone_down_with_it_and_rescue_mends_everyone() {
    let playbook = "
- name: p
  hosts: all
  any_errors_fatal: true
  gather_facts: false
  tasks:
    - {name: one, fail: {msg: broken}, when: inventory_hostname == 'b'}
    - {name: two, debug: {msg: x}}
";
    Case::new(playbook).run().code(2).expect(
        "
        play p: a b c
        task one
          a skipped
          b failed broken
          c skipped
        aborted: any error is fatal here, and `one` failed on b
        ",
    );
}

#[test]
fn max_fail_percentage_ends_the_play_when_it_is_exceeded() {
    let playbook = "
- name: p
  hosts: all
  max_fail_percentage: 30
  gather_facts: false
  tasks:
    - {name: one, fail: {msg: broken}, when: inventory_hostname == 'b'}
    - {name: two, debug: {msg: x}}
";
    Case::new(playbook).run().code(2).expect(
        "
        play p: a b c
        task one
          a skipped
          b failed broken
          c skipped
        aborted: 33% of the batch failed (b): more than max_fail_percentage, 30%
        ",
    );
}

#[test]
fn ignored_errors_do_not_count() {
    let playbook = "
- name: p
  hosts: a
  gather_facts: false
  tasks:
    - {name: one, fail: {msg: broken}, ignore_errors: true, register: r}
    - {name: two, debug: {msg: '{{ r.failed }} {{ r is failed }}'}}
";
    Case::new(playbook).run().code(0).expect(
        "
        play p: a
        task one
          a ignored broken
        task two
          a ok True True
        ",
    );
}

#[test]
fn changed_when_and_failed_when_have_the_last_word() {
    let playbook = "
- name: p
  hosts: a
  gather_facts: false
  tasks:
    - {name: one, command: 'sh -c \"exit 3\"', register: r, failed_when: r.rc != 3, changed_when: r.rc == 3}
    - {name: two, command: 'true', register: r, failed_when: \"'x' not in r.stdout\"}
";
    Case::new(playbook).run().code(2).expect(
        "
        play p: a
        task one
          a changed non-zero return code 3
        task two
          a failed failed_when `'x' not in r.stdout` holds
        aborted: no hosts left: a failed
        ",
    );
}

#[test]
fn until_gives_up_and_says_what_it_waited_for() {
    let playbook = "
- name: p
  hosts: a
  gather_facts: false
  tasks:
    - {name: one, command: 'echo no', register: r, until: \"r.stdout == 'yes'\", retries: 2, delay: 0}
";
    Case::new(playbook).run().code(2).expect(
        "
        play p: a
        task one
          a failed gave up after 3 attempts, as `r.stdout == 'yes'` does not hold
        aborted: no hosts left: a failed
        ",
    );
}

#[test]
fn an_unreachable_host_counts_as_failed_in_its_batch() {
    let ran = Case::new(
        "
- name: p
  hosts: all
  serial: 1
  gather_facts: false
  tasks:
    - {name: one, ping: }
",
    )
    .file(
        "hosts.ini",
        "a ansible_host=127.0.0.1 ansible_port=1\nb ansible_connection=local\n",
    )
    .run();
    ran.code(4);
    assert_eq!(ran.lines[..3], ["play p: a b", "batch a", "task one"]);
    assert!(ran.lines[3].contains("a unreachable"), "{}", ran.text());
    assert!(
        ran.lines[3].contains("Connection refused"),
        "{}",
        ran.text()
    );
    assert_eq!(
        ran.lines[4],
        "aborted: the whole batch failed (a): nothing further is touched"
    );
    assert_eq!(ran.lines.len(), 5);
}

#[test]
fn an_undefined_variable_fails_the_host_at_its_place() {
    let ran = Case::new(
        "- name: p
  hosts: a
  gather_facts: false
  vars: {greeting: hello}
  tasks:
    - name: one
      debug:
        msg: \"{{ greting }}\"
",
    )
    .run();
    ran.code(2);
    let place = ran.events.iter().find_map(|event| match event {
        runbook::event::Event::StepFinished(step) => step.place.clone(),
        _ => None,
    });
    let place = place.unwrap();
    assert!(place.contains("site.yml:8:18"), "{place}");
    assert!(place.contains("did you mean `greeting`?"), "{place}");
}
