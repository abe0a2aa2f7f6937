//! Numbers nobody expects, and keywords that cannot be worked out.

use std::time::{Duration, Instant};

use crate::support::Case;

const HEAD: &str = "
- name: p
  hosts: a
  gather_facts: false
";

fn play(rest: &str) -> Case {
    Case::new(&format!("{HEAD}{rest}"))
}

#[test]
fn the_largest_numbers_are_taken() {
    let ran = play(
        "
  strategy: free
  tasks:
    - {name: one, command: 'echo hi', throttle: 9223372036854775807}
    - {name: two, command: 'echo hi', async: 9223372036854775807, poll: 1}
",
    )
    .run();
    ran.code(0);
}

#[test]
fn a_throttle_that_cannot_be_worked_out_is_told() {
    let ran = play("  tasks: [{name: one, command: 'echo hi', throttle: '{{ nope }}'}]\n").run();
    assert!(
        ran.code(2).text().contains("`nope` is undefined"),
        "{}",
        ran.text()
    );
}

#[test]
fn so_is_whether_handlers_are_forced() {
    let ran =
        play("  force_handlers: '{{ nope }}'\n  tasks: [{name: one, debug: {msg: x}}]\n").run();
    assert!(!ran.code(1).text().contains("task one"), "{}", ran.text());
}

#[test]
fn no_attempt_follows_an_interrupt() {
    let begun = Instant::now();
    let ran = play(
        "
  tasks:
    - {name: one, command: 'false', until: false, retries: 5, delay: 1e300}
",
    )
    .interrupt_at("one")
    .run();
    ran.code(99);
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_pinned_host_that_is_done_makes_room_while_an_earlier_one_goes_on() {
    let ran = Case::new(
        "
- name: p
  hosts: all
  gather_facts: false
  strategy: host_pinned
  tasks:
    - {name: one, command: \"sleep {{ 1 if inventory_hostname == 'a' else 0 }}\"}
    - {name: two, debug: {msg: end}}
",
    )
    .options(|options| options.forks = 2)
    .run();
    let text = ran.code(0).text();
    assert!(text.find("c ok end") < text.find("a ok end"), "{text}");
}
