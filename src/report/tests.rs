//! Whole runs as they look.

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::*;
use crate::event::{Event, HostStats, Reader as _, Status, StepResult, TaskId, TaskKind};
use crate::modules::Diff;

/// What these events look like, without colour.
fn plain(verbosity: u8, events: &[Event]) -> String {
    show(verbosity, Palette::Plain, events)
}

fn show(verbosity: u8, palette: Palette, events: &[Event]) -> String {
    let options = Options {
        palette,
        ..Options::plain(verbosity)
    };
    let mut out = Vec::new();
    let mut terminal = Terminal::new(&mut out, options);
    for event in events {
        terminal.on(event);
    }
    String::from_utf8(out).unwrap()
}

fn task(id: &str, name: &str, action: &str) -> Event {
    Event::TaskStarted {
        task: TaskId(id.into()),
        kind: TaskKind::Task,
        name: name.into(),
        action: action.into(),
        place: format!("update.yml:{id}:5"),
    }
}

fn result(id: &str, host: &str, status: Status, result: Json) -> StepResult {
    let result = result.as_object().cloned().unwrap_or_default();
    StepResult {
        task: TaskId(id.into()),
        host: host.into(),
        delegated_to: None,
        item: None,
        status,
        msg: result.get("msg").and_then(Json::as_str).map(str::to_owned),
        result,
        diff: Vec::new(),
        warnings: Vec::new(),
        place: None,
        censored: false,
        took_ms: 1500,
    }
}

fn end(id: &str, host: &str, status: Status, values: Json) -> Event {
    Event::StepFinished(result(id, host, status, values))
}

fn item(id: &str, host: &str, label: &str, status: Status) -> Event {
    let mut item = result(id, host, status, json!({}));
    item.item = Some(label.into());
    Event::ItemFinished(item)
}

