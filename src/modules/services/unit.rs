//! A systemd unit: what it is like, what it should be like, and the way there.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

use crate::module_choice;
use crate::modules::sections::{PRELUDE, Sections};
use crate::modules::{Ctx, Failure, Outcome};
use crate::transport::{Output, quote};

module_choice! {
    /// What `state` may be.
    pub(crate) enum State {
        Started = "started",
        Stopped = "stopped",
        Restarted = "restarted",
        Reloaded = "reloaded",
    }
}

/// What a unit should be like.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// The unit, with or without `.service`.
    pub(super) name: String,
    /// Running or not, and how to get there.
    pub(super) state: Option<State>,
    /// Whether it starts at boot.
    pub(super) enabled: Option<bool>,
    /// Whether starting it is made impossible.
    pub(super) masked: Option<bool>,
    /// Whether systemd reads its files again first.
    pub(super) daemon_reload: bool,
    /// Whether a change is only asked for, not waited for.
    pub(super) no_block: bool,
    /// Whether symbolic links of other units may be replaced.
    pub(super) force: bool,
    /// `systemctl` with the options for the scope: the system's units, or a user's.
    pub(super) systemctl: &'static str,
    /// The longest wait for one change, in seconds.
    pub(super) timeout: i64,
}

/// The properties that are read, in the order `register` shows them.
const PROPERTIES: &str = "Id,Names,Description,LoadState,LoadError,ActiveState,SubState,UnitFileState,UnitFilePreset,Result,MainPID,ExecMainPID,ExecMainCode,ExecMainStatus,NRestarts,Type,Restart,FragmentPath,NeedDaemonReload,CanStart,CanReload,ActiveEnterTimestamp,InactiveEnterTimestamp,StateChangeTimestamp,TimeoutStartUSec,TimeoutStopUSec,User";

/// How many lines of the journal a failure shows.
const JOURNAL_LINES: u32 = 20;

/// What systemd says of a unit.
#[derive(Debug, Clone, Default)]
pub(super) struct Status(Map<String, Json>);

impl Status {
    fn parse(text: &str) -> Self {
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        Self(pairs.map(|(k, v)| (k.to_owned(), Json::from(v))).collect())
    }

    fn get(&self, property: &str) -> &str {
        self.0
            .get(property)
            .and_then(Json::as_str)
            .unwrap_or_default()
    }

    fn missing(&self) -> bool {
        self.get("LoadState") == "not-found" && !self.running()
    }

    /// Running, or on the way there.
    fn running(&self) -> bool {
        matches!(
            self.get("ActiveState"),
            "active" | "activating" | "reloading"
        )
    }

    fn masked(&self) -> bool {
        matches!(self.get("UnitFileState"), "masked" | "masked-runtime")
            || self.get("LoadState") == "masked"
    }

    /// Starting at boot; `static`, `generated` and the like count for neither.
    fn enabled(&self) -> Option<bool> {
        match self.get("UnitFileState") {
            "enabled" | "enabled-runtime" | "alias" => Some(true),
            "disabled" | "" | "bad" | "linked" | "linked-runtime" | "indirect" => Some(false),
            _ => None,
        }
    }
}

/// The calls that bring a unit there.
fn verbs(wanted: &Wanted, status: &Status) -> Result<Vec<&'static str>, Failure> {
    let mut verbs = Vec::new();
    if let Some(masked) = wanted.masked
        && masked != status.masked()
    {
        verbs.push(if masked { "mask" } else { "unmask" });
    }
    if let Some(enabled) = wanted.enabled {
        match status.enabled() {
            Some(now) if now == enabled => {}
            Some(_) => verbs.push(if enabled { "enable" } else { "disable" }),
            None if !status.masked() => {
                // `static`, `generated` and the like: something else decides, nothing to be done.
            }
            None if !enabled => {}
            None if wanted.masked == Some(false) => verbs.push("enable"),
            None => {
                return Err(Failure::new(format!(
                    "{} is masked and cannot be enabled: set `masked: false`",
                    wanted.name
                )));
            }
        }
    }
    let stopping = status.get("ActiveState") == "deactivating";
    match wanted.state {
        Some(State::Started) if !status.running() => verbs.push("start"),
        Some(State::Stopped) if status.running() || stopping => verbs.push("stop"),
        Some(State::Restarted) if status.running() => verbs.push("restart"),
        Some(State::Reloaded) if status.running() => verbs.push("reload"),
        Some(State::Restarted | State::Reloaded) => verbs.push("start"),
        Some(State::Started | State::Stopped) | None => {}
    }
    Ok(verbs)
}

