//! `postgresql_promote`: a replica becomes a primary, and proves it.

use futures_util::FutureExt as _;
use serde_json::Value as Json;

use super::lsn::Lsn;
use super::psql::{self, Login};
use crate::module_args;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};

module_args! {
    /// Arguments of `postgresql_promote`.
    pub(crate) struct Args {
        /// Refuse unless the log has been replayed beyond this place: the old primary's
        /// `checkpoint_location` after its clean stop. Then nothing it wrote is lost, and it can
        /// follow the new primary as it is.
        replayed_beyond: Option<String>;
        /// The longest wait for the promotion, in seconds.
        timeout: i64 = "60" ["wait_seconds"];
        /// The database to connect to.
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
    name: "postgresql_promote",
    aliases: &[],
    collection: "runbook",
    summary: "Promote a replica, and prove that it is a primary on a new timeline",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::Full,
    local: false,
    run: |arguments, ctx| async move { run(&Args::decode(arguments)?, ctx).await }.boxed(),
};

/// The timeline is read from the log that is written, once it is: the control file learns of it late.
const STATE: &str = "SELECT json_build_object('recovering', pg_is_in_recovery(), \
     'replayed', CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END, \
     'paused', CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() END, \
     'version', current_setting('server_version_num')::int, \
     'timeline', CASE WHEN pg_is_in_recovery() THEN \
        coalesce((SELECT received_tli FROM pg_stat_wal_receiver), nullif((SELECT min_recovery_end_timeline FROM pg_control_recovery()), 0), \
            (SELECT timeline_id FROM pg_control_checkpoint()))::text \
       ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END);";

async fn run(args: &Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let login = Login {
        database: args.login_db.clone(),
        user: args.login_user.clone(),
        host: args.login_unix_socket.clone(),
        port: args.login_port,
        bin_dir: args.bin_dir.clone(),
        ..Login::default()
    };
    let before = psql::json(ctx, &login, STATE).await?;
    let old = timeline(&before);
    if before["recovering"] == false {
        return Ok(Outcome::ok()
            .msg("it is a primary already")
            .with("timeline", old));
    }
    guard(args, &before)?;
    if ctx.check {
        return Ok(Outcome::changed(true).with("timeline_before", old));
    }
    let timeout = args.timeout.max(1);
    let promote = format!("SELECT to_json(pg_promote(true, {timeout}));");
    let done = psql::json(ctx, &login, &promote).await?;
    let after = psql::json(ctx, &login, STATE).await?;
    if after["recovering"] != false {
        let how = if done == true {
            ""
        } else {
            "; the promotion goes on"
        };
        return Err(Failure::new(format!(
            "the replica was told to promote and is still in recovery after {timeout} s{how}: see its log, and look again before anything else is changed"
        )));
    }
    let new = timeline(&after);
    if new <= old {
        return Err(Failure::new(format!(
            "the replica is out of recovery on timeline {new:?}, which does not come after {old:?}: see its log before writes are let in"
        )));
    }
    let text = |tli: Option<i64>| tli.map_or_else(String::new, |t| t.to_string());
    Ok(Outcome::changed(true)
        .diff("role", "replica", "primary")
        .diff("timeline", text(old), text(new))
        .with("timeline_before", old)
        .with("timeline", new)
        .with("replayed", before["replayed"].clone()))
}

/// The timeline's number: decimal while recovering, hexadecimal from a log file's name.
fn timeline(state: &Json) -> Option<i64> {
    let text = state["timeline"].as_str()?;
    let radix = if state["recovering"] == true { 10 } else { 16 };
    i64::from_str_radix(text, radix).ok()
}

/// Refuses what must not be promoted.
fn guard(args: &Args, state: &Json) -> Result<(), Failure> {
    if state["version"].as_i64().is_some_and(|v| v < 120_000) {
        return Err(Failure::new(
            "PostgreSQL before 12 has no `pg_promote()`: run `pg_ctl promote` by `command`",
        ));
    }
    if state["paused"] == true {
        return Err(Failure::new(
            "replay is paused: resume it first (`SELECT pg_wal_replay_resume()`), so that everything received is applied",
        ));
    }
    let Some(wanted) = &args.replayed_beyond else {
        return Ok(());
    };
    let place = Lsn::parse(wanted).ok_or_else(|| {
        Failure::new(format!(
            "`replayed_beyond`: `{wanted}` is no place in the log, such as 0/3000148"
        ))
    })?;
    let replayed = state["replayed"].as_str().unwrap_or_default();
    // The place is where the old primary's last record begins: the replica must be past it.
    if Lsn::parse(replayed).is_some_and(|replayed| replayed > place) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "the replica has replayed up to {replayed}, not beyond {wanted}, where the old primary's last record begins: promoting it now would lose what lies between; let it catch up, or start the old primary again"
    )))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::modules::postgres::controldata;
    use crate::modules::postgres::test_cluster::TestCluster;
    use crate::modules::shell_tests::message;

    #[tokio::test]
    async fn a_replica_that_has_everything_becomes_primary_on_a_new_timeline() {
        let Some(primary) = TestCluster::primary() else {
            return;
        };
        let replica = primary.replica("r1");
        replica.until("select status = 'streaming' from pg_stat_wal_receiver");
        primary.sql("create table t as select 1 as a");
        primary.stop();
        let control = primary
            .module(&controldata::MODULE, json!({}), false)
            .await
            .expect("a control file");
        let place = control.result["checkpoint_location"].clone();
        let beyond = json!({"replayed_beyond": "F/0"});
        let failure = replica
            .module(&MODULE, beyond, false)
            .await
            .expect_err("too far");
        assert!(message(&failure).contains("not beyond F/0"));
        assert_eq!(replica.sql("select pg_is_in_recovery()"), "t");
        let ask = json!({"replayed_beyond": place});
        assert!(
            replica
                .module(&MODULE, ask.clone(), true)
                .await
                .expect("a guess")
                .changed
        );
        assert_eq!(replica.sql("select pg_is_in_recovery()"), "t");
        let outcome = replica
            .module(&MODULE, ask.clone(), false)
            .await
            .expect("a promotion");
        assert!(outcome.changed);
        assert_eq!(outcome.result["timeline_before"], json!(1));
        assert_eq!(outcome.result["timeline"], json!(2));
        assert_eq!(replica.sql("select a from t"), "1");
        let again = replica
            .module(&MODULE, ask, false)
            .await
            .expect("nothing to do");
        assert!(!again.changed);
        assert_eq!(again.result["timeline"], json!(2));
    }
}
