//! SQL by way of `psql` on the host: where only peer authentication lets one in, it is the way.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::locate;
use crate::modules::{Ctx, Failure};
use crate::transport::{Output, Secret, quote};

/// How to reach a server from its host.
#[derive(Debug, Clone, Default)]
pub(super) struct Login {
    /// The database.
    pub(super) database: String,
    /// The role; libpq's default when none.
    pub(super) user: Option<String>,
    /// The password, handed over in the environment.
    pub(super) password: Option<Secret>,
    /// A host name, or the folder of a Unix socket; libpq's default when none.
    pub(super) host: Option<String>,
    /// The port.
    pub(super) port: i64,
    /// `sslmode`; libpq's default when none.
    pub(super) ssl_mode: Option<String>,
    /// The folder of the programs.
    pub(super) bin_dir: Option<String>,
    /// Further settings of the session, as `PGOPTIONS` takes them.
    pub(super) options: Option<String>,
}

impl Login {
    /// The exports that libpq reads. They are builtins of the shell: nothing shows in `ps`.
    fn environment(&self) -> String {
        let mut exports =
            "export LC_ALL=C PGAPPNAME=runbook PGCONNECT_TIMEOUT=10 PGCLIENTENCODING=UTF8"
                .to_owned();
        let mut add = |name: &str, value: &str| {
            let _ = write!(exports, " {name}={}", quote(value));
        };
        add("PGDATABASE", &self.database);
        add("PGPORT", &self.port.to_string());
        let given = [
            ("PGUSER", &self.user),
            ("PGHOST", &self.host),
            ("PGSSLMODE", &self.ssl_mode),
            ("PGOPTIONS", &self.options),
        ];
        for (name, value) in given {
            if let Some(value) = value {
                add(name, value);
            }
        }
        if let Some(password) = &self.password {
            add("PGPASSWORD", password.expose());
        }
        exports
    }

    /// Finds `$PSQL` (empty when there is none) and exports what libpq reads.
    pub(super) fn setup(&self) -> String {
        let locate = locate::psql(self.bin_dir.as_deref());
        format!("{locate}{}\n", self.environment())
    }

    /// The same, and the script ends with code 127 when there is no `psql`.
    pub(super) fn prelude(&self) -> String {
        let guard = "[ -x \"$PSQL\" ] || { echo 'no psql on this host' >&2; exit 127; }";
        format!("{}{guard}\n", self.setup())
    }
}

/// Runs SQL from standard input, where it is in nobody's argv.
pub(super) async fn run(
    ctx: &Ctx<'_>,
    login: &Login,
    options: &str,
    sql: &str,
) -> Result<Output, Failure> {
    let script = format!(
        "{}\"$PSQL\" -X -v ON_ERROR_STOP=1 -v VERBOSITY=verbose -v SHOW_CONTEXT=errors {options}",
        login.prelude()
    );
    let output = ctx.remote.run_with_stdin(&script, sql.as_bytes()).await?;
    Ok(output)
}

/// Runs one statement that gives one JSON value.
pub(super) async fn json(ctx: &Ctx<'_>, login: &Login, sql: &str) -> Result<Json, Failure> {
    let output = run(ctx, login, "-Atq", sql).await?;
    if !output.ok() {
        return Err(SqlError::read(&output).failure());
    }
    let out = output.out();
    let text = out.trim();
    if text.is_empty() {
        return Ok(Json::Null);
    }
    serde_json::from_str(text)
        .map_err(|e| Failure::new(format!("psql's answer is no JSON ({e}): {text}")))
}

/// What the server, or the way to it, objected to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SqlError {
    /// The message.
    pub(super) message: String,
    /// The five characters of the SQLSTATE; none when no server answered.
    pub(super) sqlstate: Option<String>,
    /// `DETAIL`.
    pub(super) detail: Option<String>,
    /// `HINT`.
    pub(super) hint: Option<String>,
    /// `CONTEXT`.
    pub(super) context: Option<String>,
    /// The place: `LINE 1: select * from nix`, or a character's position.
    pub(super) position: Option<String>,
}

impl SqlError {
    /// Reads what `psql` printed with `VERBOSITY=verbose`.
    pub(super) fn read(output: &Output) -> Self {
        let text = output.err();
        let mut error = Self::default();
        let severities = ["ERROR:  ", "FATAL:  ", "PANIC:  "];
        let mut lines = text
            .lines()
            .skip_while(|line| !severities.iter().any(|s| line.contains(s)));
        let Some(first) = lines.next() else {
            error.message = text
                .trim()
                .trim_start_matches("psql: error: ")
                .replace("\n\t", " ");
            return error;
        };
        let start = severities
            .iter()
            .find_map(|s| first.find(s).map(|at| at + s.len()));
        let message = &first[start.unwrap_or(0)..];
        match message.split_once(": ") {
            Some((state, rest)) if state.len() == 5 && !first.starts_with("psql: error") => {
                error.sqlstate = Some(state.to_owned());
                rest.clone_into(&mut error.message);
            }
            _ => message.clone_into(&mut error.message),
        }
        for line in lines {
            error.line(line);
        }
        error
    }

