//! Every name ansible-core 2.19 lists (`ansible-doc -l`) is supported, or refused with a reason.

use std::collections::HashSet;

use runbook::playbook;
use runbook::template::{Entry, Templar};

/// The listed names that are missing from ours.
fn missing(listed: &str, ours: impl Iterator<Item = &'static str>) -> Vec<String> {
    let ours: HashSet<&str> = ours.collect();
    let listed = listed.lines().filter(|name| !ours.contains(name));
    listed.map(str::to_owned).collect()
}

const NONE: Vec<String> = Vec::new();

#[test]
fn every_filter_test_and_lookup_of_ansible_is_decided() {
    let name = |entry: &'static Entry| entry.name;
    let refused = |kind| Templar::refused(kind).map(|(name, _)| name);
    let filters = Templar::filters().map(name).chain(refused("filter"));
    assert_eq!(missing(include_str!("filters.txt"), filters), NONE);
    let tests = Templar::tests().map(name).chain(refused("test"));
    assert_eq!(missing(include_str!("tests.txt"), tests), NONE);
    let lookups = Templar::lookups().map(|(name, _)| name);
    assert_eq!(missing(include_str!("lookups.txt"), lookups), NONE);
}

#[test]
fn every_keyword_of_ansible_is_decided() {
    let ours = playbook::keywords().map(|keyword| keyword.name);
    assert_eq!(missing(include_str!("keywords.txt"), ours), NONE);
}
