//! `update-postgres.yml` on a real cluster: three nodes over SSH, made by the binary itself, with a client at work throughout.
//!
//! One test, because everything happens to one cluster, one after the other. It needs Docker and fails without it;
//! `RUNBOOK_TEST_LAB=off` leaves it out, and says so. `RUNBOOK_TEST_LAB_KEEP=1` keeps the lab for a look at it.

#[path = "support/client.rs"]
mod client;
#[path = "support/lab.rs"]
mod lab;

use std::collections::HashSet;
use std::time::Instant;

use client::{Access, Seen, Traffic};
use lab::{Lab, Node};
use tokio::runtime::Runtime;

const NODES: [&str; 3] = ["db1", "db2", "db3"];

#[test]
fn a_cluster_is_updated_while_it_serves() {
    if std::env::var("RUNBOOK_TEST_LAB").is_ok_and(|value| value == "off") {
        println!(
            "SKIPPED: the lab tests, because RUNBOOK_TEST_LAB=off. Nothing about update-postgres.yml was tested."
        );
        return;
    }
    let began = Instant::now();
    let lab = Lab::up("ci");
    let runtime = Runtime::new().expect("a runtime");
    let heading = |text: &str| println!("== {text} ({:.0} s)", began.elapsed().as_secs_f64());

    heading("requests that cannot be met are refused, and nothing is touched");
    refusals(&lab);
    heading("a replica that lags is no safe place to fail over to");
    lag(&lab, &runtime);
    heading("a failure on the first replica stops the run there");
    first_replica_fails(&lab);
    heading("check mode says what would be done");
    check_mode(&lab);
    heading("the update");
    update(&lab, &runtime);
    heading("a second run");
    second_run(&lab);
    heading("Ctrl-C between the stop of the primary and the promotion, and during the promotion");
    interrupted(&lab, &runtime);
    heading(
        "a switchover that cannot be completed is undone; one that is slow is gone through with",
    );
    switchovers_in_trouble(&lab, &runtime);
    heading("two primaries");
    two_primaries(&lab);
    heading("done");
}

/// Every node, which must answer.
fn nodes(lab: &Lab) -> [Node; 3] {
    NODES.map(|host| {
        let node = lab.node(host);
        node.unwrap_or_else(|| panic!("{host} does not answer"))
    })
}

/// The version of a package without its revision: what the server says of itself.
fn upstream(package: &str) -> String {
    package.split('-').next().unwrap_or_default().to_owned()
}

/// Fails unless every node is up, `primary` is the only primary, and the others stream from it and hold no slots.
fn assert_sound(lab: &Lab, primary: &str) {
    assert_eq!(lab.primaries(), [primary]);
    let streaming = "SELECT string_agg(application_name, ',' ORDER BY application_name) FROM pg_stat_replication WHERE state = 'streaming'";
    let others: Vec<&str> = NODES.into_iter().filter(|node| *node != primary).collect();
    assert_eq!(lab.sql(primary, streaming), others.join(","));
    let slots = "SELECT coalesce(string_agg(slot_name || ' ' || active, ',' ORDER BY slot_name), '') FROM pg_replication_slots";
    let active: Vec<String> = others.iter().map(|node| format!("{node} true")).collect();
    assert_eq!(lab.sql(primary, slots), active.join(","));
    for other in others {
        assert_eq!(lab.sql(other, slots), "", "slots on the replica {other}");
    }
}

/// Runs something that must leave every node exactly as it is.
fn untouched(lab: &Lab, run: impl FnOnce()) {
    let before = nodes(lab);
    run();
    assert_eq!(nodes(lab), before);
}

fn refusals(lab: &Lab) {
    untouched(lab, || {
        lab.update(&["update_hosts=db3,db9,app1"]).code(2).says(
            "update_hosts names db9, app1: no PostgreSQL nodes of this inventory (group `postgres`). Valid names: db1, db2, db3.",
        );
        lab.update(&["switchover_target=db7"])
            .code(2)
            .says("switchover_target names db7: no PostgreSQL node. Valid names: db1, db2, db3.");
        let (older, newer) = (lab.var("lab_postgres_older"), lab.var("lab_postgres_newer"));
        lab.update(&["postgres_package_version=15.99*"])
            .code(2)
            .says("no repository offers postgresql-15=15.99*")
            .says(&format!("offered: {newer}, {older}"));
        lab.sh("db2", "apt-mark hold postgresql-15");
        lab.update(&[])
            .code(2)
            .says("postgresql-15 on db2: on hold");
        lab.sh("db2", "apt-mark unhold postgresql-15");
        lab.update(&["update_min_free_mb=100000000"])
            .code(2)
            .says("make room, or lower update_min_free_mb");
        lab.runbook(&["play", "update-postgres.yml", "-l", "db2"])
            .code(2)
            .says("leave --limit (-l) out, and select what to update with -e update_hosts=db2");
    });
}

