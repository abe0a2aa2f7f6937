//! Places in the write-ahead log, and amounts of it.

/// A log sequence number, as PostgreSQL writes it: `16/B374D848`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lsn(u64);

impl Lsn {
    /// Reads `HIGH/LOW`, both hexadecimal.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (high, low) = text.trim().split_once('/')?;
        let half = |digits: &str| u32::from_str_radix(digits, 16).ok().map(u64::from);
        Some(Self((half(high)? << 32) | half(low)?))
    }
}

/// Units of memory as PostgreSQL's settings take them, all powers of 1024.
const UNITS: &[(&str, u64)] = &[("kB", 10), ("MB", 20), ("GB", 30), ("TB", 40), ("B", 0)];

/// Reads an amount of bytes: `16MB`, `1.5GB`, or a bare number of bytes.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let unit = UNITS.iter().find(|(unit, _)| text.ends_with(unit));
    let (number, shift) = match unit {
        Some((unit, shift)) => (text.trim_end_matches(unit).trim_end(), *shift),
        None => (text, 0),
    };
    let wrong =
        || format!("`{text}` is no amount of bytes: write `16MB`, `512kB` or a number of bytes");
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(1 << shift).ok_or_else(wrong);
    }
    let fraction: f64 = number.parse().map_err(|_| wrong())?;
    if !fraction.is_finite() || fraction < 0.0 {
        return Err(wrong());
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an amount with a fraction is a person's rounding, and it is not negative"
    )]
    Ok((fraction * (1_u64 << shift) as f64) as u64)
}

/// An amount of bytes for people: `0 bytes`, `24 kB`, `1.5 MB`.
pub(super) fn pretty(bytes: u64) -> String {
    let unit = UNITS
        .iter()
        .filter(|(_, shift)| *shift > 0 && bytes >> shift > 0);
    match unit.max_by_key(|(_, shift)| *shift) {
        None => format!("{bytes} bytes"),
        Some((unit, shift)) => {
            let tenths = (u128::from(bytes) * 10) >> shift;
            match tenths % 10 {
                0 => format!("{} {unit}", tenths / 10),
                rest => format!("{}.{rest} {unit}", tenths / 10),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_compared_across_the_slash() {
        let lsn = |text| Lsn::parse(text).expect("an LSN");
        assert!(lsn("1/0") > lsn("0/FFFFFFFF"));
        assert!(lsn("A/0") > lsn("9/FFFFFFFF"));
        assert_eq!(Lsn::parse("nonsense"), None);
    }

    #[test]
    fn amounts_have_units() {
        assert_eq!(bytes("16MB"), Ok(16 << 20));
        assert_eq!(bytes("0"), Ok(0));
        assert_eq!(bytes("1.5 kB"), Ok(1536));
        assert!(bytes("16 potatoes").is_err());
        assert!(bytes("-1").is_err());
        assert_eq!(pretty(0), "0 bytes");
        assert_eq!(pretty(1536), "1.5 kB");
        assert_eq!(pretty(16 << 20), "16 MB");
    }
}
