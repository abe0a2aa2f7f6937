//! `service`: services, by whatever manager the host has.

use futures_util::FutureExt as _;

use super::unit::{self, State, Wanted};
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};
use crate::{module_args, module_choice};

module_choice! {
    /// The managers that `use` may name.
    pub(crate) enum Manager {
        Auto = "auto",
        Systemd = "systemd",
    }
}

module_args! {
    /// Arguments of `service`.
    pub(crate) struct Args {
        /// The service.
        name: String;
        /// `started` and `stopped` change only what is not so; `restarted` and `reloaded` always do.
        state: Option<State>;
        /// Whether it starts at boot.
        enabled: Option<bool>;
        /// The manager; systemd is the one there is.
        r#use: Manager = "auto";
        /// The longest wait for one change, in seconds (an argument of our own).
        timeout: i64 = "600";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "service",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Start, stop, restart, reload or enable services",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::Full,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let _ = args.r#use;
    if args.state.is_none() && args.enabled.is_none() {
        return Err(Failure::new(
            "nothing is asked for: give `state` or `enabled`",
        ));
    }
    let wanted = Wanted {
        name: args.name,
        state: args.state,
        enabled: args.enabled,
        masked: None,
        daemon_reload: false,
        no_block: false,
        force: false,
        systemctl: "systemctl",
        timeout: args.timeout.max(1),
    };
    unit::bring(&wanted, ctx).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::MODULE;
    use crate::modules::Failure;
    use crate::modules::shell_tests::{TestHost, arguments, message};

    /// A host whose `systemctl` knows one unit, in the state of a file; `on` says what a verb does.
    fn host(state: &str, on: &str) -> TestHost {
        let host = TestHost::new()
            .command("journalctl", "echo 'FATAL: no disk'")
            .command(
                "systemctl",
                &format!(
                    "case $1 in show) printf 'LoadState=loaded\\nUnitFileState=enabled\\nResult=exit-code\\nActiveState='; cat $D/state ;;\n\
                     is-failed) grep -q failed $D/state ;;\n\
                     *) echo \"$*\" >>$D/calls; {on} ;; esac"
                ),
            );
        std::fs::write(host.dir.path().join("state"), format!("{state}\n")).expect("a file");
        host
    }

    #[tokio::test]
    async fn a_running_service_is_left_alone() {
        let host = host("active", "exit 1");
        let ask = arguments(json!({"name": "pg", "state": "started", "enabled": true}));
        let outcome = (MODULE.run)(ask, &host.ctx(false).await)
            .await
            .expect("nothing to do");
        assert!(!outcome.changed);
        assert!(outcome.diff.is_empty());
        assert_eq!(host.file("calls"), "");
    }

    #[tokio::test]
    async fn a_stopped_service_is_started_and_looked_at_again() {
        let host = host("inactive", "echo active >$D/state");
        let ask = arguments(json!({"name": "pg", "state": "started"}));
        let outcome = (MODULE.run)(ask, &host.ctx(false).await)
            .await
            .expect("started");
        assert!(outcome.changed);
        assert_eq!(outcome.result["status"]["ActiveState"], json!("active"));
        assert_eq!(outcome.diff[0].before, "inactive enabled");
        assert_eq!(outcome.diff[0].after, "active enabled (start)");
        assert_eq!(host.file("calls"), "start -- pg\n");
    }

    #[tokio::test]
    async fn check_mode_calls_nothing() {
        let host = host("inactive", "exit 1");
        let ask = arguments(json!({"name": "pg", "state": "started"}));
        let outcome = (MODULE.run)(ask, &host.ctx(true).await)
            .await
            .expect("a guess");
        assert!(outcome.changed);
        assert_eq!(host.file("calls"), "");
    }

    #[tokio::test]
    async fn a_failed_start_shows_the_journal() {
        let host = host("inactive", "echo 'Job failed.' >&2; exit 1");
        let ask = arguments(json!({"name": "pg", "state": "started"}));
        let failure = (MODULE.run)(ask, &host.ctx(false).await)
            .await
            .expect_err("a failure");
        assert_eq!(
            message(&failure),
            "failed to start pg: Job failed.; its journal ends with:\nFATAL: no disk"
        );
    }

    #[tokio::test]
    async fn a_start_that_reports_success_and_leaves_a_failed_unit_is_a_failure() {
        let host = host("inactive", "echo failed >$D/state");
        let ask = arguments(json!({"name": "pg", "state": "started"}));
        let failure = (MODULE.run)(ask, &host.ctx(false).await)
            .await
            .expect_err("a failure");
        assert_eq!(
            message(&failure),
            "pg was started but is failed (exit-code); its journal ends with:\nFATAL: no disk"
        );
        assert!(
            matches!(failure, Failure::Failed { result, .. } if result["journal"] == json!("FATAL: no disk"))
        );
    }
}
