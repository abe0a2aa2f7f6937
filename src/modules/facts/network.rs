//! Facts of the group `network`: interfaces, addresses, the way out.

use std::net::{Ipv4Addr, Ipv6Addr};

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::platform::Facts;
use crate::modules::sections::Sections;

/// An interface while its lines are read.
#[derive(Default)]
struct Interface {
    mac: Option<String>,
    mtu: Option<u64>,
    active: bool,
    ipv4: Vec<Json>,
    ipv6: Vec<Json>,
}

/// Everything of the group `network`.
pub(super) fn network(sections: &Sections, facts: &mut Facts) {
    let interfaces = interfaces(sections);
    let addresses = |family: fn(&Interface) -> &Vec<Json>| -> Vec<Json> {
        let all = interfaces.values().flat_map(|i| family(i).iter());
        let all = all.filter_map(|a| a["address"].as_str());
        all.filter(|a| !a.starts_with("127.") && *a != "::1")
            .map(Json::from)
            .collect()
    };
    let (mut ipv4, mut ipv6) = (addresses(|i| &i.ipv4), addresses(|i| &i.ipv6));
    // A host without `ip` tells its addresses only.
    for address in sections.get("hostaddresses").split_whitespace() {
        let list = if address.contains(':') {
            &mut ipv6
        } else {
            &mut ipv4
        };
        list.push(Json::from(address));
    }
    let names: Vec<&String> = interfaces.keys().collect();
    facts.insert("interfaces".to_owned(), json!(names));
    facts.insert("all_ipv4_addresses".to_owned(), Json::from(ipv4));
    facts.insert("all_ipv6_addresses".to_owned(), Json::from(ipv6));
    let default4 = default(sections.get("route4"), &interfaces, |i| &i.ipv4);
    let default6 = default(sections.get("route6"), &interfaces, |i| &i.ipv6);
    facts.insert("default_ipv4".to_owned(), default4);
    facts.insert("default_ipv6".to_owned(), default6);
    facts.insert("dns".to_owned(), dns(sections.get("dns")));
    for (name, interface) in interfaces {
        // Ansible's variables cannot hold these characters: `br-lab` is the fact `br_lab`.
        let key = name.replace(['-', ':', '.'], "_");
        facts.insert(key, describe(&name, &interface));
    }
}

fn interfaces(sections: &Sections) -> IndexMap<String, Interface> {
    let mut found: IndexMap<String, Interface> = IndexMap::new();
    for line in sections.lines("links") {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(name) = words.get(1).map(|n| n.trim_end_matches(':')) else {
            continue;
        };
        let name = name.split('@').next().unwrap_or(name);
        let after = |key: &str| words.iter().skip_while(|w| **w != key).nth(1).copied();
        let interface = found.entry(name.to_owned()).or_default();
        interface.mac = after("link/ether").map(str::to_owned);
        interface.mtu = after("mtu").and_then(|mtu| mtu.parse().ok());
        interface.active = words.get(2).is_some_and(|flags| flags.contains("UP"));
    }
    for line in sections.lines("addresses") {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_, name, family, address, ..] = words[..] else {
            continue;
        };
        let after = |key: &str| words.iter().skip_while(|w| **w != key).nth(1).copied();
        let interface = found.entry(name.to_owned()).or_default();
        let (address, prefix) = address.split_once('/').unwrap_or((address, "32"));
        match family {
            "inet" => interface.ipv4.extend(ipv4(address, prefix, after("brd"))),
            "inet6" => interface.ipv6.extend(ipv6(address, prefix, after("scope"))),
            _ => {}
        }
    }
    found
}

fn ipv4(address: &str, prefix: &str, broadcast: Option<&str>) -> Option<Json> {
    let bits: u32 = prefix.parse().ok()?;
    let ip: Ipv4Addr = address.parse().ok()?;
    let mask = u32::MAX.checked_shl(32 - bits.min(32)).unwrap_or(0);
    Some(json!({
        "address": address,
        "prefix": prefix,
        "netmask": Ipv4Addr::from(mask).to_string(),
        "network": Ipv4Addr::from(ip.to_bits() & mask).to_string(),
        "broadcast": broadcast.unwrap_or_default(),
    }))
}

