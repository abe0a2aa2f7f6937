//! Input that would take for ever, or all memory, ends in a message instead.

use super::support::Project;

const PLAY: &str = "- hosts: all\n  gather_facts: false\n  tasks: []\n";

fn told(project: &Project, args: &[&str], message: &str) {
    let told = project.run(&[&["play"], args].concat());
    assert!(!told.starts_with("code 0"), "{told}");
    assert!(told.contains(message), "{message}: {told}");
}

#[test]
fn what_has_no_end_is_refused() {
    let bomb = (1..9).fold("a0: &a0 [x]\n".to_owned(), |text, at| {
        let items = vec![format!("*a{}", at - 1); 9].join(",");
        format!("{text}a{at}: &a{at} [{items}]\n")
    });
    let project = Project::new()
        .file("play.yml", PLAY)
        .file("deep.yml", &"[".repeat(5000))
        .file("bomb.yml", &bomb)
        .file("huge.ini", "h[1:999999999]\n")
        .file("imp.yml", "- import_playbook: imp.yml\n")
        .file("inc.yml", "- include_tasks: inc.yml\n")
        .file("inc_play.yml", "- hosts: db1\n  gather_facts: false\n  tasks:\n  - include_tasks: inc.yml\n")
        .file(
            "vars.yml",
            "- hosts: db1\n  gather_facts: false\n  vars: {a: '{{ b }}', b: '{{ a }}'}\n  tasks:\n  - debug: {msg: '{{ a }}'}\n",
        );
    told(&project, &["bomb.yml"], "bomb.yml:");
    told(&project, &["deep.yml"], "deep.yml:1:");
    told(
        &project,
        &["play.yml", "-i", "huge.ini"],
        "makes more than 100000 hosts",
    );
    told(&project, &["imp.yml"], "`imp.yml` imports itself");
    told(
        &project,
        &["inc_play.yml"],
        "includes are nested more than 30 deep: `inc.yml`",
    );
    told(&project, &["vars.yml"], "recursive variable: a → b → a");
}
