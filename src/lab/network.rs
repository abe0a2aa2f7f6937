//! The lab's private network: a subnet of its own and fixed addresses, which survive a restart of the containers.

use std::fmt;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::engine::Engine;
use super::error::LabError;

/// The address of a layout's first host.
const FIRST_HOST: u8 = 11;
/// The third octets to choose from.
const CHOICES: u8 = 250;

/// The subnet `10.213.N.0/24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Subnet(u8);

impl Subnet {
    pub(crate) fn new(third: u8) -> Self {
        Self(third)
    }

    /// The address of the host at that place in the layout.
    pub(crate) fn host(self, index: usize) -> Ipv4Addr {
        let last = u8::try_from(index)
            .unwrap_or(u8::MAX)
            .saturating_add(FIRST_HOST);
        Ipv4Addr::new(10, 213, self.0, last)
    }

    fn base(self) -> u32 {
        Ipv4Addr::new(10, 213, self.0, 0).to_bits()
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "10.213.{}.0/24", self.0)
    }
}

impl From<Subnet> for String {
    fn from(subnet: Subnet) -> Self {
        subnet.to_string()
    }
}

impl TryFrom<String> for Subnet {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let third = text
            .strip_prefix("10.213.")
            .and_then(|rest| rest.strip_suffix(".0/24"));
        let third = third.and_then(|third| third.parse().ok());
        third
            .map(Self)
            .ok_or_else(|| format!("`{text}` is not a subnet of a lab (10.213.N.0/24)"))
    }
}

/// The network's name.
pub(crate) fn name(lab: &str) -> String {
    format!("runbook-lab-{lab}")
}

/// Whether the lab's network exists.
pub(crate) async fn exists(engine: Engine, lab: &str) -> Result<bool, LabError> {
    Ok(engine
        .command(["network", "inspect", &name(lab)])
        .output()
        .await?
        .success)
}

/// Creates the lab's network, in the subnet given or else in a free one.
pub(crate) async fn create(
    engine: Engine,
    lab: &str,
    subnet: Option<Subnet>,
) -> Result<Subnet, LabError> {
    let routes = std::fs::read_to_string("/proc/net/route").unwrap_or_default();
    let free = candidates(lab).filter(|subnet| !is_routed(&routes, *subnet));
    let mut overlap = None;
    for subnet in subnet.into_iter().chain(free.filter(|_| subnet.is_none())) {
        let label = format!("runbook.lab={lab}");
        let text = subnet.to_string();
        let create = engine.command([
            "network",
            "create",
            "--label",
            &label,
            "--subnet",
            &text,
            &name(lab),
        ]);
        match create.run().await {
            Ok(_) => return Ok(subnet),
            // Another network of the engine has it; both engines use one of these words.
            Err(error @ LabError::Command { .. }) if is_overlap(&error.to_string()) => {
                overlap = Some(error);
            }
            Err(other) => return Err(other),
        }
    }
    Err(overlap.unwrap_or_else(|| {
        LabError::Conflict("no subnet of 10.213.0.0/16 is free on this machine".into())
    }))
}

fn is_overlap(message: &str) -> bool {
    ["overlap", "already used", "already being used"]
        .iter()
        .any(|word| message.contains(word))
}

/// Every subnet, beginning at a place that depends on the lab's name so that two labs seldom collide.
fn candidates(lab: &str) -> impl Iterator<Item = Subnet> {
    let start = lab
        .bytes()
        .fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte))
        % CHOICES;
    (start..CHOICES)
        .chain(0..start)
        .map(|choice| Subnet::new(choice + 1))
}

/// Whether a route of this machine, other than the default one, leads into the subnet (the format of /proc/net/route:
/// destination and mask are hexadecimal in the machine's byte order).
fn is_routed(routes: &str, subnet: Subnet) -> bool {
    let parse = |text: &str| {
        u32::from_str_radix(text, 16)
            .ok()
            .map(|bits| u32::from_be_bytes(bits.to_ne_bytes()))
    };
    routes.lines().skip(1).any(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let destination = words.get(1).copied().and_then(parse);
        let mask = words.get(7).copied().and_then(parse);
        let (Some(destination), Some(mask)) = (destination, mask) else {
            return false;
        };
        // Two ranges overlap when they agree in the shorter of both prefixes.
        let shorter = mask & 0xffff_ff00;
        mask != 0 && destination & shorter == subnet.base() & shorter
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTES: &str = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n\
                          eth0 00000000 0101A8C0 0003 0 0 0 00000000 0 0 0\n\
                          br0 0007D50A 00000000 0001 0 0 0 00FFFFFF 0 0 0\n\
                          tun0 8008D50A 00000000 0001 0 0 0 80FFFFFF 0 0 0\n";

    #[test]
    fn hosts_have_fixed_addresses() {
        let subnet = Subnet::new(7);
        assert_eq!(subnet.host(0).to_string(), "10.213.7.11");
        assert_eq!(subnet.host(3).to_string(), "10.213.7.14");
        assert_eq!(subnet.to_string(), "10.213.7.0/24");
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn routed_subnets_are_avoided() {
        assert!(is_routed(ROUTES, Subnet::new(7)));
        assert!(
            is_routed(ROUTES, Subnet::new(8)),
            "a route into a part of it counts"
        );
        assert!(
            !is_routed(ROUTES, Subnet::new(9)),
            "the default route does not count"
        );
        assert!(
            is_routed("h\ntun0 0000000A 0 0 0 0 0 000000FF\n", Subnet::new(9)),
            "a wider route counts"
        );
    }

    #[test]
    fn every_subnet_is_tried_once() {
        let mut all: Vec<u8> = candidates("m1").map(|subnet| subnet.0).collect();
        assert_ne!(candidates("m1").next(), candidates("m2").next());
        all.sort_unstable();
        assert_eq!(all, (1..=250).collect::<Vec<u8>>());
    }

    #[test]
    fn a_subnet_is_read_back() {
        assert_eq!(Subnet::try_from("10.213.7.0/24".to_owned()), Ok(Subnet(7)));
        assert_eq!(
            Subnet::try_from("10.0.0.0/8".to_owned()),
            Err("`10.0.0.0/8` is not a subnet of a lab (10.213.N.0/24)".to_owned())
        );
    }
}
