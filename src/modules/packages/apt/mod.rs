//! `apt`: packages of Debian and its kin.

mod args;
mod decide;
mod outcome;
pub(super) mod policy;
mod remedy;
pub(super) mod request;
pub(super) mod script;
#[cfg(test)]
mod tests;

use futures_util::FutureExt as _;
use serde_json::Value as Json;

use crate::modules::sections::Sections;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};
use crate::transport::Output;
use args::{Args, State};
use decide::{Decision, decide, needs_policy};
use policy::Known;
use request::Request;

pub(super) use decide::{resolve, unresolved};

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "apt",
    aliases: &["apt_get"],
    collection: "ansible.builtin",
    summary: "Install, upgrade, pin, download or remove packages of Debian and its kin",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::Full,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let _ = args.force_apt_get;
    let requests = requests(&args)?;
    let updated = update(&args, ctx).await?;
    let requests = expand(requests, &args, ctx).await?;
    let known = look(&args, &requests, ctx).await?;
    let decision = decide(&args, &requests, &known);
    if !decision.problems.is_empty() {
        return Err(refuse(decision.problems));
    }
    let calls = calls(&args, &requests, &decision);
    let mut outcome = if calls.is_empty() {
        outcome::outcome(&outcome::Changes::new())
    } else if args.download_only {
        download(&args, &decision.words, ctx).await?
    } else {
        change(&args, &calls, ctx).await?
    };
    if let Some(updated) = updated {
        let alone = requests.is_empty() && calls.is_empty();
        outcome.changed |= alone && updated.fetched;
        outcome = updated.tell(outcome);
    }
    Ok(outcome)
}

/// What `name` asks for, and whether the arguments make sense together.
fn requests(args: &Args) -> Result<Vec<Request>, Failure> {
    let names = args.name.clone().unwrap_or_default();
    let idle = args.upgrade_verb().is_none()
        && !(args.wants_update() || args.autoremove || args.autoclean || args.clean)
        && args.state != State::Fixed;
    if args.name.is_none() && idle {
        return Err(Failure::new(
            "nothing is asked for: give `name`, `update_cache`, `upgrade`, `autoremove`, `autoclean`, `clean` or `state: fixed`",
        ));
    }
    Request::parse_all(&names).map_err(Failure::new)
}

fn refuse(problems: Vec<String>) -> Failure {
    let msg = problems.join("; ");
    Failure::new(msg).with("problems", Json::from(problems))
}

/// The lists, after `update_cache`.
struct Updated {
    fetched: bool,
    time: i64,
    skipped: bool,
}

impl Updated {
    fn tell(&self, mut outcome: Outcome) -> Outcome {
        if self.skipped {
            let warning = "the package lists were not fetched under --check: the answer is as old as they are";
            outcome.warnings.push(warning.to_owned());
            return outcome;
        }
        outcome
            .with("cache_updated", self.fetched)
            .with("cache_update_time", self.time)
    }
}

async fn update(args: &Args, ctx: &Ctx<'_>) -> Result<Option<Updated>, Failure> {
    if !args.wants_update() {
        return Ok(None);
    }
    if ctx.check {
        return Ok(Some(Updated {
            fetched: false,
            time: 0,
            skipped: true,
        }));
    }
    let output = ctx.remote.run_long(&script::update(args)).await?;
    let sections = answers(&output)?;
    if !output.ok() {
        let why = remedy::explain(sections.get("update"), &output.err());
        let msg = format!("failed to fetch the package lists: {why}");
        return Err(Failure::new(msg).with("rc", output.code));
    }
    Ok(Some(Updated {
        fetched: sections.get("updated") == "yes",
        time: sections.get("time").parse().unwrap_or(0),
        skipped: false,
    }))
}

/// The answers of a script, unless the host has no apt.
fn answers(output: &Output) -> Result<Sections, Failure> {
    let sections = Sections::parse(&output.out());
    let Some(managers) = sections.find("refused") else {
        return Ok(sections);
    };
    let manager = managers
        .lines()
        .next()
        .and_then(|path| path.rsplit('/').next());
    let has = manager.map_or_else(String::new, |m| format!("; it has `{m}`"));
    Err(Failure::new(format!(
        "this host has no `apt-get`{has}: packages can be changed on Debian and its kin only"
    )))
}

