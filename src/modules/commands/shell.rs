//! `shell`: run shell text.

use futures_util::FutureExt as _;

use super::command::{guarded, stdin};
use super::guard::Guard;
use super::result::Started;
use crate::module_args;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};
use crate::transport::quote;

module_args! {
    /// Arguments of `shell`.
    pub(crate) struct Args {
        /// The shell text, of one line or several.
        cmd: String ["_raw_params", "free_form"];
        /// The directory to run in.
        chdir: Option<String>;
        /// A path, or a pattern, that makes the command unnecessary when it exists.
        creates: Option<String>;
        /// A path, or a pattern, that makes the command unnecessary when it does not exist.
        removes: Option<String>;
        /// The shell's path; `/bin/sh` when left out.
        executable: Option<String>;
        /// What the command reads on its standard input.
        stdin: Option<String>;
        /// Whether a newline is added to `stdin`.
        stdin_add_newline: bool = "yes";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "shell",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Run shell text",
    args: Args::SPECS,
    free_form: FreeForm::Into("cmd"),
    check: CheckMode::Full,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

/// Shells that know `eval` and `set --`.
const SHELLS: &[&str] = &["sh", "ash", "bash", "dash", "ksh", "mksh", "zsh"];

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    if args.cmd.trim().is_empty() {
        return Err(Failure::new(
            "no command given: write it after `shell:`, or in `cmd`",
        ));
    }
    let line = line(&args.cmd, args.executable.as_deref());
    let guard = Guard {
        chdir: args.chdir.as_deref(),
        creates: args.creates.as_deref(),
        removes: args.removes.as_deref(),
    };
    let stdin = stdin(args.stdin.as_deref(), args.stdin_add_newline);
    let started = Started::now(args.cmd.clone().into(), true);
    guarded(guard, ctx, started, &line, stdin.as_deref()).await
}

/// The text itself where the shell already is the right one: that costs no process.
///
/// No other user may see the text among a process's arguments, so shells take it from their
/// environment; only what is no shell we know is given it as `-c`.
pub(super) fn line(text: &str, executable: Option<&str>) -> String {
    let text = quote(text);
    let Some(shell) = executable.filter(|path| !["/bin/sh", "sh"].contains(path)) else {
        return format!("eval {text}");
    };
    let name = shell.rsplit('/').next().unwrap_or(shell);
    let shell = quote(shell);
    if SHELLS.contains(&name) {
        format!(
            "export RUNBOOK_TEXT={text}\nexec {shell} -c 'set -- \"$RUNBOOK_TEXT\"; unset RUNBOOK_TEXT; eval \"shift; $1\"'"
        )
    } else {
        format!("exec {shell} -c {text}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::modules::testing::Lab;

    #[tokio::test]
    async fn shell_text_is_expanded_by_the_shell() {
        let lab = Lab::new();
        lab.write("a.txt", "");
        let text = "cd sub 2>/dev/null || for f in *.txt; do\n  echo \"f=$f\" | tr a b\ndone";
        let arguments = json!({"cmd": text, "chdir": lab.at("")});
        let result = lab.ok("shell", arguments).await.result;
        assert_eq!(result["stdout"], "f=b.txt");
        assert_eq!(result["cmd"], text);
    }

    #[tokio::test]
    async fn another_shell_runs_the_text() {
        let lab = Lab::new();
        let arguments = json!({"cmd": "a=(1 2); echo ${a[1]} $BASH", "executable": "/bin/bash"});
        assert_eq!(
            lab.ok("shell", arguments).await.result["stdout"],
            "2 /bin/bash"
        );
    }

    #[tokio::test]
    async fn the_text_shows_in_no_argument() {
        let lab = Lab::new();
        let text = "tr '\\0' ' ' </proc/$$/cmdline\nenv | grep -c secret-word; echo $# \"$@\"";
        let arguments = json!({"cmd": text, "executable": "/bin/bash"});
        let stdout = lab.ok("shell", arguments).await.result["stdout"].clone();
        let stdout = stdout.as_str().expect("text");
        assert!(!stdout.contains("cmdline"), "{stdout}");
        assert!(stdout.ends_with("0\n0"), "{stdout}");
    }

    #[tokio::test]
    async fn a_syntax_error_fails_the_task_alone() {
        let lab = Lab::new();
        let (msg, _) = lab.fails("shell", json!({"cmd": "if ("})).await;
        assert!(msg.starts_with("non-zero return code 2: "), "{msg}");
        let arguments =
            json!({"cmd": "cat; exit 0", "stdin": "still there", "stdin_add_newline": false});
        assert_eq!(
            lab.ok("shell", arguments).await.result["stdout"],
            "still there"
        );
    }

    #[tokio::test]
    async fn the_exit_code_is_the_last_commands() {
        let lab = Lab::new();
        let (msg, result) = lab.fails("shell", json!({"cmd": "echo no; false"})).await;
        assert_eq!(
            (msg.as_str(), &result["rc"]),
            ("non-zero return code 1: no", &json!(1))
        );
    }
}
