//! What went wrong with a file of the host, and what to do about it.

use crate::modules::Failure;
use crate::transport::Output;

/// The host's words, and the remedy for them.
const REMEDIES: &[(&str, &str)] = &[
    (
        "No space left on device",
        "the old file is as it was; free space on that file system (`df -h`, `df -i`) and run again",
    ),
    (
        "Disk quota exceeded",
        "the old file is as it was; raise the quota or free space and run again",
    ),
    (
        "Permission denied",
        "work as a user who may, for instance with `become: true`",
    ),
    (
        "Operation not permitted",
        "work as a user who may, for instance with `become: true`; an immutable file shows in `lsattr`",
    ),
    (
        "Read-only file system",
        "the file system is mounted read-only: see `dmesg` and `mount`",
    ),
    (
        "Device or resource busy",
        "the file is a mount point and cannot be replaced: set `unsafe_writes: true` to write into it",
    ),
    ("invalid user", "create the user first, or give its number"),
    (
        "invalid group",
        "create the group first, or give its number",
    ),
    (
        "Directory nonexistent",
        "create the directory first, for instance with `file: state=directory`",
    ),
];

/// A failure that names the file, the host's own words and the remedy.
pub(super) fn trouble(doing: &str, path: &str, output: &Output) -> Failure {
    let words = words(output);
    let remedy = REMEDIES
        .iter()
        .find(|(sign, _)| words.contains(sign))
        .map(|(_, remedy)| format!(" ({remedy})"))
        .unwrap_or_default();
    Failure::new(format!("failed to {doing} {path}: {words}{remedy}"))
        .with("rc", output.code)
        .with("path", path)
}

/// Standard error on one line, without the shell's own prefixes.
fn words(output: &Output) -> String {
    let text = output.err();
    let lines: Vec<&str> = text
        .lines()
        .map(|line| line.rsplit_once(": eval: ").map_or(line, |(_, end)| end))
        .map(str::trim)
        .filter(|line| !line.is_empty() && *line != "printf: printf: I/O error")
        .collect();
    if lines.is_empty() {
        format!("no word from the host, exit code {}", output.code)
    } else {
        lines.join("; ")
    }
}
