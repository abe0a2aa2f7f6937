//! SQL text: taken apart into statements, put together from arguments.

use serde_json::Value as Json;

/// One statement without its semicolon, comments around it included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    /// Its text.
    pub(super) text: String,
    /// Its words outside quotes and comments, in upper case; for telling what kind it is.
    pub(super) words: Vec<String>,
}

/// Takes SQL apart at its top-level semicolons, as `psql` does: quotes, dollar quotes, comments
/// and the bodies of SQL-standard functions (`BEGIN ATOMIC … END`) are left whole.
pub(super) fn split(sql: &str) -> Result<Vec<Statement>, String> {
    let mut lexer = Lexer::new(sql);
    let mut statements = Vec::new();
    while let Some(statement) = lexer.statement()? {
        statements.push(statement);
    }
    Ok(statements)
}

struct Lexer<'a> {
    sql: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn new(sql: &'a str) -> Self {
        Self { sql, at: 0 }
    }

    fn rest(&self) -> &'a str {
        &self.sql[self.at..]
    }

    /// The next statement that is more than space and comments.
    fn statement(&mut self) -> Result<Option<Statement>, String> {
        loop {
            let start = self.at;
            let words = self.words()?;
            let text = self.sql[start..self.at].trim();
            let ended = self.rest().is_empty();
            if !ended {
                self.at += 1;
            }
            if !words.is_empty() {
                return Ok(Some(Statement {
                    text: text.to_owned(),
                    words,
                }));
            }
            if ended {
                return Ok(None);
            }
        }
    }

    /// Goes on to the statement's end; gathers its words.
    fn words(&mut self) -> Result<Vec<String>, String> {
        let mut words: Vec<String> = Vec::new();
        let mut depth = 0_usize;
        while let Some(c) = self.rest().chars().next() {
            match c {
                ';' if depth == 0 => break,
                '\\' => {
                    return Err(
                        "a backslash outside quotes is no SQL: commands of psql do not work here"
                            .to_owned(),
                    );
                }
                '\'' => self.quoted(
                    '\'',
                    words.last().is_some_and(|w| w == "E") && self.touches(),
                )?,
                '"' => self.quoted('"', false)?,
                '$' => self.dollar()?,
                '-' if self.rest().starts_with("--") => self.skip_until("\n"),
                '/' if self.rest().starts_with("/*") => self.comment()?,
                c if c.is_alphabetic() || c == '_' => {
                    let word = self.word();
                    depth = body_depth(depth, &word, &words);
                    words.push(word);
                }
                c => {
                    // A statement may be nothing but `(`: it counts as begun.
                    if !c.is_whitespace() && words.is_empty() {
                        words.push(c.to_string());
                    }
                    self.at += c.len_utf8();
                }
            }
        }
        Ok(words)
    }

    /// Whether the character before is part of a word: `E'…'`.
    fn touches(&self) -> bool {
        self.sql[..self.at].ends_with(['E', 'e'])
    }

    fn word(&mut self) -> String {
        let rest = self.rest();
        let end = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
            .unwrap_or(rest.len());
        self.at += end;
        rest[..end].to_uppercase()
    }

    fn skip_until(&mut self, mark: &str) {
        self.at = self
            .rest()
            .find(mark)
            .map_or(self.sql.len(), |n| self.at + n);
    }

    fn quoted(&mut self, quote: char, escapes: bool) -> Result<(), String> {
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((i, c)) = chars.next() {
            if escapes && c == '\\' {
                chars.next();
            } else if c == quote {
                self.at += i + 1;
                return Ok(());
            }
        }
        Err(format!("the SQL ends within a quotation begun by {quote}"))
    }

    /// `$tag$ … $tag$`, or a parameter such as `$1`.
    fn dollar(&mut self) -> Result<(), String> {
        let rest = self.rest();
        let name = rest[1..].find('$').map(|n| &rest[1..=n]);
        let legal = |n: &str| {
            !n.starts_with(|c: char| c.is_ascii_digit())
                && n.chars().all(|c| c.is_alphanumeric() || c == '_')
        };
        let Some(name) = name.filter(|n| legal(n)) else {
            self.at += 1;
            return Ok(());
        };
        let tag = format!("${name}$");
        let Some(end) = rest[tag.len()..].find(&tag) else {
            return Err(format!("the SQL ends within a quotation begun by {tag}"));
        };
        self.at += end + 2 * tag.len();
        Ok(())
    }

    fn comment(&mut self) -> Result<(), String> {
        let mut depth = 0_usize;
        loop {
            let rest = self.rest();
            if rest.starts_with("/*") {
                depth += 1;
                self.at += 2;
            } else if rest.starts_with("*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    return Ok(());
                }
            } else if let Some(c) = rest.chars().next() {
                self.at += c.len_utf8();
            } else {
                return Err("the SQL ends within a comment begun by /*".to_owned());
            }
        }
    }
}

