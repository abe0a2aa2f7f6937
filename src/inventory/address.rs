//! What stands for hosts in an inventory: names, ranges such as `db[01:12:2]`, ports.

use std::net::Ipv6Addr;

/// More hosts than this from one expression are a mistake, not a fleet.
const MAX_HOSTS: usize = 100_000;

/// The hosts an expression stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hosts {
    /// Their names, in order.
    pub names: Vec<String>,
    /// The port written behind them, as in `db1:2222`.
    pub port: Option<u16>,
}

/// Why an expression stands for no hosts, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bad {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

fn bad<T>(message: impl Into<String>, help: impl Into<String>) -> Result<T, Bad> {
    Err(Bad {
        message: message.into(),
        help: help.into(),
    })
}

/// Reads one host expression.
pub(super) fn parse(text: &str) -> Result<Hosts, Bad> {
    if text.parse::<Ipv6Addr>().is_ok() {
        return Ok(single(text, None));
    }
    if let Some((address, rest)) = text.strip_prefix('[').and_then(|t| t.split_once(']'))
        && address.parse::<Ipv6Addr>().is_ok()
    {
        let port = rest.strip_prefix(':').map(port).transpose()?;
        return Ok(single(address, port));
    }
    let (name, port_text) = split_port(text);
    let port = port_text.map(port).transpose()?;
    if let Some(found) = name
        .chars()
        .find(|c| "{}()<>|\\'\"$`&!*?~=,; \t".contains(*c))
    {
        return bad(
            format!("`{found}` cannot stand in a host name"),
            "write one host on a line, by the name `ansible_host` or DNS resolves",
        );
    }
    if name.is_empty() {
        return bad("there is no host name", "write one host on a line");
    }
    let names = expand(name)?;
    Ok(Hosts { names, port })
}

fn single(name: &str, port: Option<u16>) -> Hosts {
    Hosts {
        names: vec![name.to_owned()],
        port,
    }
}

/// Splits `name:port` at the last colon that is not within brackets.
fn split_port(text: &str) -> (&str, Option<&str>) {
    match text.rfind(':') {
        Some(at) if text[..at].matches('[').count() == text[..at].matches(']').count() => {
            (&text[..at], Some(&text[at + 1..]))
        }
        _ => (text, None),
    }
}

fn port(text: &str) -> Result<u16, Bad> {
    match text.parse() {
        Ok(port) if port > 0 => Ok(port),
        _ => bad(
            format!("`{text}` is no port"),
            "what follows `:` is the port of SSH, from 1 to 65535",
        ),
    }
}

/// Expands every `[a:b]` of a name, the last one counting fastest.
fn expand(name: &str) -> Result<Vec<String>, Bad> {
    let mut names = vec![String::new()];
    let mut rest = name;
    while let Some((head, tail)) = rest.split_once('[') {
        let Some((range, after)) = tail.split_once(']') else {
            return bad("`[` is not closed", "a range is written `db[1:3]`");
        };
        let steps = Range::parse(range)?;
        if names.len().saturating_mul(steps.len()) > MAX_HOSTS {
            return bad(
                format!("`[{range}]` makes more than {MAX_HOSTS} hosts"),
                "narrow the range",
            );
        }
        let parts = steps.items();
        let join =
            |n: &String| -> Vec<String> { parts.iter().map(|p| format!("{n}{head}{p}")).collect() };
        names = names.iter().flat_map(join).collect();
        rest = after;
    }
    if rest.contains(']') {
        return bad("`]` was never opened", "a range is written `db[1:3]`");
    }
    for name in &mut names {
        name.push_str(rest);
    }
    Ok(names)
}

/// What stands between the brackets, both ends included.
struct Range {
    start: u64,
    end: u64,
    step: u64,
    /// The digits of a number with leading zeros; none for letters.
    width: Option<usize>,
}

impl Range {
    fn parse(text: &str) -> Result<Self, Bad> {
        let parts: Vec<&str> = text.split(':').collect();
        let (start, end, step) = match parts[..] {
            [start, end] => (start, end, "1"),
            [start, end, step] => (start, end, step),
            _ => return Self::malformed(text),
        };
        let Some(step) = step.parse().ok().filter(|step| *step > 0) else {
            return bad(
                format!("`{step}` is no step of a range"),
                "the third part counts up and is at least 1: `db[01:09:2]`",
            );
        };
        let ends = numbers(start, end).or_else(|| letters(start, end));
        let Some((start_at, end_at, width)) = ends else {
            return Self::malformed(text);
        };
        if width.is_some_and(|w| w > 1 && start.len() != end.len() && start.starts_with('0')) {
            return bad(
                format!("the ends of `[{text}]` have different numbers of digits"),
                "with leading zeros both ends have the same width: `db[01:12]`",
            );
        }
        if start_at > end_at {
            return bad(
                format!("`[{text}]` counts down"),
                "write the smaller end first",
            );
        }
        Ok(Self {
            start: start_at,
            end: end_at,
            step,
            width,
        })
    }