fn show(wanted: &Wanted) -> String {
    let (systemctl, name) = (wanted.systemctl, quote(&wanted.name));
    format!("rb show; {systemctl} show --no-pager -p {PROPERTIES} -- {name}\n")
}

/// Brings a unit there; `ctx.check` only tells.
pub(super) async fn bring(wanted: &Wanted, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let before = look(wanted, ctx).await?;
    if before.missing() {
        return missing(wanted, ctx).await;
    }
    let verbs = verbs(wanted, &before)?;
    let after = if verbs.is_empty() || ctx.check {
        before.clone()
    } else {
        change(wanted, &verbs, ctx).await?
    };
    Ok(outcome(wanted, &before, after, &verbs))
}

fn outcome(wanted: &Wanted, before: &Status, after: Status, verbs: &[&str]) -> Outcome {
    let mut outcome = Outcome::changed(!verbs.is_empty()).with("name", wanted.name.as_str());
    if let Some(state) = wanted.state {
        let state = match state {
            State::Stopped => "stopped",
            _ => "started",
        };
        outcome = outcome.with("state", state);
    }
    if let Some(enabled) = wanted.enabled {
        outcome = outcome.with("enabled", enabled);
    }
    let line = |status: &Status| {
        let words = [status.get("ActiveState"), status.get("UnitFileState")];
        words.join(" ").trim().to_owned()
    };
    let actions = verbs.join(", ");
    let target = match verbs {
        [] => line(before),
        _ => format!("{} ({actions})", line(&after)),
    };
    outcome
        .diff(format!("service {}", wanted.name), line(before), target)
        .with("actions", verbs.to_vec())
        .with("status", Json::Object(after.0))
}

async fn look(wanted: &Wanted, ctx: &Ctx<'_>) -> Result<Status, Failure> {
    let reload = if wanted.daemon_reload && !ctx.check {
        format!("{} daemon-reload || exit 3\n", wanted.systemctl)
    } else {
        String::new()
    };
    let guard = "command -v systemctl >/dev/null || { rb none; exit 0; }\n";
    let script = format!("{PRELUDE}{guard}{reload}{}", show(wanted));
    let output = ctx.remote.run(&script).await?;
    let sections = Sections::parse(&output.out());
    if sections.find("none").is_some() {
        return Err(Failure::new(
            "this host has no `systemctl`: services can be managed under systemd only",
        ));
    }
    if !output.ok() {
        let what = if output.code == 3 {
            "make systemd read its unit files again"
        } else {
            "ask systemd"
        };
        return Err(explain(&format!("failed to {what}"), &output, ""));
    }
    Ok(Status::parse(sections.get("show")))
}

/// The calls, then the unit as it is now; a failure brings the end of its journal.
fn script(wanted: &Wanted, verbs: &[&str]) -> String {
    let (systemctl, name) = (wanted.systemctl, quote(&wanted.name));
    let mut script = format!("{PRELUDE}rc=0\n");
    for verb in verbs {
        let options = match *verb {
            "mask" | "enable" if wanted.force => " --force",
            "start" | "stop" | "restart" | "reload" if wanted.no_block => " --no-block",
            _ => "",
        };
        let _ = writeln!(
            script,
            "[ $rc -ne 0 ] || {{ timeout {} {systemctl} {verb}{options} -- {name}; rc=$?; verb={verb}; }}",
            wanted.timeout
        );
    }
    script.push_str(&show(wanted));
    let unit = if systemctl.contains("--user") {
        "--user-unit"
    } else {
        "-u"
    };
    let _ = write!(
        script,
        "if [ $rc -ne 0 ] || {systemctl} is-failed --quiet -- {name}; then\n\
         rb verb; echo $verb\n\
         rb journal; journalctl {unit} {name} -n {JOURNAL_LINES} --no-pager -o cat 2>/dev/null\n\
         fi\nexit $rc\n"
    );
    script
}

/// Makes the calls and looks at what became of the unit.
async fn change(wanted: &Wanted, verbs: &[&str], ctx: &Ctx<'_>) -> Result<Status, Failure> {
    let output = ctx.remote.run_long(&script(wanted, verbs)).await?;
    let sections = Sections::parse(&output.out());
    let status = Status::parse(sections.get("show"));
    let starting = matches!(verbs.last(), Some(&("start" | "restart" | "reload")));
    let failed = starting && status.get("ActiveState") == "failed";
    if output.ok() && !failed {
        return Ok(status);
    }
    let (name, journal) = (&wanted.name, sections.get("journal"));
    let doing = format!("failed to {} {name}", sections.get("verb"));
    let what = match output.code {
        0 => format!(
            "{name} was started but is failed ({})",
            status.get("Result")
        ),
        124 => format!(
            "{doing}: not done after {} s, systemd still works on it (`systemctl list-jobs`; raise `timeout` if it may take longer)",
            wanted.timeout
        ),
        _ => return Err(explain(&doing, &output, journal).with("status", Json::Object(status.0))),
    };
    Err(Failure::new(with_journal(&what, journal))
        .with("journal", journal)
        .with("status", Json::Object(status.0)))
}

