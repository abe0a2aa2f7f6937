//! Host patterns: which hosts a play or `--limit` means.
//!
//! The language is the one of "Patterns: targeting hosts and groups" in Ansible's manual. The
//! parts of a pattern are worked through as written, first the plain ones, then `&`, then `!`; the
//! hosts come in the order the parts name them, and within a group in inventory order.

use std::net::Ipv6Addr;
use std::sync::Arc;

use indexmap::IndexSet;
use regex::Regex;

use super::model::Inventory;
use crate::diag::{Diagnostic, did_you_mean};

/// So many names a message lists before it only counts them.
const LISTED: usize = 20;

/// The hosts a pattern means, and the parts of it that mean none.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// The hosts, each once.
    pub hosts: Vec<Arc<str>>,
    /// One message for each part that matches nothing, with what exists.
    pub unmatched: Vec<Diagnostic>,
}

/// One part of a pattern.
#[derive(Debug)]
struct Part<'a> {
    sign: Sign,
    text: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sign {
    Add,
    Intersect,
    Exclude,
}

impl Inventory {
    /// The hosts a pattern means: `a:b` or `a,b` both, `a:&b` those in both, `a:!b` those of `a`
    /// not in `b`, `db*`, `~db\d+`, `group[0]`, `group[1:3]` (both ends included), `all`. An
    /// explicit list keeps its order. A malformed part, or one that matches nothing, is an error
    /// that suggests and lists what exists.
    pub fn select(&self, pattern: &str) -> Result<Vec<Arc<str>>, Diagnostic> {
        let selection = self.resolve(pattern)?;
        match selection.unmatched.into_iter().next() {
            Some(unmatched) => Err(unmatched),
            None => Ok(selection.hosts),
        }
    }

    /// Like [`Inventory::select`], but parts that match nothing are told beside the hosts, for
    /// plays whose groups may be empty or not exist.
    pub fn resolve(&self, pattern: &str) -> Result<Selection, Diagnostic> {
        let named = named_files(pattern)?;
        let texts = split(pattern).into_iter().flat_map(|part| {
            match named.iter().find(|(name, _)| name.as_str() == part) {
                Some((_, lines)) => lines.iter().map(String::as_str).collect(),
                None => vec![part],
            }
        });
        let mut parts: Vec<Part<'_>> = texts.map(Part::new).collect();
        parts.sort_by_key(|part| part.sign);
        let mut unmatched = Vec::new();
        let mut hosts = IndexSet::new();
        if parts.first().is_some_and(|part| part.sign != Sign::Add) {
            hosts.extend(self.group_hosts("all"));
        }
        for part in &parts {
            let Some(found) = self.matching(part.text)? else {
                unmatched.push(self.nothing(part.text));
                if part.sign == Sign::Intersect {
                    hosts.clear();
                }
                continue;
            };
            match part.sign {
                Sign::Add => hosts.extend(found),
                Sign::Intersect => hosts.retain(|host| found.contains(host)),
                Sign::Exclude => hosts.retain(|host| !found.contains(host)),
            }
        }
        Ok(Selection {
            hosts: hosts.into_iter().collect(),
            unmatched,
        })
    }

    /// The hosts of one part; none when nothing has that name.
    fn matching(&self, text: &str) -> Result<Option<IndexSet<Arc<str>>>, Diagnostic> {
        if let Some(regex) = text.strip_prefix('~') {
            return self.by_regex(&format!("^(?:{regex})"), text);
        }
        if let Some(host) = self.host(text) {
            return Ok(Some(IndexSet::from([Arc::clone(&host.name)])));
        }
        let (name, subscript) = Subscript::split(text);
        let found = if name.contains(['*', '?', '[']) {
            self.by_regex(&glob(name), text)?
        } else {
            self.by_name(name)
        };
        let Some((found, subscript)) = found.as_ref().zip(subscript) else {
            return Ok(found);
        };
        let found: Vec<Arc<str>> = found.iter().cloned().collect();
        Ok(Some(subscript.of(&found).iter().cloned().collect()))
    }

    fn by_name(&self, name: &str) -> Option<IndexSet<Arc<str>>> {
        if let Some(group) = self.group(name) {
            return Some(self.group_hosts(&group.name).into_iter().collect());
        }
        self.host(name)
            .map(|host| IndexSet::from([Arc::clone(&host.name)]))
    }

    fn by_regex(&self, regex: &str, text: &str) -> Result<Option<IndexSet<Arc<str>>>, Diagnostic> {
        let regex = Regex::new(regex).map_err(|error| {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim();
            let reason = reason.strip_prefix("error: ").unwrap_or(reason);
            Diagnostic::error(format!("host pattern `{text}` is malformed: {reason}"))
                .help("after `~` stands a regular expression, elsewhere `*` and `?` are wildcards")
        })?;
        let groups = self.groups().filter(|g| regex.is_match(&g.name));
        let mut found: IndexSet<Arc<str>> = IndexSet::new();
        let mut any = false;
        for group in groups {
            any = true;
            found.extend(self.group_hosts(&group.name));
        }
        let hosts = self.hosts().filter(|h| regex.is_match(&h.name));
        found.extend(hosts.map(|h| Arc::clone(&h.name)));
        Ok((any || !found.is_empty()).then_some(found))
    }

