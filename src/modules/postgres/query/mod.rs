//! `postgresql_query`: SQL, with typed rows.

mod by_psql;
mod direct;
mod result;
#[cfg(test)]
mod tests;

use futures_util::FutureExt as _;
use serde_json::Value as Json;

use super::psql::Login;
use super::sql::{self, Statement};
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};
use crate::transport::Secret;
use crate::vars::Value;
use crate::{module_args, module_choice};
use result::Answer;

module_choice! {
    /// libpq's words for encryption.
    pub(crate) enum SslMode {
        Disable = "disable",
        Allow = "allow",
        Prefer = "prefer",
        Require = "require",
        VerifyCa = "verify-ca",
        VerifyFull = "verify-full",
    }
}

module_args! {
    /// Arguments of `postgresql_query`.
    pub(crate) struct Args {
        /// The SQL: a text of one or more statements, or a list of them.
        query: Value;
        /// Values for the placeholders `%s`, in order.
        positional_args: Option<Vec<Value>>;
        /// Values for the placeholders `%(name)s`.
        named_args: Option<indexmap::IndexMap<String, Value>>;
        /// The database.
        login_db: String = "postgres" ["db", "database"];
        /// The role; the name of the operating system's user when left out.
        login_user: Option<String> ["user", "login"];
        /// Where the server is, as the host sees it; its Unix socket when left out.
        login_host: Option<String> ["host"];
        /// The server's port.
        login_port: i64 = "5432" ["port"];
        /// The folder of the Unix socket.
        login_unix_socket: Option<String> ["unix_socket"];
        /// The role's password.
        login_password: Option<Secret>;
        /// Whether the connection is encrypted.
        ssl_mode: SslMode = "prefer" ["sslmode"];
        /// The role to act as after the login.
        session_role: Option<String>;
        /// Schemas to look names up in.
        search_path: Option<Vec<String>>;
        /// Make every statement its own transaction; otherwise all of them are one.
        autocommit: bool = "false";
        /// Taken for compatibility: values are always quoted.
        trust_input: bool = "true";
        /// The folder of PostgreSQL's programs (an argument of our own), found when left out.
        bin_dir: Option<String>;
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "postgresql_query",
    aliases: &[],
    collection: "community.postgresql",
    summary: "Run SQL and get typed rows back",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::Full,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

/// What is to be run, and how.
struct Job {
    /// The statements, arguments put in.
    statements: Vec<Statement>,
    /// Statements that prepare the session.
    session: Vec<String>,
    /// Whether each statement is its own transaction.
    autocommit: bool,
    /// Whether nothing may be changed.
    read_only: bool,
}

impl Job {
    /// The statements around the transaction; a single statement is one by itself.
    fn frame(&self) -> Option<(&'static str, &'static str)> {
        if self.read_only {
            Some(("BEGIN READ ONLY", "ROLLBACK"))
        } else if self.autocommit || self.statements.len() == 1 {
            None
        } else {
            Some(("BEGIN", "COMMIT"))
        }
    }
}

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let _ = args.trust_input;
    let job = job(&args, ctx.check)?;
    if ctx.check && !job.statements.iter().all(Statement::only_looks) {
        let mut outcome = Outcome::ok().msg("not run under --check: it may change something");
        outcome.skipped = true;
        return Ok(outcome);
    }
    let by_network = args.login_host.is_some() || args.login_password.is_some();
    let encrypted = !matches!(
        args.ssl_mode,
        SslMode::Disable | SslMode::Allow | SslMode::Prefer
    );
    let login = login(&args);
    let answer = if by_network && !encrypted {
        match direct::run(&login, &job, ctx).await? {
            Some(answer) => answer,
            // The server wants encryption: libpq speaks it.
            None => by_psql::run(&login, &job, ctx).await?,
        }
    } else {
        by_psql::run(&login, &job, ctx).await?
    };
    Ok(outcome(&job, answer))
}

fn login(args: &Args) -> Login {
    let mode = match args.ssl_mode {
        SslMode::Disable => "disable",
        SslMode::Allow => "allow",
        SslMode::Prefer => "prefer",
        SslMode::Require => "require",
        SslMode::VerifyCa => "verify-ca",
        SslMode::VerifyFull => "verify-full",
    };
    Login {
        database: args.login_db.clone(),
        user: args.login_user.clone(),
        password: args.login_password.clone(),
        host: args
            .login_unix_socket
            .clone()
            .or_else(|| args.login_host.clone()),
        port: args.login_port,
        ssl_mode: Some(mode.to_owned()),
        bin_dir: args.bin_dir.clone(),
        options: None,
    }
}

/// A value as JSON, to be put into SQL.
fn json(value: &Value) -> Result<Json, Failure> {
    serde_json::to_value(value)
        .map_err(|e| Failure::new(format!("a value cannot be put into SQL: {e}")))
}

fn queries(args: &Args) -> Result<Vec<String>, Failure> {
    match json(&args.query)? {
        Json::String(text) => Ok(vec![text]),
        Json::Array(items) => items
            .into_iter()
            .map(|item| match item {
                Json::String(text) => Ok(text),
                other => Err(Failure::new(format!(
                    "`query` must be a list of texts, not {other}"
                ))),
            })
            .collect(),
        other => Err(Failure::new(format!(
            "`query` must be text or a list of texts, not {other}"
        ))),
    }
}

fn job(args: &Args, read_only: bool) -> Result<Job, Failure> {
    let mut values = sql::Args::default();
    for value in args.positional_args.iter().flatten() {
        values.positional.push(json(value)?);
    }
    for (name, value) in args.named_args.iter().flatten() {
        values.named.insert(name.clone(), json(value)?);
    }
    if !values.positional.is_empty() && !values.named.is_empty() {
        return Err(Failure::new(
            "`positional_args` and `named_args` exclude each other",
        ));
    }
    let mut statements = Vec::new();
    for query in queries(args)? {
        let text = sql::substitute(&query, &values).map_err(Failure::new)?;
        statements.extend(sql::split(&text).map_err(Failure::new)?);
    }
    if statements.is_empty() {
        return Err(Failure::new("`query` holds no statement"));
    }
    if statements.iter().any(Statement::copies_over_the_wire) {
        return Err(Failure::new(
            "`COPY … FROM STDIN` and `COPY … TO STDOUT` have no stream here: use `command` with `psql`, or a file on the server",
        ));
    }
    Ok(Job {
        statements,
        session: session(args),
        autocommit: args.autocommit,
        read_only,
    })
}

fn session(args: &Args) -> Vec<String> {
    let identifier = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let mut session = Vec::new();
    if let Some(role) = &args.session_role {
        session.push(format!("SET ROLE {}", identifier(role)));
    }
    if let Some(schemas) = &args.search_path {
        let names: Vec<String> = schemas.iter().map(|s| identifier(s)).collect();
        session.push(format!("SET search_path TO {}", names.join(", ")));
    }
    session
}

/// The result in Ansible's words; of several statements the last one gives `query_result`.
fn outcome(job: &Job, answer: Answer) -> Outcome {
    let all: Vec<Json> = answer
        .results
        .iter()
        .map(|r| Json::from(r.rows.clone()))
        .collect();
    let tags: Vec<&str> = answer.results.iter().map(|r| r.tag.as_str()).collect();
    let last = answer.results.last();
    let texts: Vec<&str> = job.statements.iter().map(|s| s.text.as_str()).collect();
    let mut outcome = Outcome::changed(answer.results.iter().any(result::QueryResult::changed))
        .with("query", texts.last().copied().unwrap_or_default())
        .with("query_list", texts)
        .with(
            "query_result",
            last.map_or_else(Vec::new, |r| r.rows.clone()),
        )
        .with("query_all_results", all)
        .with("rowcount", last.map_or(0, |r| r.count))
        .with("statusmessage", tags.last().copied().unwrap_or_default())
        .with("statusmessages", tags);
    outcome.warnings = answer.warnings;
    outcome
}
