//! `package_versions`: what a package step would do, without doing it.

use std::cmp::Ordering;

use futures_util::FutureExt as _;
use serde_json::{Map, Value as Json, json};

use super::apt::policy::{Known, Policy};
use super::apt::request::Request;
use super::apt::{self, script};
use super::debversion;
use crate::module_args;
use crate::modules::sections::Sections;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};

module_args! {
    /// Arguments of `package_versions`.
    pub(crate) struct Args {
        /// The packages, with pins as `apt` takes them.
        name: Vec<String> ["package", "pkg"];
        /// The release to prefer, as `apt-get -t` takes it.
        default_release: Option<String>;
        /// Fail, with every reason, when a package is unknown or a pin cannot be had.
        must_resolve: bool = "false";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "package_versions",
    aliases: &[],
    collection: "runbook",
    summary: "Tell installed, candidate and offered versions of packages, and what pins mean",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::ReadOnly,
    local: false,
    run: |arguments, ctx| async move { run(&Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: &Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let requests = Request::parse_all(&args.name).map_err(Failure::new)?;
    let names: Vec<&str> = requests.iter().map(|r| r.name.as_str()).collect();
    let mut script = script::look(&names, true, args.default_release.as_deref());
    script.push_str(script::ARCHIVES);
    script.push_str("rb archives; archives; true\n");
    let output = ctx.remote.check("read the package lists", &script).await?;
    let sections = Sections::parse(&output.out());
    if sections.find("refused").is_some() {
        return Err(Failure::new(
            "this host has no `apt-get`: package versions can be told on Debian and its kin only",
        ));
    }
    let known = Known::from(&sections);
    let archives: Vec<&str> = sections.lines("archives").collect();
    let mut packages = Map::new();
    let mut problems = Vec::new();
    for request in &requests {
        let answer = answer(request, &known, &archives);
        problems.extend(answer.problem);
        packages.insert(request.name.clone(), answer.json);
    }
    if args.must_resolve && !problems.is_empty() {
        return Err(Failure::new(problems.join("; "))
            .with("problems", problems)
            .with("packages", Json::Object(packages)));
    }
    Ok(Outcome::ok()
        .with("resolved", problems.is_empty())
        .with("problems", problems)
        .with("packages", Json::Object(packages)))
}

struct Answer {
    json: Json,
    problem: Option<String>,
}

fn answer(request: &Request, known: &Known, archives: &[&str]) -> Answer {
    let nothing = Policy::default();
    let policy = known.policy(&request.name).unwrap_or(&nothing);
    let installed = known.installed(&request.name);
    let candidate = policy.candidate.as_deref();
    let (target, problem) = match &request.pin {
        Some(pin) => match apt::resolve(request, pin, known) {
            Some(version) => (Some(version), None),
            None => (None, Some(apt::unresolved(request, pin, known))),
        },
        None => match candidate {
            Some(version) => (Some(version), None),
            None => (None, Some(unknown(&request.name))),
        },
    };
    let json = json!({
        "installed": installed.map(|i| &i.version),
        "held": installed.is_some_and(|i| i.held),
        "candidate": candidate,
        "offered": known.offered(&request.name),
        "pin": request.pin.as_ref().map(super::apt::request::Pin::text),
        "resolved": target.is_some(),
        "target": target,
        "change": change(installed.map(|i| i.version.as_str()), target),
        "downloaded": target.is_some_and(|t| downloaded(&request.name, t, policy, archives)),
    });
    Answer { json, problem }
}

fn unknown(name: &str) -> String {
    format!(
        "no repository offers {name}: check the name, add the repository that has it, or refresh the lists with `update_cache: true`"
    )
}

/// What installing the target would be; none when it cannot be had.
fn change(installed: Option<&str>, target: Option<&str>) -> Option<&'static str> {
    let target = target?;
    Some(match installed.map(|v| debversion::compare(v, target)) {
        None => "install",
        Some(Ordering::Less) => "upgrade",
        Some(Ordering::Equal) => "none",
        Some(Ordering::Greater) => "downgrade",
    })
}

/// Whether installing needs no network: the file lies in apt's archive, or in a local repository.
fn downloaded(name: &str, version: &str, policy: &Policy, archives: &[&str]) -> bool {
    let mut offers = policy.offers.iter().filter(|o| o.version == version);
    if offers.any(super::apt::policy::Offer::is_local) {
        return true;
    }
    let name = name.split(':').next().unwrap_or(name);
    // apt writes an epoch's colon as `%3a` in file names.
    let prefix = format!("{name}_{}_", version.replace(':', "%3a"));
    archives.iter().any(|file| file.starts_with(&prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::shell_tests::{TestHost, arguments, message};

    fn host() -> TestHost {
        TestHost::new()
            .command("apt-get", "exit 9")
            .command("apt-config", r#"echo "A='$D/'""#)
            .command(
                "dpkg-query",
                r"printf 'postgresql-15\tamd64\t15.18-0+deb12u1\tinstall\tinstalled\n'",
            )
            .command(
                "apt-cache",
                "printf 'postgresql-15:\n  Installed: 15.18-0+deb12u1\n  Candidate: 15.20-0+deb12u1\n  Version table:\n     15.20-0+deb12u1 500\n        500 http://r ./ Packages\n *** 15.18-0+deb12u1 500\n        500 http://r ./ Packages\n        100 /var/lib/dpkg/status\n'; touch $D/postgresql-15_15.20-0+deb12u1_amd64.deb",
            )
    }

    #[tokio::test]
    async fn a_pin_is_resolved_among_what_is_offered() {
        let host = host();
        let ask = arguments(json!({"name": "postgresql-15=15.20*"}));
        let outcome = (MODULE.run)(ask, &host.ctx(true).await)
            .await
            .expect("an answer");
        assert_eq!(outcome.result["resolved"], json!(true));
        assert_eq!(
            outcome.result["packages"]["postgresql-15"],
            json!({
                "installed": "15.18-0+deb12u1", "held": false, "candidate": "15.20-0+deb12u1",
                "offered": ["15.20-0+deb12u1", "15.18-0+deb12u1"], "pin": "15.20*",
                "resolved": true, "target": "15.20-0+deb12u1", "change": "upgrade",
                "downloaded": true,
            })
        );
    }

    #[tokio::test]
    async fn what_cannot_be_had_is_said_with_what_can() {
        let host = host();
        let ask =
            arguments(json!({"name": ["postgresql-15=15.99*", "nope"], "must_resolve": true}));
        let failure = (MODULE.run)(ask, &host.ctx(true).await)
            .await
            .expect_err("no such version");
        assert_eq!(
            message(&failure),
            "no repository offers postgresql-15=15.99*; installed is 15.18-0+deb12u1; offered: 15.20-0+deb12u1, 15.18-0+deb12u1 (change the pin, add the repository that has it, or refresh the lists with `update_cache: true`); no repository offers nope: check the name, add the repository that has it, or refresh the lists with `update_cache: true`"
        );
    }
}
