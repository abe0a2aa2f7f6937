//! What the project says once for all its runs: `runbook.toml`, or the few keys of an existing
//! `ansible.cfg` that mean the same.

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

use crate::diag::{Diagnostic, SourceFile, Span};

/// Every key there is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// The inventory, relative to the file it is named in.
    pub(super) inventory: Option<String>,
    /// As whom to log in.
    pub(super) remote_user: Option<String>,
    /// With which key.
    pub(super) private_key_file: Option<String>,
    /// How many hosts at the same time.
    pub(super) forks: Option<usize>,
    /// Longest time to connect, in seconds.
    pub(super) timeout: Option<u64>,
    /// Whether unknown host keys are refused.
    pub(super) host_key_checking: Option<bool>,
    /// What `runbook lint` leaves out.
    #[serde(default)]
    pub(super) lint: crate::lint::Settings,
}

impl Config {
    /// Reads the project's configuration; an absent file is an empty one.
    pub(super) fn load(project: &Path) -> Result<Self, Diagnostic> {
        let own = project.join("runbook.toml");
        if own.is_file() {
            return read(&own)
                .and_then(|source| Self::from_toml(&source))
                .map(|c| c.based(project));
        }
        let ansible = project.join("ansible.cfg");
        if ansible.is_file() {
            return read(&ansible).map(|source| Self::from_ansible(&source.text).based(project));
        }
        Ok(Self::default())
    }

    fn from_toml(source: &Arc<SourceFile>) -> Result<Self, Diagnostic> {
        toml::from_str(&source.text).map_err(|error| {
            let diagnostic = Diagnostic::error(error.message().to_owned());
            match error.span() {
                Some(range) => diagnostic.at(&Span::new(source, range)),
                None => diagnostic.at(&source.whole()),
            }
        })
    }

    /// The `[defaults]` of an `ansible.cfg` that have a meaning here.
    fn from_ansible(text: &str) -> Self {
        let mut config = Self::default();
        let mut section = "";
        for line in text.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                section = name.trim();
            }
            let Some((key, value)) = line.split_once('=') else {
                continue;
            };
            let value = value
                .split(" ;")
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned();
            if section != "defaults" || line.starts_with(['#', ';']) || value.is_empty() {
                continue;
            }
            match key.trim() {
                "inventory" => config.inventory = Some(value),
                "remote_user" => config.remote_user = Some(value),
                "private_key_file" => config.private_key_file = Some(value),
                "forks" => config.forks = value.parse().ok(),
                "timeout" => config.timeout = value.parse().ok(),
                "host_key_checking" => {
                    let no = ["false", "no", "off", "0"];
                    config.host_key_checking = Some(!no.contains(&&*value.to_ascii_lowercase()));
                }
                _ => {}
            }
        }
        config
    }

    /// Paths are relative to the project they are written in.
    fn based(mut self, project: &Path) -> Self {
        for path in [&mut self.inventory, &mut self.private_key_file]
            .into_iter()
            .flatten()
        {
            let is_list = path.contains(',');
            if !is_list && !path.starts_with(['/', '~']) {
                *path = project.join(&*path).display().to_string();
            }
        }
        self
    }
}

fn read(path: &Path) -> Result<Arc<SourceFile>, Diagnostic> {
    SourceFile::read(path)
        .map_err(|why| Diagnostic::error(format!("failed to read {}: {why}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_refused_at_its_place() {
        let source = SourceFile::inline("runbook.toml", "forks = 5\ninventry = \"x\"\n");
        let error = Config::from_toml(&source).unwrap_err();
        assert_eq!(
            error.one_line(),
            "runbook.toml:2:1: unknown field `inventry`, expected one of `inventory`, \
             `remote_user`, `private_key_file`, `forks`, `timeout`, `host_key_checking`, \
             `lint`"
        );
    }

    #[test]
    fn an_ansible_cfg_is_understood_as_far_as_it_goes() {
        let text = "[defaults]\ninventory = hosts.ini\nforks=7\n#timeout=3\nhost_key_checking = False\n\
                    [other]\nremote_user = x\n";
        let config = Config::from_ansible(text).based(Path::new("/p"));
        let expected = Config {
            inventory: Some("/p/hosts.ini".to_owned()),
            forks: Some(7),
            host_key_checking: Some(false),
            ..Config::default()
        };
        assert_eq!(config, expected);
    }
}
