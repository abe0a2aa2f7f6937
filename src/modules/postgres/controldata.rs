//! `postgresql_controldata`: what a cluster's control file says, also while the server is stopped.

use futures_util::FutureExt as _;
use serde_json::{Map, Value as Json};

use super::locate;
use crate::module_args;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};

module_args! {
    /// Arguments of `postgresql_controldata`.
    pub(crate) struct Args {
        /// The cluster's major version, if a host has several.
        version: Option<String>;
        /// The cluster's name where Debian's tools made it, such as `main`.
        cluster: Option<String>;
        /// The data directory, found when left out.
        data_directory: Option<String> ["data_dir", "pgdata"];
        /// The folder of PostgreSQL's programs, found when left out.
        bin_dir: Option<String>;
        /// The port in the cluster's configuration.
        login_port: i64 = "5432" ["port"];
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "postgresql_controldata",
    aliases: &[],
    collection: "runbook",
    summary: "Read a cluster's control file: state, checkpoint, timeline, identity",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::ReadOnly,
    local: false,
    run: |arguments, ctx| async move { run(&Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: &Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let known = locate::Known {
        version: args.version.as_deref(),
        cluster: args.cluster.as_deref(),
        data_directory: args.data_directory.as_deref(),
        bin_dir: args.bin_dir.as_deref(),
        port: args.login_port,
    };
    let script = format!(
        "{}[ -n \"$D\" ] || {{ echo 'no data directory was found: give `data_directory`' >&2; exit 1; }}\n\
         [ -n \"$B\" ] || {{ echo 'no programs of PostgreSQL were found: give `bin_dir`' >&2; exit 1; }}\n\
         export LC_ALL=C; echo \"$D\"; exec \"$B/pg_controldata\" -D \"$D\"\n",
        locate::server(&known)
    );
    let output = ctx.remote.check("read the control file", &script).await?;
    let out = output.out();
    let (directory, text) = out.split_once('\n').unwrap_or_default();
    let control = parse(text);
    let mut outcome = Outcome::ok().with("data_directory", directory);
    for (key, name) in SHORT {
        outcome = outcome.with(name, control.get(*key).cloned().unwrap_or_default());
    }
    Ok(outcome.with("control", Json::Object(control)))
}

/// What steps ask for most, by names of their own.
const SHORT: &[(&str, &str)] = &[
    ("database_cluster_state", "state"),
    ("database_system_identifier", "system_identifier"),
    ("latest_checkpoint_location", "checkpoint_location"),
    ("latest_checkpoints_redo_location", "redo_location"),
    ("latest_checkpoints_timelineid", "timeline"),
    (
        "minimum_recovery_ending_location",
        "minimum_recovery_ending_location",
    ),
];

/// Every line of `pg_controldata` by its label in lower case with underscores; whole numbers are
/// numbers, except the system identifier, which is too large for some readers of JSON.
pub(super) fn parse(text: &str) -> Map<String, Json> {
    let mut found = Map::new();
    for (label, value) in text.lines().filter_map(|line| line.split_once(':')) {
        let (key, value) = (key(label), value.trim());
        let number = value
            .parse::<i64>()
            .ok()
            .filter(|_| key != "database_system_identifier");
        let value = number.map_or_else(|| Json::from(value), Json::from);
        found.insert(key, value);
    }
    found
}

/// `Latest checkpoint's REDO location` as `latest_checkpoints_redo_location`.
fn key(label: &str) -> String {
    let kept = label
        .chars()
        .filter(|c| *c != '\'' && *c != '(' && *c != ')');
    let text: String = kept
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect();
    let words: Vec<&str> = text.split('_').filter(|w| !w.is_empty()).collect();
    words.join("_")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::modules::postgres::test_cluster::TestCluster;

    #[test]
    fn labels_become_names() {
        let text = "pg_control version number:            1300\nDatabase system identifier:           7443\nLatest checkpoint's REDO location:    0/3000028\nLatest checkpoint's TimeLineID:       2\n";
        let found = parse(text);
        assert_eq!(found["pg_control_version_number"], json!(1300));
        assert_eq!(found["database_system_identifier"], json!("7443"));
        assert_eq!(
            found["latest_checkpoints_redo_location"],
            json!("0/3000028")
        );
        assert_eq!(found["latest_checkpoints_timelineid"], json!(2));
    }

    #[tokio::test]
    async fn a_stopped_cluster_tells_its_state() {
        let Some(cluster) = TestCluster::primary() else {
            return;
        };
        cluster.stop();
        let outcome = cluster
            .module(&MODULE, json!({}), true)
            .await
            .expect("a control file");
        assert_eq!(outcome.result["state"], json!("shut down"));
        assert_eq!(outcome.result["timeline"], json!(1));
        assert_eq!(outcome.result["data_directory"], json!(cluster.data()));
        assert!(
            outcome.result["checkpoint_location"]
                .as_str()
                .is_some_and(|l| l.contains('/'))
        );
    }
}
