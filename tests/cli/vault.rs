//! `runbook vault`, and what a run shows of what was encrypted.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use super::support::Project;

/// Of ansible-vault, with the secret `fake-password`: `s3cret-value`.
const VALUE: &str = include_str!("vault/value.txt");

fn project() -> Project {
    Project::new()
        .file("pw", "fake-password\n")
        .file("dev.pw", "fake-dev\n")
        .file("wrong.pw", "fake-wrong\n")
        .file("a.yml", "a: 1\n")
}

/// Runs a verb of `vault` and expects it to go well; gives standard output.
fn vault(project: &Project, args: &[&str]) -> String {
    let told = project.run(&[&["vault"], args].concat());
    let out = told
        .strip_prefix("code 0\n")
        .unwrap_or_else(|| panic!("{args:?}: {told}"));
    out.strip_prefix("--- stdout\n").unwrap_or(out).to_owned()
}

fn text(project: &Project, name: &str) -> String {
    std::fs::read_to_string(project.path().join(name)).unwrap()
}

fn mode(project: &Project, name: &str) -> u32 {
    let meta = std::fs::metadata(project.path().join(name)).unwrap();
    meta.permissions().mode() & 0o7777
}

const PW: [&str; 2] = ["--vault-password-file", "pw"];

#[test]
fn a_file_goes_there_and_back() {
    let project = project();
    vault(&project, &["encrypt", PW[0], PW[1], "a.yml"]);
    assert!(text(&project, "a.yml").starts_with("$ANSIBLE_VAULT;1.1;AES256\n"));
    assert_eq!(
        mode(&project, "a.yml"),
        0o644,
        "an encrypted file keeps its mode"
    );
    assert_eq!(vault(&project, &["view", PW[0], PW[1], "a.yml"]), "a: 1\n");
    vault(&project, &["decrypt", PW[0], PW[1], "a.yml"]);
    assert_eq!(text(&project, "a.yml"), "a: 1\n");
    assert_eq!(
        mode(&project, "a.yml"),
        0o600,
        "a decrypted file is its owner's"
    );
}

#[test]
fn an_output_is_private_and_the_file_stays() {
    let project = project();
    vault(
        &project,
        &[
            "encrypt",
            "--vault-id",
            "dev@dev.pw",
            "--output",
            "out",
            "a.yml",
        ],
    );
    assert!(text(&project, "out").starts_with("$ANSIBLE_VAULT;1.2;AES256;dev\n"));
    assert_eq!(
        (text(&project, "a.yml").as_str(), mode(&project, "out")),
        ("a: 1\n", 0o600)
    );
    let plain = vault(
        &project,
        &[
            "decrypt",
            "--vault-id",
            "dev@dev.pw",
            "--output",
            "-",
            "out",
        ],
    );
    assert_eq!(plain, "a: 1\n");
}

#[test]
fn the_secret_is_changed_and_with_it_the_id() {
    let project = project().file("b.yml", "b: 2\n");
    vault(&project, &["encrypt", PW[0], PW[1], "a.yml", "b.yml"]);
    vault(
        &project,
        &[
            "rekey",
            PW[0],
            PW[1],
            "--new-vault-id",
            "dev@dev.pw",
            "a.yml",
            "b.yml",
        ],
    );
    assert!(text(&project, "b.yml").starts_with("$ANSIBLE_VAULT;1.2;AES256;dev\n"));
    let told = vault(
        &project,
        &["view", "--vault-id", "dev@dev.pw", "a.yml", "b.yml"],
    );
    assert_eq!(told, "a: 1\nb: 2\n");
    vault(
        &project,
        &[
            "rekey",
            "--vault-id",
            "dev@dev.pw",
            "--new-vault-password-file",
            "pw",
            "a.yml",
        ],
    );
    assert!(text(&project, "a.yml").starts_with("$ANSIBLE_VAULT;1.1;AES256\n"));
}

