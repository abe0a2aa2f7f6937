//! `async_status`: how a background job is.

use futures_util::FutureExt as _;
use serde_json::{Map, Value as Json, json};

use crate::modules::context::JobState;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};
use crate::{module_args, module_choice};

module_choice! {
    /// What is done with the job.
    pub(crate) enum Mode {
        Status = "status",
        Cleanup = "cleanup",
    }
}

module_args! {
    /// Arguments of `async_status`.
    pub(crate) struct Args {
        /// The job: `ansible_job_id` of what the task that started it registered.
        jid: String;
        /// Whether to ask for its state, or to remove what it left on the host.
        mode: Mode = "status";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "async_status",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Tell whether a background job has ended, and how",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::ReadOnly,
    local: true,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let cleanup = args.mode == Mode::Cleanup;
    let state = ctx.controller.job(&args.jid, cleanup).await;
    match state {
        JobState::Unknown(place) => Err(Failure::Failed {
            msg: "could not find job".to_owned(),
            detail: Some(": no task of this run has started it on this host".to_owned()),
            result: keys(&args.jid, &place, true, true, Map::new()),
            place: None,
        }),
        JobState::Running(place) | JobState::Ended(place, _) if cleanup => {
            let result = keys(&args.jid, &place, false, false, Map::new());
            let mut outcome = Outcome::ok().with("erased", place);
            outcome.result.extend(result);
            outcome.result.shift_remove("results_file");
            Ok(outcome)
        }
        JobState::Running(place) => Ok(Outcome {
            result: keys(&args.jid, &place, true, false, Map::new()),
            ..Outcome::ok()
        }),
        JobState::Ended(place, end) => ended(&args.jid, &place, end),
    }
}

/// What the module of a job came to, with what is known of the job beside it.
pub(crate) fn ended(
    jid: &str,
    place: &str,
    end: Result<Outcome, Failure>,
) -> Result<Outcome, Failure> {
    match end {
        Ok(outcome) => Ok(Outcome {
            result: keys(jid, place, true, true, outcome.result),
            ..outcome
        }),
        Err(Failure::Failed {
            msg,
            detail,
            result,
            place: at,
        }) => Err(Failure::Failed {
            result: keys(jid, place, true, true, result),
            msg,
            detail,
            place: at,
        }),
        Err(lost @ Failure::Unreachable(_)) => Err(lost),
    }
}

/// The keys of a job beside those of its result; Ansible gives what it printed, even where its
/// module prints nothing.
fn keys(
    jid: &str,
    place: &str,
    started: bool,
    finished: bool,
    mut result: Map<String, Json>,
) -> Map<String, Json> {
    for (key, value) in [
        ("ansible_job_id", json!(jid)),
        ("results_file", json!(place)),
        ("started", json!(started)),
        ("finished", json!(finished)),
    ] {
        result.insert(key.to_owned(), value);
    }
    for stream in ["stdout", "stderr"] {
        let lines = format!("{stream}_lines");
        result.entry(stream).or_insert_with(|| "".into());
        result.entry(lines).or_insert_with(|| json!([]));
    }
    result
}