/// Replaces patterns over names by the names they match.
async fn expand(
    requests: Vec<Request>,
    args: &Args,
    ctx: &Ctx<'_>,
) -> Result<Vec<Request>, Failure> {
    if !requests.iter().any(Request::is_pattern) {
        return Ok(requests);
    }
    let output = ctx.remote.run(&script::all_names()).await?;
    let sections = answers(&output)?;
    let mut names: Vec<&str> = sections.lines("names").collect();
    names.sort_unstable();
    names.dedup();
    let mut expanded = Vec::new();
    for request in requests {
        if !request.is_pattern() {
            expanded.push(request);
            continue;
        }
        let glob = globset::Glob::new(&request.name)
            .map_err(|e| Failure::new(format!("`{}`: {}", request.name, e.kind())))?
            .compile_matcher();
        let matching: Vec<&&str> = names.iter().filter(|name| glob.is_match(name)).collect();
        if matching.is_empty() && args.state != State::Absent {
            return Err(Failure::new(format!(
                "no package is called `{}`",
                request.name
            )));
        }
        expanded.extend(matching.into_iter().map(|name| Request {
            name: (*name).to_owned(),
            pin: request.pin.clone(),
        }));
    }
    Ok(expanded)
}

async fn look(args: &Args, requests: &[Request], ctx: &Ctx<'_>) -> Result<Known, Failure> {
    let names: Vec<&str> = requests.iter().map(|r| r.name.as_str()).collect();
    let policy = needs_policy(args, requests);
    let script = script::look(&names, policy, args.default_release.as_deref());
    let output = ctx.remote.run(&script).await?;
    Ok(Known::from(&answers(&output)?))
}

/// The `apt-get` calls that bring the host there, in order.
fn calls(args: &Args, requests: &[Request], decision: &Decision) -> Vec<String> {
    let mut calls = Vec::new();
    if args.clean {
        calls.push("apt-get clean".to_owned());
    }
    if let Some(verb) = args.upgrade_verb() {
        calls.push(script::call(args, verb, &[]));
    }
    let verb = match args.state {
        State::Absent => "remove",
        State::BuildDep => "build-dep",
        State::Fixed => "install --fix-broken",
        State::Present | State::Latest => "install",
    };
    if !decision.words.is_empty() || (args.state == State::Fixed && requests.is_empty()) {
        calls.push(script::call(args, verb, &decision.words));
    }
    if args.autoclean {
        calls.push(script::call(args, "autoclean", &[]));
    }
    if args.autoremove {
        calls.push(script::call(args, "autoremove", &[]));
    }
    calls
}

async fn change(args: &Args, calls: &[String], ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    if ctx.check {
        let output = ctx.remote.run_long(&script::simulate(calls)).await?;
        let sections = succeeded(args, &output)?;
        return Ok(outcome::outcome(&outcome::simulated(sections.get("run"))));
    }
    let output = ctx
        .remote
        .run_long(&script::change(calls, args.policy_rc_d))
        .await?;
    let sections = Sections::parse(&output.out());
    let changes = outcome::compare(sections.get("before"), sections.get("after"));
    let outcome = outcome::outcome(&changes);
    if let Err(failure) = succeeded(args, &output) {
        // What changed in spite of the failure is part of the story.
        let versions = outcome.result.get("versions").cloned().unwrap_or_default();
        return Err(failure
            .with("versions", versions)
            .with("changed", outcome.changed));
    }
    Ok(told(outcome, &sections, &output))
}

async fn download(args: &Args, words: &[String], ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    if ctx.check {
        let call = script::call(args, "--print-uris install", words);
        let output = ctx.remote.run_long(&script::download(&call)).await?;
        let sections = succeeded(args, &output)?;
        let files = outcome::to_download(sections.get("run"));
        return Ok(Outcome::changed(!files.is_empty()).with("downloaded", files));
    }
    let call = script::call(args, "--download-only install", words);
    let output = ctx.remote.run_long(&script::download(&call)).await?;
    let sections = succeeded(args, &output)?;
    let before: Vec<&str> = sections.lines("before").collect();
    let new = sections
        .lines("after")
        .filter(|file| !before.contains(file));
    let files: Vec<String> = new.map(str::to_owned).collect();
    let outcome = Outcome::changed(!files.is_empty()).with("downloaded", files);
    Ok(told(outcome, &sections, &output))
}

/// What apt printed; it repeats itself while it waits for a lock.
fn printed(sections: &Sections) -> String {
    let mut lines: Vec<&str> = sections.get("run").lines().collect();
    lines.dedup();
    lines.join("\n")
}

fn told(outcome: Outcome, sections: &Sections, output: &Output) -> Outcome {
    outcome
        .with("stdout", printed(sections))
        .with("stderr", output.err())
}

fn succeeded(args: &Args, output: &Output) -> Result<Sections, Failure> {
    let sections = Sections::parse(&output.out());
    if output.ok() {
        return Ok(sections);
    }
    let names = args.name.clone().unwrap_or_default().join(", ");
    let doing = match args.state {
        _ if names.is_empty() => "bring the packages in order".to_owned(),
        State::Absent => format!("remove {names}"),
        _ if args.download_only => format!("download {names}"),
        _ => format!("install {names}"),
    };
    let why = remedy::explain(sections.get("run"), &output.err());
    Err(Failure::new(format!("failed to {doing}: {why}"))
        .with("rc", output.code)
        .with("stdout", printed(&sections))
        .with("stderr", output.err()))
}
