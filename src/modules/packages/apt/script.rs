//! The scripts that run on the host.

use std::fmt::Write as _;

use super::args::Args;
use crate::modules::packages::apt::policy::FORMAT;
use crate::modules::sections::PRELUDE;
use crate::transport::quote;

/// Where `policy-rc.d` lives; a fixed path of Debian Policy 9.3.3 and of `invoke-rc.d(8)`.
const POLICY_RC_D: &str = "/usr/sbin/policy-rc.d";

/// The environment in which apt asks nothing and speaks English.
const ENVIRONMENT: &str = "export LC_ALL=C DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical APT_LISTCHANGES_FRONTEND=none\n";

/// Stops on a host without apt; the section `refused` then names the managers it has.
const GUARD: &str = "command -v apt-get >/dev/null || { rb refused; for m in dnf yum zypper apk; do command -v $m; done; exit 0; }\n";

/// Words as a shell would have to be given them.
pub(super) fn words<S: AsRef<str>>(items: impl IntoIterator<Item = S>) -> String {
    let quoted: Vec<String> = items.into_iter().map(|w| quote(w.as_ref())).collect();
    quoted.join(" ")
}

/// Asks dpkg, and with `policy` also apt, about names. With `patterns`, lists every name there is.
pub(in crate::modules::packages) fn look(
    names: &[&str],
    policy: bool,
    release: Option<&str>,
) -> String {
    let mut script = format!("{PRELUDE}{ENVIRONMENT}{GUARD}");
    if names.is_empty() {
        return script;
    }
    let names = words(names);
    let _ = writeln!(
        script,
        "rb dpkg; dpkg-query -W -f='{FORMAT}' -- {names} 2>/dev/null"
    );
    if policy {
        let release = release.map_or_else(String::new, |r| {
            format!("-o APT::Default-Release={} ", quote(r))
        });
        let _ = writeln!(
            script,
            "rb policy; apt-cache {release}policy -- {names} 2>/dev/null"
        );
    }
    script.push_str("true\n");
    script
}

/// Lists the names of all packages that apt or dpkg knows.
pub(super) fn all_names() -> String {
    format!("{PRELUDE}{GUARD}rb names; apt-cache pkgnames; rb end\n")
}

/// Fetches the package lists unless they are young enough; sections `update`, `updated`, `time`.
pub(super) fn update(args: &Args) -> String {
    let lock = args.lock_timeout.max(0);
    format!(
        r#"{PRELUDE}{ENVIRONMENT}{GUARD}L=/var/lib/apt/lists S=/var/lib/apt/periodic/update-success-stamp
age() {{ T=$(stat -c %Y "$L" "$S" 2>/dev/null | sort -n | tail -n 1); T=${{T:-0}}; }}
age
if [ {valid} -gt 0 ] && [ $(($(date +%s) - T)) -le {valid} ]; then
  rb updated; echo no
else
  n=0 d=1
  while :; do
    out=$(apt-get update -o APT::Update::Error-Mode=any -o DPkg::Lock::Timeout={lock} 2>&1); rc=$?
    [ $rc -ne 0 ] && [ $n -lt {retries} ] || break
    case $out in *'Could not get lock'*|*'Unable to lock'*|*'Temporary failure'*|*'Could not connect'*|*'onnection timed out'*|*'onnection failed'*) ;; *) break ;; esac
    n=$((n + 1)); sleep $d; d=$((d * 2)); [ $d -le {delay} ] || d={delay}
  done
  rb update; printf '%s\n' "$out"
  [ $rc -eq 0 ] || exit $rc
  touch "$L" 2>/dev/null; age
  rb updated; echo yes
fi
rb time; echo "$T"
"#,
        valid = args.cache_valid_time.max(0),
        retries = args.update_cache_retries.max(0),
        delay = args.update_cache_retry_max_delay.max(1),
    )
}

/// The options every changing `apt-get` call has.
fn options(args: &Args) -> String {
    let mut options = format!(
        "-y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout={}",
        args.lock_timeout.max(0)
    );
    for option in args
        .dpkg_options
        .split(',')
        .map(str::trim)
        .filter(|o| !o.is_empty())
    {
        let _ = write!(
            options,
            " -o {}",
            quote(&format!("Dpkg::Options::=--{option}"))
        );
    }
    let flags = [
        (args.only_upgrade, "--only-upgrade"),
        (args.allow_downgrade, "--allow-downgrades"),
        (
            args.allow_change_held_packages,
            "--allow-change-held-packages",
        ),
        (args.allow_unauthenticated, "--allow-unauthenticated"),
        (args.purge, "--purge"),
        (args.fail_on_autoremove, "--no-remove"),
        (
            args.install_recommends == Some(true),
            "--install-recommends",
        ),
        (
            args.install_recommends == Some(false),
            "--no-install-recommends",
        ),
    ];
    for (_, flag) in flags.iter().filter(|(given, _)| *given) {
        let _ = write!(options, " {flag}");
    }
    if let Some(release) = &args.default_release {
        let _ = write!(options, " -t {}", quote(release));
    }
    options
}

