//! `runbook lint`: what it prints in each format, and its exit codes.

use insta::assert_snapshot;

use crate::support::Project;

/// An error, a warning, and what needs escaping in most formats.
fn project() -> Project {
    Project::new().file(
        "plays/a b,c.yml",
        "\
- hosts: all
  tasks:
    - name: 50% é
      copy: {scr: \"a\", dest: /tmp/x}
    - debug: {msg: 'é {{ nothing_here }}'}
",
    )
}

#[test]
fn as_text() {
    assert_snapshot!(project().run(&["lint", "plays/a b,c.yml"]));
}

#[test]
fn as_json() {
    assert_snapshot!(project().run(&["lint", "plays/a b,c.yml", "--format", "json"]));
}

#[test]
fn as_github_commands() {
    assert_snapshot!(project().run(&["lint", "plays/a b,c.yml", "--format", "github"]));
}

#[test]
fn as_sarif() {
    let told = project().run(&["lint", "plays/a b,c.yml", "--format", "sarif"]);
    let json = told.strip_prefix("code 1\n--- stdout\n").unwrap();
    let log: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
    }
    assert_snapshot!(serde_json::to_string_pretty(results).unwrap());
}

#[test]
fn warnings_fail_only_when_asked() {
    let text = "- hosts: all\n  tasks: [{debug: {msg: '{{ nothing_here }}'}}]\n";
    let project = Project::new().file("site.yml", text);
    assert!(project.run(&["lint", "site.yml"]).starts_with("code 0\n"));
    assert!(
        project
            .run(&["lint", "site.yml", "--strict"])
            .starts_with("code 1\n")
    );
    let given = ["lint", "site.yml", "--strict", "-e", "nothing_here=1"];
    assert_eq!(
        project.run(&given),
        "code 0\n--- stdout\n1 file: nothing found\n"
    );
}

#[test]
fn a_wrong_command_line_is_code_2() {
    assert!(
        Project::new()
            .run(&["lint", "--fromat", "x"])
            .starts_with("code 2\n")
    );
    assert!(
        Project::new()
            .run(&["lint", "-e", "nonsense"])
            .starts_with("code 2\n")
    );
}

#[test]
fn a_path_that_is_nothing() {
    assert_snapshot!(Project::new().run(&["lint", "site.yml"]));
}

#[test]
fn the_rules() {
    assert_snapshot!(Project::new().run(&["lint", "--list-rules"]));
}

#[test]
fn settings_of_the_project() {
    let text = "- hosts: all\n  tasks: [{copy: {src: gone, dest: '{{ nothing_here }}'}}]\n";
    let settings = "[lint]\nskip = [\"undefined-variable\"]\nwarn = [\"missing-file\"]\n";
    let project = Project::new()
        .file("runbook.toml", settings)
        .file("site.yml", text);
    assert_snapshot!(project.run(&["lint"]));
}

#[test]
fn what_the_project_ships_is_clean() {
    let root = env!("CARGO_MANIFEST_DIR");
    let told = Project::new().run(&[
        "lint",
        &format!("{root}/playbooks"),
        &format!("{root}/hooks"),
    ]);
    assert!(told.starts_with("code 0\n"), "{told}");
}

#[test]
fn nothing_is_found_in_what_runbook_brings_along() {
    let project = Project::empty();
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["playbooks", "hooks"].map(|name| here.join(name).display().to_string());
    let copied = std::process::Command::new("cp")
        .arg("-R")
        .args(&folders)
        .arg(project.path())
        .status()
        .unwrap();
    assert!(copied.success());
    let told = project.run(&["lint", "--strict"]);
    assert!(told.starts_with("code 0\n"), "{told}");
    assert!(told.contains(": nothing found"), "{told}");
}
