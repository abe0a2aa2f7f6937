//! Reading what `dpkg-query` and `apt-cache policy` say.

use crate::modules::sections::Sections;

/// The `dpkg-query` format that [`Installed::parse`] reads.
pub(in crate::modules::packages) const FORMAT: &str =
    r"${Package}\t${Architecture}\t${Version}\t${db:Status-Want}\t${db:Status-Status}\n";

/// A package that dpkg knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::modules::packages) struct Installed {
    /// Its name, without architecture.
    pub(in crate::modules::packages) name: String,
    /// `amd64`, `all`, …
    pub(in crate::modules::packages) arch: String,
    /// Its version.
    pub(in crate::modules::packages) version: String,
    /// Whether `apt-mark hold` keeps it.
    pub(in crate::modules::packages) held: bool,
    /// Whether it is fully installed; otherwise half installed, or only its configuration is left.
    pub(in crate::modules::packages) complete: bool,
}

impl Installed {
    /// Reads lines of [`FORMAT`].
    pub(in crate::modules::packages) fn parse(text: &str) -> Vec<Self> {
        text.lines().filter_map(Self::parse_line).collect()
    }

    fn parse_line(line: &str) -> Option<Self> {
        let mut fields = line.split('\t').map(str::to_owned);
        let found = Self {
            name: fields.next()?,
            arch: fields.next()?,
            version: fields.next()?,
            held: fields.next()? == "hold",
            complete: fields.next()? == "installed",
        };
        (!found.version.is_empty()).then_some(found)
    }

    /// Whether a name, with or without `:arch`, means this package.
    pub(in crate::modules::packages) fn is(&self, name: &str) -> bool {
        match name.split_once(':') {
            Some((name, arch)) => self.name == name && (arch == "any" || self.arch == arch),
            None => self.name == name,
        }
    }
}

/// A version in a repository's lists, or only in dpkg's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::modules::packages) struct Offer {
    /// The version.
    pub(in crate::modules::packages) version: String,
    /// Where it comes from, as `apt-cache policy` words it, such as `http://deb.debian.org/debian bookworm/main amd64 Packages`.
    pub(in crate::modules::packages) sources: Vec<String>,
}

impl Offer {
    /// Whether no download is ever needed: it lies in a repository on the host's own disk.
    pub(in crate::modules::packages) fn is_local(&self) -> bool {
        self.sources
            .iter()
            .any(|source| source.starts_with("file:"))
    }
}

/// What `apt-cache policy` says of one package.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::modules::packages) struct Policy {
    /// The name, as it was asked for.
    pub(in crate::modules::packages) name: String,
    /// What apt would install.
    pub(in crate::modules::packages) candidate: Option<String>,
    /// Every version that a repository offers, newest first.
    pub(in crate::modules::packages) offers: Vec<Offer>,
}

impl Policy {
    /// Reads the output of `LC_ALL=C apt-cache policy NAME…`.
    pub(in crate::modules::packages) fn parse(text: &str) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for line in text.lines() {
            if let Some(name) = line.strip_suffix(':').filter(|n| !n.starts_with(' ')) {
                found.push(Self {
                    name: name.to_owned(),
                    ..Self::default()
                });
            } else if let Some(policy) = found.last_mut() {
                policy.line(line);
            }
        }
        for policy in &mut found {
            policy.offers.retain(|offer| !offer.sources.is_empty());
        }
        found
    }

    /// One indented line: two columns for fields, five for versions, eight for sources.
    fn line(&mut self, line: &str) {
        if let Some(version) = line.strip_prefix("  Candidate: ") {
            self.candidate = Some(version.to_owned()).filter(|v| v != "(none)");
        } else if let Some(source) = line.strip_prefix("        ") {
            let source = source.trim_start().split_once(' ').map_or("", |(_, s)| s);
            if let Some(offer) = self.offers.last_mut()
                && source != "/var/lib/dpkg/status"
            {
                offer.sources.push(source.to_owned());
            }
        } else if let Some(rest) = line.strip_prefix(" *** ").or(line.strip_prefix("     ")) {
            let version = rest.split(' ').next().unwrap_or_default().to_owned();
            self.offers.push(Offer {
                version,
                sources: Vec::new(),
            });
        }
    }
}

/// What a host says of its packages.
#[derive(Debug, Default)]
pub(in crate::modules::packages) struct Known {
    /// What dpkg knows of the names asked for.
    pub(in crate::modules::packages) installed: Vec<Installed>,
    /// What apt knows of them; empty when it was not asked.
    pub(in crate::modules::packages) policies: Vec<Policy>,
}

impl Known {
    /// Reads the sections `dpkg` and `policy`.
    pub(in crate::modules::packages) fn from(sections: &Sections) -> Self {
        Self {
            installed: Installed::parse(sections.get("dpkg")),
            policies: Policy::parse(sections.get("policy")),
        }
    }

    /// The package of this name, if it is there; a complete one first.
    pub(in crate::modules::packages) fn find(&self, name: &str) -> Option<&Installed> {
        let all = || self.installed.iter().filter(|i| i.is(name));
        all().find(|i| i.complete).or_else(|| all().next())
    }

    /// The package of this name, if it is completely installed.
    pub(in crate::modules::packages) fn installed(&self, name: &str) -> Option<&Installed> {
        self.find(name).filter(|i| i.complete)
    }

    /// What apt says of this name.
    pub(in crate::modules::packages) fn policy(&self, name: &str) -> Option<&Policy> {
        self.policies.iter().find(|p| p.name == name)
    }

    /// Versions that repositories offer for this name, newest first.
    pub(in crate::modules::packages) fn offered(&self, name: &str) -> Vec<&str> {
        let policy = self.policy(name);
        policy.map_or_else(Vec::new, |p| {
            p.offers.iter().map(|o| o.version.as_str()).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "\
postgresql-15:
  Installed: 15.18-0+deb12u1
  Candidate: 15.20-0+deb12u1
  Version table:
     15.20-0+deb12u1 500
        500 http://security.debian.org/debian-security bookworm-security/main amd64 Packages
 *** 15.18-0+deb12u1 500
        500 file:/srv/repo ./ Packages
        100 /var/lib/dpkg/status
     15.1-1 100
        100 /var/lib/dpkg/status
nothing:
  Installed: (none)
  Candidate: (none)
  Version table:
";

    #[test]
    fn policy_tells_candidate_and_offers() {
        let all = Policy::parse(POLICY);
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].candidate.as_deref(), Some("15.20-0+deb12u1"));
        let versions: Vec<&str> = all[0].offers.iter().map(|o| o.version.as_str()).collect();
        assert_eq!(versions, ["15.20-0+deb12u1", "15.18-0+deb12u1"]);
        assert!(!all[0].offers[0].is_local());
        assert!(all[0].offers[1].is_local());
        assert_eq!(all[1].candidate, None);
        assert!(all[1].offers.is_empty());
    }

    #[test]
    fn dpkg_tells_holds_and_leftovers() {
        let text = "libpq5\tamd64\t15.18\thold\tinstalled\nold\tall\t1.0\tdeinstall\tconfig-files\ngone\t\t\tunknown\tnot-installed\n";
        let all = Installed::parse(text);
        assert_eq!(all.len(), 2);
        assert!(all[0].held && all[0].complete);
        assert!(!all[1].complete);
        assert!(all[0].is("libpq5:amd64") && !all[0].is("libpq5:i386"));
    }
}
