//! The kernel's tables of TCP sockets (`/proc/net/tcp` and `tcp6`, see proc(5)).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A socket of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Socket {
    pub(super) local: IpAddr,
    pub(super) remote: IpAddr,
    pub(super) port: u16,
    /// The kernel's number for its state.
    state: u8,
}

impl Socket {
    /// Whether connections are accepted here.
    pub(super) fn listens(&self) -> bool {
        self.state == 10
    }

    /// Whether somebody is connected, is connecting or was until a moment ago.
    pub(super) fn connected(&self) -> bool {
        (1..=6).contains(&self.state)
    }

    /// Whether a connection to this address ends here.
    pub(super) fn answers(&self, address: IpAddr) -> bool {
        let local = self.local.to_canonical();
        let any = local.is_unspecified() && (self.local.is_ipv6() || address.is_ipv4());
        any || address.is_unspecified() || local == address.to_canonical()
    }
}

/// Reads the tables; lines that are no sockets are passed over.
pub(super) fn read(tables: &str) -> Vec<Socket> {
    tables.lines().filter_map(socket).collect()
}

fn socket(line: &str) -> Option<Socket> {
    let mut words = line.split_whitespace().skip(1);
    let (local, port) = address(words.next()?)?;
    let (remote, _) = address(words.next()?)?;
    let state = u8::from_str_radix(words.next()?, 16).ok()?;
    Some(Socket {
        local,
        remote,
        port,
        state,
    })
}

/// `0100007F:1538`: 32-bit words in the host's byte order, little-endian wherever we go.
fn address(text: &str) -> Option<(IpAddr, u16)> {
    let (hex, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let words: Option<Vec<[u8; 4]>> = hex
        .as_bytes()
        .chunks(8)
        .map(|word| {
            let word = std::str::from_utf8(word).ok()?;
            u32::from_str_radix(word, 16).ok().map(u32::to_le_bytes)
        })
        .collect();
    let bytes = words?.concat();
    let ip = match <[u8; 4]>::try_from(bytes.as_slice()) {
        Ok(four) => IpAddr::V4(Ipv4Addr::from(four)),
        Err(_) => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?)),
    };
    Some((ip, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLES: &str = "  sl  local_address rem_address   st tx_queue
   0: 0100007F:1538 00000000:0000 0A 00000000:00000000
   1: 0100007F:1538 0100007F:D431 01 00000000:00000000
   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 0
";

    #[test]
    fn sockets_are_read_from_the_kernels_tables() {
        let sockets = read(TABLES);
        let local = |i: usize| (sockets[i].local.to_string(), sockets[i].port);
        assert_eq!(local(0), ("127.0.0.1".to_owned(), 5432));
        assert!(sockets[0].listens() && !sockets[0].connected());
        assert!(sockets[1].connected() && !sockets[1].listens());
        assert_eq!(local(2), ("::".to_owned(), 22));
    }

    #[test]
    fn a_listener_on_any_address_answers_on_all() {
        let sockets = read(TABLES);
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert!(sockets[2].answers(ip("127.0.0.1")) && sockets[2].answers(ip("::1")));
        assert!(sockets[0].answers(ip("127.0.0.1")) && sockets[0].answers(ip("0.0.0.0")));
        assert!(!sockets[0].answers(ip("127.0.0.2")) && !sockets[0].answers(ip("::1")));
    }
}