    fn malformed(text: &str) -> Result<Self, Bad> {
        bad(
            format!("`[{text}]` is no range"),
            "a range has two numbers or two letters, and perhaps a step: `[1:3]`, `[01:12:2]`, `[a:c]`",
        )
    }

    fn len(&self) -> usize {
        let count = (self.end - self.start) / self.step;
        usize::try_from(count)
            .unwrap_or(usize::MAX)
            .saturating_add(1)
    }

    fn items(&self) -> Vec<String> {
        let step = usize::try_from(self.step).unwrap_or(usize::MAX);
        let numbers = (self.start..=self.end).step_by(step);
        numbers.map(|n| self.show(n)).collect()
    }

    fn show(&self, number: u64) -> String {
        match self.width {
            Some(width) => format!("{number:0width$}"),
            None => LETTERS[usize::try_from(number).unwrap_or(0)..]
                .chars()
                .take(1)
                .collect(),
        }
    }
}

/// The order in which ranges of letters count.
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Both ends as numbers and their width; a missing start is 0.
fn numbers(start: &str, end: &str) -> Option<(u64, u64, Option<usize>)> {
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if end.is_empty() || !digits(start) || !digits(end) {
        return None;
    }
    let from = if start.is_empty() {
        0
    } else {
        start.parse().ok()?
    };
    let width = if start.starts_with('0') {
        start.len()
    } else {
        1
    };
    Some((from, end.parse().ok()?, Some(width)))
}

/// Both ends as places in [`LETTERS`].
fn letters(start: &str, end: &str) -> Option<(u64, u64, Option<usize>)> {
    let place = |s: &str| {
        let only = s.chars().count() == 1;
        let at = LETTERS.find(s).filter(|_| only)?;
        u64::try_from(at).ok()
    };
    Some((place(start)?, place(end)?, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        parse(text).unwrap().names
    }

    fn message(text: &str) -> String {
        parse(text).unwrap_err().message
    }

    #[test]
    fn ranges_count_up_with_width_and_step() {
        assert_eq!(names("db[1:3]"), ["db1", "db2", "db3"]);
        assert_eq!(names("db[08:11]x"), ["db08x", "db09x", "db10x", "db11x"]);
        assert_eq!(names("db[01:12:5]"), ["db01", "db06", "db11"]);
        assert_eq!(names("db[:2]"), ["db0", "db1", "db2"]);
        assert_eq!(names("db[9:11]"), ["db9", "db10", "db11"]);
        assert_eq!(names("r[a:b]n[1:2]"), ["ran1", "ran2", "rbn1", "rbn2"]);
        assert_eq!(names("[y:B]"), ["y", "z", "A", "B"]);
    }

    #[test]
    fn ports_and_addresses_are_told_apart() {
        let port = |text| parse(text).map(|h| (h.names.join(" "), h.port)).unwrap();
        assert_eq!(port("db1:2222"), ("db1".into(), Some(2222)));
        assert_eq!(port("db[1:2]:22"), ("db1 db2".into(), Some(22)));
        assert_eq!(port("fe80::1"), ("fe80::1".into(), None));
        assert_eq!(port("[fe80::1]:22"), ("fe80::1".into(), Some(22)));
        assert_eq!(port("[fe80::1]"), ("fe80::1".into(), None));
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(
            message("db[1:999999999]"),
            "`[1:999999999]` makes more than 100000 hosts"
        );
        assert_eq!(
            message("[0:999][0:999]"),
            "`[0:999]` makes more than 100000 hosts"
        );
        assert_eq!(message("db[1-3]"), "`[1-3]` is no range");
        assert_eq!(message("db[1:3:0]"), "`0` is no step of a range");
        assert_eq!(
            message("db[01:100]"),
            "the ends of `[01:100]` have different numbers of digits"
        );
        assert_eq!(message("db[3:1]"), "`[3:1]` counts down");
        assert_eq!(message("db[1:3"), "`[` is not closed");
        assert_eq!(message("db1]"), "`]` was never opened");
        assert_eq!(message("db1:"), "`` is no port");
        assert_eq!(message("db1:99999"), "`99999` is no port");
        assert_eq!(message("a{b"), "`{` cannot stand in a host name");
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[a-c0-9\\[\\]:é.{ ]{0,12}|.*") {
            let _ = parse(&text);
        }
    }
}
