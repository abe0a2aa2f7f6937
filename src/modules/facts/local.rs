//! `ansible_local`: facts that the host's own files tell, one for each `*.fact`.
//!
//! A file is JSON or INI; an executable one prints it.

use serde_json::{Map, Value as Json};

use crate::modules::sections::Sections;
use crate::transport::quote;

/// Begins a file in the script's output; no text holds this character.
const MARK: char = '\u{1d}';

/// The script that reads the files of a folder.
pub(super) fn script(folder: &str) -> String {
    let folder = quote(folder);
    format!(
        "rb local; for F in {folder}/*.fact; do [ -f \"$F\" ] || continue\n\
         printf '\\n\\035%s\\n' \"${{F##*/}}\"\n\
         if [ -x \"$F\" ]; then timeout 10 \"$F\" 2>&1 </dev/null; else cat \"$F\"; fi; done\n"
    )
}

/// What the files tell, each under its name.
pub(super) fn read(sections: &Sections) -> Json {
    let files = sections.get("local").split(MARK).skip(1);
    let fact = |file: &str| {
        let (name, text) = file.split_once('\n')?;
        let name = name.strip_suffix(".fact")?.to_owned();
        let value = serde_json::from_str(text).ok().or_else(|| ini(text));
        let unread = || {
            Json::from(format!(
                "error loading facts as JSON or INI: {}",
                text.trim()
            ))
        };
        Some((name, value.unwrap_or_else(unread)))
    };
    Json::Object(files.filter_map(fact).collect())
}

/// `[section]` and `key = value`; keys are told in lower case. None when it is no such text.
fn ini(text: &str) -> Option<Json> {
    let mut sections: Map<String, Json> = Map::new();
    let mut section = None;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = Some(name.to_owned());
            sections.insert(name.to_owned(), Json::Object(Map::new()));
            continue;
        }
        let (key, value) = line.split_once(['=', ':'])?;
        let entries = sections.get_mut(section.as_ref()?)?.as_object_mut()?;
        entries.insert(key.trim().to_lowercase(), Json::from(value.trim()));
    }
    Some(Json::Object(sections))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn files_are_json_or_ini_and_others_are_told() {
        let out = "\n\u{1e}local\n\n\u{1d}a.fact\n{\"x\": [1]}\n\n\u{1d}b.fact\n[General]\n# no\nPort = 5432\n\n\u{1d}c.fact\nwhat\n";
        let facts = read(&Sections::parse(out));
        assert_eq!(facts["a"], json!({"x": [1]}));
        assert_eq!(facts["b"], json!({"General": {"port": "5432"}}));
        let said = "error loading facts as JSON or INI: what";
        assert_eq!(facts["c"], json!(said));
    }
}
