//! `slurp`: a file of the host as a value.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt as _;

use super::path::resolve;
use super::trouble::trouble;
use super::write::PRELUDE;
use crate::module_args;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};
use crate::transport::quote;

module_args! {
    /// Arguments of `slurp`.
    pub(crate) struct Args {
        /// The file on the host.
        src: String ["path"];
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "slurp",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Read a file of the host into a variable, encoded in Base64",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::ReadOnly,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let src = resolve(ctx, "src", &args.src).await?;
    let script = format!(
        "{PRELUDE}d={}\n[ ! -d \"$d\" ] || die 'it is a directory; name a file'\ncat -- \"$d\"",
        quote(&src)
    );
    let output = ctx.remote.run(&script).await?;
    if !output.ok() {
        return Err(trouble("read", &src, &output));
    }
    Ok(Outcome::ok()
        .with("content", STANDARD.encode(&output.stdout))
        .with("source", src)
        .with("encoding", "base64"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::modules::testing::Lab;

    #[tokio::test]
    async fn any_bytes_are_read() {
        let lab = Lab::new();
        let src = lab.write("a file", [0, 255, 10, 10]);
        let result = lab.ok("slurp", json!({"path": src})).await.result;
        assert_eq!(
            (&result["content"], &result["encoding"]),
            (&json!("AP8KCg=="), &json!("base64"))
        );
        assert_eq!(result["source"], src);
    }

    #[tokio::test]
    async fn a_missing_file_is_named() {
        let lab = Lab::new();
        let src = lab.at("none");
        let (msg, _) = lab.fails("slurp", json!({"src": src})).await;
        assert_eq!(
            msg,
            format!("failed to read {src}: cat: {src}: No such file or directory")
        );
    }
}
