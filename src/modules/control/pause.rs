//! `pause`: wait for a time, or for the operator.

use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::Zoned;

use crate::module_args;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};

/// A day; a longer pause is a mistake.
const LONGEST: f64 = 86_400.0;

module_args! {
    /// Arguments of `pause`.
    pub(crate) struct Args {
        /// How long, in seconds.
        seconds: Option<f64>;
        /// How long, in minutes.
        minutes: Option<f64>;
        /// What to ask the operator.
        prompt: Option<String>;
        /// Whether the answer shows while it is typed.
        echo: bool = "yes";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "pause",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Wait for a time, or for the operator",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::ReadOnly,
    local: true,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let start = Zoned::now();
    let wait = duration(&args)?;
    let (stdout, input) = if let Some(wait) = wait {
        tokio::time::sleep(wait).await;
        let said = format!("paused for {} seconds", wait.as_secs_f64());
        (said, String::new())
    } else {
        let question = args.prompt.as_deref().unwrap_or("Press enter to continue");
        let answer = ctx.controller.ask(question, args.echo).await;
        let said = "paused until the operator answered".to_owned();
        (said, answer.ok_or_else(nobody)?)
    };
    let stop = Zoned::now();
    let delta = start.duration_until(&stop).as_secs();
    let stamp = |time: &Zoned| time.strftime("%Y-%m-%d %H:%M:%S.%6f").to_string();
    Ok(Outcome::ok()
        .with("user_input", input)
        .with("stdout", stdout)
        .with("echo", args.echo)
        .with("start", stamp(&start))
        .with("stop", stamp(&stop))
        .with("delta", delta)
        .with("rc", 0))
}

fn nobody() -> Failure {
    Failure::new(
        "nobody is there to answer: run on a terminal, or give `seconds` or `minutes` instead of a prompt alone",
    )
}

/// How long to wait; none waits for the operator.
fn duration(args: &Args) -> Result<Option<Duration>, Failure> {
    let seconds = match (args.seconds, args.minutes) {
        (Some(_), Some(_)) => {
            return Err(Failure::new("`seconds` and `minutes` exclude each other"));
        }
        (Some(seconds), None) => seconds,
        (None, Some(minutes)) => minutes * 60.0,
        (None, None) => return Ok(None),
    };
    if (0.0..=LONGEST).contains(&seconds) {
        Ok(Some(Duration::from_secs_f64(seconds)))
    } else {
        Err(Failure::new(format!(
            "a pause lasts from nothing to a day, not {seconds} seconds"
        )))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::modules::testing::Lab;

    #[tokio::test]
    async fn the_operators_answer_is_kept() {
        let mut lab = Lab::new();
        lab.answer = Some("yes".to_owned());
        let outcome = lab.ok("pause", json!({"prompt": "Switch over?"})).await;
        assert_eq!(outcome.result["user_input"], "yes");
        assert!(!outcome.changed);
    }

    #[tokio::test]
    async fn without_an_operator_a_prompt_fails_at_once() {
        let lab = Lab::new();
        let (msg, _) = lab.fails("pause", json!({"prompt": "Switch over?"})).await;
        assert!(msg.starts_with("nobody is there to answer"), "{msg}");
        assert_eq!(lab.ok("pause", json!({"seconds": 0})).await.result["rc"], 0);
    }

    #[tokio::test]
    async fn impossible_times_are_refused() {
        let lab = Lab::new();
        let (msg, _) = lab.fails("pause", json!({"minutes": -1})).await;
        assert_eq!(msg, "a pause lasts from nothing to a day, not -60 seconds");
    }
}
