//! Tags, limits, check mode, start-at-task.

use crate::support::Case;

const TAGGED: &str = "
- name: p
  hosts: a
  gather_facts: false
  tasks:
    - {name: one, debug: {msg: x}, tags: one}
    - block:
        - {name: two, debug: {msg: x}}
      tags: [two]
    - {name: always, debug: {msg: x}, tags: always}
    - {name: never, debug: {msg: x}, tags: [never, rare]}
";

fn tasks(case: Case) -> Vec<String> {
    let ran = case.run();
    ran.lines
        .iter()
        .filter_map(|l| l.strip_prefix("task "))
        .map(str::to_owned)
        .collect()
}

#[test]
fn tags_choose_tasks() {
    let with = |only: &[&str], skip: &[&str]| {
        let own = |tags: &[&str]| tags.iter().map(ToString::to_string).collect();
        tasks(Case::new(TAGGED).options(|options| {
            options.tags.only = own(only);
            options.tags.skip = own(skip);
        }))
    };
    assert_eq!(with(&[], &[]), ["one", "two", "always"]);
    assert_eq!(with(&["two"], &[]), ["two", "always"]);
    assert_eq!(with(&[], &["one", "always"]), ["two"]);
    assert_eq!(with(&["rare"], &[]), ["always", "never"]);
}

#[test]
fn a_limit_and_a_start_narrow_the_run() {
    let ran = Case::new(&TAGGED.replace("hosts: a", "hosts: all"))
        .options(|options| {
            options.limit = Some("all:!b".to_owned());
            options.start_at_task = Some("t*".to_owned());
        })
        .run();
    assert_eq!(ran.lines[..2], ["play p: a c", "task two"]);
}

#[test]
fn check_mode_skips_what_cannot_predict() {
    let playbook = "
- name: p
  hosts: a
  gather_facts: false
  tasks:
    - {name: one, command: 'touch {{ playbook_dir }}/touched'}
    - {name: two, command: 'touch {{ playbook_dir }}/forced', check_mode: false}
    - {name: three, copy: {content: x, dest: '{{ playbook_dir }}/copied'}}
";
    let ran = Case::new(playbook)
        .options(|options| options.check = true)
        .run();
    ran.code(0).expect(
        "
        play p: a
        task one
          a skipped
        task two
          a changed
        task three
          a changed
        ",
    );
    assert!(!ran.dir.path().join("touched").exists());
    assert!(ran.dir.path().join("forced").exists());
    assert!(!ran.dir.path().join("copied").exists());
}

#[test]
fn order_turns_the_hosts_round() {
    let playbook = "
- {name: p, hosts: all, order: reverse_sorted, gather_facts: false, tasks: [{name: t, ping: }]}
";
    let ran = Case::new(playbook).run();
    assert_eq!(ran.lines[0], "play p: c b a");
}

#[test]
fn debug_is_silent_below_its_verbosity() {
    let playbook = "
- name: p
  hosts: a
  gather_facts: false
  tasks:
    - {name: one, debug: {msg: x, verbosity: 1}}
";
    let quiet = Case::new(playbook).run();
    assert_eq!(quiet.lines[2], "  a skipped");
    let loud = Case::new(playbook)
        .options(|options| options.verbosity = 1)
        .run();
    assert_eq!(loud.lines[2], "  a ok x");
}
