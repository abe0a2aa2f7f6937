//! `order`: in which order a play takes its hosts.

use std::sync::Arc;

/// Ansible's words for it.
pub(super) const ORDERS: [&str; 5] = [
    "inventory",
    "sorted",
    "reverse_sorted",
    "reverse_inventory",
    "shuffle",
];

/// Puts hosts, given in the inventory's order, into the order asked for; false when there is no
/// such order.
pub(super) fn arrange(hosts: &mut [Arc<str>], order: &str) -> bool {
    match order {
        "inventory" => {}
        "sorted" => hosts.sort(),
        "reverse_sorted" => {
            hosts.sort();
            hosts.reverse();
        }
        "reverse_inventory" => hosts.reverse(),
        "shuffle" => fastrand::shuffle(hosts),
        _ => return false,
    }
    true
}