/// One `apt-get` call: its verb and the packages, quoted.
pub(super) fn call(args: &Args, verb: &str, packages: &[String]) -> String {
    format!("apt-get {} {verb} {}", options(args), words(packages))
}

/// Runs the calls one after the other until one fails, with every package before and after.
pub(super) fn change(calls: &[String], policy_rc_d: Option<i64>) -> String {
    let mut script = format!("{PRELUDE}{ENVIRONMENT}");
    if let Some(code) = policy_rc_d {
        script.push_str(&guard_services(code));
    }
    let _ = write!(
        script,
        "snap() {{ dpkg-query -W -f='{FORMAT}' 2>/dev/null; }}\n\
         rb before; snap\nrb run; rc=0\n"
    );
    for call in calls {
        let _ = writeln!(script, "[ $rc -ne 0 ] || {{ {call}; rc=$?; }}");
    }
    script.push_str("rb after; snap\nexit $rc\n");
    script
}

/// Downloads: like [`change`], with the names of the downloaded files before and after.
pub(super) fn download(call: &str) -> String {
    format!(
        "{PRELUDE}{ENVIRONMENT}{ARCHIVES}rb before; archives\nrb run; {call}; rc=$?\n\
         rb after; archives\nexit $rc\n"
    )
}

/// Defines `archives`: the names of the packages that lie on the host already.
pub(in crate::modules::packages) const ARCHIVES: &str = "eval \"$(apt-config shell A Dir::Cache::archives/d)\"\n\
     archives() { (cd \"${A:-/var/cache/apt/archives/}\" 2>/dev/null && ls) | grep '\\.deb$'; }\n";

/// Simulates the calls.
pub(super) fn simulate(calls: &[String]) -> String {
    let mut script = format!("{PRELUDE}{ENVIRONMENT}rb run; rc=0\n");
    for call in calls {
        let call = call.replacen("apt-get ", "apt-get -s ", 1);
        let _ = writeln!(script, "[ $rc -ne 0 ] || {{ {call}; rc=$?; }}");
    }
    script.push_str("exit $rc\n");
    script
}

/// Puts a `policy-rc.d` in place until the script ends, however it ends.
///
/// `invoke-rc.d` and `deb-systemd-invoke` ask it before every start, stop and restart. One that
/// is there already is kept aside; one that a killed run of ours left behind is known by its
/// second line and replaced. needrestart's apt hook restarts services by itself and is suspended.
fn guard_services(code: i64) -> String {
    format!(
        r#"P={POLICY_RC_D}
export NEEDRESTART_SUSPEND=1
restore() {{ rm -f "$P"; [ ! -e "$P.kept" ] || mv -f "$P.kept" "$P"; }}
if [ -e "$P" ] && ! grep -q '^# runbook:' "$P"; then mv -f "$P" "$P.kept" || exit 1; fi
trap restore EXIT
trap 'exit 129' HUP INT TERM
{{ printf '#!/bin/sh\n# runbook: removed when the package step ends.\nexit {code}\n' >"$P" && chmod 755 "$P"; }} || exit 1
"#
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use super::*;

    /// Runs a script under the guard; what `policy-rc.d` was meanwhile, and whether it went well.
    fn guarded(policy: &Path, script: &str) -> (String, bool) {
        let guard = guard_services(101).replace(POLICY_RC_D, &policy.display().to_string());
        let script = format!("{guard}cat \"$P\"; {script}");
        let output = Command::new("/bin/sh")
            .args(["-c", &script])
            .output()
            .expect("a shell");
        (
            String::from_utf8_lossy(&output.stdout).into_owned(),
            output.status.success(),
        )
    }

    #[test]
    fn services_are_guarded_until_the_script_ends_however_it_ends() {
        let dir = tempfile::tempdir().expect("a folder");
        let policy = dir.path().join("policy-rc.d");
        let (during, _) = guarded(&policy, "true");
        assert!(during.ends_with("exit 101\n"));
        assert!(!policy.exists());
        // Not SIGHUP or SIGINT: under `nohup` or in the background a shell cannot trap them.
        for end in ["exit 3", "kill -TERM $$; sleep 1"] {
            assert!(!guarded(&policy, end).1, "{end}");
            assert!(!policy.exists(), "{end}");
        }
    }

    #[test]
    fn what_was_there_before_comes_back_and_our_own_leftovers_do_not() {
        let dir = tempfile::tempdir().expect("a folder");
        let policy = dir.path().join("policy-rc.d");
        std::fs::write(&policy, "theirs").expect("a file");
        guarded(&policy, "exit 1");
        assert_eq!(std::fs::read_to_string(&policy).expect("a file"), "theirs");
        // A run that was killed outright leaves its own file behind, and theirs beside it.
        guarded(&policy, "kill -KILL $$");
        assert!(
            std::fs::read_to_string(&policy)
                .expect("a file")
                .contains("# runbook:")
        );
        guarded(&policy, "true");
        assert_eq!(std::fs::read_to_string(&policy).expect("a file"), "theirs");
    }
}
