//! Takes out of results what no two runs have in common.

use std::path::Path;

use serde_json::{Map, Value};

/// Times, process ids and inodes: a key's value is only checked to be there.
const VOLATILE: &[&str] = &[
    "ansible_job_id",
    "atime",
    "ctime",
    "delta",
    "dev",
    "end",
    "inode",
    "mtime",
    "results_file",
    "start",
];

/// Left out of a result: how Ansible called the module, where it found Python, the traceback it
/// may have, and differences, which are no part of our results (docs/compatibility.md).
const LEFT_OUT: &[&str] = &[
    "diff",
    "discovered_interpreter_python",
    "exception",
    "failed_when_suppressed_exception",
    "invocation",
];

/// Whose a file is depends on who runs the tests.
const OWNER: &[&str] = &["gid", "group", "owner", "uid"];

/// A value with volatile parts masked.
pub fn masked(value: Value) -> Value {
    match value {
        Value::Object(mut map) if OWNER.iter().all(|key| map.contains_key(*key)) => {
            for key in OWNER {
                map.insert((*key).to_owned(), "<whoever>".into());
            }
            rest_masked(map)
        }
        Value::Object(map) => rest_masked(map),
        Value::Array(items) => items.into_iter().map(masked).collect(),
        other => other,
    }
}

fn rest_masked(map: Map<String, Value>) -> Value {
    map.into_iter()
        .filter(|(key, _)| !LEFT_OUT.contains(&key.as_str()))
        .map(|(key, value)| {
            let value = if VOLATILE.contains(&key.as_str()) && !value.is_null() {
                "<volatile>".into()
            } else {
                masked(value)
            };
            (key, value)
        })
        .collect::<Map<_, _>>()
        .into()
}

/// The same value with the keys of all mappings sorted.
pub fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            let entries = entries.into_iter().map(|(k, v)| (k, sorted(v)));
            entries.collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

/// A text with the folders of this run replaced by names.
pub fn text(text: &str, dir: &Path) -> String {
    text.replace(&dir.display().to_string(), "<dir>")
}

/// What a file holds: JSON as such, other texts as lines.
pub fn content(name: &str, bytes: &[u8], dir: &Path) -> Value {
    let Ok(plain) = std::str::from_utf8(bytes) else {
        return Value::String(format!("<{} bytes>", bytes.len()));
    };
    let plain = text(plain, dir);
    let json = Path::new(name).extension().is_some_and(|e| e == "json");
    match serde_json::from_str(&plain) {
        Ok(value) if json => masked(value),
        _ => Value::String(plain),
    }
}