    fn line(&mut self, line: &str) {
        let field = |name: &str| line.strip_prefix(name).map(|rest| rest.trim().to_owned());
        if let Some(detail) = field("DETAIL:") {
            self.detail = Some(detail);
        } else if let Some(hint) = field("HINT:") {
            self.hint = Some(hint);
        } else if let Some(context) = field("CONTEXT:") {
            self.context = Some(context);
        } else if line.starts_with("LINE ") {
            self.position = Some(line.to_owned());
        }
    }

    /// What to do about it, where that is known.
    fn remedy(&self) -> Option<&'static str> {
        let has = |text: &str| self.message.contains(text);
        Some(match self.sqlstate.as_deref() {
            Some("25001") => {
                "set `autocommit: true`, so that every statement is its own transaction"
            }
            Some("42501") => {
                "the role lacks the privilege: use another `login_user`, or `become_user: postgres`"
            }
            _ if has("Peer authentication failed") => {
                "the operating system's user and the role must be of one name: set `become: true` with `become_user: postgres`"
            }
            _ if has("no psql on this host") => {
                "install the client package (postgresql-client), or give `login_host` or `login_password` to go without it"
            }
            _ if has("No such file or directory") || has("Connection refused") => {
                "the server is not running, or listens elsewhere (`login_port`, `login_unix_socket`)"
            }
            _ if has("no password supplied") || has("password authentication failed") => {
                "check `login_user` and `login_password`"
            }
            _ if has("no pg_hba.conf entry") => {
                "the server's pg_hba.conf does not let this role in from there"
            }
            _ if has("is starting up") || has("not yet accepting connections") => {
                "wait for it: `retries` with `until`"
            }
            _ if has("does not exist") && has("role ") && self.sqlstate.is_none() => {
                "log in as a role that exists: `login_user`, or `become_user: postgres`"
            }
            _ if has("does not exist") && has("database") && self.sqlstate.is_none() => {
                "check `login_db`"
            }
            _ => return None,
        })
    }

    /// `message (SQLSTATE …) at LINE 1: …; detail; hint: …: remedy`.
    pub(super) fn words(&self) -> String {
        let mut words = self.message.clone();
        if let Some(state) = &self.sqlstate {
            let _ = write!(words, " (SQLSTATE {state})");
        }
        if let Some(position) = &self.position {
            let _ = write!(words, " at {position}");
        }
        for (name, field) in [
            ("detail", &self.detail),
            ("hint", &self.hint),
            ("context", &self.context),
        ] {
            if let Some(text) = field {
                let _ = write!(words, "; {name}: {text}");
            }
        }
        if let Some(remedy) = self.remedy() {
            let _ = write!(words, ": {remedy}");
        }
        words
    }

    /// The failure of a module that ran SQL.
    pub(super) fn failure(&self) -> Failure {
        Failure::new(self.words())
            .with("sqlstate", self.sqlstate.clone())
            .with("error", self.message.clone())
            .with("detail", self.detail.clone())
            .with("hint", self.hint.clone())
            .with("position", self.position.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(stderr: &str) -> SqlError {
        SqlError::read(&Output {
            code: 3,
            stdout: Vec::new(),
            stderr: stderr.as_bytes().to_vec(),
        })
    }

    #[test]
    fn errors_of_the_server_keep_state_place_and_hint() {
        let error = read(
            "NOTICE:  00000: x\nERROR:  42703: column \"nam\" does not exist\nLINE 1: select nam from t\n               ^\nHINT:  Perhaps you meant to reference the column \"t.name\".\nLOCATION:  errorMissingColumn, parse_relation.c:3599\n",
        );
        assert_eq!(error.sqlstate.as_deref(), Some("42703"));
        assert_eq!(
            error.words(),
            "column \"nam\" does not exist (SQLSTATE 42703) at LINE 1: select nam from t; hint: Perhaps you meant to reference the column \"t.name\"."
        );
    }

    #[test]
    fn errors_of_the_connection_have_a_remedy() {
        let error = read(
            "psql: error: connection to server on socket \"/var/run/postgresql/.s.PGSQL.9999\" failed: No such file or directory\n\tIs the server running locally and accepting connections on that socket?\n",
        );
        assert_eq!(error.sqlstate, None);
        assert_eq!(
            error.words(),
            "connection to server on socket \"/var/run/postgresql/.s.PGSQL.9999\" failed: No such file or directory Is the server running locally and accepting connections on that socket?: the server is not running, or listens elsewhere (`login_port`, `login_unix_socket`)"
        );
        let peer = read(
            "psql: error: connection to server on socket \"/s\" failed: FATAL:  Peer authentication failed for user \"foo\"\n",
        );
        assert!(
            peer.words()
                .starts_with("Peer authentication failed for user \"foo\": the operating")
        );
    }

    #[test]
    fn passwords_are_exported_and_never_an_argument() {
        let login = Login {
            database: "app".to_owned(),
            password: Some(Secret::new("s3 cret")),
            port: 5432,
            ..Login::default()
        };
        let script = login.prelude();
        assert!(script.contains(" PGPASSWORD='s3 cret'\n"));
        assert!(!format!("{login:?}").contains("s3"));
    }
}
