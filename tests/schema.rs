//! The schemas accept what the loader accepts, and refuse common mistakes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use jsonschema::Validator;
use runbook::diag::SourceFile;
use runbook::project::Project;
use runbook::schema::{Kind, schema};
use runbook::template::Templar;
use runbook::yaml::{self, Node, Scalar};
use serde_json::{Value, json};

fn validator(kind: Kind) -> Validator {
    jsonschema::draft7::new(&schema(kind)).unwrap()
}

/// A node as an editor's YAML server would hand it to the schema.
fn json_of(node: &Node) -> Value {
    match node.kind() {
        yaml::Kind::Seq(items) => items.iter().map(json_of).collect(),
        yaml::Kind::Map(entries) => entries
            .iter()
            .map(|(key, value)| (key.raw().unwrap_or_default().to_owned(), json_of(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        yaml::Kind::Scalar { text, .. } => match node.scalar() {
            Some(Scalar::Null) => Value::Null,
            Some(Scalar::Bool(value)) => value.into(),
            Some(Scalar::Int(_) | Scalar::Float(_)) => {
                serde_json::from_str(text).unwrap_or_else(|_| json!(1))
            }
            _ => Value::from(&**text),
        },
    }
}

fn read(text: &str) -> Value {
    let source = SourceFile::inline("t.yml", text);
    json_of(&yaml::read_one(&source).unwrap())
}

fn yaml_below(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            yaml_below(&path, found);
        } else if path.extension().is_some_and(|e| e == "yml" || e == "yaml") {
            found.push(path);
        }
    }
}

/// What the schema says of a file, a line for each mistake.
fn said(validator: &Validator, value: &Value) -> Vec<String> {
    let errors = validator.iter_errors(value);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
fn what_is_shipped_is_valid() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (playbook, tasks) = (validator(Kind::Playbook), validator(Kind::Tasks));
    let vars = validator(Kind::Vars);
    let mut files = Vec::new();
    for folder in ["playbooks", "hooks"] {
        yaml_below(&root.join(folder), &mut files);
    }
    for path in files {
        let value = read(&std::fs::read_to_string(&path).unwrap());
        let validator = match value[0].get("hosts") {
            _ if value.is_object() => &vars,
            Some(_) => &playbook,
            None => &tasks,
        };
        assert_eq!(
            said(validator, &value),
            Vec::<String>::new(),
            "{}",
            path.display()
        );
    }
}

/// Cases in which arguments come from elsewhere, which a schema cannot see.
fn from_elsewhere(text: &str) -> bool {
    ["module_defaults", "args:"]
        .iter()
        .any(|word| text.contains(word))
}

#[test]
fn what_the_loader_accepts_is_valid() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential/cases");
    let templar = Templar::new();
    let project = Project::new(root.clone(), &templar);
    let validator = validator(Kind::Playbook);
    let mut files = Vec::new();
    yaml_below(&root, &mut files);
    let mut judged = 0;
    let mut wrong = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.display().to_string();
        let source = SourceFile::inline(name.clone(), text.as_str());
        let Ok(node) = yaml::read_one(&source) else {
            continue;
        };
        let is_play = |entry: &Node| entry.get("hosts").is_some();
        if !node
            .seq()
            .is_some_and(|entries| entries.iter().any(is_play))
            || from_elsewhere(&text)
        {
            continue;
        }
        if project.playbook(&name).is_err() {
            continue;
        }
        judged += 1;
        let mistakes = said(&validator, &json_of(&node));
        wrong.extend(mistakes.iter().map(|mistake| format!("{name}: {mistake}")));
    }
    assert!(judged > 0, "there are cases");
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn mistakes_are_caught() {
    let playbook = validator(Kind::Playbook);
    let tasks = validator(Kind::Tasks);
    for text in [
        "- hosts: all\n  taks: []\n",
        "- tasks: []\n",
        "- hosts: all\n  gather_facts: maybe\n",
        "- hosts: all\n  order: random\n",
        "- hosts: all\n  tasks: {debug: }\n",
        "- hosts: all\n  max_fail_percentage: many\n",
    ] {
        assert!(!playbook.is_valid(&read(text)), "{text}");
    }
    for text in [
        "- comand: ls\n",
        "- copy: {scr: a, dest: b}\n",
        "- copy: {src: a}\n",
        "- file: {path: a, state: presnt}\n",
        "- command: ls\n  hosts: all\n",
        "- command: ls\n  register: a-b\n",
        "- command: ls\n  loop: [1]\n  loop_control: {lop_var: x}\n",
        "- wait_for: {port: ssh}\n",
        "- block: []\n  loop: [1]\n",
    ] {
        assert!(!tasks.is_valid(&read(text)), "{text}");
    }
}

#[test]
fn templates_and_short_forms_are_valid() {
    let tasks = validator(Kind::Tasks);
    for text in [
        "- copy: src=a dest=b mode=0644\n",
        "- ansible.builtin.copy: {src: a, dest: b, force: yes, mode: 0644}\n",
        "- command: ls -l\n  args: {chdir: /}\n",
        "- file: {path: a, state: '{{ state }}'}\n  become: '{{ b }}'\n",
        "- ping:\n",
        "- set_fact: {any: 1}\n  when: [a, b is defined, true]\n",
        "- community.postgresql.postgresql_query: {query: select 1}\n",
        "- include_tasks: {file: a.yml, apply: {tags: x}}\n",
        "- meta: end_play\n",
        "- block: [{ping: }]\n  rescue: []\n",
    ] {
        assert_eq!(said(&tasks, &read(text)), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn inventories_and_variables() {
    let (inventory, vars) = (validator(Kind::Inventory), validator(Kind::Vars));
    assert!(inventory.is_valid(&read("all: {hosts: {a: {x: 1}, b: }, children: {c: }}\n")));
    assert!(!inventory.is_valid(&read("all: {host: {a: }}\n")));
    assert!(vars.is_valid(&read("a: 1\nb: {c-d: 1}\n")));
    assert!(!vars.is_valid(&read("a-b: 1\n")));
}
