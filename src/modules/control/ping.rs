//! `ping`: the host is reached, and commands run on it as the right user.

use futures_util::FutureExt as _;

use crate::module_args;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};

module_args! {
    /// Arguments of `ping`.
    pub(crate) struct Args {
        /// What to answer with.
        data: String = "pong";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "ping",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Reach the host, run a command on it as the right user, and answer `pong`",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::ReadOnly,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    ctx.remote.check("run a command", ":").await?;
    Ok(Outcome::ok().with("ping", args.data))
}