    /// Nothing has this name: what was meant, and what there is.
    fn nothing(&self, text: &str) -> Diagnostic {
        let (name, _) = Subscript::split(text);
        let wild = text.starts_with('~') || name.contains(['*', '?', '[']);
        let message = if wild {
            format!("host pattern `{text}` matches no host and no group")
        } else {
            format!("there is no host or group `{name}`")
        };
        let hosts = self.hosts().map(|h| &*h.name);
        let groups = self.groups().map(|g| &*g.name);
        let meant = did_you_mean(name, hosts.chain(groups)).filter(|_| !wild);
        let error = match meant {
            Some(meant) => Diagnostic::error(message).help(format!("did you mean `{meant}`?")),
            None => Diagnostic::error(message),
        };
        let own = self.groups().map(|g| &*g.name);
        let own: Vec<&str> = own.filter(|n| !matches!(*n, "all" | "ungrouped")).collect();
        let hosts: Vec<&str> = self.hosts().map(|h| &*h.name).collect();
        error
            .help(listing("hosts", &hosts))
            .help(listing("groups", &own))
    }
}

fn listing(what: &str, names: &[&str]) -> String {
    if names.is_empty() {
        return format!("{what}: none");
    }
    let shown = names[..names.len().min(LISTED)].join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => format!("{what}: {shown}"),
        more => format!("{what}: {shown} and {more} more"),
    }
}

impl<'a> Part<'a> {
    fn new(text: &'a str) -> Self {
        let (sign, text) = match text.chars().next() {
            Some('&') => (Sign::Intersect, &text[1..]),
            Some('!') => (Sign::Exclude, &text[1..]),
            _ => (Sign::Add, text),
        };
        Self { sign, text }
    }
}

/// The parts that name a file of patterns (`@FILE`), with the patterns in it.
fn named_files(pattern: &str) -> Result<Vec<(String, Vec<String>)>, Diagnostic> {
    let mut named = Vec::new();
    for part in split(pattern)
        .into_iter()
        .filter(|part| part.starts_with('@'))
    {
        let path = &part[1..];
        let text = std::fs::read_to_string(path).map_err(|why| {
            let error = Diagnostic::error(format!("failed to read `{path}`: {why}"));
            error.help("after `@` stands a file with one host or pattern on a line")
        })?;
        let lines = text.lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let parts = lines.flat_map(split).map(str::to_owned);
        named.push((part.to_owned(), parts.collect()));
    }
    Ok(named)
}

/// The parts of a pattern: separated by commas, or by colons outside brackets.
fn split(pattern: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for part in pattern.split(',').map(str::trim) {
        if part
            .trim_start_matches(['&', '!'])
            .parse::<Ipv6Addr>()
            .is_ok()
        {
            parts.push(part);
            continue;
        }
        let mut depth = 0_usize;
        let pieces = part.split(|c| {
            match c {
                '[' => depth += 1,
                ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            c == ':' && depth == 0
        });
        parts.extend(pieces.map(str::trim));
    }
    parts.retain(|part| !part.trim_start_matches(['&', '!']).is_empty());
    parts
}

/// A shell wildcard as a regular expression for the whole name.
fn glob(pattern: &str) -> String {
    let mut regex = String::from("^(?:");
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            '[' => match rest.split_once(']').filter(|(set, _)| !set.is_empty()) {
                Some((set, after)) => {
                    let (not, set) = set.strip_prefix('!').map_or(("", set), |s| ("^", s));
                    let set = set
                        .replace('\\', r"\\")
                        .replace('[', r"\[")
                        .replace('^', r"\^");
                    regex.extend(["[", not, &set, "]"]);
                    rest = after;
                }
                None => regex.push_str(r"\["),
            },
            c => regex.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    regex + ")$"
}

/// `[0]`, `[-1]`, `[1:3]`, `[1:]`, `[:2]` behind a group; both ends are included.
#[derive(Debug, Clone, Copy)]
enum Subscript {
    One(i64),
    Slice(i64, i64),
}

impl Subscript {
    fn split(text: &str) -> (&str, Option<Self>) {
        let parsed = text.strip_suffix(']').and_then(|t| t.rsplit_once('['));
        match parsed.and_then(|(name, inner)| Some((name, Self::parse(inner)?))) {
            Some((name, subscript)) if !name.is_empty() && !text.starts_with('~') => {
                (name, Some(subscript))
            }
            _ => (text, None),
        }
    }

    fn parse(inner: &str) -> Option<Self> {
        let end = |text: &str, open: i64| match text {
            "" => Some(open),
            text => text.parse().ok(),
        };
        match inner.split_once(':') {
            None => Some(Self::One(inner.parse().ok()?)),
            Some((from, to)) => Some(Self::Slice(end(from, 0)?, end(to, -1)?)),
        }
    }

    fn of(self, hosts: &[Arc<str>]) -> &[Arc<str>] {
        let count = i64::try_from(hosts.len()).unwrap_or(i64::MAX);
        let from_start = |i: i64| if i < 0 { i.saturating_add(count) } else { i };
        let (first, last) = match self {
            Self::One(i) => (from_start(i), from_start(i)),
            Self::Slice(first, last) => (from_start(first).max(0), from_start(last).min(count - 1)),
        };
        let ends = (usize::try_from(first), usize::try_from(last));
        match ends {
            (Ok(first), Ok(last)) => hosts.get(first..=last).unwrap_or(&[]),
            _ => &[],
        }
    }
}
