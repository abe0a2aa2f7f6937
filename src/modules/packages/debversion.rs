//! Comparing Debian package versions, by the rules of deb-version(7).

use std::cmp::Ordering;

/// Orders two versions: epoch, then upstream version, then Debian revision.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (a_epoch, a_upstream, a_revision) = split(a);
    let (b_epoch, b_upstream, b_revision) = split(b);
    a_epoch
        .cmp(&b_epoch)
        .then_with(|| compare_part(a_upstream, b_upstream))
        .then_with(|| compare_part(a_revision, b_revision))
}

fn split(version: &str) -> (u64, &str, &str) {
    let (epoch, rest) = match version.split_once(':') {
        Some((epoch, rest)) => (epoch.parse().unwrap_or(0), rest),
        None => (0, version),
    };
    let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, "0"));
    (epoch, upstream, revision)
}

/// The rank of a character outside digits: `~` before the end, letters before the rest.
fn rank(byte: Option<u8>) -> u32 {
    match byte {
        Some(b'~') => 0,
        None => 1,
        Some(b) if b.is_ascii_digit() => 1,
        Some(b) if b.is_ascii_alphabetic() => u32::from(b) + 1,
        Some(b) => u32::from(b) + 257,
    }
}

fn compare_part(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    while !a.is_empty() || !b.is_empty() {
        let text = compare_text(&mut a, &mut b);
        let both = text.then_with(|| number(&mut a).cmp(&number(&mut b)));
        if both != Ordering::Equal {
            return both;
        }
    }
    Ordering::Equal
}

fn compare_text(a: &mut &[u8], b: &mut &[u8]) -> Ordering {
    let is_text = |s: &[u8]| s.first().is_some_and(|c| !c.is_ascii_digit());
    while is_text(a) || is_text(b) {
        let order = rank(a.first().copied()).cmp(&rank(b.first().copied()));
        if order != Ordering::Equal {
            return order;
        }
        *a = a.get(1..).unwrap_or_default();
        *b = b.get(1..).unwrap_or_default();
    }
    Ordering::Equal
}

/// Takes the digits off the front: their count without leading zeros, then they themselves.
fn number<'a>(text: &mut &'a [u8]) -> (usize, &'a [u8]) {
    let zeros = text.iter().take_while(|c| **c == b'0').count();
    let digits = text[zeros..]
        .iter()
        .take_while(|c| c.is_ascii_digit())
        .count();
    let (taken, rest) = text[zeros..].split_at(digits);
    *text = rest;
    (digits, taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Ordering::{Equal, Greater, Less};

    #[test]
    fn versions_order_as_dpkg_orders_them() {
        let cases = [
            ("15.18-0+deb12u1", "15.20-0+deb12u1", Less),
            ("15.9-1", "15.10-1", Less),
            ("1:1.0", "2.0", Greater),
            ("1.0~rc1-1", "1.0-1", Less),
            ("1.0~~", "1.0~", Less),
            ("1.0a", "1.0+", Less),
            ("1.0", "1.0-0", Equal),
            ("1.01", "1.1", Equal),
            ("15.20-0+deb12u1", "15.20-1.pgdg120+1", Less),
            ("1.0-1", "1.0-1+b1", Less),
        ];
        for (a, b, order) in cases {
            assert_eq!(compare(a, b), order, "{a} against {b}");
            assert_eq!(compare(b, a), order.reverse(), "{b} against {a}");
        }
    }
}
