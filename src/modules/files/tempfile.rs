//! `tempfile`: a new file or directory with a name of its own.

use futures_util::FutureExt as _;

use super::path::{resolve, trimmed};
use super::trouble::trouble;
use super::write::PRELUDE;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};
use crate::transport::quote;
use crate::{module_args, module_choice};

module_choice! {
    /// What to make.
    pub(crate) enum State {
        Directory = "directory",
        File = "file",
    }
}

module_args! {
    /// Arguments of `tempfile`.
    pub(crate) struct Args {
        /// What to make.
        state: State = "file";
        /// The directory it is made in; the host's own for temporary files when left out.
        path: Option<String>;
        /// How its name begins.
        prefix: String = "ansible.";
        /// How its name ends.
        suffix: String = "";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "tempfile",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Make a file or directory with a name of its own, which only its owner can use",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::Skipped,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    for (name, part) in [("prefix", &args.prefix), ("suffix", &args.suffix)] {
        if part.contains(['/', '\0', '\n']) {
            return Err(Failure::new(format!(
                "`{name}` is a part of a name, not a path"
            )));
        }
    }
    let folder = match &args.path {
        Some(path) => quote(trimmed(&resolve(ctx, "path", path).await?)),
        None => "\"${TMPDIR:-/tmp}\"".to_owned(),
    };
    let (flag, state) = match args.state {
        State::Directory => ("-d ", "directory"),
        State::File => ("", "file"),
    };
    let script = format!(
        "{PRELUDE}mktemp {flag}-- {folder}/{}XXXXXXXXXX{} || exit 1",
        quote(&args.prefix),
        quote(&args.suffix)
    );
    let output = ctx.remote.run(&script).await?;
    if !output.ok() {
        let place = args.path.as_deref().unwrap_or("the temporary directory");
        return Err(trouble("make a temporary file in", place, &output));
    }
    let path = output.out();
    let path = path.strip_suffix('\n').unwrap_or(&path);
    let mode = if state == "file" { "0600" } else { "0700" };
    Ok(Outcome::changed(true)
        .with("path", path)
        .with("state", state)
        .with("mode", mode))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::modules::testing::{Lab, mode_of};

    #[tokio::test]
    async fn files_and_directories_are_private_and_new() {
        let lab = Lab::new();
        for (state, mode) in [("file", 0o600), ("directory", 0o700)] {
            let arguments =
                json!({"path": lab.at(""), "state": state, "prefix": "a b", "suffix": "-x"});
            let outcome = lab.ok("tempfile", arguments.clone()).await;
            let path = outcome.result["path"].as_str().expect("a path").to_owned();
            assert!(
                path.starts_with(&lab.at("a b")) && path.ends_with("-x"),
                "{path}"
            );
            assert_eq!((outcome.changed, mode_of(path.as_ref())), (true, mode));
            assert_ne!(lab.ok("tempfile", arguments).await.result["path"], path);
        }
        let (msg, _) = lab.fails("tempfile", json!({"path": "/no/such"})).await;
        assert!(
            msg.starts_with("failed to make a temporary file in /no/such: mktemp: "),
            "{msg}"
        );
    }
}
