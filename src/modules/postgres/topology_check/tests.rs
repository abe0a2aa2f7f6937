//! Verdicts over made-up clusters.

use serde_json::{Value as Json, json};

use super::MODULE;
use crate::modules::shell_tests::{TestHost, arguments, message};
use crate::modules::{Failure, Outcome};

fn primary(replicas: &Json) -> Json {
    json!({
        "running": true, "state": "running", "role": "primary", "system_identifier": "7", "timeline": 3,
        "replicas": replicas, "slots": [], "upstream": null, "version": "15.20", "port": 5432,
    })
}

fn replica(slot: &str) -> Json {
    json!({
        "running": true, "state": "running", "role": "replica", "system_identifier": "7", "timeline": 3,
        "replicas": [], "slots": [], "replay_paused": false,
        "upstream": {"status": "streaming", "slot": slot},
        "configured_upstream": {"host": "10.0.0.1", "port": 5432, "slot": slot},
    })
}

fn row(slot: &str, lag: u64) -> Json {
    json!({"slot": slot, "application_name": slot, "state": "streaming", "sync_state": "async", "lag_bytes": lag, "replay_lag_seconds": 0.1})
}

async fn check(nodes: Json, more: Json) -> Result<Outcome, Failure> {
    let mut ask = json!({"nodes": nodes});
    ask.as_object_mut()
        .expect("a mapping")
        .extend(more.as_object().expect("a mapping").clone());
    let host = TestHost::new();
    (MODULE.run)(arguments(ask), &host.ctx(false).await).await
}

async fn problem(nodes: Json, more: Json) -> String {
    let failure = check(nodes, more).await.expect_err("a problem");
    message(&failure).to_owned()
}

#[tokio::test]
async fn a_sound_cluster_is_told_in_order_of_fitness() {
    let mut sync = row("db3", 900);
    sync["sync_state"] = json!("sync");
    let nodes = json!({
        "db2": replica("db2"), "db1": primary(&json!([row("db2", 100), row("db4", 0), sync])),
        "db3": replica("db3"), "db4": replica("db4"),
        "app1": {"running": false, "state": "absent"},
    });
    let outcome = check(
        nodes,
        json!({"require_replicas": 3, "expected_primary": "db1"}),
    )
    .await
    .expect("a sound cluster");
    assert_eq!(outcome.result["ok"], json!(true));
    assert_eq!(outcome.result["primary"], json!("db1"));
    assert_eq!(outcome.result["replicas"], json!(["db3", "db4", "db2"]));
    assert_eq!(outcome.result["without_postgresql"], json!(["app1"]));
    assert_eq!(outcome.result["nodes"]["db2"]["upstream"], json!("db1"));
    assert_eq!(outcome.result["nodes"]["db2"]["lag_bytes"], json!(100));
}

#[tokio::test]
async fn two_primaries_are_named_with_their_timelines() {
    let mut other = primary(&json!([]));
    other["timeline"] = json!(4);
    let text = problem(json!({"db1": primary(&json!([])), "db2": other}), json!({})).await;
    assert_eq!(
        text,
        "2 nodes are primaries: db1 (timeline 3) and db2 (timeline 4): fence all but one before going on, then rejoin them with `pg_rewind` or a new base backup"
    );
}

#[tokio::test]
async fn every_problem_is_listed() {
    let mut behind = replica("db3");
    behind["timeline"] = json!(2);
    let mut lost = replica("db4");
    lost["upstream"] = json!(null);
    let nodes = json!({
        "db1": primary(&json!([row("db2", 64 << 20), row("db3", 0)])),
        "db2": replica("db2"), "db3": behind, "db4": lost,
        "db5": {"running": false, "state": "stopped", "control_state": "shut down in recovery", "system_identifier": "8"},
    });
    let failure = check(nodes.clone(), json!({"require_replicas": 3}))
        .await
        .expect_err("problems");
    let Failure::Failed { result, .. } = &failure else {
        panic!("unreachable")
    };
    assert_eq!(
        result["problems"],
        json!([
            "the nodes are of different clusters, by their system identifiers: db1, db2, db3, db4 (7) and db5 (8): correct the inventory, or rebuild the node that does not belong",
            "db2 is 64 MB behind db1, more than the 16 MB allowed: let it catch up, or raise `max_replication_lag`",
            "db3 is on timeline 2 and db1, which it follows, on 3: wait until it has switched, or rebuild it",
            "db4 does not stream (it should from 10.0.0.1:5432 by slot db4): see its log; the slot may be missing there, or its log be gone",
            "db5 is stopped (its control file says: shut down in recovery): start it",
            "2 replicas stream and 3 are required: bring the others back, or lower `require_replicas` if less redundancy is accepted",
        ])
    );
    let told = check(nodes, json!({"fail": false}))
        .await
        .expect("an answer");
    assert_eq!(told.result["ok"], json!(false));
}

#[tokio::test]
async fn nodes_being_worked_on_are_excepted() {
    let stopped = json!({"running": false, "state": "stopped", "system_identifier": "7"});
    let nodes =
        json!({"db1": primary(&json!([row("db3", 0)])), "db2": stopped, "db3": replica("db3")});
    assert!(
        check(
            nodes.clone(),
            json!({"except": "db2", "require_replicas": 1})
        )
        .await
        .is_ok()
    );
    assert!(
        problem(nodes, json!({}))
            .await
            .starts_with("db2 is stopped")
    );
}

#[tokio::test]
async fn a_name_proves_nothing_where_slots_differ() {
    let mut impostor = row("db2", 0);
    impostor["slot"] = json!("other");
    let text = problem(
        json!({"db1": primary(&json!([impostor])), "db2": replica("db2")}),
        json!({}),
    )
    .await;
    assert!(
        text.starts_with("db2 is streaming from 10.0.0.1:5432, which is none of the nodes"),
        "{text}"
    );
}

#[tokio::test]
async fn nothing_but_topologies_is_judged() {
    assert_eq!(
        problem(json!({"db1": {"stdout": ""}}), json!({})).await,
        "what is given for db1 is no result of `postgresql_topology`: register it on every host first"
    );
    assert_eq!(
        problem(json!({}), json!({"max_replication_lag": "lots"})).await,
        "`max_replication_lag`: `lots` is no amount of bytes: write `16MB`, `512kB` or a number of bytes"
    );
}

#[tokio::test]
async fn topologies_are_found_in_the_hosts_variables() {
    let hostvars = json!({"db1": {"topo": primary(&json!([]))}, "db2": {}});
    let mut vars = crate::vars::VarMap::new();
    let value = crate::vars::Value::from(minijinja::value::Serde(&hostvars));
    vars.insert("hostvars".into(), crate::vars::Var::Data(value));
    let host = TestHost::new();
    let ctx = host.ctx(false).await;
    let scope = ctx.scope.with(std::sync::Arc::new(vars));
    let ctx = crate::modules::Ctx {
        scope: &scope,
        ..ctx
    };
    let ask = arguments(json!({"hosts": ["db1"], "variable": "topo"}));
    let outcome = (MODULE.run)(ask, &ctx).await.expect("a verdict");
    assert_eq!(outcome.result["primary"], json!("db1"));
    let ask = arguments(json!({"hosts": ["db1", "db2"], "variable": "topo"}));
    let failure = (MODULE.run)(ask, &ctx).await.expect_err("no variable");
    assert_eq!(
        message(&failure),
        "db2 has no variable `topo`: run `postgresql_topology` with `register: topo` on every host first"
    );
}
