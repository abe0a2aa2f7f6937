//! Reading all layers, the lowest first.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::setting::{Effect, Kind, Setting};
use super::table::{FOREIGN, SETTINGS};
use super::value::{Base, Raw, Value};
use super::{Origin, Settings, Surroundings, find, ini, toml_file};
use crate::diag::{Diagnostic, Diagnostics, SourceFile, Span, did_you_mean};

impl Settings {
    /// Reads every layer. Warnings come with the settings; a value of the wrong type, or one that
    /// is refused, is an error with its place.
    pub fn load(around: &Surroundings) -> Result<(Self, Diagnostics), Diagnostics> {
        let mut loader = Loader {
            around,
            settings: defaults(around),
            mistakes: Diagnostics::new(),
        };
        if let Some(path) = find::ansible_cfg(around, &mut loader.mistakes) {
            loader.ansible_cfg(&path);
        }
        let own = around.project.join("runbook.toml");
        if own.is_file() {
            loader.runbook_toml(&own);
        }
        loader.environment();
        let Loader {
            settings, mistakes, ..
        } = loader;
        let warnings = mistakes.clone();
        mistakes.result((settings, warnings))
    }
}

fn defaults(around: &Surroundings) -> Settings {
    let base = base(around, &around.here);
    let value = |setting: &Setting| {
        let raw = Raw::Text(setting.default.to_owned());
        let value = match setting.default {
            "" if !matches!(setting.kind, Kind::List | Kind::Paths) => Value::None,
            _ => Value::typed(&raw, setting.kind, &base).unwrap_or(Value::None),
        };
        (value, Origin::Default)
    };
    Settings {
        values: SETTINGS.iter().map(value).collect(),
        files: Vec::new(),
    }
}

fn base<'a>(around: &'a Surroundings, dir: &'a Path) -> Base<'a> {
    Base {
        dir,
        here: &around.here,
        home: around.variable("HOME"),
    }
}

struct Loader<'a> {
    around: &'a Surroundings,
    settings: Settings,
    mistakes: Diagnostics,
}

/// What a file says of a setting.
struct Said<'a> {
    raw: &'a Raw,
    dir: &'a Path,
    origin: Origin,
}

