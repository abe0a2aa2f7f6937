//! This machine's distribution, and the Debian mirrors its apt is configured for.

use std::path::Path;

/// The release of Debian the hosts run.
pub(crate) const SUITE: &str = "bookworm";
const DEFAULT_MAIN: &str = "http://deb.debian.org/debian";
const DEFAULT_SECURITY: &str = "http://deb.debian.org/debian-security";
/// Code names whose entries point at a mirror of Debian itself.
const SUITES: [&str; 8] = [
    "bullseye",
    "bookworm",
    "trixie",
    "forky",
    "sid",
    "oldstable",
    "stable",
    "testing",
];

/// The part of `/etc/os-release` that matters here.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct OsRelease {
    pub(crate) id: String,
    like: String,
}

impl OsRelease {
    /// Reads this machine's file; an empty answer where there is none.
    pub(crate) fn of_this_machine() -> Self {
        if cfg!(target_os = "macos") {
            return Self {
                id: "macos".to_owned(),
                like: String::new(),
            };
        }
        Self::parse(&std::fs::read_to_string("/etc/os-release").unwrap_or_default())
    }

    /// Reads the `KEY=value` lines of os-release(5).
    pub(crate) fn parse(text: &str) -> Self {
        let field = |key: &str| {
            let value = text
                .lines()
                .find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
            value
                .unwrap_or_default()
                .trim_matches(['"', '\''])
                .to_owned()
        };
        Self {
            id: field("ID"),
            like: field("ID_LIKE"),
        }
    }

    /// Debian, Ubuntu or a distribution that descends from them.
    pub(crate) fn is_debian_like(&self) -> bool {
        std::iter::once(self.id.as_str())
            .chain(self.like.split(' '))
            .any(|id| id == "debian" || id == "ubuntu")
    }

    /// The page of Docker's installation guide for this distribution.
    pub(crate) fn guide(&self) -> &str {
        if ["fedora", "centos", "rhel"].contains(&self.id.as_str()) {
            &self.id
        } else {
            ""
        }
    }
}

/// The mirrors to bootstrap from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mirrors {
    main: String,
    security: String,
}

impl Mirrors {
    /// What this machine's apt uses for Debian, else Debian's own.
    pub(crate) fn of_this_machine() -> Self {
        let mut texts = Vec::new();
        texts.extend(std::fs::read_to_string("/etc/apt/sources.list"));
        let entries = std::fs::read_dir("/etc/apt/sources.list.d")
            .into_iter()
            .flatten()
            .flatten();
        let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        texts.extend(
            paths
                .iter()
                .filter(|path| is_source_list(path))
                .flat_map(std::fs::read_to_string),
        );
        Self::parse(&texts)
    }

    fn parse(texts: &[String]) -> Self {
        let entries: Vec<Entry> = texts
            .iter()
            .flat_map(|text| one_line_entries(text).chain(deb822_entries(text)))
            .collect();
        let first = |security: bool, default: &str| {
            let found = entries
                .iter()
                .find(|entry| entry.is_debian() && entry.is_security() == security);
            found
                .map_or(default, |entry| &entry.uri)
                .trim_end_matches('/')
                .to_owned()
        };
        Self {
            main: first(false, DEFAULT_MAIN),
            security: first(true, DEFAULT_SECURITY),
        }
    }

    /// The lines of a sources.list for the hosts' release.
    pub(crate) fn lines(&self) -> [String; 3] {
        [
            format!("deb {} {SUITE} main", self.main),
            format!("deb {} {SUITE}-updates main", self.main),
            format!("deb {} {SUITE}-security main", self.security),
        ]
    }
}

/// One repository that apt is configured for.
struct Entry {
    uri: String,
    suite: String,
    components: Vec<String>,
}

impl Entry {
    fn is_security(&self) -> bool {
        self.suite.ends_with("-security") || self.suite.ends_with("/updates")
    }

