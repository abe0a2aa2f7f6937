//! `vars_prompt`: the operator is asked before a play.

use crate::support::Case;

const PLAYBOOK: &str = "
- name: p
  hosts: '{{ where }}'
  gather_facts: false
  vars: {where: c}
  vars_prompt:
    - {name: where, prompt: 'On which host', private: false}
    - {name: release, default: 1}
    - {name: word, confirm: true}
  tasks:
    - {name: t, debug: {msg: '{{ release | type_debug }} {{ release }} {{ word }}'}}
";

#[test]
fn answers_are_texts_and_choose_hosts_too() {
    let answers = ["b", "", "one", "two", "{{ x }}", "{{ x }}"];
    Case::new(PLAYBOOK).answers(&answers).run().code(0).expect(
        "
        warning: the two answers for `word` differ
        play p: b
        task t
          b ok str 1 {{ x }}
        ",
    );
}

#[test]
fn what_is_given_is_not_asked_for() {
    let case = Case::new(PLAYBOOK).extra("where=a release=2 word=w");
    case.run().code(0).expect(
        "
        play p: a
        task t
          a ok str 2 w
        ",
    );
}

#[test]
fn where_nobody_can_be_asked_defaults_count_and_their_lack_is_an_error() {
    let ran = Case::new(PLAYBOOK).extra("where=a").run();
    ran.code(1);
    let text = ran.lines.join("\n");
    assert!(text.contains("nobody can be asked for `word`"), "{text}");
}
