//! What a person asks for: `postgresql-15`, `postgresql-15=15.20*`, `libc6:i386>=2.36`.

use std::cmp::Ordering;

use globset::{Glob, GlobMatcher};

use crate::modules::packages::debversion;

/// One package as asked for.
#[derive(Debug, Clone)]
pub(in crate::modules::packages) struct Request {
    /// Its name, with `:arch` if that was given.
    pub(in crate::modules::packages) name: String,
    /// Which version, if that matters.
    pub(in crate::modules::packages) pin: Option<Pin>,
}

/// Which versions will do.
#[derive(Debug, Clone)]
pub(in crate::modules::packages) struct Pin {
    /// As it was written, without the operator.
    text: String,
    rule: Rule,
}

#[derive(Debug, Clone)]
enum Rule {
    Matches(GlobMatcher),
    Is,
    AtLeast,
}

impl Request {
    /// Reads one item of `name`; the error says what is wrong with it.
    pub(in crate::modules::packages) fn parse(text: &str) -> Result<Self, String> {
        let (name, pin) = match (text.split_once(">="), text.split_once('=')) {
            (Some((name, version)), _) => (name, Some(Pin::at_least(version))),
            (None, Some((name, version))) => (name, Some(Pin::exactly(version)?)),
            (None, None) => (text, None),
        };
        let legal = |c: char| c.is_ascii_alphanumeric() || "+-.:*?[]_".contains(c);
        if name.is_empty() || name.starts_with('-') || !name.chars().all(legal) {
            return Err(format!(
                "`{text}` is not a package: write `name`, `name=version`, `name=version*` or `name>=version`"
            ));
        }
        if pin.as_ref().is_some_and(|pin| pin.text.is_empty()) {
            return Err(format!("`{text}` names no version after its operator"));
        }
        Ok(Self {
            name: name.to_owned(),
            pin,
        })
    }

    /// Reads all items.
    pub(in crate::modules::packages) fn parse_all(texts: &[String]) -> Result<Vec<Self>, String> {
        texts.iter().map(|text| Self::parse(text)).collect()
    }

    /// Whether the name is a pattern over names.
    pub(in crate::modules::packages) fn is_pattern(&self) -> bool {
        self.name.contains(['*', '?', '['])
    }
}

impl Pin {
    fn at_least(version: &str) -> Self {
        Self {
            text: version.to_owned(),
            rule: Rule::AtLeast,
        }
    }

    fn exactly(version: &str) -> Result<Self, String> {
        let rule = if version.contains(['*', '?', '[']) {
            let glob = Glob::new(version).map_err(|e| format!("`{version}`: {}", e.kind()))?;
            Rule::Matches(glob.compile_matcher())
        } else {
            Rule::Is
        };
        Ok(Self {
            text: version.to_owned(),
            rule,
        })
    }

    /// Whether a version will do.
    pub(in crate::modules::packages) fn accepts(&self, version: &str) -> bool {
        match &self.rule {
            Rule::Matches(glob) => glob.is_match(version),
            Rule::Is => version == self.text,
            Rule::AtLeast => debversion::compare(version, &self.text) != Ordering::Less,
        }
    }

    /// The pin as it was written.
    pub(in crate::modules::packages) fn text(&self) -> &str {
        &self.text
    }
}

impl std::fmt::Display for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.pin {
            None => f.write_str(&self.name),
            Some(pin) if matches!(pin.rule, Rule::AtLeast) => {
                write!(f, "{}>={}", self.name, pin.text)
            }
            Some(pin) => write!(f, "{}={}", self.name, pin.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(request: &str, version: &str) -> bool {
        let request = Request::parse(request).expect("a request");
        request.pin.expect("a pin").accepts(version)
    }

    #[test]
    fn pins_are_exact_wildcards_or_lower_bounds() {
        assert!(accepts("postgresql-15=15.20-0+deb12u1", "15.20-0+deb12u1"));
        assert!(!accepts("postgresql-15=15.20", "15.20-0+deb12u1"));
        assert!(accepts("postgresql-15=15.20*", "15.20-0+deb12u1"));
        assert!(!accepts("postgresql-15=15.2-*", "15.20-0+deb12u1"));
        assert!(accepts("libc6:i386>=2.36", "2.36-9"));
        assert!(!accepts("libc6:i386>=2.37", "2.36-9"));
    }

    #[test]
    fn what_is_no_package_is_refused() {
        for text in ["", "=1", "-y", "a b", "foo=", "foo;rm"] {
            assert!(Request::parse(text).is_err(), "{text}");
        }
    }
}