fn hosts(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

fn play() -> Event {
    Event::PlayStarted {
        play: 0,
        name: "Update PostgreSQL".into(),
        hosts: hosts(&["db1", "db2"]),
        place: "update.yml:1:3".into(),
    }
}

fn finished(code: u8) -> Event {
    let stats = |ok, changed, failed| HostStats {
        ok,
        changed,
        failed,
        ..HostStats::default()
    };
    Event::RunFinished {
        hosts: IndexMap::from([
            ("db1".into(), stats(12, 3, 0)),
            ("long-name".into(), stats(9, 0, u64::from(code > 0))),
        ]),
        code,
        took_ms: 65_400,
    }
}

fn run() -> Vec<Event> {
    let mut changed = result(
        "7",
        "db2",
        Status::Changed,
        json!({"changed": true, "rc": 0, "dest": "/etc/x"}),
    );
    changed.delegated_to = Some("localhost".into());
    changed.diff.push(Diff {
        what: "/etc/x".into(),
        before: "a\n".into(),
        after: "b\n".into(),
    });
    changed.warnings.push("the mode is odd".into());
    vec![
        Event::RunStarted {
            run: "r1".into(),
            playbooks: hosts(&["update.yml"]),
            check: false,
            at: String::new(),
        },
        play(),
        Event::BatchStarted {
            batch: 1,
            of: 2,
            hosts: hosts(&["db2"]),
        },
        task("7", "write the file", "copy"),
        end(
            "7",
            "db1",
            Status::Ok,
            json!({"changed": false, "dest": "/etc/x", "stdout": ""}),
        ),
        Event::StepFinished(changed),
        task("9", "stop", "service"),
        end(
            "9",
            "db1",
            Status::Skipped,
            json!({"msg": "role == 'replica'"}),
        ),
        Event::Notified {
            handler: "restart".into(),
            host: "db2".into(),
        },
        Event::Included {
            file: "tasks/x.yml".into(),
            hosts: hosts(&["db1", "db2"]),
        },
        Event::Notice {
            message: "the primary is moved last".into(),
        },
        Event::Warning {
            message: "no hosts matched\nat all".into(),
        },
        finished(0),
    ]
}

#[test]
fn a_run_reads_from_top_to_bottom() {
    insta::assert_snapshot!(plain(0, &run()), @r"

    PLAY [Update PostgreSQL] (2 hosts)

    BATCH 1 of 2 [db2]

    TASK [write the file]
    ok: [db1]
    --- before: /etc/x
    +++ after: /etc/x
    @@ -1 +1 @@
    -a
    +b
    changed: [db2 -> localhost]
    warning: [db2] the mode is odd

    TASK [stop]
    skipping: [db1]
    included: tasks/x.yml for db1, db2
    notice: the primary is moved last
    warning: no hosts matched
    at all

    PLAY RECAP
    db1       :  ok=12  changed=3  unreachable=0  failed=0  skipped=0  rescued=0  ignored=0
    long-name :  ok=9   changed=0  unreachable=0  failed=0  skipped=0  rescued=0  ignored=0

    finished in 1 min 05 s
    ");
}

#[test]
fn results_and_places_come_with_verbosity() {
    insta::assert_snapshot!(plain(1, &run()[..9]), @r"
    run r1: update.yml

    PLAY [Update PostgreSQL] (2 hosts)
    update.yml:1:3

    BATCH 1 of 2 [db2]

    TASK [write the file]
    update.yml:7:5 (copy)
    ok: [db1] (1.5 s)
        dest: /etc/x
    --- before: /etc/x
    +++ after: /etc/x
    @@ -1 +1 @@
    -a
    +b
    changed: [db2 -> localhost] (1.5 s)
        rc: 0
        dest: /etc/x
    warning: [db2] the mode is odd

    TASK [stop]
    update.yml:9:5 (service)
    skipping: [db1] => role == 'replica' (1.5 s)
    notified: [db2] => restart
    ");
}

#[test]
fn failures_say_where_why_and_what_was_printed() {
    let mut mistaken = result(
        "4",
        "db3",
        Status::Failed,
        json!({
            "msg": "update.yml:4:9: `dri` is undefined (did you mean `dir`?)"
        }),
    );
    mistaken.place = Some(
        "error: `dri` is undefined\n --> update.yml:4:9\n  |\n4 |   x: {{ dri }}\n  |         ^^^\n  |\n  = help: did you mean `dir`?"
            .into(),
    );
    let command = json!({
        "changed": true, "msg": "non-zero return code", "rc": 3, "cmd": ["pg_ctl", "-D", "a b"],
        "stdout": "", "stderr": "pg_ctl: no server running\nhint: is it up?\n", "stderr_lines": [],
        "delta": "0:00:01"
    });
    let lost = json!({"msg": "connection refused\nssh: connect to host db2 port 22"});
    insta::assert_snapshot!(plain(0, &[
        task("4", "stop", "command"),
        end("4", "db1", Status::Failed, command.clone()),
        end("4", "db2", Status::Unreachable, lost),
        Event::StepFinished(mistaken),
        end("4", "db4", Status::Ignored, json!({"msg": "never mind"})),
        end("4", "db5", Status::Failed, json!({"msg": "rescued later"})),
        Event::Rescued { hosts: hosts(&["db5"]) },
        Event::PlayAborted { reason: "error: too many hosts failed\n --> x.yml:1:1".into() },
        Event::Interrupted { message: "finishing `stop` on db1".into() },
        finished(2),
    ]), @r"

    TASK [stop]
    failed: [db1] => update.yml:4:5: non-zero return code
        rc: 3
        cmd: pg_ctl -D 'a b'
        stderr:
            pg_ctl: no server running
            hint: is it up?
    unreachable: [db2] => update.yml:4:5: connection refused
        ssh: connect to host db2 port 22
    failed: [db3] => update.yml:4:9: `dri` is undefined (did you mean `dir`?)
         --> update.yml:4:9
          |
        4 |   x: {{ dri }}
          |         ^^^
    ignored: [db4] => update.yml:4:5: never mind
    failed: [db5] => update.yml:4:5: rescued later
    rescue: [db5]
    aborted: error: too many hosts failed
     --> x.yml:1:1
    interrupted: finishing `stop` on db1

    PLAY RECAP
    db1       :  ok=12  changed=3  unreachable=0  failed=0  skipped=0  rescued=0  ignored=0
    long-name :  ok=9   changed=0  unreachable=0  failed=1  skipped=0  rescued=0  ignored=0

    db1: [stop] update.yml:4:5: non-zero return code
    db2: [stop] update.yml:4:5: connection refused
    db3: [stop] update.yml:4:9: `dri` is undefined (did you mean `dir`?)
    failed after 1 min 05 s (exit code 2)
    ");
    let all = plain(
        1,
        &[
            task("4", "stop", "command"),
            end("4", "db1", Status::Failed, command),
        ],
    );
    assert!(all.contains("    delta: 0:00:01\n"), "{all}");
}

#[test]
fn long_output_of_a_failure_is_cut_at_the_front() {
    let stdout = (1..=40).map(|i| format!("line {i}\n")).collect::<String>();
    let event = end(
        "4",
        "db1",
        Status::Failed,
        json!({"msg": "bad", "stdout": stdout}),
    );
    let text = plain(0, &[task("4", "stop", "command"), event]);
    let lines: Vec<&str> = text.lines().skip(3).map(str::trim).collect();
    assert_eq!(
        lines[..3],
        ["stdout:", "… 10 lines before (all with -v)", "line 11"]
    );
    assert_eq!(lines.len(), 32);
}

#[test]
fn no_log_hides_everything_but_the_status() {
    let mut hidden = result("4", "db1", Status::Changed, json!({}));
    hidden.censored = true;
    let mut failed = hidden.clone();
    failed.status = Status::Failed;
    let mut item = hidden.clone();
    item.item = Some("(censored)".into());
    insta::assert_snapshot!(plain(3, &[
        task("4", "set the password", "shell"),
        Event::ItemFinished(item),
        Event::StepFinished(hidden),
        Event::StepFinished(failed),
    ]), @r"

    TASK [set the password]
    update.yml:4:5 (shell)
    changed: [db1] (item=(censored)) => (censored: no_log) (1.5 s)
    failed: [db1] => update.yml:4:5: (censored: no_log) (1.5 s)
    ");
}

#[test]
fn loops_show_their_items() {
    insta::assert_snapshot!(plain(0, &[
        task("4", "install", "apt"),
        item("4", "db1", "a", Status::Ok),
        item("4", "db1", &"x".repeat(200), Status::Changed),
        end("4", "db1", Status::Changed, json!({})),
        item("4", "db2", "a", Status::Failed),
        end("4", "db2", Status::Failed, json!({"msg": "1 of 2 items failed; the first: no"})),
        end("4", "db3", Status::Skipped, json!({})),
    ]), @r"

    TASK [install]
    ok: [db1] (item=a)
    changed: [db1] (item=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…)
    failed: [db2] (item=a) => update.yml:4:5: failed without a message
    failed: [db2] => update.yml:4:5: 1 of 2 items failed; the first: no
    skipping: [db3]
    ");
}

#[test]
fn debug_speaks_at_every_verbosity() {
    insta::assert_snapshot!(plain(0, &[
        task("4", "say", "ansible.builtin.debug"),
        end("4", "db1", Status::Ok, json!({"changed": false, "msg": "hello"})),
        end("4", "db2", Status::Ok, json!({"changed": false, "msg": "two\nlines\n"})),
        end("4", "db3", Status::Ok, json!({"changed": false, "x": {"a": [1]}})),
        end("4", "db4", Status::Ok, json!({"changed": false, "msg": ["a", "b"]})),
    ]), @r"

    TASK [say]
    ok: [db1] => hello
    ok: [db2]
        two
        lines
    ok: [db3]
        x:
            a:
                - 1
    ok: [db4]
        - a
        - b
    ");
}

#[test]
fn uneventful_ends_of_many_hosts_are_counted() {
    let mut events = vec![task("4", "ping", "ping")];
    events.extend((1..=30).map(|i| end("4", &format!("db{i}"), Status::Ok, json!({}))));
    events.push(end("4", "db31", Status::Changed, json!({})));
    events.push(task("5", "next", "ping"));
    let text = plain(0, &events);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[1], "TASK [ping]");
    assert_eq!(
        lines[10..],
        [
            "ok: [db9]",
            "ok: [db10]",
            "changed: [db31]",
            "ok: 20 more hosts (all with -v)",
            "",
            "TASK [next]"
        ]
    );
    assert_eq!(plain(1, &events).matches("\nok: [").count(), 30);
}

#[test]
fn retries_are_told_once_or_all() {
    let retry = |left| Event::StepRetried {
        task: TaskId("4".into()),
        host: "db1".into(),
        left,
        msg: "lag is 5 MB".into(),
    };
    let events = [task("4", "wait", "shell"), retry(2), retry(1)];
    insta::assert_snapshot!(plain(0, &events), @r"

    TASK [wait]
    retrying: [db1] => 2 attempts left: lag is 5 MB
    ");
    assert_eq!(plain(1, &events).matches("retrying:").count(), 2);
}

#[test]
fn interleaved_tasks_keep_their_headings() {
    insta::assert_snapshot!(plain(0, &[
        task("4", "a", "ping"),
        task("5", "b", "ping"),
        end("4", "db1", Status::Ok, json!({})),
        end("5", "db2", Status::Ok, json!({})),
    ]), @r"

    TASK [a]

    TASK [b]

    TASK [a]
    ok: [db1]

    TASK [b]
    ok: [db2]
    ");
}

#[test]
fn colours_have_fixed_meanings() {
    let mut lost = result("4", "db5", Status::Unreachable, json!({"msg": "gone"}));
    lost.place = Some(String::new());
    let text = show(
        0,
        Palette::Colored,
        &[
            task("4", "x", "ping"),
            end("4", "db1", Status::Ok, json!({})),
            end("4", "db2", Status::Changed, json!({})),
            end("4", "db3", Status::Skipped, json!({})),
            end("4", "db4", Status::Failed, json!({"msg": "no"})),
            Event::StepFinished(lost),
        ],
    );
    assert_eq!(
        text.replace('\u{1b}', "^"),
        "\n^[1mTASK [x]^[0m\n^[32mok: [db1]^[0m\n^[33mchanged: [db2]^[0m\n^[36mskipping: [db3]^[0m\n\
         ^[31mfailed: [db4] => update.yml:4:5: no^[0m\n^[1m^[35munreachable: [db5] => gone^[0m\n"
    );
}

#[test]
fn check_mode_is_said_first_and_last() {
    let started = Event::RunStarted {
        run: "r1".into(),
        playbooks: Vec::new(),
        check: true,
        at: String::new(),
    };
    let done = Event::RunFinished {
        hosts: IndexMap::new(),
        code: 0,
        took_ms: 100,
    };
    assert_eq!(
        plain(0, &[started, done]),
        "notice: check mode, nothing will be changed\n\nfinished in 0.1 s; check mode, nothing was changed\n"
    );
}

#[test]
fn what_hosts_say_cannot_steer_the_terminal() {
    let nasty = json!({"msg": "a\u{1b}]0;owned\u{7}b", "stderr": "\u{1b}[2Jx\u{8}y"});
    let text = plain(
        0,
        &[
            task("4", "x", "shell"),
            end("4", "db1", Status::Failed, nasty),
        ],
    );
    assert_eq!(
        text,
        "\nTASK [x]\nfailed: [db1] => update.yml:4:5: ab\n    stderr: xy\n"
    );
}