fn lag(lab: &Lab, runtime: &Runtime) {
    untouched(lab, || {
        lab.sql("db2", "SELECT pg_wal_replay_pause()");
        runtime.block_on(async {
            let client = lab.access().primary().await.expect("a primary");
            client
                .batch_execute("CREATE TABLE lag AS SELECT repeat('x', 1000) AS x FROM generate_series(1, 3000); DROP TABLE lag")
                .await
                .expect("to write");
        });
        lab.update(&["max_replication_lag=1MB"])
            .code(2)
            .says("behind db1, more than the 1 MB allowed")
            .says("db2 has its replay paused");
        lab.sql("db2", "SELECT pg_wal_replay_resume()");
    });
}

/// A package step that fails, then a hook that fails: db3 is first, and the others are not even looked at again.
fn first_replica_fails(lab: &Lab) {
    untouched(lab, || {
        let broken = "/etc/apt/apt.conf.d/99broken";
        lab.sh(
            "db3",
            &format!("echo 'DPkg::Pre-Invoke {{\"/bin/false\";}};' > {broken}"),
        );
        lab.update(&["update_hosts=db3,db2,db1"])
            .code(2)
            .says("db3 is not updated")
            .says("db1 is primary, and the nodes that come after db3 are untouched");
        lab.sh("db3", &format!("rm {broken}"));
        let hooks = lab.project().join("hooks");
        std::fs::create_dir(&hooks).expect("a folder");
        let hook = "- fail: {msg: 'the pager is off: {{ hook.node }} {{ hook.role }} {{ hook.number + 1 }} {{ hook.old_version }}'}\n";
        std::fs::write(hooks.join("postgres-pre-update.yml"), hook).expect("a hook");
        let older = lab.var("lab_postgres_older");
        lab.update(&["update_hosts=db3,db2,db1"])
            .code(2)
            .says(&format!(
                "db3 is not updated: the pager is off: db3 replica 2 {older}"
            ));
        std::fs::remove_dir_all(&hooks).expect("to remove the hooks");
    });
    assert_sound(lab, "db1");
}

fn check_mode(lab: &Lab) {
    untouched(lab, || {
        let (older, newer) = (lab.var("lab_postgres_older"), lab.var("lab_postgres_newer"));
        let ran = lab.runbook(&["play", "update-postgres.yml", "-C"]).code(0);
        let ran = ran.says(&format!("db3 (replica): {older} to {newer}"));
        let ran = ran.says(&format!("db1 (primary): {older} to {newer}"));
        ran.says("Check mode: nothing was done.");
    });
}

