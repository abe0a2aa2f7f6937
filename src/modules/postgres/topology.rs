//! `postgresql_topology`: who this node is in its cluster, whom it follows, who follows it.

mod node;
mod script;
#[cfg(test)]
mod tests;

use futures_util::FutureExt as _;

use super::psql::Login;
use crate::module_args;
use crate::modules::sections::Sections;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};

module_args! {
    /// Arguments of `postgresql_topology`.
    pub(crate) struct Args {
        /// The cluster's major version, if a host has several.
        version: Option<String>;
        /// The cluster's name where Debian's tools made it, such as `main`.
        cluster: Option<String>;
        /// The data directory, found when left out.
        data_directory: Option<String> ["data_dir", "pgdata"];
        /// The folder of PostgreSQL's programs, found when left out.
        bin_dir: Option<String>;
        /// The role; libpq's default, the operating system's user, when left out.
        login_user: Option<String> ["user"];
        /// The database to connect to.
        login_db: String = "postgres" ["db"];
        /// The server's port.
        login_port: i64 = "5432" ["port"];
        /// The folder of the Unix socket.
        login_unix_socket: Option<String> ["unix_socket"];
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "postgresql_topology",
    aliases: &[],
    collection: "runbook",
    summary: "Tell a node's role, versions, lag, slots, and who streams from whom",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::ReadOnly,
    local: false,
    run: |arguments, ctx| async move { run(&Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: &Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let login = Login {
        database: args.login_db.clone(),
        user: args.login_user.clone(),
        host: args.login_unix_socket.clone(),
        bin_dir: args.bin_dir.clone(),
        port: args.login_port,
        options: Some("-c statement_timeout=15s".to_owned()),
        ..Login::default()
    };
    let script = script::script(args, &login);
    let output = ctx
        .remote
        .run_with_stdin(&script, script::SQL.as_bytes())
        .await?;
    if !output.ok() {
        return Err(crate::modules::remote::failed(
            "read the node's state",
            &output,
        ));
    }
    let mut outcome = Outcome::ok();
    outcome.result = node::read(&Sections::parse(&output.out()))?;
    Ok(outcome)
}
