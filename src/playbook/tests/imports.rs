//! Files that import files.

use super::*;

fn names(steps: &[Step]) -> Vec<String> {
    steps
        .iter()
        .map(|step| match step {
            Step::Task(task) => task
                .common
                .name
                .as_ref()
                .and_then(|name| name.raw())
                .unwrap_or("task")
                .to_owned(),
            Step::Block(block) => format!("[{}]", names(&block.body).join(" ")),
        })
        .collect()
}

#[test]
fn imported_tasks_stand_in_a_block_with_the_keywords_of_the_import() {
    let files = &[
        ("a.yml", "- {name: a1, ping: }\n- import_tasks: b.yml\n"),
        ("b.yml", "- {name: b1, ping: }\n"),
    ];
    let text = "- hosts: all\n  tasks:\n    - import_tasks: a.yml\n      when: x\n      tags: t\n      vars: {v: 1}\n    - {name: last, ping: }\n";
    let playbook = right(text, files);
    let tasks = &playbook.plays[0].tasks;
    assert_eq!(names(tasks), ["[a1 [b1]]", "last"]);
    let Step::Block(block) = &tasks[0] else {
        panic!("an import is a block");
    };
    assert_eq!(block.common.when.as_ref().and_then(|w| w.raw()), Some("x"));
    assert_eq!(block.common.tags, ["t"]);
    assert!(block.common.vars.contains_key("v"));
}

#[test]
fn imported_plays_take_over_tags_condition_and_variables() {
    let files = &[
        (
            "a.yml",
            "- import_playbook: b.yml\n  when: inner\n  tags: [b]\n  vars: {v: b, w: b}\n",
        ),
        (
            "b.yml",
            "- hosts: db\n  tags: own\n  vars: {v: own, u: own}\n",
        ),
    ];
    let text = "- ansible.builtin.import_playbook: a.yml\n  when: outer\n  tags: a,b\n  vars: {w: a}\n- hosts: web\n";
    let playbook = right(text, files);
    let hosts: Vec<_> = playbook
        .plays
        .iter()
        .filter_map(|play| play.hosts.raw())
        .collect();
    assert_eq!(hosts, ["db", "web"]);
    let common = &playbook.plays[0].common;
    assert_eq!(common.tags, ["own", "b", "a"]);
    let whens = common
        .when
        .as_ref()
        .and_then(|when| when.seq())
        .expect("two conditions");
    assert_eq!(
        whens.iter().filter_map(|w| w.raw()).collect::<Vec<_>>(),
        ["outer", "inner"]
    );
    let value = |name: &str| match common.vars.get(name) {
        Some(crate::vars::Var::Lazy(node)) => node.raw().map(str::to_owned),
        _ => None,
    };
    assert_eq!(value("v").as_deref(), Some("b"));
    assert_eq!(value("w").as_deref(), Some("a"));
    assert_eq!(value("u").as_deref(), Some("own"));
}

#[test]
fn mistakes_of_imported_files_are_told_with_those_of_the_file() {
    let files = &[("a.yml", "- pign:\n"), ("b.yml", "a: [\n")];
    let text = "- hosts: all\n  tasks:\n    - import_tasks: a.yml\n    - pong:\n    - import_tasks: b.yml\n";
    assert_eq!(
        told(text, files),
        "a.yml:1:3: unknown module `pign` (did you mean `ping`?)\n\
         play.yml:4:7: unknown module `pong` (did you mean `ping`?)\n\
         b.yml:1:1: did not find expected node content"
    );
}

#[test]
fn a_file_that_imports_itself_is_refused() {
    let files = &[
        ("a.yml", "- import_tasks: b.yml\n"),
        ("b.yml", "- import_tasks: a.yml\n"),
    ];
    assert_eq!(
        told("- hosts: all\n  tasks:\n    - import_tasks: a.yml\n", files),
        "b.yml:1:17: `a.yml` imports itself (the chain of imports is play.yml → a.yml → b.yml → a.yml)"
    );
    assert_eq!(
        told("- import_playbook: play.yml\n", &[("play.yml", "")]),
        "play.yml:1:20: `play.yml` imports itself (the chain of imports is play.yml → play.yml)"
    );
}

#[test]
fn imports_that_cannot_be_read() {
    for (text, said) in [
        (
            "- import_tasks: no.yml",
            "play.yml:3:21: there is no file `no.yml`",
        ),
        (
            "- import_tasks:",
            "play.yml:3:7: `import_tasks` needs the name of a file",
        ),
        (
            "- import_tasks: '{{ x }}.yml'",
            "play.yml:3:21: the file of `import_tasks` must be known before the run, and cannot be a template (use `include_tasks`, which reads the file when it runs)",
        ),
        (
            "- import_tasks: {file: no.yml, apply: x}",
            "play.yml:3:36: `import_tasks` has no option `apply` (it takes `file`)\nplay.yml:3:28: there is no file `no.yml`",
        ),
        (
            "- import_tasks: no.yml\n  loop: [1]",
            "play.yml:3:21: there is no file `no.yml`\nplay.yml:4:7: `loop` cannot stand on `import_tasks` (use `include_tasks`)",
        ),
    ] {
        let mut said: Vec<&str> = said.lines().collect();
        said.sort_unstable();
        let told = told_of_tasks(text);
        let mut told: Vec<&str> = told.lines().collect();
        told.sort_unstable();
        assert_eq!(told, said, "{text}");
    }
}

#[test]
fn an_include_takes_few_keywords_of_its_own() {
    assert_eq!(
        told_of_tasks("- include_tasks: x.yml\n  become: true\n"),
        "play.yml:4:7: `become` cannot stand on `include_tasks` (to give it to the included tasks, write it below `apply: {become: …}`)"
    );
    assert_eq!(
        told_of_tasks("- include_tasks: {file: x.yml, apply: {bcome: true}}\n"),
        "play.yml:3:44: unknown keyword `bcome` on a block (did you mean `become`?)"
    );
    assert_eq!(
        told_of_tasks("- include_tasks:\n"),
        "play.yml:3:7: `include_tasks` needs the name of a file"
    );
}

#[test]
fn a_file_of_tasks_is_a_list() {
    let templar = Templar::new();
    let load = |text: &str| {
        load_tasks(
            &SourceFile::inline("t.yml", text),
            &SourceFile::inline("play.yml", ""),
            &Given(&[]),
            &templar,
            Section::Tasks,
        )
    };
    assert_eq!(
        load("- ping:\n- ping:\n").map(|steps| steps.len()).ok(),
        Some(2)
    );
    assert_eq!(load("").map(|steps| steps.len()).ok(), Some(0));
    let said = |text: &str| {
        load(text)
            .map(|_| ())
            .expect_err("it is no list")
            .to_string()
    };
    assert_eq!(
        said("ping:\n"),
        "t.yml:1:1: a file of tasks must be a list, not a mapping (begin each task with `- `)"
    );
    assert_eq!(
        said("text\n"),
        "t.yml:1:1: a file of tasks must be a list, not a string (begin each task with `- `)"
    );
}
