//! Statements over a connection of our own: where a password or a host is given.

use serde_json::{Map, Value as Json};
use tokio_postgres::types::{Kind as PgKind, Type};
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};

use super::Job;
use super::result::{Answer, QueryResult, unique};
use crate::modules::postgres::psql::{Login, SqlError};
use crate::modules::postgres::sql::Statement;
use crate::modules::postgres::value::Kind;
use crate::modules::{Ctx, Failure};
use crate::transport::Endpoint;

/// Longest wait for the server to answer a login.
const CONNECT_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// Runs a job; none when the server takes encrypted connections only.
pub(super) async fn run(
    login: &Login,
    job: &Job,
    ctx: &Ctx<'_>,
) -> Result<Option<Answer>, Failure> {
    let stream = ctx.remote.open(&endpoint(login)?).await?;
    let config = config(login);
    let login_in = config.connect_raw(stream, NoTls);
    let connected = tokio::time::timeout(CONNECT_TIMEOUT, login_in).await.map_err(|_| {
        Failure::new(format!(
            "the server did not answer the login within {} s: is it PostgreSQL that listens there?",
            CONNECT_TIMEOUT.as_secs()
        ))
    })?;
    let (client, connection) = match connected {
        Ok(pair) => pair,
        Err(e) if wants_encryption(&e) => return Ok(None),
        Err(e) => return Err(explain(&e).failure()),
    };
    // It ends by itself when the client is dropped; its errors reach the client's calls.
    let driver = tokio::spawn(connection);
    let answer = statements(&client, job).await;
    drop(client);
    let _ = driver.await;
    answer.map(Some)
}

fn endpoint(login: &Login) -> Result<Endpoint, Failure> {
    let port = u16::try_from(login.port)
        .map_err(|_| Failure::new(format!("`login_port` {} is no port", login.port)))?;
    Ok(match login.host.as_deref() {
        Some(folder) if folder.starts_with('/') => {
            Endpoint::Unix(format!("{folder}/.s.PGSQL.{port}"))
        }
        Some(host) if !host.is_empty() => Endpoint::Tcp(host.to_owned(), port),
        _ => Endpoint::Tcp("localhost".to_owned(), port),
    })
}

fn config(login: &Login) -> Config {
    let mut config = Config::new();
    config
        .user(login.user.as_deref().unwrap_or("postgres"))
        .dbname(&login.database)
        .application_name("runbook");
    if let Some(password) = &login.password {
        config.password(password.expose());
    }
    config
}

fn wants_encryption(error: &tokio_postgres::Error) -> bool {
    let text = error
        .as_db_error()
        .map_or("", tokio_postgres::error::DbError::message);
    text.contains("no encryption") || text.contains("SSL off")
}

async fn statements(client: &Client, job: &Job) -> Result<Answer, Failure> {
    for statement in &job.session {
        batch(client, statement).await?;
    }
    let frame = job.frame();
    if let Some((begin, _)) = frame {
        batch(client, begin).await?;
    }
    let mut answer = Answer::default();
    for (n, statement) in job.statements.iter().enumerate() {
        let result = one(client, statement).await.map_err(|e| {
            let failure = explain(&e).failure().with("query", statement.text.clone());
            failure.with("statement", n + 1)
        })?;
        answer.results.push(result);
    }
    if let Some((_, end)) = frame {
        batch(client, end).await?;
    }
    Ok(answer)
}

async fn batch(client: &Client, sql: &str) -> Result<(), Failure> {
    let done = client.batch_execute(sql).await;
    done.map_err(|e| explain(&e).failure().with("query", sql))
}

/// Prepares the statement for its types, and runs it by the simple protocol, which gives every
/// value as the text that all of our readers take.
async fn one(client: &Client, statement: &Statement) -> Result<QueryResult, tokio_postgres::Error> {
    let prepared = client.prepare(&statement.text).await?;
    let names = prepared
        .columns()
        .iter()
        .map(|c| c.name().to_owned())
        .collect();
    let names: Vec<String> = unique(names);
    let kinds: Vec<Kind> = prepared.columns().iter().map(|c| kind(c.type_())).collect();
    let mut result = QueryResult::default();
    for message in client.simple_query(&statement.text).await? {
        match message {
            SimpleQueryMessage::Row(row) => {
                let value = |n: usize| row.get(n).map_or(Json::Null, |text| kinds[n].read(text));
                let values = (0..kinds.len().min(row.len())).map(value);
                let row: Map<String, Json> = names.iter().cloned().zip(values).collect();
                result.rows.push(Json::Object(row));
            }
            SimpleQueryMessage::CommandComplete(count) => result.count = count,
            _ => {}
        }
    }
    result.finish(statement);
    Ok(result)
}

fn kind(r#type: &Type) -> Kind {
    if let PgKind::Array(element) = r#type.kind() {
        return Kind::Array(Box::new(kind(element)));
    }
    match r#type.name() {
        "int2" | "int4" | "int8" | "oid" | "xid" | "xid8" => Kind::Int,
        "float4" | "float8" => Kind::Float,
        "bool" => Kind::Bool,
        "json" | "jsonb" => Kind::Json,
        _ => Kind::Text,
    }
}

/// An error of the server or of the way to it.
fn explain(error: &tokio_postgres::Error) -> SqlError {
    let Some(db) = error.as_db_error() else {
        let cause = std::error::Error::source(error).map(|c| format!(": {c}"));
        return SqlError {
            message: format!("{error}{}", cause.unwrap_or_default()),
            ..SqlError::default()
        };
    };
    let position = db.position().map(|position| match position {
        tokio_postgres::error::ErrorPosition::Original(at) => format!("character {at}"),
        tokio_postgres::error::ErrorPosition::Internal { position, query } => {
            format!("character {position} of {query}")
        }
    });
    SqlError {
        message: db.message().to_owned(),
        sqlstate: Some(db.code().code().to_owned()),
        detail: db.detail().map(str::to_owned),
        hint: db.hint().map(str::to_owned),
        context: db.where_().map(str::to_owned),
        position,
    }
}
