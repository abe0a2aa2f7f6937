//! What a `mode` makes of a file's permission bits.

use crate::modules::Mode;
use crate::modules::args::{ArgType, Argument};
use crate::modules::spec::ArgKind;

/// The umask predictions assume where the host's own cannot be known without asking.
const USUAL_UMASK: u32 = 0o022;

impl Mode {
    /// The bits, when the mode is written in octal.
    #[must_use]
    pub fn octal(&self) -> Option<u32> {
        u32::from_str_radix(&self.0, 8).ok()
    }

    /// The permission bits a file has afterwards, as `chmod` computes them.
    #[must_use]
    pub fn applied(&self, current: u32, is_dir: bool) -> u32 {
        if let Some(bits) = self.octal() {
            return bits;
        }
        self.0
            .split(',')
            .fold(current, |bits, clause| apply(clause, bits, is_dir))
    }
}

/// One clause such as `u=rw` or `go-w`; several operators may follow each other (`u=r+x`).
fn apply(clause: &str, bits: u32, is_dir: bool) -> u32 {
    let who_end = clause.find(['=', '+', '-']).unwrap_or(clause.len());
    let (who, mut rest) = clause.split_at(who_end);
    let mut bits = bits;
    while let Some(op) = rest.chars().next() {
        let end = rest[1..]
            .find(['=', '+', '-'])
            .map_or(rest.len(), |i| i + 1);
        bits = act(who, op, &rest[1..end], bits, is_dir);
        rest = &rest[end..];
    }
    bits
}

fn act(who: &str, op: char, what: &str, bits: u32, is_dir: bool) -> u32 {
    let mask = who_mask(who);
    let umask = if who.is_empty() { USUAL_UMASK } else { 0 };
    let wanted = permissions(what, bits, is_dir) & mask & !umask;
    match op {
        '+' => bits | wanted,
        '-' => bits & !wanted,
        _ => (bits & !(mask & (0o777 | special(mask, is_dir)))) | wanted,
    }
}

/// `=` leaves a directory's set-id bits alone, as GNU `chmod` does.
fn special(mask: u32, is_dir: bool) -> u32 {
    mask & if is_dir { 0o1000 } else { 0o7000 }
}

fn who_mask(who: &str) -> u32 {
    if who.is_empty() || who.contains('a') {
        return 0o7777;
    }
    let one = |c| match c {
        'u' => 0o4700,
        'g' => 0o2070,
        _ => 0o1007,
    };
    who.chars().fold(0, |mask, c| mask | one(c))
}

fn permissions(what: &str, bits: u32, is_dir: bool) -> u32 {
    let everyone = |three: u32| three * 0o111;
    let one = |c| match c {
        'r' => 0o444,
        'w' => 0o222,
        'x' => 0o111,
        'X' if is_dir || bits & 0o111 != 0 => 0o111,
        's' => 0o6000,
        't' => 0o1000,
        'u' => everyone(bits >> 6 & 7),
        'g' => everyone(bits >> 3 & 7),
        'o' => everyone(bits & 7),
        _ => 0,
    };
    what.chars().fold(0, |found, c| found | one(c))
}

/// A mode, or that of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CopyMode {
    /// `preserve`: what the source has.
    Preserve,
    /// This one.
    Set(Mode),
}

impl ArgType for CopyMode {
    const KIND: ArgKind = ArgKind::Mode;

    fn decode(argument: &Argument) -> Result<Self, String> {
        if argument.value.as_str() == Some("preserve") {
            return Ok(Self::Preserve);
        }
        Mode::decode(argument).map(Self::Set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_applied_as_chmod_does() {
        for (mode, before, is_dir, after) in [
            ("0644", 0o777, false, 0o644),
            ("u=rw,g=r,o=", 0o777, false, 0o640),
            ("u+x", 0o644, false, 0o744),
            ("+x", 0o644, false, 0o755),
            ("a-w", 0o666, false, 0o444),
            ("u=rwX,go=rX", 0o600, false, 0o644),
            ("u=rwX,go=rX", 0o700, false, 0o755),
            ("u=rwX,go=rX", 0o600, true, 0o755),
            ("g=u", 0o640, false, 0o660),
            ("u=r+x", 0o644, false, 0o544),
            ("u+s,+t", 0o755, false, 0o5755),
            ("o=", 0o1777, false, 0o770),
            ("g=rx", 0o2775, true, 0o2755),
        ] {
            let found = Mode(mode.to_owned()).applied(before, is_dir);
            assert_eq!(
                format!("{found:o}"),
                format!("{after:o}"),
                "{mode} on {before:o}"
            );
        }
    }

    #[tokio::test]
    async fn a_decimal_mode_is_refused() {
        let lab = crate::modules::testing::Lab::new();
        let arguments = serde_json::json!({"path": lab.at("x"), "state": "touch", "mode": 644});
        let (msg, _) = lab.fails("file", arguments).await;
        assert_eq!(
            msg,
            "`mode` is the decimal number 644, and a mode is octal: write `0644`"
        );
        assert!(lab.list("").is_empty());
    }
}