#[test]
fn an_editor_gets_a_private_copy_which_is_gone_afterwards() {
    let project = project()
        .file("ed", "#!/bin/sh\n(ls -ld \"$1\"; ls -ld \"${1%/*}\") | cut -c1-10 >seen\necho \"$1\" >>seen\nsed -i s/1/2/ \"$1\"\n")
        .env("EDITOR", "sh ./ed");
    vault(&project, &["encrypt", "--vault-id", "dev@dev.pw", "a.yml"]);
    vault(
        &project,
        &[
            "edit",
            "--vault-id",
            "x@wrong.pw",
            "--vault-id",
            "y@dev.pw",
            "a.yml",
        ],
    );
    let seen = text(&project, "seen");
    let [file, folder, path] = seen.lines().collect::<Vec<_>>()[..] else {
        panic!("{seen}");
    };
    assert_eq!((file, folder), ("-rw-------", "drwx------"));
    assert!(path.ends_with("/a.yml") && !std::path::Path::new(path).exists());
    assert!(!std::path::Path::new(path).parent().unwrap().exists());
    assert!(
        text(&project, "a.yml").starts_with("$ANSIBLE_VAULT;1.2;AES256;dev\n"),
        "it keeps its id"
    );
    assert_eq!(
        vault(&project, &["view", "--vault-id", "dev@dev.pw", "a.yml"]),
        "a: 2\n"
    );
    let before = text(&project, "a.yml");
    vault(&project, &["edit", "--vault-id", "dev@dev.pw", "a.yml"]);
    assert_eq!(
        text(&project, "a.yml"),
        before,
        "what was not changed is not written"
    );
}

#[test]
fn an_editor_that_fails_changes_nothing() {
    let project = project().env("EDITOR", "sh -c 'echo x >\"$0\"; exit 3'");
    vault(&project, &["encrypt", PW[0], PW[1], "a.yml"]);
    let told = project.run(&["vault", "edit", PW[0], PW[1], "a.yml"]);
    insta::assert_snapshot!(told);
    assert_eq!(vault(&project, &["view", PW[0], PW[1], "a.yml"]), "a: 1\n");
}

#[test]
fn a_new_file_is_made_by_the_editor() {
    let project = project().env("EDITOR", "cp a.yml");
    insta::assert_snapshot!(project.run(&["vault", "create", PW[0], PW[1], "d/new.yml"]));
    vault(
        &project,
        &["create", "--skip-tty-check", PW[0], PW[1], "d/new.yml"],
    );
    assert_eq!(mode(&project, "d/new.yml"), 0o600);
    assert_eq!(
        vault(&project, &["view", PW[0], PW[1], "d/new.yml"]),
        "a: 1\n"
    );
    let again = ["vault", "create", "--skip-tty-check", PW[0], PW[1], "a.yml"];
    insta::assert_snapshot!(project.run(&again));
}

#[test]
fn values_are_encrypted_for_yaml() {
    let project = project();
    let told = vault(
        &project,
        &[
            "encrypt_string",
            PW[0],
            PW[1],
            "--name",
            "a",
            "--name",
            "b",
            "one",
            "two",
            "three",
        ],
    );
    let heads: Vec<&str> = told
        .lines()
        .filter(|line| line.contains("!vault"))
        .collect();
    assert_eq!(heads, ["a: !vault |", "b: !vault |", "!vault |"]);
    let vars = told.rsplit_once("!vault |").unwrap().0;
    let playbook = format!(
        "- hosts: db1\n  gather_facts: false\n  vars_files: [v.yml]\n  tasks:\n    \
         - copy: {{content: '{{{{ a }}}} {{{{ b }}}}', dest: '{}/out'}}\n",
        project.path().display()
    );
    let project = project.file("v.yml", vars).file("p.yml", &playbook);
    project.run(&["play", "p.yml", PW[0], PW[1]]);
    assert_eq!(text(&project, "out"), "one two");
}

