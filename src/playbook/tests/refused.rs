//! What is refused, and what is said about it.

use super::*;

#[test]
fn playbooks_that_are_none() {
    for (text, said) in [
        (
            "",
            "play.yml:1:1: this playbook is empty (a playbook is a list of plays: begin with `- hosts: …`)",
        ),
        (
            "hosts: all\n",
            "play.yml:1:1: a playbook must be a list of plays, not a mapping (begin each play with `- hosts: …`)",
        ),
        (
            "- 5\n",
            "play.yml:1:3: a play must be a mapping, not a number",
        ),
        (
            "- debug: msg=x\n",
            "play.yml:1:3: this is a task, but a play is expected here (put it below `tasks:` of a play; a file of tasks is read by `include_tasks`)",
        ),
        (
            "- tasks: []\n",
            "play.yml:1:3: this play does not say on which hosts it runs (add `hosts:` with a group, a host or a pattern; `hosts: all` means all)",
        ),
    ] {
        assert_eq!(told(text, &[]), said, "{text:?}");
    }
}

#[test]
fn values_of_play_keywords() {
    for (line, said) in [
        (
            "hosts: []",
            "play.yml:1:10: `hosts` must be a pattern or a list of patterns, not an empty list",
        ),
        (
            "serial: [1, x]",
            "play.yml:1:15: `serial` must be a number of hosts, a percentage such as `30%`, or a list of them, not a string",
        ),
        (
            "serial: 130%",
            "play.yml:1:11: `serial` must be a number of hosts, a percentage such as `30%`, or a list of them, not a string",
        ),
        (
            "strategy: fast",
            "play.yml:1:13: `strategy` must be `linear`, `free` or `host_pinned`, not `fast`",
        ),
        (
            "strategy: debug",
            "play.yml:1:13: `strategy: debug` starts Ansible's debugger, which is not there: use `--step`, or `-vvv`",
        ),
        (
            "order: sortd",
            "play.yml:1:10: `order` must be `inventory`, `sorted`, `reverse_sorted`, `reverse_inventory` or `shuffle` (did you mean `sorted`?)",
        ),
        (
            "vars: [a]",
            "play.yml:1:9: `vars` must be a mapping, not a list",
        ),
        (
            "vars_files: {a: b}",
            "play.yml:1:15: `vars_files` must be a list of files, not a mapping",
        ),
        (
            "tasks: {a: b}",
            "play.yml:1:10: `tasks` must be a list of tasks, not a mapping (begin each task with `- `)",
        ),
        (
            "when: x",
            "play.yml:1:3: `when` is a keyword of blocks, tasks, roles and `import_playbook`, and cannot stand on a play (put it on the tasks, or on a block around them)",
        ),
        (
            "tags: '{{ x }}'",
            "play.yml:1:9: tags must be known before the run, and cannot be templates",
        ),
        (
            "environment: [a]",
            "play.yml:1:17: `environment` must be a mapping or a list of mappings, not a string",
        ),
        (
            "port: ssh",
            "play.yml:1:9: `port` must be a whole number, not a string",
        ),
        (
            "max_fail_percentage: few",
            "play.yml:1:24: `max_fail_percentage` must be a number, not a string",
        ),
        (
            "vars_prompt: [{name: a-b}, {name: a, promt: x}, {prompt: x}]",
            "play.yml:1:24: `a-b` cannot be the name of a variable (a name is made of letters, digits and `_`, and begins with no digit; `a_b` would be one)\n\
             play.yml:1:40: unknown option `promt` in `vars_prompt` (did you mean `prompt`?)\n\
             play.yml:1:51: an entry of `vars_prompt` needs the `name` of a variable",
        ),
        (
            "module_defaults: {cpy: {}, group/aws: {}, copy: {dst: x}}",
            "play.yml:1:21: unknown module `cpy` in `module_defaults` (did you mean `copy`?)\n\
             play.yml:1:30: no module here is in the group `aws` (the groups are `group/community.postgresql.postgresql`)\n\
             play.yml:1:52: `copy` has no argument `dst` (did you mean `dest`?)",
        ),
    ] {
        let hosts = if line.starts_with("hosts") {
            ""
        } else {
            "  hosts: all\n"
        };
        assert_eq!(told(&format!("- {line}\n{hosts}"), &[]), said, "{line}");
    }
}