fn with_journal(what: &str, journal: &str) -> String {
    if journal.trim().is_empty() {
        what.to_owned()
    } else {
        format!("{what}; its journal ends with:\n{journal}")
    }
}

/// A failed call in systemd's words, with the remedy where one is known.
fn explain(what: &str, output: &Output, journal: &str) -> Failure {
    let err = output.err();
    let words = err.trim();
    let remedy = match words {
        w if w.contains("Interactive authentication required") || w.contains("Access denied") => {
            ": this needs root, set `become: true`"
        }
        w if w.contains("is masked") => ": unmask it with `masked: false`",
        w if w.contains("not been booted with systemd") => {
            ": services can be managed only where systemd is process 1"
        }
        _ => "",
    };
    Failure::new(with_journal(&format!("{what}: {words}{remedy}"), journal))
        .with("rc", output.code)
        .with("stderr", err.clone())
        .with("journal", journal)
}

/// The failure for a unit that is not there, with the nearest name.
async fn missing(wanted: &Wanted, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    if ctx.check {
        // A package that a step before would have brought is not there under --check.
        let mut outcome = Outcome::changed(wanted.state.is_some() || wanted.enabled.is_some());
        let warning = format!(
            "there is no service {} yet: assumed to come by an earlier step",
            wanted.name
        );
        outcome.warnings.push(warning);
        return Ok(outcome);
    }
    let script = format!(
        "{s} list-unit-files --no-legend --no-pager --type=service | cut -d' ' -f1; \
         {s} list-units --all --no-legend --no-pager --plain --type=service | cut -d' ' -f1",
        s = wanted.systemctl
    );
    let output = ctx.remote.run(&script).await?;
    let out = output.out();
    let names = out.lines().map(|name| name.trim_end_matches(".service"));
    let name = wanted.name.trim_end_matches(".service");
    let hint = match crate::diag::did_you_mean(name, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`systemctl list-unit-files` lists what there is".to_owned(),
    };
    Err(Failure::new(format!(
        "there is no service `{}` on this host; {hint}",
        wanted.name
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(state: Option<State>, enabled: Option<bool>) -> Wanted {
        Wanted {
            name: "nginx".to_owned(),
            state,
            enabled,
            masked: None,
            daemon_reload: false,
            no_block: false,
            force: false,
            systemctl: "systemctl",
            timeout: 9,
        }
    }

    fn status(active: &str, file: &str) -> Status {
        Status::parse(&format!(
            "LoadState=loaded\nActiveState={active}\nUnitFileState={file}\n"
        ))
    }

    type Case<'a> = (Option<State>, Option<bool>, &'a str, &'a str, &'a [&'a str]);

    #[test]
    fn only_what_differs_is_done() {
        use State::{Reloaded, Restarted, Started, Stopped};
        let none: [&str; 0] = [];
        let cases: [Case<'_>; 9] = [
            (Some(Started), Some(true), "active", "enabled", &none),
            (
                Some(Started),
                Some(true),
                "inactive",
                "disabled",
                &["enable", "start"],
            ),
            (
                Some(Stopped),
                Some(false),
                "active",
                "enabled",
                &["disable", "stop"],
            ),
            (Some(Stopped), None, "failed", "enabled", &none),
            (Some(Stopped), None, "deactivating", "enabled", &["stop"]),
            (Some(Restarted), None, "active", "enabled", &["restart"]),
            (Some(Restarted), None, "inactive", "enabled", &["start"]),
            (Some(Reloaded), None, "active", "enabled", &["reload"]),
            (None, Some(true), "active", "static", &none),
        ];
        for (state, enabled, active, file, expected) in cases {
            let found = verbs(&wanted(state, enabled), &status(active, file)).expect("verbs");
            assert_eq!(found, expected, "{state:?} {enabled:?} {active} {file}");
        }
    }

    #[test]
    fn what_is_masked_is_not_enabled_behind_ones_back() {
        let masked = status("inactive", "masked");
        assert!(verbs(&wanted(None, Some(true)), &masked).is_err());
        let both = Wanted {
            masked: Some(false),
            ..wanted(None, Some(true))
        };
        assert_eq!(verbs(&both, &masked).expect("verbs"), ["unmask", "enable"]);
    }
}
