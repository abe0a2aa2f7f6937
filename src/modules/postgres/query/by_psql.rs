//! Statements through `psql` on the host, with their columns' types.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

use super::Job;
use super::result::{Answer, QueryResult, unique};
use crate::modules::postgres::csv;
use crate::modules::postgres::psql::{self, Login, SqlError};
use crate::modules::postgres::sql::Statement;
use crate::modules::postgres::value::Kind;
use crate::modules::sections::Sections;
use crate::modules::{Ctx, Failure};

/// What `\gdesc` prints for a statement without columns.
const NO_COLUMNS: &str = "The command has no result, or the result has no columns.";

/// Runs a job in one call of `psql`.
pub(super) async fn run(login: &Login, job: &Job, ctx: &Ctx<'_>) -> Result<Answer, Failure> {
    // Nothing a column can hold, as nobody can know it beforehand.
    let null = format!("null-{:016x}", fastrand::u64(..));
    let output = psql::run(ctx, login, "--csv", &script(job, &null)).await?;
    let sections = Sections::parse(&output.out());
    if !output.ok() {
        let which = job.statements.len() > 1;
        let failed = sections.count("desc").max(1);
        let failure = SqlError::read(&output).failure();
        let statement = job.statements.get(failed - 1).map(|s| s.text.clone());
        return Err(if which {
            failure.with("query", statement).with("statement", failed)
        } else {
            failure.with("query", statement)
        });
    }
    let statements = job.statements.iter().enumerate();
    let results = statements.map(|(n, statement)| result(&sections, n, statement, &null));
    Ok(Answer {
        results: results.collect(),
        warnings: warnings(&output.err()),
    })
}

/// Every statement is described first, which runs nothing, and then run.
fn script(job: &Job, null: &str) -> String {
    let mut script = format!("\\set QUIET on\n\\pset tuples_only on\n\\pset null {null}\n");
    for statement in &job.session {
        let _ = writeln!(script, "{statement};");
    }
    let (begin, end) = job.frame().unwrap_or_default();
    if !begin.is_empty() {
        let _ = writeln!(script, "{begin};");
    }
    script.push_str("\\set QUIET off\n");
    for (n, statement) in job.statements.iter().enumerate() {
        let text = &statement.text;
        let _ = write!(
            script,
            "\\echo '\\n\\036desc{n}'\n{text}\n\\gdesc\n\\echo '\\n\\036rows{n}'\n{text}\n\\g\n\
             \\echo '\\n\\036count{n}'\n\\echo :ROW_COUNT\n"
        );
    }
    if !end.is_empty() {
        let _ = writeln!(script, "\\set QUIET on\n{end};");
    }
    script
}

fn result(sections: &Sections, n: usize, statement: &Statement, null: &str) -> QueryResult {
    let count = sections
        .get(&format!("count{n}"))
        .trim()
        .parse()
        .unwrap_or(0);
    let described = sections.get(&format!("desc{n}"));
    let body = sections.get(&format!("rows{n}"));
    if described.trim() == NO_COLUMNS {
        return QueryResult {
            tag: body.trim().to_owned(),
            count,
            rows: Vec::new(),
        };
    }
    let columns = csv::parse(&format!("{described}\n"), null);
    let mut columns = columns.into_iter().map(|mut fields| {
        let kind = fields.pop().flatten().unwrap_or_default();
        (fields.pop().flatten().unwrap_or_default(), Kind::of(&kind))
    });
    let (names, kinds): (Vec<String>, Vec<Kind>) = columns.by_ref().unzip();
    let names = unique(names);
    let mut records = if body.is_empty() {
        Vec::new()
    } else {
        csv::parse(&format!("{body}\n"), null)
    };
    let mut result = QueryResult {
        tag: tag_below(&mut records, count),
        count,
        rows: Vec::new(),
    };
    let rows = records
        .into_iter()
        .map(|fields| row(&names, &kinds, fields));
    result.rows = rows.collect();
    result.finish(statement);
    result
}

/// Commands that write and return rows print their tag below them; others print rows only.
fn tag_below(records: &mut Vec<Vec<csv::Field>>, count: u64) -> String {
    let one_more = u64::try_from(records.len()).is_ok_and(|n| n == count + 1);
    let tag = records
        .last()
        .and_then(|fields| fields.first().cloned().flatten());
    let writes = ["INSERT ", "UPDATE ", "DELETE ", "MERGE "];
    match tag.filter(|tag| one_more && writes.iter().any(|verb| tag.starts_with(verb))) {
        Some(tag) => {
            records.pop();
            tag
        }
        None => String::new(),
    }
}

fn row(names: &[String], kinds: &[Kind], fields: Vec<csv::Field>) -> Json {
    let value = |kind: &Kind, field: csv::Field| field.map_or(Json::Null, |text| kind.read(&text));
    let values = kinds
        .iter()
        .zip(fields)
        .map(|(kind, field)| value(kind, field));
    Json::Object(
        names
            .iter()
            .cloned()
            .zip(values)
            .collect::<Map<String, Json>>(),
    )
}

/// The server's warnings, without their codes.
fn warnings(stderr: &str) -> Vec<String> {
    let lines = stderr
        .lines()
        .filter_map(|line| line.split_once("WARNING:  "));
    let text = |rest: &str| match rest.split_once(": ") {
        Some((state, text)) if state.len() == 5 => text.to_owned(),
        _ => rest.to_owned(),
    };
    lines.map(|(_, rest)| text(rest)).collect()
}
