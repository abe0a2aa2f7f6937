//! What is decoded, and into what.

use super::*;
use crate::yaml::Node;

fn text(node: Option<&Node>) -> Option<&str> {
    node.and_then(Node::raw)
}

/// The arguments of a module's call.
fn args(task: &Task) -> Vec<(&str, &str)> {
    let Action::Module { args, .. } = &task.action else {
        panic!("no module: {task:#?}");
    };
    args.pairs
        .iter()
        .map(|(key, value)| (key.raw().unwrap_or("?"), value.raw().unwrap_or("?")))
        .collect()
}

#[test]
fn every_play_keyword_arrives() {
    let playbook = right(
        "\
- name: Update
  hosts: [db, '!db3']
  gather_facts: no
  gather_subset: [min]
  vars: {a: 1, b: '{{ a }}'}
  vars_files: [one.yml, [two.yml, three.yml]]
  serial: [1, 30%, '{{ n }}']
  order: sorted
  strategy: linear
  max_fail_percentage: 0
  force_handlers: yes
  any_errors_fatal: '{{ x }}'
  become: true
  tags: [a, 'b, c']
  pre_tasks: [{ping: }]
  tasks: [{ping: }, {ping: }]
  post_tasks:
  handlers: [{name: h, ping: , listen: [x, y]}]
",
        &[],
    );
    let play = &playbook.plays[0];
    assert_eq!(text(play.common.name.as_ref()), Some("Update"));
    assert_eq!(play.hosts.seq().map(<[Node]>::len), Some(2));
    assert_eq!(text(play.gather_facts.as_ref()), Some("no"));
    assert!(play.gather_subset.is_some());
    assert_eq!(
        play.common.vars.keys().map(|k| &**k).collect::<Vec<_>>(),
        ["a", "b"]
    );
    assert_eq!(play.vars_files.len(), 2);
    assert_eq!(
        play.serial.as_ref().and_then(Node::seq).map(<[Node]>::len),
        Some(3)
    );
    assert_eq!(text(play.order.as_ref()), Some("sorted"));
    assert_eq!(text(play.max_fail_percentage.as_ref()), Some("0"));
    assert_eq!(text(play.force_handlers.as_ref()), Some("yes"));
    assert_eq!(text(play.common.any_errors_fatal.as_ref()), Some("{{ x }}"));
    assert_eq!(text(play.common.r#become.as_ref()), Some("true"));
    assert_eq!(play.common.tags, ["a", "b", "c"]);
    let counts = [
        &play.pre_tasks,
        &play.tasks,
        &play.post_tasks,
        &play.handlers,
    ]
    .map(Vec::len);
    assert_eq!(counts, [1, 2, 0, 1]);
    let Step::Task(handler) = &play.handlers[0] else {
        panic!("a handler is a task");
    };
    assert_eq!(handler.listen.len(), 2);
}

#[test]
fn handlers_are_notified_by_name_topic_or_what_is_known_later() {
    let handlers = "  handlers:\n    - {name: h, ping: , listen: [t], notify: t}\n";
    for notify in ["h", "t", "[h, t]", "'{{ x }}'"] {
        right(
            &format!("- hosts: all\n  tasks:\n    - {{ping: , notify: {notify}}}\n{handlers}"),
            &[],
        );
    }
    let later = [
        "    - include_tasks: more.yml\n",
        "    - {name: '{{ x }}', ping: }\n",
        "    - {ping: , listen: '{{ x }}'}\n",
    ];
    for handler in later {
        let tasks = "- hosts: all\n  tasks: [{ping: , notify: h}]\n  handlers:\n";
        right(&format!("{tasks}{handler}"), &[]);
    }
}

#[test]
fn every_task_keyword_arrives() {
    let task = task(
        "\
- name: Ping
  ping:
  when: [a, b is defined]
  loop: '{{ list }}'
  loop_control: {loop_var: l, index_var: i, label: '{{ l }}', pause: 1.5, extended: yes}
  register: result
  until: result is success
  retries: 3
  delay: '{{ d }}'
  changed_when: false
  failed_when: result.rc > 1
  notify: '{{ h }}'
  delegate_to: db1
  delegate_facts: true
  run_once: true
  no_log: '{{ secret }}'
  environment: [{A: b}, '{{ more }}']
  timeout: 10
  throttle: 1
",
    );
    let common = &task.common;
    assert_eq!(
        common.when.as_ref().and_then(Node::seq).map(<[Node]>::len),
        Some(2)
    );
    assert_eq!(text(task.r#loop.as_ref()), Some("{{ list }}"));
    assert_eq!(task.loop_lookup, None);
    let control = &task.loop_control;
    let words = [
        &control.loop_var,
        &control.index_var,
        &control.label,
        &control.pause,
        &control.extended,
    ];
    assert_eq!(
        words.map(|w| text(w.as_ref())),
        ["l", "i", "{{ l }}", "1.5", "yes"].map(Some)
    );
    let own = [
        &task.register,
        &task.until,
        &task.retries,
        &task.delay,
        &task.changed_when,
        &task.failed_when,
        &task.delegate_facts,
    ];
    assert_eq!(
        own.map(|w| text(w.as_ref())),
        [
            "result",
            "result is success",
            "3",
            "{{ d }}",
            "false",
            "result.rc > 1",
            "true"
        ]
        .map(Some)
    );
    assert_eq!(common.notify.len(), 1);
    let shared = [
        &common.delegate_to,
        &common.run_once,
        &common.no_log,
        &common.timeout,
        &common.throttle,
    ];
    assert_eq!(
        shared.map(|w| text(w.as_ref())),
        ["db1", "true", "{{ secret }}", "10", "1"].map(Some)
    );
    assert!(common.environment.is_some());
    assert_eq!(task.action_span.text(), "ping");
}

#[test]
fn with_items_is_a_loop_that_flattens() {
    let task = task("- ping:\n  with_items: [[1], 2]\n");
    assert_eq!(task.loop_lookup, Some("items"));
    assert_eq!(
        task.r#loop.as_ref().and_then(Node::seq).map(<[Node]>::len),
        Some(2)
    );
}

#[test]
fn arguments_are_written_in_many_ways() {
    for (written, expected) in [
        ("- debug: {msg: hi there}", vec![("msg", "hi there")]),
        (
            "- debug: msg='hi there' verbosity=1",
            vec![("msg", "hi there"), ("verbosity", "1")],
        ),
        (
            "- ansible.builtin.debug: msg={{ a | default('x y') }}",
            vec![("msg", "{{ a | default('x y') }}")],
        ),
        ("- debug:\n  args: {msg: hi}", vec![("msg", "hi")]),
        (
            "- debug: {msg: a}\n  args: {msg: b, verbosity: 2}",
            vec![("msg", "a"), ("verbosity", "2")],
        ),
        ("- action: debug msg=hi", vec![("msg", "hi")]),
        ("- action: {module: debug, msg: hi}", vec![("msg", "hi")]),
        ("- debug:", vec![]),
    ] {
        assert_eq!(args(&task(written)), expected, "{written}");
    }
}

#[test]
fn a_template_may_stand_for_all_arguments() {
    for written in ["- debug: '{{ all }}'", "- debug:\n  args: '{{ all }}'"] {
        let task = task(written);
        let Action::Module { args, .. } = &task.action else {
            panic!("no module");
        };
        assert_eq!(text(args.template.as_ref()), Some("{{ all }}"), "{written}");
    }
}

#[test]
fn a_local_action_runs_on_localhost() {
    let task = task("- local_action: debug msg=hi\n");
    assert_eq!(text(task.common.delegate_to.as_ref()), Some("localhost"));
    assert_eq!(args(&task), [("msg", "hi")]);
    assert_eq!(task.action_span.text(), "debug");
}

#[test]
fn parts_of_a_free_form_line_have_their_own_place() {
    let task = task("- debug: msg='é x' verbosity=1\n");
    let Action::Module { args, .. } = &task.action else {
        panic!("no module");
    };
    let places: Vec<_> = args
        .pairs
        .iter()
        .map(|(k, v)| (k.span.text(), v.span.text()))
        .collect();
    assert_eq!(places, [("msg", "é x"), ("verbosity", "1")]);
}

#[test]
fn blocks_hold_their_parts() {
    let steps = tasks(
        "- block: [{ping: }]\n  rescue: [{ping: }, {ping: }]\n  always:\n    - block:\n        - ping:\n  when: x\n",
    );
    let Step::Block(block) = &steps[0] else {
        panic!("a block");
    };
    assert_eq!(
        (block.body.len(), block.rescue.len(), block.always.len()),
        (1, 2, 1)
    );
    assert_eq!(text(block.common.when.as_ref()), Some("x"));
}

#[test]
fn includes_keep_their_file_for_the_run() {
    let task = task(
        "- include_tasks:\n    file: '{{ name }}.yml'\n    apply: {become: true, tags: x}\n  loop: [1]\n",
    );
    let Action::Include(include) = &task.action else {
        panic!("an include");
    };
    assert_eq!(include.file.raw(), Some("{{ name }}.yml"));
    assert_eq!(text(include.apply.r#become.as_ref()), Some("true"));
    assert_eq!(include.apply.tags, ["x"]);
}

#[test]
fn meta_tasks_are_known_by_name() {
    for (written, meta) in [
        ("- meta: flush_handlers", Meta::FlushHandlers),
        ("- ansible.builtin.meta: end_play", Meta::EndPlay),
        ("- meta: noop", Meta::Noop),
    ] {
        match &task(written).action {
            Action::Meta(found) => assert_eq!(*found, meta, "{written}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_is_null_is_absent() {
    let task = task("- ping:\n  when:\n  tags:\n  notify:\n  loop:\n  vars:\n  name:\n");
    assert!(task.common.when.is_none() && task.common.name.is_none() && task.r#loop.is_none());
    assert!(task.common.tags.is_empty() && task.common.notify.is_empty());
}
