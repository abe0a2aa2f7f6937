//! Facts of the group `hardware`: processors, memory, mounts, uptime.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::platform::Facts;
use crate::modules::sections::Sections;

/// Everything of the group `hardware`.
pub(super) fn hardware(sections: &Sections, facts: &mut Facts) {
    processors(sections, facts);
    memory(sections.get("meminfo"), facts);
    facts.insert("mounts".to_owned(), mounts(sections));
    let seconds = sections.get("uptime").split(['.', ' ']).next();
    if let Some(seconds) = seconds.and_then(|s| s.parse::<i64>().ok()) {
        facts.insert("uptime_seconds".to_owned(), Json::from(seconds));
    }
}

fn processors(sections: &Sections, facts: &mut Facts) {
    let pairs = sections
        .get("cpuinfo")
        .lines()
        .filter_map(|l| l.split_once(':'));
    let pairs: Vec<(&str, &str)> = pairs.map(|(k, v)| (k.trim(), v.trim())).collect();
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let value = |key: &str| pairs.iter().find(|(k, _)| *k == key).map(|(_, v)| *v);
    let online = number(sections.get("cpus")).unwrap_or(1);
    let sockets: BTreeSet<&str> = pairs
        .iter()
        .filter(|(k, _)| *k == "physical id")
        .map(|(_, v)| *v)
        .collect();
    let count = u64::try_from(sockets.len()).unwrap_or(1).max(1);
    let cores = value("cpu cores").and_then(number).unwrap_or(1);
    let siblings = value("siblings").and_then(number).unwrap_or(cores);
    let model: Vec<Json> = pairs
        .iter()
        .filter(|(k, _)| matches!(*k, "processor" | "vendor_id" | "model name"))
        .map(|(_, v)| Json::from(*v))
        .collect();
    let threads = (siblings / cores.max(1)).max(1);
    for (key, value) in [
        ("processor_vcpus", online),
        (
            "processor_nproc",
            number(sections.get("nproc")).unwrap_or(online),
        ),
        ("processor_count", count),
        ("processor_cores", cores),
        ("processor_threads_per_core", threads),
    ] {
        facts.insert(key.to_owned(), Json::from(value));
    }
    facts.insert("processor".to_owned(), Json::from(model));
}

fn memory(meminfo: &str, facts: &mut Facts) {
    let mb = |key: &str| {
        let line = meminfo.lines().find(|line| line.starts_with(key))?;
        let kb: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kb / 1024)
    };
    let (total, free) = (mb("MemTotal:"), mb("MemFree:"));
    let (swap, swap_free) = (mb("SwapTotal:"), mb("SwapFree:"));
    for (key, value) in [
        ("memtotal_mb", total),
        ("memfree_mb", free),
        ("memavailable_mb", mb("MemAvailable:")),
        ("swaptotal_mb", swap),
        ("swapfree_mb", swap_free),
    ] {
        facts.insert(key.to_owned(), Json::from(value));
    }
    let used = |total: Option<u64>, free: Option<u64>| Some(total?.saturating_sub(free?));
    let cached = mb("Cached:").unwrap_or(0) + mb("Buffers:").unwrap_or(0);
    let nocache = free.map(|free| free + cached);
    facts.insert(
        "memory_mb".to_owned(),
        json!({
            "real": {"total": total, "free": free, "used": used(total, free)},
            "nocache": {"free": nocache, "used": used(total, nocache)},
            "swap": {"total": swap, "free": swap_free, "used": used(swap, swap_free), "cached": mb("SwapCached:")},
        }),
    );
}

/// File systems on devices and from other machines, with their sizes in bytes.
fn mounts(sections: &Sections) -> Json {
    let sizes: Vec<(&str, Vec<u64>)> = sections.lines("sizes").filter_map(size).collect();
    let mount = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let [device, mount, fstype, options] = words[..] else {
            return None;
        };
        let mut found =
            json!({"device": device, "mount": mount, "fstype": fstype, "options": options});
        let numbers = sizes.iter().find(|(name, _)| *name == mount);
        if let (Some((_, n)), Json::Object(map)) = (numbers, &mut found) {
            for (key, value) in [
                ("block_size", n[0]),
                ("block_total", n[1]),
                ("block_available", n[3]),
                ("block_used", n[1].saturating_sub(n[2])),
                ("inode_total", n[4]),
                ("inode_available", n[5]),
                ("inode_used", n[4].saturating_sub(n[5])),
                ("size_total", n[0] * n[1]),
                ("size_available", n[0] * n[3]),
            ] {
                map.insert(key.to_owned(), Json::from(value));
            }
        }
        Some(found)
    };
    sections.lines("mounts").filter_map(mount).collect()
}

/// `block_size blocks free available inodes inodes_free path`.
fn size(line: &str) -> Option<(&str, Vec<u64>)> {
    let mut words = line.splitn(7, ' ');
    let numbers: Vec<u64> = words
        .by_ref()
        .take(6)
        .map_while(|w| w.parse().ok())
        .collect();
    (numbers.len() == 6).then_some((words.next()?, numbers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_have_their_sizes_in_bytes() {
        let out = "\n\u{1e}mounts\n/dev/sda1 / ext4 rw,relatime\nnas:/x /mnt nfs rw\n\n\u{1e}sizes\n4096 100 60 50 1000 900 /\n";
        let mounts = mounts(&Sections::parse(out));
        assert_eq!(mounts[0]["size_total"], json!(409_600));
        assert_eq!(mounts[0]["size_available"], json!(204_800));
        assert_eq!(mounts[0]["block_used"], json!(40));
        assert_eq!(mounts[0]["inode_used"], json!(100));
        // A file server that does not answer leaves its mount without sizes.
        assert_eq!(
            mounts[1],
            json!({"device": "nas:/x", "mount": "/mnt", "fstype": "nfs", "options": "rw"})
        );
    }

    #[test]
    fn processors_are_counted_by_socket_core_and_thread() {
        let cpu = |n: u32, socket: u32| {
            format!(
                "processor\t: {n}\nmodel name\t: X\nphysical id\t: {socket}\nsiblings\t: 2\ncpu cores\t: 1\n"
            )
        };
        let info: String = (0..4).map(|n| cpu(n, n / 2)).collect();
        let out = format!("\n\u{1e}cpus\n4\n\n\u{1e}nproc\n3\n\n\u{1e}cpuinfo\n{info}");
        let mut facts = Facts::new();
        processors(&Sections::parse(&out), &mut facts);
        assert_eq!(facts["processor_vcpus"], json!(4));
        assert_eq!(facts["processor_nproc"], json!(3));
        assert_eq!(facts["processor_count"], json!(2));
        assert_eq!(facts["processor_threads_per_core"], json!(2));
    }

    #[test]
    fn memory_is_told_in_megabytes() {
        let mut facts = Facts::new();
        memory(
            "MemTotal: 2048000 kB\nMemFree: 1024000 kB\nBuffers: 1024 kB\nCached: 1024 kB\n",
            &mut facts,
        );
        assert_eq!(facts["memtotal_mb"], json!(2000));
        assert_eq!(facts["memory_mb"]["real"]["used"], json!(1000));
        assert_eq!(facts["memory_mb"]["nocache"]["free"], json!(1002));
    }
}
