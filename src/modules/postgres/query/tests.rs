//! `postgresql_query` against a real server, where one is installed.

use serde_json::json;

use super::MODULE;
use crate::modules::Failure;
use crate::modules::postgres::test_cluster::TestCluster;
use crate::modules::shell_tests::message;

#[tokio::test]
async fn rows_are_typed_and_statements_of_any_kind_run() {
    let Some(cluster) = TestCluster::primary() else {
        return;
    };
    let query = "create table t (id int primary key, note text, doc jsonb, price numeric(10,2), tags text[], ok bool);\n\
        insert into t values (1, '', '{\"a\": [1]}', 1.50, '{x,NULL}', true), (2, null, null, null, null, false) returning *; -- done";
    let outcome = cluster
        .module(&MODULE, json!({"query": query}), false)
        .await
        .expect("rows");
    assert!(outcome.changed);
    assert_eq!(outcome.result["statusmessage"], json!("INSERT 0 2"));
    assert_eq!(
        outcome.result["statusmessages"],
        json!(["CREATE TABLE", "INSERT 0 2"])
    );
    assert_eq!(outcome.result["rowcount"], json!(2));
    assert_eq!(
        outcome.result["query_result"],
        json!([
            {"id": 1, "note": "", "doc": {"a": [1]}, "price": "1.50", "tags": ["x", null], "ok": true},
            {"id": 2, "note": null, "doc": null, "price": null, "tags": null, "ok": false},
        ])
    );
    let ask = json!({"query": "select id, note from t where note = %s or id > %s order by 1", "positional_args": ["it's", 1]});
    let outcome = cluster.module(&MODULE, ask, false).await.expect("rows");
    assert!(!outcome.changed);
    assert_eq!(
        outcome.result["query_result"],
        json!([{"id": 2, "note": null}])
    );
    assert_eq!(outcome.result["statusmessage"], json!("SELECT 1"));
    let ask = json!({"query": ["update t set ok = true where id = %(id)s", "vacuum t"], "named_args": {"id": 9}, "autocommit": true});
    let outcome = cluster.module(&MODULE, ask, false).await.expect("a vacuum");
    assert_eq!(
        outcome.result["statusmessages"],
        json!(["UPDATE 0", "VACUUM"])
    );
}

#[tokio::test]
async fn both_ways_to_the_server_give_the_same() {
    let Some(cluster) = TestCluster::primary() else {
        return;
    };
    let query = "select 1 as a, 1.5::float8 as b, '{1,2}'::int[] as c, now() > 'epoch' as d, null::text as e, '{\"k\":1}'::json as f, 1.10::numeric as g";
    let psql = cluster
        .module(&MODULE, json!({"query": query}), false)
        .await
        .expect("rows");
    let direct = json!({"query": query, "login_password": "not needed"});
    let direct = cluster.module(&MODULE, direct, false).await.expect("rows");
    assert_eq!(psql.result, direct.result);
    assert_eq!(
        psql.result["query_result"],
        json!([{"a": 1, "b": 1.5, "c": [1, 2], "d": true, "e": null, "f": {"k": 1}, "g": "1.10"}])
    );
    for more in [json!({}), json!({"login_password": "x"})] {
        let mut ask = json!({"query": "select * from nix"});
        ask.as_object_mut()
            .expect("a mapping")
            .extend(more.as_object().expect("a mapping").clone());
        let failure = cluster
            .module(&MODULE, ask, false)
            .await
            .expect_err("no such table");
        assert!(
            message(&failure).starts_with("relation \"nix\" does not exist (SQLSTATE 42P01) at ")
        );
        let Failure::Failed { result, .. } = failure else {
            panic!("unreachable")
        };
        assert_eq!(result["sqlstate"], json!("42P01"));
        assert_eq!(result["query"], json!("select * from nix"));
    }
}

#[tokio::test]
async fn several_statements_are_one_transaction() {
    let Some(cluster) = TestCluster::primary() else {
        return;
    };
    let ask = json!({"query": ["create table t ()", "select 1/0"]});
    let failure = cluster
        .module(&MODULE, ask, false)
        .await
        .expect_err("a division by zero");
    assert_eq!(message(&failure), "division by zero (SQLSTATE 22012)");
    assert!(matches!(failure, Failure::Failed { result, .. } if result["statement"] == json!(2)));
    assert_eq!(cluster.sql("select to_regclass('t') is null"), "t");
}

#[tokio::test]
async fn check_mode_only_looks() {
    let Some(cluster) = TestCluster::primary() else {
        return;
    };
    let ask = json!({"query": "create table t ()"});
    let outcome = cluster.module(&MODULE, ask, true).await.expect("skipped");
    assert!(outcome.skipped);
    assert_eq!(cluster.sql("select to_regclass('t') is null"), "t");
    cluster.sql("create sequence s");
    let ask = json!({"query": "select nextval('s')"});
    let failure = cluster
        .module(&MODULE, ask, true)
        .await
        .expect_err("a read-only transaction");
    assert_eq!(
        message(&failure),
        "cannot execute nextval() in a read-only transaction (SQLSTATE 25006)"
    );
    let ask = json!({"query": "show transaction_read_only"});
    let outcome = cluster.module(&MODULE, ask, true).await.expect("a setting");
    assert_eq!(
        outcome.result["query_result"],
        json!([{"transaction_read_only": "on"}])
    );
}
