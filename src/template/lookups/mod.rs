//! Lookups: what templates read from outside, or list.

mod csvfile;
mod data;
mod files;
mod ini;
mod lists;
mod password;
mod url;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Error, State};

use super::diagnose::unknown_name;
use super::filters::fail;
use super::{TemplateError, filters, search};
use crate::vars::{Scope, Value, scope_of};

pub(super) use files::glob;

/// A lookup.
pub(super) struct Lookup {
    /// Its short name.
    pub(super) name: &'static str,
    /// What it gives, in a few words.
    pub(super) summary: &'static str,
    run: fn(&Call<'_, '_>) -> Result<Vec<Value>, Error>,
}

/// Rows of lookups.
macro_rules! lookups {
    ($($name:literal: $function:expr, $summary:literal;)*) => {
        &[$($crate::template::lookups::Lookup {
            name: $name,
            summary: $summary,
            run: $function,
        }),*]
    };
}
use lookups;

/// All lookups.
pub(super) fn all() -> impl Iterator<Item = &'static Lookup> {
    let tables: [&'static [Lookup]; 7] = [
        csvfile::TABLE,
        data::TABLE,
        files::TABLE,
        ini::TABLE,
        lists::TABLE,
        password::TABLE,
        url::TABLE,
    ];
    tables.into_iter().flatten()
}

/// What to do when a lookup fails.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OnError {
    Fail,
    Warn,
    Ignore,
}

/// A call of a lookup: what it was asked for, and where.
pub(super) struct Call<'a, 'env> {
    state: &'a State<'a, 'env>,
    scope: Arc<Scope>,
    terms: Vec<Value>,
    options: Kwargs,
    on_error: OnError,
    /// Whether the caller wants a list even of `lookup`.
    pub(super) wants_list: bool,
}

impl<'a, 'env> Call<'a, 'env> {
    /// Takes the arguments apart.
    pub(super) fn new(state: &'a State<'a, 'env>, args: Vec<Value>) -> Result<Self, Error> {
        let scope = scope_of(state).ok_or_else(|| fail("lookups need variables around them"))?;
        let (options, terms): (Vec<Value>, Vec<Value>) =
            args.into_iter().partition(Value::is_kwargs);
        for term in &terms {
            filters::defined(state, term)?;
        }
        let options = match options.into_iter().next() {
            Some(options) => Kwargs::try_from(options)?,
            None => std::iter::empty::<(String, Value)>().collect(),
        };
        let wants_list = options.get::<Option<bool>>("wantlist")?.unwrap_or(false);
        let on_error = match options.get::<Option<&str>>("errors")? {
            None | Some("strict") => OnError::Fail,
            Some("ignore") => OnError::Ignore,
            Some("warn") => OnError::Warn,
            Some(other) => {
                let known = "strict, warn or ignore";
                return Err(fail(format!("unknown `errors={other}`; use {known}")));
            }
        };
        Ok(Self {
            state,
            scope,
            terms,
            options,
            on_error,
            wants_list,
        })
    }

    /// The terms as texts, lists among them taken apart.
    fn texts(&self) -> Result<Vec<String>, Error> {
        let mut texts = Vec::new();
        for term in &self.terms {
            match term.kind() {
                ValueKind::Seq | ValueKind::Iterable => {
                    let items = filters::items(self.state, term)?;
                    texts.extend(items.iter().map(ToString::to_string));
                }
                _ => texts.push(term.to_string()),
            }
        }
        Ok(texts)
    }

    fn flag(&self, name: &str, default: bool) -> Result<bool, Error> {
        let value = self.options.get::<Option<Value>>(name)?;
        Ok(value.map_or(default, |value| filters::truth(&value)))
    }

    /// A variable as text, when it is one.
    fn text_var(&self, name: &str) -> Option<String> {
        let value = self.scope.get(name).ok().flatten()?;
        value.as_str().map(str::to_owned)
    }

    /// The folders in which files of a kind are looked for, nearest first.
    fn folders(&self, subfolder: &str) -> Vec<PathBuf> {
        search::folders(&self.scope, subfolder)
    }

    /// The first existing path a name stands for.
    fn find(&self, subfolder: &str, name: &str) -> Option<PathBuf> {
        let name = filters::with_home(name);
        let path = Path::new(&name);
        if path.is_absolute() {
            return Some(path.to_owned()).filter(|path| path.exists());
        }
        let folders = self.folders(subfolder);
        folders
            .iter()
            .map(|folder| folder.join(path))
            .find(|path| path.exists())
    }

    /// As `find`, with an error that says where it was looked for.
    fn found(&self, subfolder: &str, name: &str) -> Result<PathBuf, Error> {
        self.find(subfolder, name).ok_or_else(|| {
            let folders = self.folders(subfolder);
            let looked: Vec<_> = folders
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            fail(format!("no file `{name}`; looked in {}", looked.join(", ")))
        })
    }
}

/// Runs a lookup by its short or qualified name.
pub(super) fn run(name: &str, call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let short = name.strip_prefix("ansible.builtin.").unwrap_or(name);
    let Some(lookup) = all().find(|lookup| lookup.name == short) else {
        let known: Vec<&str> = all().map(|lookup| lookup.name).collect();
        return Err(TemplateError::from(unknown_name("lookup", name, &known)).into_engine());
    };
    let found = (lookup.run)(call);
    let error = match found {
        Ok(found) => {
            call.options.assert_all_used()?;
            return Ok(found);
        }
        Err(error) => error,
    };
    match call.on_error {
        OnError::Fail => return Err(error),
        OnError::Warn => call.scope.templar().warn(warning(short, &error)),
        OnError::Ignore => {}
    }
    Ok(if call.wants_list {
        Vec::new()
    } else {
        vec![Value::from(())]
    })
}

/// Lookups whose errors may quote what nobody should read: a command line, an address, a text.
const RETICENT: [&str; 4] = ["password", "pipe", "unvault", "url"];

fn warning(name: &str, error: &Error) -> String {
    if RETICENT.contains(&name) {
        return format!("the lookup `{name}` found nothing: it failed");
    }
    let why = error
        .detail()
        .map_or_else(|| error.kind().to_string(), str::to_owned);
    format!("the lookup `{name}` found nothing: {why}")
}

#[cfg(test)]
mod lookup_tests;
