//! `raw`: run shell text, and nothing around it.

use futures_util::FutureExt as _;

use super::result::{Started, bare};
use super::shell::line;
use crate::module_args;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};

module_args! {
    /// Arguments of `raw`.
    pub(crate) struct Args {
        /// The shell text.
        cmd: String ["_raw_params", "free_form"];
        /// The shell's path; the login shell of the connection when left out.
        executable: Option<String>;
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "raw",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Run shell text, and nothing around it",
    args: Args::SPECS,
    free_form: FreeForm::Into("cmd"),
    check: CheckMode::Skipped,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let started = Started::now(args.cmd.clone().into(), false);
    let script = line(&args.cmd, args.executable.as_deref());
    bare(started.ended(&ctx.remote.run(&script).await?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::modules::testing::Lab;

    #[tokio::test]
    async fn output_is_kept_as_it_is() {
        let lab = Lab::new();
        let result = lab
            .ok("raw", json!({"cmd": "echo a; echo b >&2"}))
            .await
            .result;
        assert_eq!(
            (&result["stdout"], &result["stderr"]),
            (&json!("a\n"), &json!("b\n"))
        );
        assert_eq!(result["stdout_lines"], json!(["a"]));
    }
}
