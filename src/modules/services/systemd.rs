//! `systemd`: units of systemd.

use futures_util::FutureExt as _;

use super::unit::{self, State, Wanted};
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};
use crate::{module_args, module_choice};

module_choice! {
    /// Whose units.
    pub(crate) enum Scope {
        System = "system",
        User = "user",
        Global = "global",
    }
}

module_args! {
    /// Arguments of `systemd`.
    pub(crate) struct Args {
        /// The unit; `.service` may be left out.
        name: Option<String> ["service", "unit"];
        /// `started` and `stopped` change only what is not so; `restarted` and `reloaded` always do.
        state: Option<State>;
        /// Whether it starts at boot.
        enabled: Option<bool>;
        /// Whether starting it is made impossible.
        masked: Option<bool>;
        /// Make systemd read its unit files again first.
        daemon_reload: bool = "false" ["daemon-reload"];
        /// Start systemd's manager anew first.
        daemon_reexec: bool = "false" ["daemon-reexec"];
        /// Replace symbolic links that are in the way.
        force: bool = "false";
        /// Ask for the change and do not wait for its end.
        no_block: bool = "false";
        /// The system's units, the user's own, or those of all users.
        scope: Scope = "system";
        /// The longest wait for one change, in seconds (an argument of our own).
        timeout: i64 = "600";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "systemd",
    aliases: &["systemd_service"],
    collection: "ansible.builtin",
    summary: "Start, stop, enable, mask or reload units of systemd",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::Full,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let systemctl = match args.scope {
        Scope::System => "systemctl",
        Scope::User => {
            "env XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-/run/user/$(id -u)} systemctl --user"
        }
        Scope::Global => "systemctl --global",
    };
    if args.daemon_reexec && !ctx.check {
        let script = format!("{systemctl} daemon-reexec");
        ctx.remote
            .check("start systemd's manager anew", &script)
            .await?;
    }
    let Some(name) = args.name else {
        return alone(&args, systemctl, ctx).await;
    };
    let wanted = Wanted {
        name,
        state: args.state,
        enabled: args.enabled,
        masked: args.masked,
        daemon_reload: args.daemon_reload,
        no_block: args.no_block,
        force: args.force,
        systemctl,
        timeout: args.timeout.max(1),
    };
    unit::bring(&wanted, ctx).await
}

/// Without a unit only the manager itself can be told something.
async fn alone(args: &Args, systemctl: &str, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    if args.state.is_some() || args.enabled.is_some() || args.masked.is_some() {
        return Err(Failure::new(
            "`name` is required with `state`, `enabled` and `masked`: the unit to change",
        ));
    }
    if !(args.daemon_reload || args.daemon_reexec) {
        return Err(Failure::new(
            "nothing is asked for: give `name`, `daemon_reload` or `daemon_reexec`",
        ));
    }
    if args.daemon_reload && !ctx.check {
        let script = format!("{systemctl} daemon-reload");
        ctx.remote
            .check("make systemd read its unit files again", &script)
            .await?;
    }
    Ok(Outcome::ok())
}
