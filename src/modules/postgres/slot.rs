//! `postgresql_slot`: replication slots.

use futures_util::FutureExt as _;
use serde_json::Value as Json;

use super::psql::{self, Login};
use super::sql::text_literal;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};
use crate::{module_args, module_choice};

module_choice! {
    /// What `slot_type` may be.
    pub(crate) enum SlotType {
        Physical = "physical",
        Logical = "logical",
    }
}

module_choice! {
    /// What `state` may be.
    pub(crate) enum State {
        Present = "present",
        Absent = "absent",
    }
}

module_args! {
    /// Arguments of `postgresql_slot`.
    pub(crate) struct Args {
        /// The slots; one name or several.
        name: Vec<String> ["slot_name"];
        /// Whether they are to be there.
        state: State = "present";
        /// For a whole server's log, or for one database's changes.
        slot_type: SlotType = "physical";
        /// Whether log is kept from now on, rather than from the first connection on.
        immediately_reserve: bool = "false";
        /// What decodes the changes of a logical slot.
        output_plugin: String = "test_decoding";
        /// The database; a logical slot belongs to it.
        login_db: String = "postgres" ["db"];
        /// The role; libpq's default, the operating system's user, when left out.
        login_user: Option<String> ["user"];
        /// The server's port.
        login_port: i64 = "5432" ["port"];
        /// The folder of the Unix socket.
        login_unix_socket: Option<String> ["unix_socket"];
        /// The folder of PostgreSQL's programs, found when left out.
        bin_dir: Option<String>;
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "postgresql_slot",
    aliases: &[],
    collection: "community.postgresql",
    summary: "Create or drop replication slots",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::Full,
    local: false,
    run: |arguments, ctx| async move { run(&Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: &Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let login = Login {
        database: args.login_db.clone(),
        user: args.login_user.clone(),
        host: args.login_unix_socket.clone(),
        port: args.login_port,
        bin_dir: args.bin_dir.clone(),
        ..Login::default()
    };
    for name in &args.name {
        check_name(name)?;
    }
    let slots = psql::json(ctx, &login, LIST).await?;
    let mut statements = Vec::new();
    let mut outcome = Outcome::ok();
    let mut changed: Vec<&str> = Vec::new();
    for name in &args.name {
        let slot = slots
            .as_array()
            .and_then(|all| all.iter().find(|s| s["name"] == name.as_str()));
        let Some(statement) = decide(args, name, slot)? else {
            continue;
        };
        statements.push(statement);
        changed.push(name);
        let (before, after) = match args.state {
            State::Present => ("", "present"),
            State::Absent => ("present", ""),
        };
        outcome = outcome.diff(format!("replication slot {name}"), before, after);
    }
    if !statements.is_empty() && !ctx.check {
        let sql = format!("SELECT json_build_array({});", statements.join(", "));
        psql::json(ctx, &login, &sql).await?;
    }
    outcome.changed = !changed.is_empty();
    Ok(outcome
        .with("name", args.name.join(","))
        .with("changed_slots", changed))
}

const LIST: &str = "SELECT coalesce(json_agg(json_build_object('name', slot_name, 'type', slot_type, 'active', active, \
     'pid', active_pid, 'restart_lsn', restart_lsn, 'database', database, 'plugin', plugin)), '[]') FROM pg_replication_slots;";

/// Names are lower-case letters, digits and underscores, at most 63 of them (PostgreSQL's rule).
fn check_name(name: &str) -> Result<(), Failure> {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.is_empty() && name.len() <= 63 && name.chars().all(legal) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "`{name}` is no name for a replication slot: only lower-case letters, digits and `_`, at most 63"
    )))
}

/// The function call that brings one slot there; none when it is there already.
fn decide(args: &Args, name: &str, slot: Option<&Json>) -> Result<Option<String>, Failure> {
    let quoted = text_literal(name);
    let wanted = match args.slot_type {
        SlotType::Physical => "physical",
        SlotType::Logical => "logical",
    };
    match (args.state, slot) {
        (State::Absent, Some(slot)) if slot["active"] == true => Err(Failure::new(format!(
            "the slot {name} is in use by process {}: stop or redirect what streams from it first",
            slot["pid"]
        ))),
        (State::Absent, Some(_)) => Ok(Some(format!("pg_drop_replication_slot({quoted})::text"))),
        (State::Present, Some(slot)) if slot["type"] != wanted => Err(Failure::new(format!(
            "there is a slot {name} already, and it is {}: drop it first, or choose another name",
            slot["type"].as_str().unwrap_or("of another type")
        ))),
        (State::Present, Some(_)) | (State::Absent, None) => Ok(None),
        (State::Present, None) => Ok(Some(match args.slot_type {
            SlotType::Physical => format!(
                "pg_create_physical_replication_slot({quoted}, {})::text",
                args.immediately_reserve
            ),
            SlotType::Logical => format!(
                "pg_create_logical_replication_slot({quoted}, {})::text",
                text_literal(&args.output_plugin)
            ),
        })),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::modules::postgres::test_cluster::TestCluster;
    use crate::modules::shell_tests::message;

    #[tokio::test]
    async fn slots_come_and_go_once() {
        let Some(cluster) = TestCluster::primary() else {
            return;
        };
        let ask = json!({"name": ["a", "b"], "immediately_reserve": true});
        let guess = cluster
            .module(&MODULE, ask.clone(), true)
            .await
            .expect("a guess");
        assert!(guess.changed);
        assert_eq!(
            cluster.sql("select count(*) from pg_replication_slots"),
            "0"
        );
        let made = cluster
            .module(&MODULE, ask.clone(), false)
            .await
            .expect("two slots");
        assert!(made.changed);
        assert_eq!(made.diff.len(), 2);
        assert_eq!(
            cluster.sql("select count(*) from pg_replication_slots where restart_lsn is not null"),
            "2"
        );
        let again = cluster
            .module(&MODULE, ask, false)
            .await
            .expect("nothing to do");
        assert!(!again.changed);
        let drop = json!({"name": "a", "state": "absent"});
        assert!(
            cluster
                .module(&MODULE, drop.clone(), false)
                .await
                .expect("a drop")
                .changed
        );
        assert!(
            !cluster
                .module(&MODULE, drop, false)
                .await
                .expect("nothing to do")
                .changed
        );
        assert_eq!(
            cluster.sql("select slot_name from pg_replication_slots"),
            "b"
        );
        let other = json!({"name": "b", "slot_type": "logical"});
        let failure = cluster
            .module(&MODULE, other, false)
            .await
            .expect_err("another type");
        assert_eq!(
            message(&failure),
            "there is a slot b already, and it is physical: drop it first, or choose another name"
        );
        let bad = json!({"name": "B-1"});
        assert!(cluster.module(&MODULE, bad, false).await.is_err());
    }
}