/// The whole way, with hooks beside the inventory and in the project that write down what they are told.
fn update(lab: &Lab, runtime: &Runtime) {
    let app = lab.fingerprint("app1");
    let project = lab.project().join("hooks");
    let beside = lab.inventory().with_file_name("hooks");
    for folder in [&project, &beside] {
        std::fs::create_dir(folder).expect("a folder");
    }
    let note = |which: &str| {
        format!(
            "- shell: \"echo {which} {{{{ hook.phase }}}} {{{{ hook.node }}}} {{{{ hook.old_primary }}}}-{{{{ hook.new_primary }}}} >> /root/hooks\"\n"
        )
    };
    std::fs::write(project.join("postgres-pre-update.yml"), note("project")).expect("a hook");
    std::fs::write(beside.join("postgres-pre-update.yml"), note("inventory")).expect("a hook");
    std::fs::write(beside.join("postgres-post-update.yml"), note("inventory")).expect("a hook");
    std::fs::write(
        beside.join("postgres-pre-switchover.yml"),
        note("inventory"),
    )
    .expect("a hook");
    std::fs::write(
        beside.join("postgres-post-switchover.yml"),
        note("inventory"),
    )
    .expect("a hook");

    let (seen, ()) = with_traffic(lab, runtime, || {
        let ran = lab.update(&["update_hosts=db3,db2,db1"]).code(0);
        let switchovers = ran
            .text
            .lines()
            .filter(|line| line.contains("s without a primary"));
        for line in switchovers {
            println!(
                "  the run says:{}",
                line.trim_start().trim_start_matches('-')
            );
        }
    });
    report(&seen);

    let newer = lab.var("lab_postgres_newer");
    for (host, node) in NODES.into_iter().zip(nodes(lab)) {
        assert_eq!(node.installed, newer, "installed on {host}");
        assert_eq!(node.running, upstream(&newer), "running on {host}");
    }
    assert_sound(lab, "db1");
    assert_eq!(lab.fingerprint("app1"), app, "app1 was touched");
    assert_eq!(
        lab.sh("db3", "cat /root/hooks"),
        "project pre-update db3 -\ninventory pre-update db3 -\ninventory post-update db3 -"
    );
    assert_eq!(
        lab.sh("db1", "cat /root/hooks"),
        "inventory pre-switchover db1 db1-db2\ninventory post-switchover db1 db1-db2\nproject pre-update db1 -\n\
         inventory pre-update db1 -\ninventory post-update db1 -\ninventory pre-switchover db2 db2-db1\ninventory post-switchover db2 db2-db1"
    );
    for folder in [&project, &beside] {
        std::fs::remove_dir_all(folder).expect("to remove the hooks");
    }
}

fn second_run(lab: &Lab) {
    untouched(lab, || {
        let ran = lab.update(&["update_hosts=db3,db2,db1"]).code(0);
        let ran = ran.says("Nothing to do: every selected node runs the version wanted.");
        let changed: u32 = ran.recap().values().map(|numbers| numbers["changed"]).sum();
        assert_eq!(changed, 0, "{}", ran.text);
    });
}

/// Back to the older version, stopped twice on the way: the cluster serves after each stop, and the last run completes it.
fn interrupted(lab: &Lab, runtime: &Runtime) {
    let older = lab.var("lab_postgres_older");
    let pin = format!("postgres_package_version={older}");
    let back = [
        pin.as_str(),
        "update_allow_downgrade=true",
        "preferred_primary=db1",
        "update_stable_samples=1",
    ];

    lab.update(&[&pin])
        .code(2)
        .says("If going back is meant, say so with -e update_allow_downgrade=true.");

    let (seen, ()) = with_traffic(lab, runtime, || {
        let ran = lab
            .update_interrupted(&back, "Stop the old primary")
            .code(99);
        ran.says("db1 is primary as before, and nothing is lost");
        assert_sound(lab, "db1");
    });
    report(&seen);

    let (seen, ()) = with_traffic(lab, runtime, || {
        lab.update_interrupted(&back, "Promote the new primary")
            .code(99);
        let primaries = lab.primaries();
        assert!(
            primaries == ["db2"] || primaries == ["db3"],
            "{primaries:?}"
        );
        assert_sound(lab, primaries[0]);
    });
    report(&seen);

    let (seen, ()) = with_traffic(lab, runtime, || {
        lab.update(&back).code(0);
    });
    report(&seen);
    for (host, node) in NODES.into_iter().zip(nodes(lab)) {
        assert_eq!(
            (node.installed, node.running),
            (older.clone(), upstream(&older)),
            "on {host}"
        );
    }
    assert_sound(lab, "db1");
}