#[test]
fn values_of_task_keywords() {
    for (line, said) in [
        (
            "become: perhaps",
            "play.yml:4:15: `become` must be `true` or `false`, not a string",
        ),
        (
            "retries: many",
            "play.yml:4:16: `retries` must be a whole number, not a string",
        ),
        (
            "when: 3",
            "play.yml:4:13: `when` must be an expression, a boolean or a list of them, not a number",
        ),
        (
            "when: [a, {b: c}]",
            "play.yml:4:17: `when` must be an expression, a boolean or a list of them, not a mapping",
        ),
        (
            "loop: 3",
            "play.yml:4:13: `loop` must be a list, not a number",
        ),
        (
            "notify: [a, {b: c}]",
            "play.yml:4:19: `notify` must be a text or a list of texts, not a mapping",
        ),
        (
            "register: a b",
            "play.yml:4:17: `a b` cannot be the name of a variable (a name is made of letters, digits and `_`, and begins with no digit; `a_b` would be one)",
        ),
        (
            "register: true",
            "play.yml:4:17: `true` cannot be the name of a variable (the word has a meaning of its own in expressions)",
        ),
        (
            "vars: {1a: x}",
            "play.yml:4:14: `1a` cannot be the name of a variable (a name is made of letters, digits and `_`, and begins with no digit; `_1a` would be one)",
        ),
        (
            "listen: x",
            "play.yml:4:7: `listen` is a keyword of handlers, and cannot stand on a task (only handlers are notified)",
        ),
        (
            "hosts: x",
            "play.yml:4:7: `hosts` is a keyword of plays, and cannot stand on a task (this is read as a list of tasks; use `delegate_to` to run on another host)",
        ),
        (
            "async: soon",
            "play.yml:4:14: `async` must be a whole number, not a string",
        ),
        (
            "with_dicts: x",
            "play.yml:4:7: unknown keyword `with_dicts` on a task: there is no lookup `dicts` (did you mean `with_dict`?)",
        ),
        (
            "loop_control: {label: x}",
            "play.yml:4:7: `loop_control` needs a `loop`",
        ),
        (
            "data: x",
            "play.yml:4:7: `data` is an argument of `ping` (indent it, so that it stands below `ping:`)",
        ),
        (
            "zzzzz: x",
            "play.yml:4:7: unknown keyword `zzzzz` on a task",
        ),
        (
            "[a]: x",
            "play.yml:4:7: a key must be a text, not a list (if it is meant as text, put it in quotes)",
        ),
    ] {
        assert_eq!(
            told_of_tasks(&format!("- ping:\n  {line}\n")),
            said,
            "{line}"
        );
    }
}

#[test]
fn loops_are_written_once_and_controlled_by_known_words() {
    assert_eq!(
        told_of_tasks("- ping:\n  loop: [1]\n  with_items: [1]\n"),
        "play.yml:5:7: a task has one loop: either `loop` or one `with_…`"
    );
    assert_eq!(
        told_of_tasks("- ping:\n  loop: [1]\n  loop_control: {loop_vr: x, pause: long}\n"),
        "play.yml:5:22: unknown keyword `loop_vr` on a `loop_control` (did you mean `loop_var`?)\n\
         play.yml:5:41: `pause` must be a number, not a string"
    );
}

#[test]
fn tasks_without_exactly_one_module() {
    for (text, said) in [
        (
            "- text",
            "play.yml:3:7: a task must be a mapping, not a string",
        ),
        (
            "- name: x",
            "play.yml:3:7: this task calls no module (add one, such as `command: …` or `debug: {msg: …}`)",
        ),
        (
            "- ping:\n  debug:",
            "play.yml:4:7: this task calls more than one module (make it a task of its own)",
        ),
        (
            "- pign:",
            "play.yml:3:7: unknown module `pign` (did you mean `ping`?)",
        ),
        (
            "- a.b.c:",
            "play.yml:3:7: unknown module `a.b.c` (`runbook doc` lists the modules there are)",
        ),
        (
            "- wen: x",
            "play.yml:3:7: unknown keyword `wen` on a task (did you mean `when`?)",
        ),
        (
            "- import_role: {name: x}",
            "play.yml:3:27: there is no role `x`",
        ),
        (
            "- action: pong",
            "play.yml:3:15: unknown module `pong` (did you mean `ping`?)",
        ),
        (
            "- action: {data: x}",
            "play.yml:3:15: `action` needs the name of a module under `module`",
        ),
        (
            "- action: [ping]",
            "play.yml:3:15: `action` must be a module with its arguments, not a list",
        ),
        (
            "- {set_fact: {a: 1}, async: 3}",
            "play.yml:3:26: `set_fact` cannot run in the background (it works on the controller alone, and at once: remove `async` and `poll`)",
        ),
        (
            "- meta:",
            "play.yml:3:7: `meta` must be `flush_handlers`, `end_host`, `end_role`, `end_play`, `end_batch`, `clear_host_errors`, `clear_facts`, `refresh_inventory`, `reset_connection` or `noop`, not nothing",
        ),
    ] {
        assert_eq!(told_of_tasks(text), said, "{text}");
    }
}

