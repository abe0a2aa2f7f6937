//! How every host fared, as a table.

use std::fmt::Write as _;

use indexmap::IndexMap;

use super::style::{Palette, Role};
use super::value::{clean, duration};
use crate::event::HostStats;

/// The table, sorted as the hosts come, and the time it all took.
pub(super) fn table(hosts: &IndexMap<String, HostStats>, palette: Palette) -> String {
    let width = hosts.keys().map(|h| h.chars().count()).max().unwrap_or(0);
    let rows: Vec<_> = hosts.values().map(counts).collect();
    let mut out = String::new();
    for (host, row) in hosts.keys().zip(&rows) {
        let name = format!("{host:<width$}");
        out.push_str(&palette.paint(worst(row), name));
        out.push_str(" :");
        for (column, (label, count, role)) in row.iter().enumerate() {
            let widest = rows.iter().map(|row| digits(row[column].1)).max();
            let cell = format!("{label}={count:<0$}", widest.unwrap_or(1));
            let cell = if column + 1 == row.len() {
                cell.trim_end()
            } else {
                &cell
            };
            out.push_str("  ");
            out.push_str(&if *count > 0 {
                palette.paint(*role, cell)
            } else {
                cell.to_owned()
            });
        }
        out.push('\n');
    }
    out
}

/// What `set_stats` kept: a line for each host, one for the run.
pub(super) fn custom_stats(run: &Values, hosts: &IndexMap<String, Values>) -> String {
    let mut out = String::new();
    for (host, values) in hosts {
        let _ = writeln!(out, "{}: {}", clean(host), json(values));
    }
    if !run.is_empty() {
        let _ = writeln!(out, "run: {}", json(run));
    }
    out
}

type Values = serde_json::Map<String, serde_json::Value>;

fn json(values: &Values) -> String {
    clean(&serde_json::to_string(values).unwrap_or_default())
}

/// One line on how long it took and how it ended.
pub(super) fn total(took_ms: u64, code: u8, check: bool, palette: Palette) -> String {
    let took = duration(took_ms);
    let checked = if check {
        "; check mode, nothing was changed"
    } else {
        ""
    };
    if code == 0 {
        return palette.paint(Role::Ok, format!("finished in {took}{checked}")) + "\n";
    }
    palette.paint(
        Role::Failed,
        format!("failed after {took} (exit code {code}){checked}"),
    ) + "\n"
}

fn counts(stats: &HostStats) -> [(&'static str, u64, Role); 7] {
    [
        ("ok", stats.ok, Role::Ok),
        ("changed", stats.changed, Role::Changed),
        ("unreachable", stats.unreachable, Role::Unreachable),
        ("failed", stats.failed, Role::Failed),
        ("skipped", stats.skipped, Role::Skipped),
        ("rescued", stats.rescued, Role::Ok),
        ("ignored", stats.ignored, Role::Skipped),
    ]
}

/// The role of the worst thing that happened to a host.
fn worst(row: &[(&'static str, u64, Role); 7]) -> Role {
    let happened = |role: &Role| row.iter().any(|(_, count, r)| r == role && *count > 0);
    let order = [Role::Unreachable, Role::Failed, Role::Changed];
    order.into_iter().find(happened).unwrap_or(Role::Ok)
}

fn digits(count: u64) -> usize {
    count.to_string().len()
}
