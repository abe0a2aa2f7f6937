//! `postgresql_topology` against real servers, where they are installed.

use serde_json::json;

use super::MODULE;
use crate::modules::postgres::test_cluster::TestCluster;
use crate::modules::shell_tests::{TestHost, arguments, message};

#[tokio::test]
async fn primary_and_replica_see_each_other() {
    let Some(primary) = TestCluster::primary() else {
        return;
    };
    let replica = primary.replica("r1");
    replica.until("select status = 'streaming' from pg_stat_wal_receiver");
    primary.sql("create table t ()");
    primary.until(
        "select count(*) = 1 from pg_stat_replication where replay_lsn >= pg_current_wal_lsn()",
    );
    let seen = primary
        .module(&MODULE, json!({}), false)
        .await
        .expect("a topology")
        .result;
    assert_eq!(seen["running"], json!(true));
    assert_eq!(seen["role"], json!("primary"));
    assert_eq!(seen["timeline"], json!(1));
    assert_eq!(seen["version_num"], seen["installed"]["binary_version_num"]);
    assert_eq!(seen["restart_required"], json!(false));
    assert_eq!(seen["config"]["data_checksums"], json!("on"));
    assert_eq!(seen["upstream"], json!(null));
    let row = &seen["replicas"][0];
    assert_eq!(row["application_name"], json!("r1"));
    assert_eq!(row["state"], json!("streaming"));
    assert_eq!(row["slot"], json!("r1"));
    assert_eq!(row["lag_bytes"], json!(0));
    assert_eq!(seen["slots"][0]["active"], json!(true));
    let other = replica
        .module(&MODULE, json!({}), false)
        .await
        .expect("a topology")
        .result;
    assert_eq!(other["role"], json!("replica"));
    assert_eq!(other["system_identifier"], seen["system_identifier"]);
    assert_eq!(other["timeline"], json!(1));
    assert_eq!(other["upstream"]["status"], json!("streaming"));
    assert_eq!(other["upstream"]["slot"], json!("r1"));
    assert_eq!(
        other["configured_upstream"]["host"],
        json!(primary.socket())
    );
    assert_eq!(other["replay_paused"], json!(false));
}

#[tokio::test]
async fn a_stopped_server_is_an_answer() {
    let Some(cluster) = TestCluster::primary() else {
        return;
    };
    cluster.stop();
    let seen = cluster
        .module(&MODULE, json!({}), true)
        .await
        .expect("an answer")
        .result;
    assert_eq!(seen["running"], json!(false));
    assert_eq!(seen["state"], json!("stopped"));
    assert_eq!(seen["role"], json!(null));
    assert_eq!(seen["control_state"], json!("shut down"));
    assert_eq!(seen["timeline"], json!(1));
    assert!(seen["system_identifier"].is_string());
}

#[tokio::test]
async fn a_refused_login_is_a_failure_with_its_remedy() {
    let Some(cluster) = TestCluster::primary() else {
        return;
    };
    let ask = json!({"login_user": "nobody_at_all"});
    let failure = cluster
        .module(&MODULE, ask, false)
        .await
        .expect_err("no such role");
    assert_eq!(
        message(&failure),
        "role \"nobody_at_all\" does not exist: log in as a role that exists: `login_user`, or `become_user: postgres`"
    );
}

#[tokio::test]
async fn a_host_without_postgresql_says_so() {
    let host = TestHost::new();
    let ask = arguments(json!({"data_directory": "/nonexistent", "bin_dir": "/nonexistent"}));
    let seen = (MODULE.run)(ask, &host.ctx(false).await)
        .await
        .expect("an answer")
        .result;
    assert_eq!(seen["running"], json!(false));
    assert_eq!(seen["version"], json!(null));
    assert_eq!(seen["replicas"], json!(null));
}
