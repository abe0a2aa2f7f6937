//! Every mistake of a file in one pass, as it is shown.

use super::*;

const TEXT: &str = "\
- name: Move é over
  hosts: all
  serail: 1
  gather_facts: maybe
  roles: [base]
  vars:
    data-dir: /srv
  tasks:
    - name: Say it
      debug:
        msg: hi
      whne: ready
      serial: 2
    - debgu: msg=hi
    - debug: {mgs: hi}
    - name: Nothing
      become: true
    - block:
        - ping:
      rescue:
        - meta: flush_handler
      loop: [1]
";

#[test]
fn one_pass_names_them_all() {
    let found = decode(TEXT, &[]).expect_err("it is full of mistakes");
    insta::assert_snapshot!(found.render(false), @r"
    error: unknown keyword `serail` on a play
     --> play.yml:3:3
      |
    3 |   serail: 1
      |   ^^^^^^
      |
      = help: did you mean `serial`?

    error: `gather_facts` must be `true` or `false`, not a string
     --> play.yml:4:17
      |
    4 |   gather_facts: maybe
      |                 ^^^^^

    error: there is no role `base`
     --> play.yml:5:11
      |
    5 |   roles: [base]
      |           ^^^^

    error: `data-dir` cannot be the name of a variable
     --> play.yml:7:5
      |
    7 |     data-dir: /srv
      |     ^^^^^^^^
      |
      = help: a name is made of letters, digits and `_`, and begins with no digit
      = help: `data_dir` would be one

    error: unknown keyword `whne` on a task
      --> play.yml:12:7
       |
    12 |       whne: ready
       |       ^^^^
       |
       = help: did you mean `when`?

    error: `serial` is a keyword of plays, and cannot stand on a task
      --> play.yml:13:7
       |
    13 |       serial: 2
       |       ^^^^^^
       |
       = help: `serial`: how many hosts go through the play at a time

    error: unknown module `debgu`
      --> play.yml:14:7
       |
    14 |     - debgu: msg=hi
       |       ^^^^^
       |
       = help: did you mean `debug`?

    error: `debug` has no argument `mgs`
      --> play.yml:15:15
       |
    15 |     - debug: {mgs: hi}
       |               ^^^
       |
       = help: did you mean `msg`?

    error: this task calls no module
      --> play.yml:16:7
       |
    16 |     - name: Nothing
       |       ^^^^^^^^^^^^^
       |
       = help: add one, such as `command: …` or `debug: {msg: …}`

    error: `meta` must be `flush_handlers`, `end_host`, `end_role`, `end_play`, `end_batch`, `clear_host_errors`, `clear_facts`, `refresh_inventory`, `reset_connection` or `noop`, not `flush_handler`
      --> play.yml:21:17
       |
    21 |         - meta: flush_handler
       |                 ^^^^^^^^^^^^^
       |
       = help: did you mean `flush_handlers`?

    error: `loop` is a keyword of tasks, and cannot stand on a block
      --> play.yml:22:7
       |
    22 |       loop: [1]
       |       ^^^^
       |
       = help: put the tasks into a file, and write it on an `include_tasks` of that file
    ");
}
