//! `apt` against stand-ins that keep their packages in files.

use serde_json::json;

use super::MODULE;
use crate::modules::shell_tests::{TestHost, arguments, message};
use crate::modules::{Failure, Outcome};

const POLICY: &str = "printf 'pg:\n  Installed: 15.18\n  Candidate: 15.20\n  Version table:\n     15.20 500\n        500 http://r ./ Packages\n *** 15.18 500\n        500 http://r ./ Packages\n        100 /var/lib/dpkg/status\n'";

/// A host with `pg` 15.18 installed and 15.20 offered; `apt-get` runs `get`.
fn host(get: &str) -> TestHost {
    let host = TestHost::new()
        .command("dpkg-query", "cat $D/status")
        .command("apt-cache", POLICY)
        .command("apt-config", "echo \"A='$D/archives/'\"")
        .command("apt-get", &format!("echo \"$*\" >>$D/calls\n{get}"));
    std::fs::create_dir(host.dir.path().join("archives")).expect("a folder");
    std::fs::write(
        host.dir.path().join("status"),
        "pg\tamd64\t15.18\tinstall\tinstalled\n",
    )
    .expect("a file");
    host
}

const UPGRADE: &str = r"printf 'pg\tamd64\t15.20\tinstall\tinstalled\n' >$D/status; echo done";

async fn call(host: &TestHost, check: bool, json: serde_json::Value) -> Result<Outcome, Failure> {
    (MODULE.run)(arguments(json), &host.ctx(check).await).await
}

#[tokio::test]
async fn an_installed_package_costs_no_apt_get() {
    let host = host("exit 1");
    let outcome = call(&host, false, json!({"name": "pg=15.1*"}))
        .await
        .expect("nothing to do");
    assert!(!outcome.changed);
    assert_eq!(outcome.result["versions"], json!({}));
    assert_eq!(host.file("calls"), "");
}

#[tokio::test]
async fn a_pin_is_handed_over_as_the_version_it_means() {
    let host = host(UPGRADE);
    let outcome = call(&host, false, json!({"name": "pg=15.20*"}))
        .await
        .expect("an upgrade");
    assert!(outcome.changed);
    assert_eq!(
        outcome.result["versions"],
        json!({"pg": {"before": "15.18", "after": "15.20"}})
    );
    assert_eq!(outcome.result["stdout"], json!("done"));
    assert_eq!(outcome.diff[0].what, "package pg");
    assert_eq!(
        host.file("calls"),
        "-y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=60 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install pg=15.20\n"
    );
}

#[tokio::test]
async fn a_downgrade_needs_leave() {
    let host = host(UPGRADE);
    std::fs::write(
        host.dir.path().join("status"),
        "pg\tamd64\t15.20\tinstall\tinstalled\n",
    )
    .expect("a file");
    let failure = call(&host, false, json!({"name": "pg=15.18"}))
        .await
        .expect_err("refused");
    assert_eq!(
        message(&failure),
        "pg=15.18 would replace 15.20 by the older 15.18: set `allow_downgrade: true` if that is meant"
    );
    assert_eq!(host.file("calls"), "");
}

#[tokio::test]
async fn check_mode_simulates() {
    let host = host("echo 'Inst pg [15.18] (15.20 r [amd64])'");
    let outcome = call(&host, true, json!({"name": "pg", "state": "latest"}))
        .await
        .expect("a guess");
    assert!(outcome.changed);
    assert_eq!(
        outcome.result["versions"],
        json!({"pg": {"before": "15.18", "after": "15.20"}})
    );
    assert!(host.file("calls").starts_with("-s -y "));
}

#[tokio::test]
async fn a_failure_says_what_apt_said_what_to_do_and_what_changed_all_the_same() {
    let host = host(&format!(
        "{UPGRADE}; echo 'E: Sub-process /usr/bin/dpkg returned an error code (1)' >&2; exit 100"
    ));
    let failure = call(&host, false, json!({"name": "pg", "state": "latest"}))
        .await
        .expect_err("a failure");
    assert_eq!(
        message(&failure),
        "failed to install pg: Sub-process /usr/bin/dpkg returned an error code (1): a package's own script failed: its words are above in `stdout`; repair the cause, then run `dpkg --configure -a`"
    );
    let Failure::Failed { result, .. } = failure else {
        panic!("unreachable")
    };
    assert_eq!(result["rc"], json!(100));
    assert_eq!(
        result["versions"],
        json!({"pg": {"before": "15.18", "after": "15.20"}})
    );
}

#[tokio::test]
async fn downloads_are_told_by_their_files() {
    let host = host("touch $D/archives/pg_15.20_amd64.deb");
    let ask = json!({"name": "pg=15.20", "download_only": true});
    let outcome = call(&host, false, ask.clone()).await.expect("a download");
    assert!(outcome.changed);
    assert_eq!(outcome.result["downloaded"], json!(["pg_15.20_amd64.deb"]));
    let again = call(&host, false, ask).await.expect("nothing to download");
    assert!(!again.changed);
}

#[tokio::test]
async fn fetching_the_lists_is_tried_again_after_a_lock() {
    let host = host(
        "[ \"$1\" = update ] || exit 0; [ -e $D/once ] && exit 0; >$D/once; echo 'E: Could not get lock /var/lib/apt/lists/lock' >&2; exit 100",
    )
    .command("sleep", ":")
    .command("touch", ":");
    let ask =
        json!({"update_cache": true, "update_cache_retry_max_delay": 1, "update_cache_retries": 1});
    let outcome = call(&host, false, ask).await.expect("fetched lists");
    assert!(outcome.changed);
    assert_eq!(outcome.result["cache_updated"], json!(true));
    assert_eq!(host.file("calls").matches("update").count(), 2);
}

#[tokio::test]
async fn a_host_without_apt_says_what_it_has() {
    let host = TestHost::new().command("dnf", "exit 1");
    let ctx = host.ctx(false).await;
    let bin = host.dir.path().join("bin").display().to_string();
    let remote = ctx
        .remote
        .clone()
        .with_environment(&[("PATH".to_owned(), bin)]);
    let ctx = crate::modules::Ctx { remote, ..ctx };
    let failure = (MODULE.run)(arguments(json!({"name": "pg"})), &ctx)
        .await
        .expect_err("no apt");
    assert_eq!(
        message(&failure),
        "this host has no `apt-get`; it has `dnf`: packages can be changed on Debian and its kin only"
    );
}
