//! A planned switchover, there and back, on real servers.

use serde_json::json;

use super::MODULE;
use crate::modules::postgres::test_cluster::TestCluster;
use crate::modules::postgres::{controldata, promote, slot};
use crate::modules::shell_tests::message;

#[tokio::test]
async fn a_running_primary_is_not_turned() {
    let Some(primary) = TestCluster::primary() else {
        return;
    };
    let failure = primary
        .module(&MODULE, json!({"primary_host": "x"}), false)
        .await
        .expect_err("a primary");
    assert!(message(&failure).starts_with("the node runs as a primary"));
}

#[tokio::test]
async fn the_old_primary_and_the_other_replica_follow_the_new_primary() {
    let Some(old) = TestCluster::primary() else {
        return;
    };
    let (new, other) = (old.replica("r1"), old.replica("r2"));
    new.until("select status = 'streaming' from pg_stat_wal_receiver");
    other.until("select status = 'streaming' from pg_stat_wal_receiver");
    old.sql("create table t as select 1 as a");
    old.stop();
    let control = old
        .module(&controldata::MODULE, json!({}), false)
        .await
        .expect("a control file");
    let beyond = json!({"replayed_beyond": control.result["checkpoint_location"]});
    new.module(&promote::MODULE, beyond, false)
        .await
        .expect("a promotion");
    let slots = json!({"name": ["r0", "r2"]});
    new.module(&slot::MODULE, slots, false)
        .await
        .expect("slots");
    let follow = |slot: &str| json!({"primary_host": new.socket(), "primary_port": new.port(), "primary_slot_name": slot, "primary_user": "postgres"});
    let guess = other
        .module(&MODULE, follow("r2"), true)
        .await
        .expect("a guess");
    assert!(guess.changed);
    let outcome = other
        .module(&MODULE, follow("r2"), false)
        .await
        .expect("a follower");
    assert_eq!(outcome.result["streaming"], json!(true));
    assert_eq!(outcome.result["upstream"]["slot"], json!("r2"));
    assert_eq!(outcome.result["upstream"]["timeline"], json!(2));
    let again = other
        .module(&MODULE, follow("r2"), false)
        .await
        .expect("nothing to do");
    assert!(!again.changed);
    let rejoin = old
        .module(&MODULE, follow("r0"), false)
        .await
        .expect("a configuration");
    assert!(rejoin.changed);
    assert_eq!(rejoin.result["streaming"], json!(false));
    old.start();
    let proof = old
        .module(&MODULE, follow("r0"), false)
        .await
        .expect("a proof");
    assert!(!proof.changed);
    assert_eq!(proof.result["upstream"]["timeline"], json!(2));
    new.sql("insert into t values (2)");
    old.until("select count(*) = 2 from t");
    other.until("select count(*) = 2 from t");
}

#[tokio::test]
async fn a_node_that_cannot_stream_says_what_it_does_instead() {
    let Some(primary) = TestCluster::primary() else {
        return;
    };
    let replica = primary.replica("r1");
    replica.until("select status = 'streaming' from pg_stat_wal_receiver");
    let ask = json!({"primary_host": primary.socket(), "primary_port": primary.port(), "primary_slot_name": "no_such_slot", "timeout": 1});
    let failure = replica
        .module(&MODULE, ask, false)
        .await
        .expect_err("no such slot");
    assert!(
        message(&failure).contains("after 1 s: it receives nothing"),
        "{}",
        message(&failure)
    );
    assert!(message(&failure).contains("the slot no_such_slot is missing there"));
}