/// How deep in a function's body the word leads: `BEGIN ATOMIC` opens one, `CASE` and `END` pair.
fn body_depth(depth: usize, word: &str, before: &[String]) -> usize {
    let opens = word == "ATOMIC" && before.last().is_some_and(|w| w == "BEGIN");
    match word {
        _ if opens => depth + 1,
        "CASE" if depth > 0 => depth + 1,
        "END" if depth > 0 => depth - 1,
        _ => depth,
    }
}

/// Functions that act although a read-only transaction lets them.
const ACTING: &[&str] = &[
    "PG_PROMOTE",
    "PG_RELOAD_CONF",
    "PG_ROTATE_LOGFILE",
    "PG_SWITCH_WAL",
    "PG_SWITCH_XLOG",
    "PG_TERMINATE_BACKEND",
    "PG_CANCEL_BACKEND",
    "PG_WAL_REPLAY_PAUSE",
    "PG_WAL_REPLAY_RESUME",
    "PG_CREATE_RESTORE_POINT",
    "PG_BACKUP_START",
    "PG_BACKUP_STOP",
    "PG_START_BACKUP",
    "PG_STOP_BACKUP",
    "PG_CREATE_PHYSICAL_REPLICATION_SLOT",
    "PG_CREATE_LOGICAL_REPLICATION_SLOT",
    "PG_COPY_PHYSICAL_REPLICATION_SLOT",
    "PG_COPY_LOGICAL_REPLICATION_SLOT",
    "PG_DROP_REPLICATION_SLOT",
    "PG_REPLICATION_SLOT_ADVANCE",
    "PG_LOGICAL_SLOT_GET_CHANGES",
    "PG_LOGICAL_SLOT_GET_BINARY_CHANGES",
    "PG_LOGICAL_EMIT_MESSAGE",
    "PG_STAT_RESET",
    "PG_STAT_RESET_SHARED",
    "PG_STAT_STATEMENTS_RESET",
    "DBLINK",
    "DBLINK_EXEC",
    "LO_IMPORT",
    "LO_EXPORT",
    "PG_FILE_WRITE",
    "PG_FILE_UNLINK",
];

impl Statement {
    /// Whether it only looks: it may run under `--check`, in a read-only transaction.
    pub(super) fn only_looks(&self) -> bool {
        let first = self
            .words
            .iter()
            .find(|w| *w != "(")
            .map_or("", String::as_str);
        let reads = matches!(
            first,
            "SELECT" | "SHOW" | "VALUES" | "TABLE" | "WITH" | "EXPLAIN"
        );
        let has = |word: &str| self.words.iter().any(|w| w == word);
        let acts = ["INSERT", "UPDATE", "DELETE", "MERGE", "INTO", "ANALYZE"]
            .into_iter()
            .any(has);
        // `FOR UPDATE` only locks, and a read-only transaction refuses it in its own words.
        reads && !acts && !ACTING.iter().any(|name| has(name))
    }

    /// Whether it moves bulk data over the connection, which has nowhere to go here.
    pub(super) fn copies_over_the_wire(&self) -> bool {
        self.words.first().is_some_and(|w| w == "COPY")
            && self.words.iter().any(|w| w == "STDIN" || w == "STDOUT")
    }
}

/// A literal that means a value; nothing in it can end it early.
pub(super) fn literal(value: &Json) -> String {
    match value {
        Json::Null => "NULL".to_owned(),
        Json::Bool(true) => "true".to_owned(),
        Json::Bool(false) => "false".to_owned(),
        // A space before it, lest `a-%s` with -1 become a comment.
        Json::Number(number) => format!(" {number}"),
        Json::String(text) => text_literal(text),
        Json::Array(items) if items.is_empty() => "'{}'".to_owned(),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(literal).collect();
            format!("ARRAY[{}]", items.join(","))
        }
        Json::Object(_) => text_literal(&value.to_string()),
    }
}

/// A text as a literal, whatever `standard_conforming_strings` is.
pub(super) fn text_literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if doubled.contains('\\') {
        format!(" E'{}'", doubled.replace('\\', "\\\\"))
    } else {
        format!("'{doubled}'")
    }
}

