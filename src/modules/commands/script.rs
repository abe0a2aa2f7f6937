//! `script`: run a script of the project on the host.

use futures_util::FutureExt as _;

use super::command::guarded;
use super::guard::Guard;
use super::result::{Started, bare};
use super::words::split;
use crate::module_args;
use crate::modules::context::{FileKind, ProjectFile};
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};
use crate::transport::quote;
use crate::vault;

module_args! {
    /// Arguments of `script`.
    pub(crate) struct Args {
        /// The script, looked for in `files/`, and its arguments.
        cmd: String ["_raw_params", "free_form"];
        /// The directory to run in.
        chdir: Option<String>;
        /// A path, or a pattern, that makes the script unnecessary when it exists.
        creates: Option<String>;
        /// A path, or a pattern, that makes the script unnecessary when it does not exist.
        removes: Option<String>;
        /// What runs the script, with its arguments; by default its `#!` line says.
        executable: Option<String>;
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "script",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Run a script of the project on the host",
    args: Args::SPECS,
    free_form: FreeForm::Into("cmd"),
    check: CheckMode::Full,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let wrong = |why: String| Failure::new(format!("failed to split the command line: {why}"));
    let words = split(&args.cmd).map_err(wrong)?;
    let Some((name, rest)) = words.split_first() else {
        return Err(Failure::new(
            "no script given: write its name after `script:`, or in `cmd`",
        ));
    };
    let bytes = match ctx.controller.find(FileKind::Files, name)? {
        ProjectFile::Embedded(_, bytes) => bytes.to_vec(),
        ProjectFile::Disk(path) => std::fs::read(&path)
            .map_err(|e| {
                Failure::new(format!(
                    "failed to read {} on the controller: {e}",
                    path.display()
                ))
            })
            .and_then(|bytes| Ok(vault::plain_bytes(&path, &bytes)?.into_owned()))?,
    };
    let runner = match &args.executable {
        None => Vec::new(),
        Some(line) => split(line).map_err(wrong)?,
    };
    let guard = Guard {
        chdir: args.chdir.as_deref(),
        creates: args.creates.as_deref(),
        removes: args.removes.as_deref(),
    };
    let started = Started::now(args.cmd.clone().into(), false);
    let ended = guarded(guard, ctx, started, &line(&runner, rest), Some(&bytes)).await;
    bare(ended.map(|mut outcome| {
        // Unlike a command's, a script's guard makes it count as skipped.
        outcome.skipped |= outcome.result["start"].is_null();
        outcome
    }))
}

/// Puts standard input into a private file, runs it and removes it.
fn line(runner: &[String], arguments: &[String]) -> String {
    let words = |words: &[String]| {
        let quoted = words.iter().map(|word| format!("{} ", quote(word)));
        quoted.collect::<String>()
    };
    format!(
        "rb_t=${{TMPDIR:-/tmp}}/.runbook-{:016x}\n\
         trap 'rm -f -- \"$rb_t\"' EXIT; trap 'exit 143' HUP INT TERM\n\
         (umask 077; set -C; cat >\"$rb_t\") && chmod 700 \"$rb_t\" || exit 1\n\
         {}\"$rb_t\" {}</dev/null\n",
        fastrand::u64(..),
        words(runner),
        words(arguments),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::modules::testing::Lab;

    #[tokio::test]
    async fn a_script_of_the_project_runs_and_leaves_nothing() {
        let lab = Lab::new();
        lab.write(
            "files/say.sh",
            "#!/bin/sh\necho \"$1\"; echo $0 >&2; exit 4\n",
        );
        let (msg, result) = lab
            .fails("script", json!({"cmd": "say.sh 'it works'"}))
            .await;
        assert_eq!(
            (&result["rc"], &result["stdout"]),
            (&json!(4), &json!("it works\n"))
        );
        let place = result["stderr"].as_str().expect("a path").trim();
        assert!(msg.ends_with(place), "{msg}");
        assert!(!std::path::Path::new(place).exists());
    }

    #[tokio::test]
    async fn an_executable_runs_it() {
        let lab = Lab::new();
        lab.write("files/x", "echo ${BASH_VERSION:+bash}");
        let arguments = json!({"cmd": "x", "executable": "/bin/bash -u"});
        assert_eq!(lab.ok("script", arguments).await.result["stdout"], "bash\n");
    }
}