#[test]
fn mistakes_name_the_file_and_write_nothing() {
    let project = project().file("plain.yml", "x: 1\n");
    vault(&project, &["encrypt", "--vault-id", "dev@dev.pw", "a.yml"]);
    let mut told = String::new();
    for args in [
        vec!["encrypt", PW[0], PW[1], "plain.yml", "a.yml", "none.yml"],
        vec!["view", PW[0], PW[1], "plain.yml"],
        vec![
            "decrypt",
            PW[0],
            "wrong.pw",
            "--vault-id",
            "prod@pw",
            "a.yml",
        ],
        vec!["view", "--vault-id", "dev@none.pw", "a.yml"],
        vec![
            "encrypt",
            PW[0],
            PW[1],
            "--vault-id",
            "dev@dev.pw",
            "plain.yml",
        ],
        vec![
            "encrypt",
            PW[0],
            PW[1],
            "--encrypt-vault-id",
            "prod",
            "plain.yml",
        ],
        vec![
            "encrypt",
            PW[0],
            PW[1],
            "--output",
            "o",
            "plain.yml",
            "a.yml",
        ],
        vec!["view", "a.yml"],
        vec![
            "encrypt-string",
            PW[0],
            PW[1],
            "--name",
            "a",
            "--name",
            "b",
            "one",
        ],
    ] {
        let _ = writeln!(told, "$ runbook vault {}", args.join(" "));
        told += &project.run(&[vec!["vault"], args].concat());
    }
    assert_eq!(text(&project, "plain.yml"), "x: 1\n");
    insta::assert_snapshot!(told);
}

fn playing(tasks: &str) -> Project {
    let value = VALUE.replace('\n', "\n      ");
    let playbook = format!(
        "- hosts: db1\n  gather_facts: false\n  vars:\n    secret: !vault |\n      {value}\n  tasks:\n{tasks}"
    );
    project().file("p.yml", &playbook)
}

#[test]
fn what_was_encrypted_is_hidden_in_all_that_is_shown() {
    let project = playing(
        "    - debug: {var: secret}\n    - debug: {msg: 'it is {{ secret }}!'}\n    \
         - command: echo {{ secret }}\n      loop: ['{{ secret }}']\n    \
         - copy: {content: 'p={{ secret }}', dest: '{{ playbook_dir }}/out'}\n    \
         - command: ls --{{ secret }}\n",
    );
    let told = project.run(&["play", "p.yml", "--diff", "-vvv", PW[0], PW[1]]);
    assert!(!told.contains("s3cret"), "{told}");
    assert!(told.contains("it is ********!"), "{told}");
    assert!(told.contains("+p=********"), "{told}");
    assert_eq!(text(&project, "out"), "p=s3cret-value");
}

#[test]
fn a_secret_that_is_missing_or_wrong_is_told_at_the_value() {
    let project = playing("    - debug: {msg: '{{ secret }}'}\n");
    insta::assert_snapshot!(project.run(&["play", "p.yml"]));
    let wrong = [
        "play",
        "p.yml",
        "--vault-id",
        "dev@dev.pw",
        "--vault-id",
        "x@wrong.pw",
    ];
    insta::assert_snapshot!(project.run(&wrong));
}

#[test]
fn a_mistake_in_an_encrypted_file_is_placed_but_not_quoted() {
    let project = project().file(
        "inventories/group_vars/all.yml",
        "password: s3cret\n\tx: [\n",
    );
    vault(
        &project,
        &["encrypt", PW[0], PW[1], "inventories/group_vars/all.yml"],
    );
    let project = project.file("p.yml", "- hosts: all\n  tasks: []\n");
    insta::assert_snapshot!(project.run(&["play", "p.yml", PW[0], PW[1]]));
}

#[test]
fn help_shows_options_and_examples() {
    insta::assert_snapshot!(project().run(&["vault", "encrypt", "--help"]));
    insta::assert_snapshot!(project().run(&["vault", "--help"]));
}
