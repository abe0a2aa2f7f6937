//! `command`: run a program, without a shell's expansions.

use futures_util::FutureExt as _;

use super::guard::{Guard, Verdict};
use super::result::Started;
use super::words::{expanded, split};
use crate::module_args;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};
use crate::transport::quote;

module_args! {
    /// Arguments of `command`.
    pub(crate) struct Args {
        /// The command line: split into words as a shell does it, but with no pipes, wildcards or redirections.
        cmd: Option<String> ["_raw_params", "free_form"];
        /// The program and its arguments, a list, instead of a line.
        argv: Option<Vec<String>>;
        /// The directory to run in.
        chdir: Option<String>;
        /// A path, or a pattern, that makes the command unnecessary when it exists.
        creates: Option<String>;
        /// A path, or a pattern, that makes the command unnecessary when it does not exist.
        removes: Option<String>;
        /// What the program reads on its standard input.
        stdin: Option<String>;
        /// Whether a newline is added to `stdin`.
        stdin_add_newline: bool = "yes";
        /// Whether newlines at the end of the output are dropped.
        strip_empty_ends: bool = "yes";
        /// Whether `$NAME` and a leading `~` in the words are replaced on the host.
        expand_argument_vars: bool = "yes";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "command",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Run a program, without a shell's expansions",
    args: Args::SPECS,
    free_form: FreeForm::Into("cmd"),
    check: CheckMode::Full,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let words = words(&args)?;
    let shell: Vec<String> = words
        .iter()
        .map(|word| {
            if args.expand_argument_vars {
                expanded(word)
            } else {
                quote(word)
            }
        })
        .collect();
    // `exec` takes the program rather than a builtin of the same name, and saves a process.
    let line = format!("exec {}", shell.join(" "));
    let guard = Guard {
        chdir: args.chdir.as_deref(),
        creates: args.creates.as_deref(),
        removes: args.removes.as_deref(),
    };
    let stdin = stdin(args.stdin.as_deref(), args.stdin_add_newline);
    let started = Started::now(words.into(), args.strip_empty_ends);
    guarded(guard, ctx, started, &line, stdin.as_deref()).await
}

fn words(args: &Args) -> Result<Vec<String>, Failure> {
    let words = match (&args.cmd, &args.argv) {
        (Some(_), Some(_)) => {
            return Err(Failure::new("`cmd` and `argv` exclude each other"));
        }
        (None, Some(given)) => given.clone(),
        (Some(line), None) => split(line)
            .map_err(|why| Failure::new(format!("failed to split the command line: {why}")))?,
        (None, None) => Vec::new(),
    };
    if words.first().is_none_or(String::is_empty) {
        return Err(Failure::new(
            "no command given: write it after `command:`, or in `cmd` or `argv`",
        ));
    }
    if words.iter().any(|word| word.contains('\0')) {
        return Err(Failure::new("a word of the command holds a NUL character"));
    }
    Ok(words)
}

/// What goes to standard input.
pub(super) fn stdin(text: Option<&str>, newline: bool) -> Option<Vec<u8>> {
    let mut bytes = text?.as_bytes().to_vec();
    if newline {
        bytes.push(b'\n');
    }
    Some(bytes)
}

/// Runs a line behind its guard, or under `--check` says whether it would.
pub(super) async fn guarded(
    guard: Guard<'_>,
    ctx: &Ctx<'_>,
    started: Started,
    line: &str,
    stdin: Option<&[u8]>,
) -> Result<Outcome, Failure> {
    if ctx.check {
        return Ok(started.never(predict(guard, ctx).await?));
    }
    match guard.run(ctx, line, stdin).await? {
        Verdict::NotNeeded(outcome) => Ok(started.never(*outcome)),
        Verdict::Ran(output) => started.ended(&output),
    }
}

async fn predict(guard: Guard<'_>, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let would = "Command would have run if not in check mode";
    if !guard.decides() {
        let mut outcome = Outcome::ok().with("rc", 0).msg(would);
        outcome.skipped = true;
        return Ok(outcome);
    }
    match guard.run(ctx, ":", None).await? {
        Verdict::NotNeeded(outcome) => Ok(*outcome),
        Verdict::Ran(_) => Ok(Outcome::changed(true).with("rc", 0).msg(would)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::modules::testing::Lab;

    #[tokio::test]
    async fn words_reach_the_program_as_they_are() {
        let lab = Lab::new();
        let line = r#"printf '%s|' "a  b" * ; '$(id)' `x` "it's""#;
        let outcome = lab.ok("command", json!({"cmd": line})).await;
        assert_eq!(outcome.result["stdout"], "a  b|*|;|$(id)|`x`|it's|");
        assert_eq!(outcome.result["rc"], 0);
        assert_eq!(outcome.result["cmd"][0], "printf");
        assert!(outcome.changed);
    }

    #[tokio::test]
    async fn output_is_split_into_lines() {
        let lab = Lab::new();
        let arguments = json!({"argv": ["printf", "a\nb\n\n"]});
        let result = lab.ok("command", arguments).await.result;
        assert_eq!(result["stdout"], "a\nb");
        assert_eq!(result["stdout_lines"], json!(["a", "b"]));
        assert_eq!(result["stderr"], "");
    }

    #[tokio::test]
    async fn a_failing_program_shows_its_code_and_last_words() {
        let lab = Lab::new();
        let arguments = json!({"cmd": "sh -c 'echo out; echo why >&2; exit 3'"});
        let (msg, result) = lab.fails("command", arguments).await;
        assert_eq!(msg, "non-zero return code 3: why");
        assert_eq!(
            (&result["rc"], &result["stdout"]),
            (&json!(3), &json!("out"))
        );
    }

    #[tokio::test]
    async fn a_missing_program_says_so() {
        let lab = Lab::new();
        let (msg, result) = lab
            .fails("command", json!({"cmd": "no-such-program x"}))
            .await;
        assert!(
            msg.starts_with("Error executing command. (no such command"),
            "{msg}"
        );
        assert_eq!(result["rc"], 2);
    }

    #[tokio::test]
    async fn chdir_stdin_and_environment_reach_the_program() {
        let lab = Lab::new();
        let arguments =
            json!({"cmd": "sh -c 'pwd; cat; echo $HOME' x", "chdir": lab.at(""), "stdin": "in"});
        let result = lab.ok("command", arguments).await.result;
        let pwd = std::fs::canonicalize(lab.dir.path()).expect("a path");
        let home = std::env::var("HOME").expect("a home");
        // `$HOME` stands within quotes of the inner shell; the outer words were not expanded twice.
        assert_eq!(result["stdout"], format!("{}\nin\n{home}", pwd.display()));
    }

    #[tokio::test]
    async fn a_wrong_chdir_is_named() {
        let lab = Lab::new();
        let (msg, _) = lab
            .fails("command", json!({"cmd": "true", "chdir": "/no/such"}))
            .await;
        let start = "failed to change to the directory /no/such: cd: ";
        assert!(msg.starts_with(start), "{msg}");
    }

    #[tokio::test]
    async fn creates_and_removes_decide() {
        let lab = Lab::new();
        lab.write("here it is", "");
        let pattern = lab.at("here*");
        let touch = |key: &str, path: &str| json!({"argv": ["touch", lab.at("ran")], key: path});
        for (key, path) in [
            ("creates", pattern.as_str()),
            ("removes", &lab.at("nothing*")),
        ] {
            let outcome = lab.ok("command", touch(key, path)).await;
            assert!(!outcome.changed && !lab.path("ran").exists(), "{key}");
        }
        let outcome = lab.ok("command", touch("removes", &pattern)).await;
        assert!(outcome.changed && lab.path("ran").exists());
    }

    #[tokio::test]
    async fn check_mode_runs_nothing() {
        let lab = Lab::new().check(true);
        let skipped = lab
            .ok("command", json!({"argv": ["touch", lab.at("ran")]}))
            .await;
        assert!(skipped.skipped && !skipped.changed);
        let arguments = json!({"argv": ["touch", lab.at("ran")], "creates": lab.at("ran")});
        let predicted = lab.ok("command", arguments).await;
        assert!(predicted.changed && !predicted.skipped);
        assert!(!lab.path("ran").exists());
    }
}
