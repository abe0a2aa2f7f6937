//! `--list-hosts`, `--list-tasks`, `--list-tags`, laid out as Ansible's users know them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::engine::PlayListing;

/// Which lists were asked for.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// The hosts of every play.
    pub hosts: bool,
    /// The tasks of every play.
    pub tasks: bool,
    /// The tags of every play.
    pub tags: bool,
}

/// The lists of a playbook as text.
#[must_use]
pub fn render(playbook: &str, plays: &[PlayListing], shown: Shown) -> String {
    let mut text = format!("\nplaybook: {playbook}\n");
    if !(shown.hosts || shown.tasks || shown.tags) {
        return text;
    }
    for (i, play) in plays.iter().enumerate() {
        let tags = play.tags.join(", ");
        let _ = writeln!(
            text,
            "\n  play #{} ({}): {}\tTAGS: [{tags}]",
            i + 1,
            play.pattern,
            play.name
        );
        if shown.hosts {
            hosts(&mut text, play);
        }
        if shown.tasks {
            let _ = writeln!(text, "    tasks:");
            for task in &play.tasks {
                let _ = writeln!(
                    text,
                    "      {}\tTAGS: [{}]",
                    task.name,
                    task.tags.join(", ")
                );
            }
        }
        if shown.tags {
            let all: BTreeSet<&str> = play
                .tasks
                .iter()
                .flat_map(|t| &t.tags)
                .map(String::as_str)
                .collect();
            let all: Vec<&str> = all.into_iter().collect();
            let _ = writeln!(text, "      TASK TAGS: [{}]", all.join(", "));
        }
    }
    text
}

fn hosts(text: &mut String, play: &PlayListing) {
    let _ = writeln!(text, "    pattern: [{:?}]", play.pattern);
    let _ = writeln!(text, "    hosts ({}):", play.hosts.len());
    for host in &play.hosts {
        let _ = writeln!(text, "      {host}");
    }
}
