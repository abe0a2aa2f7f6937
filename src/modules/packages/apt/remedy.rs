//! apt's own words, and what to do about them.

/// What apt may say, and the remedy for it.
const REMEDIES: &[(&str, &str)] = &[
    (
        "are you root?",
        "changing packages needs root: set `become: true`",
    ),
    (
        "Permission denied",
        "changing packages needs root: set `become: true`",
    ),
    (
        "Could not get lock",
        "another process works on packages: wait for it, or raise `lock_timeout`",
    ),
    (
        "Unable to acquire the dpkg frontend lock",
        "another process works on packages: wait for it, or raise `lock_timeout`",
    ),
    (
        "dpkg was interrupted",
        "an earlier package step was interrupted: run `dpkg --configure -a` on the host, then try again",
    ),
    (
        "Held packages were changed",
        "release them with `apt-mark unhold`, or set `allow_change_held_packages: true`",
    ),
    (
        "Packages were downgraded",
        "set `allow_downgrade: true` if that is meant",
    ),
    (
        "Unable to locate package",
        "check the name, add the repository that has it, or refresh the lists with `update_cache: true`",
    ),
    (
        "was not found",
        "choose an offered version (`apt-cache madison`), or refresh the lists with `update_cache: true`",
    ),
    (
        "has no installation candidate",
        "no repository offers it: add the one that does, or name the package that provides it",
    ),
    (
        "Hash Sum mismatch",
        "a download is broken or the lists are stale: refresh them with `update_cache: true`, then try again",
    ),
    (
        "File has unexpected size",
        "a download is broken or the lists are stale: refresh them with `update_cache: true`, then try again",
    ),
    (
        "Temporary failure resolving",
        "the host cannot reach the repository: check its DNS, its proxy (`Acquire::http::Proxy`) and its route",
    ),
    (
        "Failed to fetch",
        "the lists may be stale or the repository out of reach: refresh them with `update_cache: true`, check the proxy and the route",
    ),
    (
        "don't have enough free space",
        "make room in /var/cache/apt/archives and /usr (`clean: true` removes downloaded packages)",
    ),
    (
        "No space left on device",
        "make room on the host (`clean: true` removes downloaded packages), then run `dpkg --configure -a`",
    ),
    (
        "cannot be authenticated",
        "install the repository's key; `allow_unauthenticated: true` takes unsigned packages",
    ),
    (
        "is not signed",
        "install the repository's key, or mark the repository as trusted",
    ),
    (
        "NO_PUBKEY",
        "install the repository's key and name it in the source's `signed-by`",
    ),
    (
        "held broken packages",
        "name the packages it depends on with fitting pins too, or repair with `state: fixed`",
    ),
    (
        "Unmet dependencies",
        "name the packages it depends on with fitting pins too, or repair with `state: fixed`",
    ),
    (
        "Packages need to be removed but remove is disabled",
        "something would have to go: leave out `fail_on_autoremove`, or choose other versions",
    ),
    (
        "Essential packages were removed",
        "the host would not survive that; choose other packages",
    ),
    (
        "returned an error code",
        "a package's own script failed: its words are above in `stdout`; repair the cause, then run `dpkg --configure -a`",
    ),
];

/// The lines that say what went wrong, joined; the last words of the output where none does.
fn cause(out: &str, err: &str) -> String {
    let all = || err.lines().chain(out.lines()).map(str::trim);
    let is_error = |line: &&str| line.starts_with("E: ") || line.starts_with("dpkg: error");
    let mut errors: Vec<&str> = Vec::new();
    for line in all().filter(is_error) {
        if !errors.contains(&line) {
            errors.push(line);
        }
    }
    if errors.is_empty() {
        let last = all().rfind(|line| !line.is_empty());
        return last.unwrap_or("no output").to_owned();
    }
    let plain: Vec<&str> = errors.iter().map(|e| e.trim_start_matches("E: ")).collect();
    plain.join("; ")
}

/// Who holds dpkg's lock, where apt says so only while it waits.
fn holder(out: &str) -> Option<&str> {
    let (_, rest) = out.split_once("It is held by process ")?;
    rest.split("...").next()
}

/// `cause: remedy` for a failed call.
pub(super) fn explain(out: &str, err: &str) -> String {
    let mut cause = cause(out, err);
    if let Some(holder) = holder(out).filter(|_| cause.contains("lock")) {
        cause = format!("{cause} (it is held by process {holder})");
    }
    let remedy = |text: &str| REMEDIES.iter().find(|(words, _)| text.contains(words));
    match remedy(&cause)
        .or_else(|| remedy(err))
        .or_else(|| remedy(out))
    {
        Some((_, remedy)) => format!("{cause}: {remedy}"),
        None => cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holder_of_the_lock_is_named_with_the_remedy() {
        let err = "Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 77 (unattended-upgr)...\nE: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 77 (unattended-upgr)\nE: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?\n";
        assert_eq!(
            explain("", err),
            "Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 77 (unattended-upgr); Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?: another process works on packages: wait for it, or raise `lock_timeout`"
        );
    }

    #[test]
    fn the_holder_is_named_also_when_apt_said_it_only_while_it_waited() {
        let out =
            "Waiting for cache lock: Could not get lock /l. It is held by process 8 (perl)...\n";
        let err =
            "E: Unable to acquire the dpkg frontend lock (/l), is another process using it?\n";
        assert_eq!(
            explain(out, err),
            "Unable to acquire the dpkg frontend lock (/l), is another process using it? (it is held by process 8 (perl)): another process works on packages: wait for it, or raise `lock_timeout`"
        );
    }

    #[test]
    fn unknown_trouble_keeps_its_last_words() {
        assert_eq!(explain("x\n", "strange\n\n"), "x");
    }
}