/// Puts arguments into placeholders: `%s` in order, `%(name)s` by name, `%%` for a percent sign.
/// Without any arguments the text is left as it is.
pub(super) fn substitute(sql: &str, args: &Args) -> Result<String, String> {
    if args.is_empty() {
        return Ok(sql.to_owned());
    }
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    let mut used = 0;
    while let Some(place) = rest.find('%') {
        out.push_str(&rest[..place]);
        rest = &rest[place + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('s') {
            let value = args.positional.get(used).ok_or_else(|| {
                format!("the query has more than {used} placeholders `%s`: `positional_args` has too few values")
            })?;
            used += 1;
            out.push_str(&literal(value));
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('(').and_then(|r| r.split_once(")s"))
        {
            let value = args
                .named
                .get(name)
                .ok_or_else(|| format!("`named_args` has no `{name}`, which the query asks for"))?;
            out.push_str(&literal(value));
            rest = after;
        } else {
            return Err(
                "the query has a lone `%`: with arguments a percent sign is written `%%`"
                    .to_owned(),
            );
        }
    }
    if used < args.positional.len() {
        return Err(format!(
            "`positional_args` has {} values, the query {used} placeholders `%s`",
            args.positional.len()
        ));
    }
    out.push_str(rest);
    Ok(out)
}

/// Arguments for placeholders.
#[derive(Debug, Clone, Default)]
pub(super) struct Args {
    /// For `%s`, in order.
    pub(super) positional: Vec<Json>,
    /// For `%(name)s`.
    pub(super) named: serde_json::Map<String, Json>,
}

impl Args {
    fn is_empty(&self) -> bool {
        self.positional.is_empty() && self.named.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn texts(sql: &str) -> Vec<String> {
        let all = split(sql).expect("statements");
        all.into_iter().map(|s| s.text).collect()
    }

    #[test]
    fn statements_end_where_psql_says() {
        assert_eq!(
            texts("select 1; select ';' ;; -- end;\n"),
            ["select 1", "select ';'"]
        );
        assert_eq!(
            texts("do $$ begin; end $$; x"),
            ["do $$ begin; end $$", "x"]
        );
        assert_eq!(texts("select $a$;$$;$a$, $1"), ["select $a$;$$;$a$, $1"]);
        assert_eq!(
            texts("select E'\\';' ; select '\\'"),
            ["select E'\\';'", "select '\\'"]
        );
        assert_eq!(
            texts("/* ; /* ; */ ; */ select 1"),
            ["/* ; /* ; */ ; */ select 1"]
        );
        assert_eq!(
            texts(
                "create function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3"
            ),
            [
                "create function f() returns int begin atomic select case when true then 1 end; select 2; end",
                "select 3"
            ]
        );
        assert_eq!(texts("select \"a;b\""), ["select \"a;b\""]);
    }

    #[test]
    fn what_does_not_end_is_refused() {
        for sql in [
            "select 'a",
            "select $$a",
            "select /* a",
            "select \"a",
            "\\dt",
        ] {
            assert!(split(sql).is_err(), "{sql}");
        }
    }

    #[test]
    fn only_looking_statements_run_under_check() {
        let looks = |sql: &str| split(sql).expect("SQL")[0].only_looks();
        assert!(looks("select * from t where note = 'delete me'"));
        assert!(looks("(select 1)"));
        assert!(looks("show wal_level"));
        assert!(looks("with a as (select 1) table a"));
        assert!(!looks(
            "with a as (delete from t returning *) select * from a"
        ));
        assert!(!looks("select pg_promote()"));
        assert!(!looks("explain analyze delete from t"));
        assert!(!looks("select 1 into t"));
        assert!(!looks("vacuum"));
    }

    #[test]
    fn arguments_cannot_break_out_of_their_literal() {
        let args = Args {
            positional: vec![json!("o'x\\"), json!(-1), json!(null), json!(["a", "b"])],
            named: serde_json::Map::new(),
        };
        assert_eq!(
            substitute("select %s, 1-%s, %s, %s, '%%'", &args),
            Ok("select  E'o''x\\\\', 1- -1, NULL, ARRAY['a','b'], '%'".to_owned())
        );
    }

    #[test]
    fn placeholders_and_arguments_must_agree() {
        let args = |positional: &[i32]| Args {
            positional: positional.iter().map(|n| json!(n)).collect(),
            named: serde_json::Map::new(),
        };
        assert!(substitute("select %s, %s", &args(&[1])).is_err());
        assert!(substitute("select 1", &args(&[1])).is_err());
        assert!(substitute("select '%'", &args(&[1])).is_err());
        assert_eq!(
            substitute("select '%'", &args(&[])),
            Ok("select '%'".to_owned())
        );
    }
}
