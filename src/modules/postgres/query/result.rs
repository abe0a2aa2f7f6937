//! What statements gave.

use serde_json::Value as Json;

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