/// The primary alone is updated, with hooks that get in the way of its switchover at the last moment.
fn switchovers_in_trouble(lab: &Lab, runtime: &Runtime) {
    let hooks = lab.project().join("hooks");
    std::fs::create_dir(&hooks).expect("a folder");
    let hook = hooks.join("postgres-pre-switchover.yml");
    let sabotage = |sql: &str| {
        format!(
            "- postgresql_query: {{query: \"{sql}\", autocommit: true}}\n  become_user: postgres\n  delegate_to: '{{{{ hook.new_primary }}}}'\n"
        )
    };
    let primary = [
        "update_hosts=db1",
        "switchover_target=db2",
        "switchover_timeout=3",
        "update_stable_samples=1",
    ];

    // Nothing tells that replay is paused before the primary has stopped.
    std::fs::write(&hook, sabotage("SELECT pg_wal_replay_pause()")).expect("a hook");
    let (seen, ()) = with_traffic(lab, runtime, || {
        let ran = lab.update(&primary).code(2);
        ran.says("The switchover from db1 to db2 was given up")
            .says("db1 is primary as before, and nothing is lost");
        lab.sql("db2", "SELECT pg_wal_replay_resume()");
        assert_sound(lab, "db1");
    });
    report(&seen);

    // The promotion takes longer than it may; once tried, there is no way back, so it is waited for.
    std::fs::write(
        &hook,
        sabotage("ALTER SYSTEM SET recovery_end_command = 'sleep 6'; SELECT pg_reload_conf()"),
    )
    .expect("a hook");
    let (seen, ()) = with_traffic(lab, runtime, || {
        let ran = lab
            .update(&[&primary[..], &["switchover_back=false"]].concat())
            .code(0);
        ran.says("Go through with the promotion");
        assert_sound(lab, "db2");
    });
    report(&seen);
    std::fs::remove_dir_all(&hooks).expect("to remove the hooks");
    assert_eq!(
        lab.node("db1").map(|node| node.installed),
        Some(lab.var("lab_postgres_newer"))
    );

    // Nothing to update, but the role is to go home.
    lab.update(&["update_hosts=db1", "preferred_primary=db1"])
        .code(0);
    assert_sound(lab, "db1");
}

/// Last, because it breaks the cluster for good.
fn two_primaries(lab: &Lab) {
    lab.sql("db3", "SELECT pg_promote()");
    untouched(lab, || {
        lab.update(&[])
            .code(2)
            .says("2 nodes are primaries: db1 (timeline")
            .says("and db3 (timeline");
    });
}

/// Does something while a client writes and reads, then sees that every row the client was promised is there, on every node, and that
/// reads never failed on all nodes at once.
fn with_traffic<T>(lab: &Lab, runtime: &Runtime, work: impl FnOnce() -> T) -> (Seen, T) {
    let access = lab.access();
    let first = runtime.block_on(next_row(&access));
    let traffic = runtime.block_on(Traffic::start(&access, first));
    let done = work();
    let seen = runtime.block_on(traffic.stop());
    assert!(
        seen.acknowledged.len() > 100,
        "the client hardly wrote: {}",
        seen.acknowledged.len()
    );
    for node in &access.nodes {
        let there: HashSet<i64> = runtime.block_on(rows(&access, node, first, &seen));
        let lost: Vec<&i64> = seen
            .acknowledged
            .iter()
            .filter(|n| !there.contains(n))
            .collect();
        assert!(
            lost.is_empty(),
            "acknowledged and missing on {node}: {lost:?}"
        );
    }
    assert!(
        seen.reads_failed_everywhere().is_none(),
        "reads failed everywhere: {:?}",
        seen.reads_failed_everywhere()
    );
    (seen, done)
}

/// A number beyond every row of an earlier client, acknowledged or not.
async fn next_row(access: &Access) -> i64 {
    let client = access.primary().await.expect("a primary");
    if client
        .query_one("SELECT to_regclass('traffic') IS NULL", &[])
        .await
        .expect("an answer")
        .get(0)
    {
        return 1;
    }
    let row = client
        .query_one("SELECT coalesce(max(n), 0) + 1000 FROM traffic", &[])
        .await;
    row.expect("a number").get(0)
}

/// The rows of a node, once it has applied what the client was told last.
async fn rows(access: &Access, node: &str, first: i64, seen: &Seen) -> HashSet<i64> {
    let client = access.node(node).await.expect("a connection");
    let last = seen.acknowledged.last().copied().unwrap_or(first);
    let mut found = HashSet::new();
    for _ in 0..50 {
        let rows = client
            .query("SELECT n FROM traffic WHERE n >= $1", &[&first])
            .await;
        found = rows
            .expect("the rows")
            .iter()
            .map(|row| row.get(0))
            .collect();
        if found.contains(&last) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    found
}

/// Prints what the client saw; never asserts on times.
fn report(seen: &Seen) {
    println!(
        "  the client: {} rows acknowledged, all there",
        seen.acknowledged.len()
    );
    for outage in seen
        .writes
        .iter()
        .filter(|outage| outage.length().as_millis() > 300)
    {
        println!(
            "  the client: no write for {} ms",
            outage.length().as_millis()
        );
    }
}
