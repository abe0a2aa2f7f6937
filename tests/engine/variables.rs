//! Which variable wins, and where it can be seen.

use crate::support::Case;

#[test]
fn the_nearer_variable_wins_and_extra_vars_win_over_all() {
    let playbook = "
- name: p
  hosts: a
  gather_facts: false
  vars: {v: play}
  vars_files: [more.yml]
  tasks:
    - {name: files, debug: {msg: '{{ v }} {{ w }} {{ from_group }}'}}
    - {name: task, debug: {msg: '{{ v }}'}, vars: {v: task}}
    - {name: set, set_fact: {v: fact}}
    - {name: fact, debug: {msg: '{{ v }} {{ w }}'}, vars: {v: task}}
";
    let case = || {
        Case::new(playbook)
            .file("more.yml", "v: file\nw: '{{ v }}!'\n")
            .file("group_vars/all.yml", "v: group\nfrom_group: '{{ v }}?'\n")
    };
    case().run().code(0).expect(
        "
        play p: a
        task files
          a ok file file! file?
        task task
          a ok task
        task set
          a ok
        task fact
          a ok fact fact!
        ",
    );
    let ran = case().extra("v=extra").run();
    assert_eq!(ran.lines[2], "  a ok extra extra! extra?");
    assert_eq!(ran.lines[8], "  a ok extra extra!");
}

#[test]
fn what_a_host_said_is_never_rendered() {
    let playbook = "
- name: p
  hosts: a
  gather_facts: false
  tasks:
    - {name: one, command: \"printf '{%raw%}{{ 7 * 7 }}{%endraw%}'\", register: r}
    - {name: two, debug: {msg: '{{ r.stdout }}'}}
    - {name: three, set_fact: {kept: '{{ r.stdout }}'}}
    - {name: four, debug: {var: kept}, register: shown}
    - {name: five, assert: {that: shown.kept == r.stdout}}
";
    let ran = Case::new(playbook).run();
    ran.code(0);
    assert!(
        ran.lines.contains(&"  a ok {{ 7 * 7 }}".to_owned()),
        "{}",
        ran.text()
    );
}

#[test]
fn no_log_keeps_results_out_of_the_events_but_not_out_of_register() {
    let playbook = "
- name: p
  hosts: a
  gather_facts: false
  tasks:
    - {name: one, command: echo s3cret, register: r, no_log: true}
    - {name: two, assert: {that: r.stdout == 's3cret'}}
    - {name: three, fail: {msg: s3cret}, no_log: true, ignore_errors: true}
    - {name: four, command: 'echo {{ item }}', loop: [s3cret], no_log: true}
";
    let ran = Case::new(playbook).run();
    ran.code(0);
    let events = serde_json::to_string(&ran.events).unwrap();
    assert!(!events.contains("echo s3cret"), "{events}");
    assert!(!events.contains("\"s3cret\""), "{events}");
}

#[test]
fn environment_reaches_the_command() {
    let playbook = "
- name: p
  hosts: a
  gather_facts: false
  environment: {A: one, B: play}
  tasks:
    - {name: one, shell: 'echo $A $B', environment: {B: \"it's\", A: one}, register: r}
    - {name: two, debug: {msg: '{{ r.stdout }}'}}
";
    let ran = Case::new(playbook).run();
    assert!(
        ran.code(0).lines.contains(&"  a ok one it's".to_owned()),
        "{}",
        ran.text()
    );
}
