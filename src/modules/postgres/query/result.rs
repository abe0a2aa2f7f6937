//! What statements gave.

use serde_json::Value as Json;

use crate::modules::postgres::sql::Statement;

/// What all statements of a call gave.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// One a statement.
    pub(super) results: Vec<QueryResult>,
    /// What the server warned of.
    pub(super) warnings: Vec<String>,
}

/// What one statement gave.
#[derive(Debug, Default, PartialEq)]
pub(super) struct QueryResult {
    /// The command's tag: `SELECT 3`, `INSERT 0 1`, `CREATE TABLE`.
    pub(super) tag: String,
    /// Rows returned or affected.
    pub(super) count: u64,
    /// The rows, each a mapping from columns to values.
    pub(super) rows: Vec<Json>,
}

impl QueryResult {
    /// Fills in what was not told: commands such as `SHOW` count no rows, and some have no tag.
    pub(super) fn finish(&mut self, statement: &Statement) {
        self.count = self.count.max(u64::try_from(self.rows.len()).unwrap_or(0));
        if self.tag.is_empty() {
            self.tag = tag(statement, self.count);
        }
    }

    /// Whether the statement changed something, as far as its tag tells.
    pub(super) fn changed(&self) -> bool {
        let verb = self.tag.split(' ').next().unwrap_or_default();
        match verb {
            "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "COPY" => self.count > 0,
            "SELECT" => self.rows.is_empty() && self.tag.starts_with("SELECT INTO"),
            "" | "SHOW" | "SET" | "RESET" | "EXPLAIN" | "BEGIN" | "START" | "COMMIT"
            | "ROLLBACK" | "SAVEPOINT" | "RELEASE" | "FETCH" | "MOVE" | "CLOSE" | "DECLARE"
            | "LISTEN" | "UNLISTEN" | "PREPARE" | "DEALLOCATE" | "DISCARD" | "LOCK" => false,
            _ => true,
        }
    }
}

/// The command's tag, where it is not told: what the statement begins with says it.
fn tag(statement: &Statement, count: u64) -> String {
    let words: Vec<&str> = statement
        .words
        .iter()
        .map(String::as_str)
        .filter(|w| *w != "(")
        .collect();
    let writes = ["INSERT", "UPDATE", "DELETE", "MERGE"];
    match words.first().copied().unwrap_or_default() {
        "WITH" => match words.iter().find(|w| writes.contains(w)) {
            Some(&"INSERT") => format!("INSERT 0 {count}"),
            Some(verb) => format!("{verb} {count}"),
            None => format!("SELECT {count}"),
        },
        "SELECT" | "VALUES" | "TABLE" => format!("SELECT {count}"),
        "INSERT" => format!("INSERT 0 {count}"),
        verb @ ("UPDATE" | "DELETE" | "MERGE" | "COPY" | "FETCH" | "MOVE") => {
            format!("{verb} {count}")
        }
        verb @ ("CREATE" | "ALTER" | "DROP") => {
            let skip = [
                "OR",
                "REPLACE",
                "UNIQUE",
                "TEMP",
                "TEMPORARY",
                "UNLOGGED",
                "GLOBAL",
                "LOCAL",
            ];
            let what = words.iter().skip(1).find(|w| !skip.contains(w));
            format!("{verb} {}", what.unwrap_or(&""))
                .trim_end()
                .to_owned()
        }
        verb => verb.to_owned(),
    }
}

/// Columns of one statement: names as a mapping can hold them.
pub(super) fn unique(names: Vec<String>) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for name in names {
        let taken = |n: &str| seen.iter().any(|s| s == n);
        let mut candidate = name.clone();
        let mut n = 1;
        while taken(&candidate) {
            n += 1;
            candidate = format!("{name}_{n}");
        }
        seen.push(candidate);
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_tell_changes() {
        let changed = |tag: &str, count| {
            let result = QueryResult {
                tag: tag.to_owned(),
                count,
                rows: Vec::new(),
            };
            result.changed()
        };
        assert!(changed("INSERT 0 1", 1));
        assert!(!changed("UPDATE 0", 0));
        assert!(!changed("SELECT 3", 3));
        assert!(!changed("SHOW", 0));
        assert!(changed("CREATE TABLE", 0));
        assert!(changed("ALTER SYSTEM", 0));
    }

    #[test]
    fn columns_of_one_name_are_kept_apart() {
        let names = |n: &[&str]| n.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            unique(names(&["a", "a", "b", "a"])),
            ["a", "a_2", "b", "a_3"]
        );
    }
}
