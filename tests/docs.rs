//! The documents say what the code says: tables made from the code, links that lead somewhere.
//!
//! `RUNBOOK_WRITE_DOCS=1 cargo test --test docs` writes the tables anew.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod names;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use regex::Regex;
use runbook::config::{Effect, SETTINGS, Setting};
use runbook::diag::Severity;
use runbook::engine::{self, Heed};
use runbook::modules::spec::CheckMode;
use runbook::template::{Entry, Templar};
use runbook::{lint, modules, playbook};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Compares what stands between a table's marks in a document with what the code says.
fn check(document: &str, name: &str, table: &str) {
    static FILE: Mutex<()> = Mutex::new(());
    let _lock = FILE.lock().unwrap_or_else(PoisonError::into_inner);
    let path = root().join(document);
    let text = std::fs::read_to_string(&path).unwrap();
    let table = format!("\n{table}\n");
    let begin = format!("<!-- begin {name}: made from the code -->\n");
    let end = format!("<!-- end {name} -->");
    let (before, rest) = text
        .split_once(begin.as_str())
        .expect("the table's first mark");
    let (written, after) = rest
        .split_once(end.as_str())
        .expect("the table's last mark");
    if std::env::var_os("RUNBOOK_WRITE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}{begin}{table}{end}{after}")).unwrap();
    } else {
        assert_eq!(
            written, table,
            "{document} differs from the code: run `RUNBOOK_WRITE_DOCS=1 cargo test --test docs`"
        );
    }
}

/// A text inside a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn keywords(refused: bool) -> String {
    let head = if refused {
        "| keyword | what to do instead |\n|---|---|\n"
    } else {
        "| keyword | stands on | what it is for |\n|---|---|---|\n"
    };
    let mut table = head.to_owned();
    for keyword in playbook::keywords() {
        let (name, places, doc) = (keyword.name, &keyword.places, cell(keyword.doc));
        match keyword.instead {
            None if !refused => writeln!(table, "| `{name}` | {places} | {doc} |").unwrap(),
            Some(instead) if refused => {
                writeln!(table, "| `{name}` | {} |", cell(instead)).unwrap();
            }
            _ => {}
        }
    }
    table
}

#[test]
fn the_keywords_are_those_of_the_decoder() {
    check("docs/compatibility.md", "keywords", &keywords(false));
    check("docs/compatibility.md", "refused keywords", &keywords(true));
}

#[test]
fn the_modules_are_those_of_the_table() {
    let mut table = "| module | what it does | under `--check` |\n|---|---|---|\n".to_owned();
    for module in modules::all() {
        let others: String = module.aliases.iter().map(|a| format!(", `{a}`")).collect();
        let check = match module.check {
            CheckMode::Full => "predicts",
            CheckMode::Skipped => "is skipped",
            CheckMode::ReadOnly => "runs: it changes nothing",
        };
        let (name, summary) = (module.name, cell(module.summary));
        writeln!(table, "| `{name}`{others} | {summary} | {check} |").unwrap();
    }
    check("docs/compatibility.md", "modules", &table);
}

#[test]
fn the_settings_are_those_of_the_table() {
    let (mut works, mut others) = (
        "| setting | in `ansible.cfg` | Ansible's variables | default | what it says |\n|---|---|---|---|---|\n".to_owned(),
        "| setting | in `ansible.cfg` | what it does here |\n|---|---|---|\n".to_owned(),
    );
    let mut settings: Vec<&Setting> = SETTINGS.iter().collect();
    settings.sort_by_key(|setting| setting.name);
    for setting in settings {
        let code = |texts: Vec<String>| -> String {
            let texts = texts.iter().map(|text| format!("`{text}`"));
            texts.collect::<Vec<_>>().join(", ")
        };
        let places = setting
            .places()
            .map(|(section, key)| format!("[{section}] {key}"));
        let places = code(places.collect());
        let name = setting.name;
        let effect = match setting.effect {
            Effect::Works => {
                let variables = code(setting.variables().skip(1).collect());
                let default = code(setting.default.lines().map(str::to_owned).collect());
                writeln!(
                    works,
                    "| `{name}` | {places} | {variables} | {default} | {} |",
                    cell(setting.doc)
                )
                .unwrap();
                continue;
            }
            Effect::Moot(why) => format!("nothing: {why}"),
            Effect::Ignored(why) => format!("a warning: {why}"),
            Effect::Fixed(why) => format!("an error, unless it is `{}`: {why}", setting.default)
                .replace("unless it is ``", "when it is set"),
        };
        writeln!(others, "| `{name}` | {places} | {} |", cell(&effect)).unwrap();
    }
    check("docs/compatibility.md", "settings", &works);
    check("docs/compatibility.md", "settings without effect", &others);
}

#[test]
fn the_connection_variables_are_those_of_the_table() {
    let mut table = "| variable | what it does here |\n|---|---|\n".to_owned();
    for variable in engine::connection_variables() {
        let unless = |usual: &str| match usual {
            "" => String::new(),
            usual => format!(", unless it is `{usual}`"),
        };
        let effect = match variable.heed {
            Heed::Works => "supported".to_owned(),
            Heed::Moot(why) => format!("nothing: {why}"),
            Heed::Warned { usual, instead } => format!("a warning{}: {instead}", unless(usual)),
            Heed::Refused { usual, instead } => format!("an error{}: {instead}", unless(usual)),
        };
        writeln!(table, "| `{}` | {} |", variable.name, cell(&effect)).unwrap();
    }
    check("docs/compatibility.md", "connection variables", &table);
}