impl Loader<'_> {
    fn open(&mut self, path: &Path) -> Option<(Arc<SourceFile>, PathBuf)> {
        match SourceFile::read(path) {
            Ok(source) => {
                self.settings.files.push(path.to_owned());
                let dir = path.parent().unwrap_or(Path::new("")).to_owned();
                Some((self.shown(&source), dir))
            }
            Err(why) => {
                let message = format!("failed to read {}: {why}", path.display());
                self.mistakes.push(Diagnostic::error(message));
                None
            }
        }
    }

    /// A file of the present folder goes by its short name.
    fn shown(&self, source: &Arc<SourceFile>) -> Arc<SourceFile> {
        let path = source.path.as_deref();
        let short = path.and_then(|path| path.strip_prefix(&self.around.here).ok());
        match short {
            Some(short) => Arc::new(SourceFile {
                name: short.display().to_string(),
                path: source.path.clone(),
                text: source.text.clone(),
                secret: source.secret,
            }),
            None => Arc::clone(source),
        }
    }

    fn ansible_cfg(&mut self, path: &Path) {
        let Some((source, dir)) = self.open(path) else {
            return;
        };
        for entry in ini::read(&source, &mut self.mistakes) {
            let place = (entry.section.as_str(), entry.key.as_str());
            let found = SETTINGS
                .iter()
                .position(|setting| setting.places().any(|known| known == place));
            let Some(index) = found else {
                self.unknown_place(&entry);
                continue;
            };
            let quoted = matches!(
                SETTINGS[index].kind,
                Kind::Text | Kind::Path | Kind::Choice(_)
            );
            let raw = Raw::Text(if quoted {
                ini::unquoted(&entry.value).to_owned()
            } else {
                entry.value
            });
            self.set(
                index,
                &Said {
                    raw: &raw,
                    dir: &dir,
                    origin: Origin::File(entry.span),
                },
            );
        }
    }

    /// Warns of a key of an `ansible.cfg` that nobody knows.
    fn unknown_place(&mut self, entry: &ini::Entry) {
        let section = entry
            .section
            .split_once('.')
            .map_or(&*entry.section, |s| s.0);
        if FOREIGN.iter().any(|(name, _)| *name == section) {
            return;
        }
        let places = || SETTINGS.iter().flat_map(Setting::places);
        let (message, near) = if places().any(|(known, _)| known == entry.section) {
            let message = format!("`[{}]` has no setting `{}`", entry.section, entry.key);
            let keys = places().filter(|(known, _)| *known == entry.section);
            let near = did_you_mean(&entry.key, keys.map(|(_, key)| key)).map(str::to_owned);
            let elsewhere = || {
                let other = places().find(|(_, key)| *key == entry.key);
                other.map(|(section, key)| format!("{key}` in `[{section}]"))
            };
            (message, near.or_else(elsewhere))
        } else {
            let message = format!("there is no section `[{}]`", entry.section);
            let sections = places().map(|(section, _)| section);
            (
                message,
                did_you_mean(&entry.section, sections).map(str::to_owned),
            )
        };
        self.warn_unknown(message, near.as_deref(), &entry.key_span);
    }

    fn warn_unknown(&mut self, message: String, near: Option<&str>, span: &Span) {
        let warning = Diagnostic::warning(message).at(span);
        self.mistakes.push(match near {
            Some(near) => warning.help(format!("did you mean `{near}`?")),
            None => warning.help("it is not read; `runbook config` lists every setting"),
        });
    }

    fn runbook_toml(&mut self, path: &Path) {
        let Some((source, dir)) = self.open(path) else {
            return;
        };
        let entries = match toml_file::read(&source) {
            Ok(entries) => entries,
            Err(mistake) => return self.mistakes.push(mistake),
        };
        for entry in entries {
            let found = SETTINGS.iter().position(|setting| match &entry.table {
                None => setting.name == entry.key,
                Some(table) => setting
                    .places()
                    .any(|(s, key)| s == table && key == entry.key),
            });
            let Some(index) = found else {
                let key = &entry.key;
                let (message, near) = match &entry.table {
                    None => (
                        format!("there is no setting `{key}`"),
                        did_you_mean(key, SETTINGS.iter().map(|setting| setting.name)),
                    ),
                    Some(table) => {
                        let places = SETTINGS.iter().flat_map(Setting::places);
                        let keys = places.filter(|(section, _)| section == table);
                        let near = did_you_mean(key, keys.map(|(_, key)| key));
                        (format!("`[{table}]` has no setting `{key}`"), near)
                    }
                };
                self.warn_unknown(message, near, &entry.key_span);
                continue;
            };
            match &entry.value {
                Ok(raw) => self.set(
                    index,
                    &Said {
                        raw,
                        dir: &dir,
                        origin: Origin::File(entry.span),
                    },
                ),
                Err(found) => {
                    let setting = &SETTINGS[index];
                    let message =
                        format!("`{}` takes {}, found {found}", setting.name, setting.kind);
                    self.mistakes
                        .push(Diagnostic::error(message).at(&entry.span));
                }
            }
        }
    }

    fn environment(&mut self) {
        for (index, setting) in SETTINGS.iter().enumerate() {
            let mut names = setting.variables();
            let found = names.find_map(|name| {
                let value = self.around.variable(&name)?.to_owned();
                Some((name, value))
            });
            let Some((name, value)) = found else { continue };
            let raw = Raw::Text(value);
            let around = self.around;
            self.set(
                index,
                &Said {
                    raw: &raw,
                    dir: &around.here,
                    origin: Origin::Variable(name),
                },
            );
        }
        self.misspelt_variables();
    }

    /// Variables are anybody's, so only what is close to a setting's name is worth a warning.
    fn misspelt_variables(&mut self) {
        let names = self.around.variables.keys();
        for name in names.filter_map(|name| name.strip_prefix("RUNBOOK_")) {
            let name = name.to_ascii_lowercase();
            let known = || SETTINGS.iter().map(|setting| setting.name);
            if known().any(|known| known == name) {
                continue;
            }
            if let Some(near) = did_you_mean(&name, known()) {
                let shown = |name: &str| format!("RUNBOOK_{}", name.to_ascii_uppercase());
                let message = format!("the environment variable `{}` sets nothing", shown(&name));
                let help = format!("did you mean `{}`?", shown(near));
                self.mistakes.push(Diagnostic::warning(message).help(help));
            }
        }
    }

    fn set(&mut self, index: usize, said: &Said<'_>) {
        let setting = &SETTINGS[index];
        let name = match &said.origin {
            Origin::Variable(variable) => variable.as_str(),
            _ => setting.name,
        };
        let at = |diagnostic: Diagnostic| match &said.origin {
            Origin::File(span) => diagnostic.at(span),
            _ => diagnostic,
        };
        let value = match Value::typed(said.raw, setting.kind, &base(self.around, said.dir)) {
            Ok(value) => value,
            Err(why) => {
                let error = at(Diagnostic::error(format!("`{name}` {why}")));
                return self.mistakes.push(match setting.doc {
                    "" => error,
                    doc => error.help(format!("it says {doc}")),
                });
            }
        };
        let usual = {
            let raw = Raw::Text(setting.default.to_owned());
            let default = Value::typed(&raw, setting.kind, &base(self.around, said.dir));
            default.as_ref() == Ok(&value) || value == Value::Text(String::new())
        };
        match setting.effect {
            Effect::Fixed(why) if !usual => {
                let message = format!("`{name}` cannot be `{value}` here");
                self.mistakes.push(at(Diagnostic::error(message)).help(why));
            }
            Effect::Ignored(why) if !usual => {
                let message = format!("`{name}` has no effect here");
                self.mistakes
                    .push(at(Diagnostic::warning(message)).help(why));
            }
            _ => {}
        }
        self.settings.values[index] = (value, said.origin.clone());
    }
}