fn ipv6(address: &str, prefix: &str, scope: Option<&str>) -> Option<Json> {
    let _: Ipv6Addr = address.parse().ok()?;
    Some(json!({"address": address, "prefix": prefix, "scope": scope.unwrap_or_default()}))
}

/// The address that leaves by the default route; an empty mapping without such a route.
fn default(
    route: &str,
    interfaces: &IndexMap<String, Interface>,
    family: fn(&Interface) -> &Vec<Json>,
) -> Json {
    let words: Vec<&str> = route
        .lines()
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let after = |key: &str| words.iter().skip_while(|w| **w != key).nth(1).copied();
    let Some(device) = after("dev") else {
        return json!({});
    };
    let interface = interfaces.get(device);
    let source = after("src");
    let addresses = interface.map(family);
    let address = addresses.and_then(|all| {
        let wanted = |a: &&Json| source.is_none_or(|s| a["address"] == s);
        all.iter().find(wanted).or(all.first())
    });
    let mut found =
        json!({"interface": device, "alias": device, "gateway": after("via"), "type": "ether"});
    if let (Json::Object(found), Some(Json::Object(address))) = (&mut found, address) {
        found.extend(address.clone());
    }
    if let (Json::Object(found), Some(interface)) = (&mut found, interface) {
        found.insert("macaddress".to_owned(), Json::from(interface.mac.clone()));
        found.insert("mtu".to_owned(), Json::from(interface.mtu));
    }
    found
}

fn describe(name: &str, interface: &Interface) -> Json {
    let mut found = json!({
        "device": name, "active": interface.active, "mtu": interface.mtu,
        "macaddress": interface.mac, "ipv6": interface.ipv6,
        "type": if name == "lo" { "loopback" } else { "ether" },
    });
    if let (Json::Object(found), Some((first, more))) = (&mut found, interface.ipv4.split_first()) {
        found.insert("ipv4".to_owned(), first.clone());
        if !more.is_empty() {
            found.insert("ipv4_secondaries".to_owned(), Json::from(more.to_vec()));
        }
    }
    found
}

fn dns(text: &str) -> Json {
    let words = |key: &str| -> Vec<&str> {
        let lines = text.lines().filter_map(|line| line.strip_prefix(key));
        lines.flat_map(str::split_whitespace).collect()
    };
    json!({"nameservers": words("nameserver "), "search": words("search ")})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_address_is_the_one_of_the_default_route() {
        let out = "\n\u{1e}links\n1: lo: <LOOPBACK,UP> mtu 65536 qdisc noqueue\\    link/loopback 00:00:00:00:00:00\n2: eth0@if9: <BROADCAST,UP> mtu 1500 state UP\\    link/ether 02:42:ac:12:00:02 brd ff:ff:ff:ff:ff:ff\n\n\u{1e}addresses\n1: lo    inet 127.0.0.1/8 scope host lo\n2: eth0    inet 172.18.0.2/16 brd 172.18.255.255 scope global eth0\n2: eth0    inet6 fe80::42/64 scope link\n\n\u{1e}route4\ndefault via 172.18.0.1 dev eth0\n";
        let mut facts = Facts::new();
        network(&Sections::parse(out), &mut facts);
        assert_eq!(facts["all_ipv4_addresses"], json!(["172.18.0.2"]));
        assert_eq!(facts["interfaces"], json!(["lo", "eth0"]));
        assert_eq!(facts["default_ipv4"]["address"], json!("172.18.0.2"));
        assert_eq!(facts["default_ipv4"]["gateway"], json!("172.18.0.1"));
        assert_eq!(facts["default_ipv4"]["network"], json!("172.18.0.0"));
        assert_eq!(facts["default_ipv6"], json!({}));
        assert_eq!(facts["eth0"]["macaddress"], json!("02:42:ac:12:00:02"));
        assert_eq!(facts["lo"]["ipv4"]["netmask"], json!("255.0.0.0"));
    }
}
