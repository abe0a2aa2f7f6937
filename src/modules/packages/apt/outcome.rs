//! From what apt printed to what happened.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::policy::Installed;
use crate::modules::Outcome;

/// Versions before and after, by package; none where it was not or is no more.
pub(super) type Changes = BTreeMap<String, (Option<String>, Option<String>)>;

/// A package's text in a snapshot: what is left of removed ones shows as such.
fn text(package: &Installed) -> Option<String> {
    package.complete.then(|| package.version.clone())
}

/// Names as people write them: the architecture only where two share a name.
fn by_name(packages: &[Installed]) -> BTreeMap<String, Option<String>> {
    let twice = |p: &Installed| packages.iter().filter(|o| o.name == p.name).count() > 1;
    let entry = |p: &Installed| {
        let name = if twice(p) {
            format!("{}:{}", p.name, p.arch)
        } else {
            p.name.clone()
        };
        (name, text(p))
    };
    packages.iter().map(entry).collect()
}

/// What differs between two snapshots.
pub(super) fn compare(before: &str, after: &str) -> Changes {
    let before = by_name(&Installed::parse(before));
    let after = by_name(&Installed::parse(after));
    let mut changes = Changes::new();
    for name in before.keys().chain(after.keys()) {
        let pair = (
            before.get(name).cloned().flatten(),
            after.get(name).cloned().flatten(),
        );
        // Left-over configuration that `purge` took away is a change too, from nothing to nothing.
        let purged = before.contains_key(name) != after.contains_key(name);
        if pair.0 != pair.1 || purged {
            changes.insert(name.clone(), pair);
        }
    }
    changes
}

/// What a simulation says would differ: lines `Inst name [old] (new …)`, `Remv name [old]`, `Purg …`.
pub(super) fn simulated(out: &str) -> Changes {
    let mut changes = Changes::new();
    for line in out.lines() {
        let mut parts = line.split(' ');
        let (Some(verb), Some(name)) = (parts.next(), parts.next()) else {
            continue;
        };
        let between = |open: char, close: char| {
            let (_, rest) = line.split_once(open)?;
            let inside = rest.split(close).next()?;
            inside.split(' ').next().map(str::to_owned)
        };
        let old = between('[', ']').filter(|_| parts.next().is_some_and(|p| p.starts_with('[')));
        match verb {
            "Inst" => changes.insert(name.to_owned(), (old, between('(', ')'))),
            "Remv" | "Purg" => changes.insert(name.to_owned(), (old, None)),
            _ => continue,
        };
    }
    changes
}

/// Whether a simulation would download: `apt-get --print-uris` prints one quoted line a file.
pub(super) fn to_download(out: &str) -> Vec<String> {
    let lines = out.lines().filter(|line| line.starts_with('\''));
    let file = |line: &str| line.split(' ').nth(1).map(str::to_owned);
    lines.filter_map(file).collect()
}

/// The outcome of changed packages.
pub(super) fn outcome(changes: &Changes) -> Outcome {
    let mut outcome = Outcome::changed(!changes.is_empty());
    let mut versions = Map::new();
    for (name, (before, after)) in changes {
        versions.insert(name.clone(), json!({"before": before, "after": after}));
        outcome = outcome.diff(
            format!("package {name}"),
            before.clone().unwrap_or_default(),
            after.clone().unwrap_or_default(),
        );
    }
    outcome.with("versions", Json::Object(versions))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(before: &str, after: &str) -> (Option<String>, Option<String>) {
        let text = |t: &str| Some(t.to_owned()).filter(|t| !t.is_empty());
        (text(before), text(after))
    }

    #[test]
    fn snapshots_tell_installs_upgrades_removals_and_purges() {
        let before = "a\tamd64\t1\tinstall\tinstalled\nb\tall\t1\tinstall\tinstalled\nc\tall\t1\tdeinstall\tconfig-files\n";
        let after = "a\tamd64\t2\tinstall\tinstalled\nb\tall\t1\tdeinstall\tconfig-files\nd\tall\t5\tinstall\tinstalled\n";
        let changes = compare(before, after);
        assert_eq!(changes["a"], pair("1", "2"));
        assert_eq!(changes["b"], pair("1", ""));
        assert_eq!(changes["c"], pair("", ""));
        assert_eq!(changes["d"], pair("", "5"));
        assert_eq!(compare(before, before), Changes::new());
    }

    #[test]
    fn simulations_tell_the_same() {
        let out = "Inst postgresql-15 [15.18-0+deb12u1] (15.20-0+deb12u1 localhost [amd64])\nInst new (1.0 Debian:12 [all]) []\nRemv old [0.9]\nConf new (1.0 Debian:12 [all])\n";
        let changes = simulated(out);
        assert_eq!(changes.len(), 3);
        assert_eq!(
            changes["postgresql-15"],
            pair("15.18-0+deb12u1", "15.20-0+deb12u1")
        );
        assert_eq!(changes["new"], pair("", "1.0"));
        assert_eq!(changes["old"], pair("0.9", ""));
    }
}
