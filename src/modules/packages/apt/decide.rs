//! From what is asked for and what is there to what `apt-get` has to be told.

use std::cmp::Ordering;

use super::args::{Args, State};
use super::policy::{Installed, Known};
use super::request::{Pin, Request};
use crate::modules::packages::debversion;

/// The packages that `apt-get` has to be given, with every reason why that cannot be.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Decision {
    /// `name` or `name=version`.
    pub(super) words: Vec<String>,
    /// Each with cause and remedy.
    pub(super) problems: Vec<String>,
}

/// Whether the state needs to know what repositories offer.
pub(super) fn needs_policy(args: &Args, requests: &[Request]) -> bool {
    match args.state {
        State::Latest => true,
        State::Present => requests.iter().any(|r| r.pin.is_some()),
        State::Absent | State::Fixed | State::BuildDep => false,
    }
}

/// Decides for every request.
pub(super) fn decide(args: &Args, requests: &[Request], known: &Known) -> Decision {
    let mut decision = Decision::default();
    for request in requests {
        let answer = match args.state {
            State::Absent => Ok(remove(args, request, known)),
            State::Fixed | State::BuildDep => Ok(Some(request.name.clone())),
            State::Present | State::Latest => install(args, request, known),
        };
        match answer {
            Ok(word) => decision.words.extend(word),
            Err(problem) => decision.problems.push(problem),
        }
    }
    decision
}

fn remove(args: &Args, request: &Request, known: &Known) -> Option<String> {
    let there = known.find(&request.name)?;
    let matches = request
        .pin
        .as_ref()
        .is_none_or(|pin| pin.accepts(&there.version));
    let counts = matches && (there.complete || args.purge);
    counts.then(|| request.name.clone())
}

fn install(args: &Args, request: &Request, known: &Known) -> Result<Option<String>, String> {
    let installed = known.installed(&request.name);
    if installed.is_none() && args.only_upgrade {
        return Ok(None);
    }
    let target = match (&request.pin, installed) {
        (Some(pin), _) => Some(pinned(args, request, pin, known)?),
        (None, Some(_)) if args.state == State::Latest => {
            let policy = known.policy(&request.name);
            let candidate = policy.and_then(|p| p.candidate.clone());
            candidate.filter(|_| !known.offered(&request.name).is_empty())
        }
        (None, Some(found)) => Some(found.version.clone()),
        (None, None) => None,
    };
    match (installed, target) {
        (Some(found), Some(target)) => replace(args, request, found, &target),
        // Nothing is offered, what is installed is as new as it gets.
        (Some(_), None) => Ok(None),
        (None, Some(target)) => Ok(Some(format!("{}={target}", request.name))),
        (None, None) => Ok(Some(request.name.clone())),
    }
}

/// The version that a pin means on this host.
fn pinned(args: &Args, request: &Request, pin: &Pin, known: &Known) -> Result<String, String> {
    let installed = known.installed(&request.name).map(|i| i.version.as_str());
    if args.state == State::Present
        && let Some(version) = installed.filter(|v| pin.accepts(v))
    {
        return Ok(version.to_owned());
    }
    resolve(request, pin, known)
        .map(str::to_owned)
        .ok_or_else(|| unresolved(request, pin, known))
}

/// The newest version that a pin accepts, of those offered and the one installed.
pub(in crate::modules::packages) fn resolve<'a>(
    request: &Request,
    pin: &Pin,
    known: &'a Known,
) -> Option<&'a str> {
    let installed = known.installed(&request.name).map(|i| i.version.as_str());
    let all = known.offered(&request.name).into_iter().chain(installed);
    all.filter(|version| pin.accepts(version))
        .max_by(|a, b| debversion::compare(a, b))
}

/// Why a pin cannot be had, with what could be.
pub(in crate::modules::packages) fn unresolved(
    request: &Request,
    pin: &Pin,
    known: &Known,
) -> String {
    let name = &request.name;
    let offered = known.offered(name);
    let installed = match known.installed(name) {
        Some(found) => format!("; installed is {}", found.version),
        None => String::new(),
    };
    if offered.is_empty() {
        return format!(
            "no repository offers any version of {name}{installed}: check the name, add the repository that has it, or refresh the lists with `update_cache: true`"
        );
    }
    let near = if pin.text().contains('*') || !offered.iter().any(|v| v.starts_with(pin.text())) {
        String::new()
    } else {
        format!("; did you mean `{name}={}*`?", pin.text())
    };
    format!(
        "no repository offers {request}{installed}; offered: {}{near} (change the pin, add the repository that has it, or refresh the lists with `update_cache: true`)",
        offered.join(", ")
    )
}

/// Whether one version may take another's place.
fn replace(
    args: &Args,
    request: &Request,
    found: &Installed,
    target: &str,
) -> Result<Option<String>, String> {
    let name = &request.name;
    let order = debversion::compare(target, &found.version);
    // Without a pin `latest` never goes back: apt's candidate is older only after a downgrade by hand.
    if order == Ordering::Equal || (order == Ordering::Less && request.pin.is_none()) {
        return Ok(None);
    }
    if order == Ordering::Less && !args.allow_downgrade {
        return Err(format!(
            "{request} would replace {} by the older {target}: set `allow_downgrade: true` if that is meant",
            found.version
        ));
    }
    if found.held && !args.allow_change_held_packages {
        return Err(format!(
            "{name} is on hold at {} and would become {target}: release it with `apt-mark unhold {name}`, or set `allow_change_held_packages: true`",
            found.version
        ));
    }
    Ok(Some(format!("{name}={target}")))
}