#[test]
fn filters_tests_functions_and_lookups_are_those_of_the_templates() {
    let rows = |entries: Vec<(&str, &str)>| {
        let mut table = "| name | what it gives |\n|---|---|\n".to_owned();
        for (name, summary) in entries {
            writeln!(table, "| `{name}` | {} |", cell(summary)).unwrap();
        }
        table
    };
    let named = |entry: &'static Entry| (entry.name, entry.summary);
    let refused = Templar::refused("filter")
        .map(|(name, reason)| (name, format!("refused: {reason}")))
        .collect::<Vec<_>>();
    let refused = refused
        .iter()
        .map(|(name, reason)| (*name, reason.as_str()));
    for (name, entries) in [
        (
            "filters",
            Templar::filters().map(named).chain(refused).collect(),
        ),
        ("tests", Templar::tests().map(named).collect()),
        ("functions", Templar::functions().map(named).collect()),
        ("lookups", Templar::lookups().collect()),
    ] {
        check("docs/compatibility.md", name, &rows(entries));
    }
}

#[test]
fn the_rules_are_those_of_lint() {
    let mut text = "| rule | severity | what it finds |\n|---|---|---|\n".to_owned();
    let severity = |rule: &lint::Rule| match rule.severity {
        Severity::Error => "error",
        Severity::Warning | Severity::Note => "warning",
    };
    for rule in lint::rules() {
        let (id, summary) = (rule.id, cell(rule.summary));
        writeln!(text, "| [`{id}`](#{id}) | {} | {summary} |", severity(rule)).unwrap();
    }
    for rule in lint::rules() {
        let (id, doc, example) = (rule.id, rule.doc, rule.example);
        write!(text, "\n### {id}\n\n{doc}\n\n```yaml\n{example}\n```\n").unwrap();
    }
    check("docs/lint.md", "rules", &text);
}

#[test]
fn the_precedence_of_variables_is_that_of_the_levels() {
    let mut table = "| | where variables come from |\n|---|---|\n".to_owned();
    for (i, (_, origin)) in runbook::vars::Level::ALL.iter().enumerate() {
        writeln!(table, "| {} | {origin} |", i + 1).unwrap();
    }
    check("docs/compatibility.md", "precedence", &table);
}

#[test]
fn links_lead_somewhere() {
    let link = Regex::new(r"\]\(([^)#:]+)(#[^)]*)?\)").unwrap();
    let mut documents = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    let docs = std::fs::read_dir(root().join("docs")).unwrap();
    documents.extend(docs.map(|entry| entry.unwrap().path()));
    documents.retain(|path| path.extension().is_some_and(|e| e == "md"));
    let mut dead = Vec::new();
    for document in &documents {
        let text = std::fs::read_to_string(document).unwrap();
        for found in link.captures_iter(&text) {
            if !document.parent().unwrap().join(&found[1]).exists() {
                dead.push(format!("{}: {}", document.display(), &found[1]));
            }
        }
    }
    assert_eq!(dead, Vec::<String>::new());
}

#[test]
fn paths_that_the_documents_name_exist() {
    let path =
        Regex::new(r"`((?:src|tests|scripts|playbooks|benches|docs)/[\w./-]*\w/?)`").unwrap();
    let mut missing = Vec::new();
    for document in ["README.md", "CONTRIBUTING.md", "docs/architecture.md"] {
        let text = std::fs::read_to_string(root().join(document)).unwrap();
        for found in path.captures_iter(&text) {
            if !Path::new(&root()).join(&found[1]).exists() {
                missing.push(format!("{document}: {}", &found[1]));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

/// The rooms of the library with the other rooms they import, from their sources without tests.
#[test]
fn the_rooms_import_what_the_architecture_says() {
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let rooms: Vec<&str> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod "))
        .collect();
    let rooms: Vec<&str> = rooms
        .iter()
        .map(|room| room.trim_end_matches(';'))
        .collect();
    let mut table = "| room | what it is | imports |\n|---|---|---|\n".to_owned();
    for room in &rooms {
        let dir = root().join("src").join(room);
        let first = std::fs::read_to_string(dir.join("mod.rs")).unwrap();
        let what: Vec<&str> = first
            .lines()
            .map_while(|line| line.strip_prefix("//! "))
            .collect();
        let what = what.join(" ");
        let what = what
            .split_once(". ")
            .map_or(what.as_str(), |(first, _)| first);
        let mut sources = String::new();
        read_sources(&dir, *room == "template", &mut sources);
        let imported: Vec<String> = rooms
            .iter()
            .filter(|other| *other != room && imports(&sources, other))
            .map(|other| format!("`{other}`"))
            .collect();
        let imported = if imported.is_empty() {
            "none".to_owned()
        } else {
            imported.join(", ")
        };
        writeln!(
            table,
            "| `{room}` | {} | {imported} |",
            cell(what.trim_end_matches('.'))
        )
        .unwrap();
    }
    check("docs/architecture.md", "rooms", &table);
}

/// All code of a room without comments and tests. `template` has a part called `tests`.
fn read_sources(dir: &Path, tests_are_code: bool, into: &mut String) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if path.is_dir() {
            if name != "tests" || tests_are_code {
                read_sources(&path, tests_are_code, into);
            }
        } else if !["tests", "testing", "fake"].contains(&name) && !name.ends_with("_tests") {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap();
            let lines = code
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            lines.for_each(|line| into.extend([line, "\n"]));
        }
    }
}

/// Whether code names another room.
fn imports(code: &str, room: &str) -> bool {
    let named = Regex::new(&format!(r"\bcrate::{room}\b")).unwrap();
    let grouped = Regex::new(&format!(r"use crate::\{{[^;]*\b{room}(::|,|\}})")).unwrap();
    named.is_match(code) || grouped.is_match(code)
}
