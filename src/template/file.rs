//! Rendering of template files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind};

use super::compile::bounded;
use super::diagnose::diagnose;
use super::rewrite::{self, Backslash, Rewritten};
use super::tags::Delimiters;
use super::{Templar, TemplateError, Uses, env, names, native};
use crate::diag::{Diagnostic, SourceFile, Span};
use crate::vars::{Scope, Value};
use crate::vault;

/// How a template *file* is rendered (the `template` module's arguments).
#[derive(Debug, Clone)]
pub struct FileOptions {
    /// Drop the newline after a block tag.
    pub trim_blocks: bool,
    /// Drop white space before a block tag.
    pub lstrip_blocks: bool,
    /// Keep the newline at the very end.
    pub keep_trailing_newline: bool,
    /// `{{` by default.
    pub variable_start: String,
    /// `}}` by default.
    pub variable_end: String,
    /// `{%` by default.
    pub block_start: String,
    /// `%}` by default.
    pub block_end: String,
    /// `{#` by default.
    pub comment_start: String,
    /// `#}` by default.
    pub comment_end: String,
    /// Folders in which `{% include %}` looks.
    pub search_path: Vec<PathBuf>,
}

impl Default for FileOptions {
    fn default() -> Self {
        Self {
            trim_blocks: true,
            lstrip_blocks: false,
            keep_trailing_newline: true,
            variable_start: "{{".into(),
            variable_end: "}}".into(),
            block_start: "{%".into(),
            block_end: "%}".into(),
            comment_start: "{#".into(),
            comment_end: "#}".into(),
            search_path: Vec::new(),
        }
    }
}

impl FileOptions {
    fn delimiters(&self) -> Delimiters<'_> {
        Delimiters {
            variable: (&self.variable_start, &self.variable_end),
            block: (&self.block_start, &self.block_end),
            comment: (&self.comment_start, &self.comment_end),
        }
    }

    fn syntax(&self) -> Result<SyntaxConfig, Error> {
        SyntaxConfig::builder()
            .variable_delimiters(self.variable_start.clone(), self.variable_end.clone())
            .block_delimiters(self.block_start.clone(), self.block_end.clone())
            .comment_delimiters(self.comment_start.clone(), self.comment_end.clone())
            .trim_blocks(self.trim_blocks)
            .lstrip_blocks(self.lstrip_blocks)
            // As in Ansible, an included file loses its last newline; the outermost one gets back
            // what it had.
            .keep_trailing_newline(false)
            .build()
    }
}

/// The files read while rendering, by the name they were included under.
type Included = Arc<Mutex<HashMap<String, (Arc<SourceFile>, Rewritten)>>>;

impl Templar {
    /// Renders the text of a template file; errors are placed in it, or in the file it includes.
    pub fn file(
        &self,
        source: &Arc<SourceFile>,
        options: &FileOptions,
        scope: &Arc<Scope>,
    ) -> Result<String, TemplateError> {
        let (_, text) = rendered_file(source, options, scope)?;
        Ok(text)
    }

    /// As `file`; what comes to one value that is no text keeps its type.
    pub(super) fn file_value(
        source: &Arc<SourceFile>,
        options: &FileOptions,
        scope: &Arc<Scope>,
    ) -> Result<Value, TemplateError> {
        let (value, text) = rendered_file(source, options, scope)?;
        Ok(value.unwrap_or_else(|| Value::from(text)))
    }

    /// Checks that a template file parses and that its filters and tests exist; what it uses.
    pub fn check_file(
        &self,
        source: &Arc<SourceFile>,
        options: &FileOptions,
    ) -> Result<Uses, TemplateError> {
        let included = Included::default();
        let env = environment(options, &included).map_err(|error| bad_delimiters(&error))?;
        let delimiters = options.delimiters();
        bounded(&source.text, &delimiters).map_err(|(error, range)| {
            diagnose(&error, &|_| Some(Span::new(source, range.clone())), None)
        })?;
        let rewritten = rewrite::template(&source.text, &delimiters, Backslash::Escapes);
        let place = |error: &Error| Some(located(source, &rewritten, &included, error));
        env.template_from_named_str(&source.name, &rewritten.text)
            .map_err(|error| diagnose(&error, &place, None))?;
        match names::unknown_in_template(&source.text, &delimiters) {
            Some((told, range)) => Err(told.at(&Span::new(source, range)).into()),
            None => Ok(Uses::of_template(&source.text, &delimiters)),
        }
    }
}

