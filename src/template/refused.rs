//! What Ansible's templates have and ours do not, with the reason.

const WINDOWS: &str = "there are no Windows hosts here: split the text with `regex_replace`";

/// Kind, name, reason.
const REFUSED: &[(&str, &str, &str)] = &[
    ("filter", "win_basename", WINDOWS),
    ("filter", "win_dirname", WINDOWS),
    ("filter", "win_splitdrive", WINDOWS),
    (
        "digest",
        "shake_128",
        "its length must be told, and the filter has no place for it: use sha3_256",
    ),
    (
        "digest",
        "shake_256",
        "its length must be told, and the filter has no place for it: use sha3_512",
    ),
];

/// Everything refused of a kind (`filter`, `digest`), by name, with the reason.
pub(super) fn of(kind: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let rows = REFUSED.iter().filter(move |(of, _, _)| *of == kind);
    rows.map(|(_, name, reason)| (*name, *reason))
}

/// Why a name is refused, if it is.
pub(super) fn reason(kind: &str, name: &str) -> Option<&'static str> {
    let name = name.strip_prefix("ansible.builtin.").unwrap_or(name);
    REFUSED
        .iter()
        .find(|row| (row.0, row.1) == (kind, name))
        .map(|row| row.2)
}
