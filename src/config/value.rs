//! Values of settings: typed, paths made absolute.

use std::path::{Path, PathBuf};

use super::setting::Kind;

/// A setting's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// There is none.
    None,
    /// Text, also a path and a word of a choice.
    Text(String),
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Several texts.
    List(Vec<String>),
}

/// What was written, before it has a type.
#[derive(Debug)]
pub(super) enum Raw {
    /// Text, as in an `ansible.cfg` or the environment.
    Text(String),
    /// A list, as TOML has it.
    List(Vec<String>),
}

/// Where relative paths of a value begin.
#[derive(Debug)]
pub(super) struct Base<'a> {
    /// The folder of the file, or the present one.
    pub dir: &'a Path,
    /// The present folder, `{{CWD}}`.
    pub here: &'a Path,
    /// The user's home, `~`.
    pub home: Option<&'a str>,
}

impl Value {
    /// Gives what was written its type, or says what is wrong with it.
    pub(super) fn typed(raw: &Raw, kind: Kind, base: &Base<'_>) -> Result<Self, String> {
        match (kind, raw) {
            (Kind::Inventories, Raw::Text(text)) => Ok(Self::List(base.inventories(text)?)),
            (Kind::Inventories | Kind::Paths, Raw::List(items)) => Ok(Self::List(
                items
                    .iter()
                    .map(|item| base.path(item))
                    .collect::<Result<_, _>>()?,
            )),
            (Kind::Paths, Raw::Text(text)) => {
                let parts = text.split([':', '\n']).map(str::trim);
                let parts = parts.filter(|part| !part.is_empty());
                Ok(Self::List(
                    parts
                        .map(|part| base.path(part))
                        .collect::<Result<_, _>>()?,
                ))
            }
            (Kind::List, Raw::Text(text)) => Ok(Self::List(words(text))),
            (Kind::List, Raw::List(items)) => Ok(Self::List(items.clone())),
            (_, Raw::List(_)) => Err(format!("takes {kind}, found a list")),
            (_, Raw::Text(text)) => Self::single(text, kind, base),
        }
    }

    fn single(text: &str, kind: Kind, base: &Base<'_>) -> Result<Self, String> {
        let wrong = || format!("takes {kind}, found `{text}`");
        match kind {
            Kind::Bool => boolean(text).map(Self::Bool).ok_or_else(wrong),
            Kind::Int => text.trim().parse().map(Self::Int).map_err(|_| wrong()),
            Kind::Float => text.trim().parse().map(Self::Float).map_err(|_| wrong()),
            Kind::Choice(words) if !words.contains(&text) => Err(wrong()),
            Kind::Path if text.is_empty() => Ok(Self::None),
            Kind::Path => base.path(text).map(Self::Text),
            _ => Ok(Self::Text(text.to_owned())),
        }
    }
}

/// Ansible's words for yes and no.
fn boolean(text: &str) -> Option<bool> {
    match &*text.trim().to_ascii_lowercase() {
        "y" | "yes" | "on" | "1" | "true" | "t" | "1.0" => Some(true),
        "n" | "no" | "off" | "0" | "false" | "f" | "0.0" => Some(false),
        _ => None,
    }
}

fn words(text: &str) -> Vec<String> {
    let words = text.split([',', '\n']).map(str::trim);
    let words = words.filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

impl Base<'_> {
    /// A path made absolute: `~`, `$NAME` of the folders Ansible has names for, relative paths.
    fn path(&self, text: &str) -> Result<String, String> {
        let text = self.filled(text)?;
        let path = match (text.strip_prefix('~'), self.home) {
            (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => {
                PathBuf::from(format!("{home}{rest}"))
            }
            _ => self.dir.join(&text),
        };
        Ok(normal(&path).display().to_string())
    }

    /// Fills in `{{CWD}}` and `{{ANSIBLE_HOME}}`; no other template is rendered here.
    fn filled(&self, text: &str) -> Result<String, String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((name, tail)) = after.split_once("}}") else {
                break;
            };
            let value = match name.trim() {
                "CWD" => self.here.display().to_string(),
                "ANSIBLE_HOME" => format!("{}/.ansible", self.home.unwrap_or("~")),
                other => {
                    return Err(format!(
                        "cannot have the template `{{{{ {other} }}}}`: only `{{{{CWD}}}}` is filled in"
                    ));
                }
            };
            out.extend([before, &value]);
            rest = tail;
        }
        Ok(out + rest)
    }

    /// Paths with commas between them, or names of hosts when one of them is no path.
    fn inventories(&self, text: &str) -> Result<Vec<String>, String> {
        let paths: Vec<String> = words(text)
            .iter()
            .map(|word| self.path(word))
            .collect::<Result<_, _>>()?;
        if text.contains(',') && !paths.iter().all(|path| Path::new(path).exists()) {
            return Ok(vec![text.to_owned()]);
        }
        Ok(paths)
    }
}

/// A path without `.`, `..` and doubled slashes.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Bool(yes) => write!(f, "{yes}"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{number}"),
            Self::List(items) => f.write_str(&items.join(", ")),
        }
    }
}