#[test]
fn arguments_of_modules() {
    for (text, said) in [
        (
            "- debug: hello",
            "play.yml:3:14: `debug` takes arguments as `name: value` (write `debug:` and below it, indented, `msg: …`)",
        ),
        (
            "- debug: [a]",
            "play.yml:3:14: `debug` takes its arguments as a mapping, not a list",
        ),
        (
            "- debug: msg=\"a",
            "play.yml:3:14: a quote or a brace is left open in these arguments",
        ),
        (
            "- debug: {mgs: a}",
            "play.yml:3:15: `debug` has no argument `mgs` (did you mean `msg`?)",
        ),
        (
            "- debug: {verbosity: loud}",
            "play.yml:3:26: `verbosity` must be a whole number, not a string",
        ),
        (
            "- debug:\n  args: x",
            "play.yml:4:13: `args` must be a mapping, not a string",
        ),
        (
            "- debug: '{{ a }}'\n  args: '{{ b }}'",
            "play.yml:4:13: only one template may stand for the arguments",
        ),
    ] {
        assert_eq!(told_of_tasks(text), said, "{text}");
    }
}

#[test]
fn blocks_that_are_incomplete_or_hold_a_module() {
    for (text, said) in [
        (
            "- rescue: []",
            "play.yml:3:7: `rescue` needs a `block` beside it",
        ),
        (
            "- block: []\n  ping:",
            "play.yml:4:7: `ping` cannot stand on a block (a block only holds tasks: make it a task of its own)",
        ),
        (
            "- block: []\n  wehn: x",
            "play.yml:4:7: unknown keyword `wehn` on a block (did you mean `when`?)",
        ),
        (
            "- block: x",
            "play.yml:3:14: `block` must be a list of tasks, not a string (begin each task with `- `)",
        ),
    ] {
        assert_eq!(told_of_tasks(text), said, "{text}");
    }
}

#[test]
fn a_block_among_handlers_is_flat() {
    assert_eq!(
        told(
            "- hosts: all\n  handlers:\n    - block:\n        - block: []\n",
            &[]
        ),
        "play.yml:4:11: a handler cannot be a block (give each task its own handler; `listen` lets several share a name)"
    );
    assert_eq!(
        told(
            "- hosts: all\n  handlers:\n    - block: []\n      always: []\n",
            &[]
        ),
        "play.yml:4:7: a block among handlers has no `always` (make the handler an `include_tasks` of a file with the block)"
    );
}

#[test]
fn handlers_that_are_not_there() {
    let play = |tasks: &str, handlers: &str| {
        told(
            &format!("- hosts: all\n  tasks: [{tasks}]\n  handlers: [{handlers}]\n"),
            &[],
        )
    };
    assert_eq!(
        play("{ping: , notify: restart}", ""),
        "play.yml:2:28: no handler of this play is called `restart` (add it below `handlers:` of the play)"
    );
    assert_eq!(
        play(
            "{block: [{ping: , notify: [a, restrat]}]}",
            "{name: restart, ping: }, {ping: , listen: a}"
        ),
        "play.yml:2:41: no handler of this play is called `restrat` (did you mean `restart`?)"
    );
    // An included file may import a role that brings it.
    let text = "- hosts: all\n  tasks: [{include_tasks: {file: x, apply: {notify: zzz}}}]\n  handlers: [{name: restart, ping: }]\n";
    let source = SourceFile::inline("play.yml", text);
    let (_, warnings) = load(&source, &Given(&[]), &Templar::new()).expect("it is right");
    let told: Vec<String> = warnings.iter().map(Diagnostic::one_line).collect();
    assert_eq!(
        told,
        [
            "play.yml:2:53: no handler of this play is called `zzz` (it has `restart`; unless a role of an included file brings it)"
        ]
    );
}