/// The text of a rendered file, and the value it comes to where that is no text.
fn rendered_file(
    source: &Arc<SourceFile>,
    options: &FileOptions,
    scope: &Arc<Scope>,
) -> Result<(Option<Value>, String), TemplateError> {
    let included = Included::default();
    let env = environment(options, &included).map_err(|error| bad_delimiters(&error))?;
    bounded(&source.text, &options.delimiters()).map_err(|(error, range)| {
        diagnose(&error, &|_| Some(Span::new(source, range.clone())), None)
    })?;
    let rewritten = rewrite::template(&source.text, &options.delimiters(), Backslash::Escapes);
    let place = |error: &Error| Some(located(source, &rewritten, &included, error));
    let template = env.template_from_named_str(&source.name, &rewritten.text);
    let rendered = template.and_then(|template| {
        let mut captured = template.render_captured(scope.as_value())?;
        let last = captured.with_state_mut(|state| {
            let emitted = state.get_or_insert_extension(env::Emitted(Value::UNDEFINED));
            emitted.0.clone()
        });
        Ok((last, captured.into_output()))
    });
    let (last, mut text) = rendered.map_err(|error| diagnose(&error, &place, Some(scope)))?;
    let is_text = last.is_undefined() || last.as_str().is_some();
    let value = if is_text || native::text(&last) != text {
        None
    } else {
        native::plain(last).map_err(|error| diagnose(&error, &place, Some(scope)))?
    };
    if options.keep_trailing_newline {
        let newline = ["\r\n", "\n", "\r"].into_iter();
        let newline = newline.into_iter().find(|end| source.text.ends_with(end));
        let newline = newline.unwrap_or("\n");
        let ends = |text: &str| (text.len() - text.trim_end_matches(newline).len()) / newline.len();
        let missing = ends(&source.text).saturating_sub(ends(&text));
        text.push_str(&newline.repeat(missing));
    }
    Ok((value, text))
}

fn environment(options: &FileOptions, included: &Included) -> Result<Environment<'static>, Error> {
    let mut env = env::environment().clone();
    env.set_syntax(options.syntax()?);
    let options = options.clone();
    let included = Arc::clone(included);
    env.set_loader(move |name| load(name, &options, &included));
    Ok(env)
}

fn bad_delimiters(error: &Error) -> TemplateError {
    let reason = error.detail().unwrap_or("they cannot be told apart");
    Diagnostic::error(format!("template delimiters are not usable: {reason}"))
        .help("every start string must be different from the others, and none may be empty")
        .into()
}

/// Reads an included template from the first folder that has it.
fn load(name: &str, options: &FileOptions, included: &Included) -> Result<Option<String>, Error> {
    let Some(path) = find(name, &options.search_path) else {
        return Ok(None);
    };
    let source = SourceFile::read(&path).map_err(|error| {
        let message = format!("failed to read {}: {error}", path.display());
        Error::new(ErrorKind::BadInclude, message)
    })?;
    let source = vault::plain_source(&source)
        .map_err(|error| Error::new(ErrorKind::BadInclude, error.one_line()))?;
    bounded(&source.text, &options.delimiters()).map_err(|(error, _)| error)?;
    let rewritten = rewrite::template(&source.text, &options.delimiters(), Backslash::Escapes);
    let text = rewritten.text.clone();
    let mut included = included.lock().unwrap_or_else(PoisonError::into_inner);
    included.insert(name.to_owned(), (source, rewritten));
    Ok(Some(text))
}

fn find(name: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    let candidates = folders.iter().map(|folder| folder.join(name));
    let absolute = Some(PathBuf::from(name)).filter(|path| path.is_absolute());
    candidates.chain(absolute).find(|path| is_file(path))
}

fn is_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.is_file())
}

fn located(
    source: &Arc<SourceFile>,
    rewritten: &Rewritten,
    included: &Included,
    error: &Error,
) -> Span {
    let included = included.lock().unwrap_or_else(PoisonError::into_inner);
    let own = (source, rewritten);
    let (file, rewritten) = match error.name() {
        Some(name) if name != source.name => included
            .get(name)
            .map_or(own, |(file, rewritten)| (file, rewritten)),
        _ => own,
    };
    let range = error.range().map(|range| rewritten.original(range));
    Span::new(file, range.unwrap_or(0..0))
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