    /// A mirror of Debian itself: others publish under the same suite names.
    fn is_debian(&self) -> bool {
        let base = self.suite.split(['-', '/']).next().unwrap_or_default();
        let extra = self.suite.strip_prefix(base).unwrap_or_default();
        SUITES.contains(&base)
            && ["", "-updates", "-security", "/updates"].contains(&extra)
            && self.components.iter().any(|component| component == "main")
            && (self.uri.starts_with("http://") || self.uri.starts_with("https://"))
            && self
                .uri
                .split('/')
                .skip(3)
                .any(|segment| segment.starts_with("debian"))
    }
}

fn is_source_list(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "list" || extension == "sources")
}

/// The one-line style: `deb [options] URI SUITE COMPONENT…`.
fn one_line_entries(text: &str) -> impl Iterator<Item = Entry> {
    text.lines().filter_map(|line| {
        let rest = line.strip_prefix("deb ")?.trim_start();
        let rest = if rest.starts_with('[') {
            rest.split_once(']')?.1
        } else {
            rest
        };
        let mut words = rest.split_whitespace().map(str::to_owned);
        Some(Entry {
            uri: words.next()?,
            suite: words.next()?,
            components: words.collect(),
        })
    })
}

/// The deb822 style: stanzas of `Field: value` lines.
fn deb822_entries(text: &str) -> impl Iterator<Item = Entry> {
    text.split("\n\n").flat_map(|stanza| {
        let field = |name: &str| -> Vec<String> {
            let values = stanza.lines().filter_map(|line| line.strip_prefix(name));
            values
                .flat_map(str::split_whitespace)
                .map(str::to_owned)
                .collect()
        };
        let components = field("Components:");
        let usable =
            field("Types:").iter().any(|kind| kind == "deb") && field("Enabled:") != ["no"];
        let uri = field("URIs:").into_iter().next().filter(|_| usable);
        let suites = field("Suites:").into_iter();
        suites.filter_map(move |suite| {
            Some(Entry {
                uri: uri.clone()?,
                suite,
                components: components.clone(),
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mirrors(text: &str) -> Mirrors {
        Mirrors::parse(&[text.to_owned()])
    }

    #[test]
    fn nothing_configured_means_debians_own() {
        let expected = [
            "deb http://deb.debian.org/debian bookworm main",
            "deb http://deb.debian.org/debian bookworm-updates main",
            "deb http://deb.debian.org/debian-security bookworm-security main",
        ];
        assert_eq!(mirrors("").lines(), expected);
        assert_eq!(
            mirrors("deb http://archive.ubuntu.com/ubuntu noble main universe\n").lines(),
            expected
        );
    }

    #[test]
    fn both_styles_are_read() {
        let deb822 = "Types: deb\n# a comment\nURIs: http://mirror.example/debian/\nSuites: trixie trixie-updates\n\
                      Components: main\n\nTypes: deb\nURIs: http://mirror.example/debian-security\n\
                      Suites: trixie-security\nComponents: main\n";
        let one_line = "deb [arch=amd64 signed-by=/k] http://mirror.example/debian bookworm main contrib\n\
                        deb http://mirror.example/debian-security bookworm-security main\n";
        let expected = Mirrors {
            main: "http://mirror.example/debian".into(),
            security: "http://mirror.example/debian-security".into(),
        };
        assert_eq!(mirrors(deb822), expected);
        assert_eq!(mirrors(one_line), expected);
    }

    #[test]
    fn third_parties_are_not_mirrors() {
        let text = "deb https://packages.example/cloud cloud-sdk-bookworm main\n\
                    deb https://apt.example bookworm main\n\
                    deb https://download.example/linux/debian bookworm stable\n\
                    deb https://apt.example/debian bookworm-pgdg main\n\
                    deb cdrom:/debian bookworm main\n";
        assert_eq!(mirrors(text), mirrors(""));
    }

    #[test]
    fn os_release_is_read_with_and_without_quotes() {
        let mint =
            OsRelease::parse("NAME=\"Linux Mint\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n");
        assert_eq!(mint.id, "linuxmint");
        assert!(mint.is_debian_like());
        assert!(!OsRelease::parse("ID=\"fedora\"\n").is_debian_like());
    }
}
