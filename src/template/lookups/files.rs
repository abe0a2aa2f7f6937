//! Lookups of files on this machine.

use std::path::{Path, PathBuf};

use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind};

use super::{Call, Lookup, lookups};
use crate::diag::{SourceFile, read_bounded};
use crate::template::filters::{fail, items};
use crate::template::{FileOptions, Templar, filters};
use crate::vars::{Value, Var, VarMap};
use crate::vault;

pub(super) static TABLE: &[Lookup] = lookups! {
    "file": file, "the text of files";
    "fileglob": fileglob, "the paths of the files a pattern matches";
    "first_found": first_found, "the path of the first file that exists";
    "template": template, "the text of template files, rendered";
    "unvault": unvault, "the text of files, decrypted where they are encrypted";
};

/// The most files a pattern may match.
const MAX_FILES: usize = 100_000;

/// The text of a file, which may be a vault.
pub(super) fn read(path: &Path) -> Result<String, Error> {
    let failed =
        |why: &dyn std::fmt::Display| fail(format!("failed to read {}: {why}", path.display()));
    let bytes = read_bounded(path).map_err(|error| failed(&error))?;
    let plain = vault::plain_bytes(path, &bytes).map_err(|error| fail(error.one_line()))?;
    String::from_utf8(plain.into_owned()).map_err(|_| failed(&"it is not UTF-8 text"))
}

fn file(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let left = call.flag("lstrip", false)?;
    let right = call.flag("rstrip", true)?;
    let mut found = Vec::new();
    for name in call.texts()? {
        let text = read(&call.found("files", &name)?)?;
        let text = if left { text.trim_start() } else { &text };
        found.push(Value::from(if right { text.trim_end() } else { text }));
    }
    Ok(found)
}

/// As `file`, with every byte of it.
fn unvault(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let text = |name: &String| Ok(Value::from(read(&call.found("files", name)?)?));
    call.texts()?.iter().map(text).collect()
}

fn template(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let mut scope = call.scope.clone();
    if let Some(vars) = call.options.get::<Option<Value>>("template_vars")? {
        let mut layer = VarMap::new();
        for name in vars.try_iter()?.checked() {
            let name = name?;
            let value = vars.get_item(&name)?;
            layer.insert(name.to_string().into(), Var::Data(value));
        }
        scope = scope.with(layer.into());
    }
    let base = template_options(call)?;
    let mut found = Vec::new();
    for name in call.texts()? {
        let path = call.found("templates", &name)?;
        let source = SourceFile::read(&path)
            .map_err(|error| fail(format!("failed to read {}: {error}", path.display())))?;
        let source = vault::plain_source(&source).map_err(|error| fail(error.one_line()))?;
        let mut options = base.clone();
        if let Some(folder) = path.parent() {
            options.search_path.push(folder.to_owned());
        }
        let value = Templar::file_value(&source, &options, &scope);
        found.push(value.map_err(super::TemplateError::into_engine)?);
    }
    Ok(found)
}

/// The delimiters a call asks for.
fn template_options(call: &Call<'_, '_>) -> Result<FileOptions, Error> {
    // Results are never rendered again, and types are always kept.
    for ignored in ["convert_data", "jinja2_native"] {
        call.options.get::<Option<Value>>(ignored)?;
    }
    let mut options = FileOptions {
        search_path: call.folders("templates"),
        ..FileOptions::default()
    };
    for (name, place) in [
        ("variable_start_string", &mut options.variable_start),
        ("variable_end_string", &mut options.variable_end),
        ("block_start_string", &mut options.block_start),
        ("block_end_string", &mut options.block_end),
        ("comment_start_string", &mut options.comment_start),
        ("comment_end_string", &mut options.comment_end),
    ] {
        if let Some(text) = call.options.get::<Option<String>>(name)? {
            *place = text;
        }
    }
    for (name, place) in [
        ("trim_blocks", &mut options.trim_blocks),
        ("lstrip_blocks", &mut options.lstrip_blocks),
    ] {
        *place = call.flag(name, *place)?;
    }
    Ok(options)
}

fn fileglob(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    for pattern in call.texts()? {
        let pattern = filters::with_home(&pattern);
        let files = if pattern.starts_with('/') {
            glob(Path::new(&pattern))?
        } else {
            first_folder(call, &pattern)?
        };
        found.extend(
            files
                .iter()
                .map(|path| Value::from(path.display().to_string())),
        );
    }
    Ok(found)
}

/// The matches in the first folder that has any.
fn first_folder(call: &Call<'_, '_>, pattern: &str) -> Result<Vec<PathBuf>, Error> {
    for folder in call.folders("files") {
        let files = glob(&folder.join(pattern))?;
        if !files.is_empty() {
            return Ok(files);
        }
    }
    Ok(Vec::new())
}

fn first_found(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let mut names = option_list(call, "files")?;
    let mut folders = option_list(call, "paths")?;
    let mut skip = call.flag("skip", false)?;
    for term in &call.terms {
        collect_names(call, term, &mut names, &mut folders, &mut skip)?;
    }
    for name in &names {
        let places = folders.iter().map(|folder| Path::new(folder).join(name));
        let direct = folders.is_empty().then(|| PathBuf::from(name));
        for place in places.chain(direct) {
            let place = place.display().to_string();
            let subfolders = ["files", "templates", "vars", "tasks"];
            if let Some(path) = subfolders.iter().find_map(|sub| call.find(sub, &place)) {
                return Ok(vec![Value::from(path.display().to_string())]);
            }
        }
    }
    if skip {
        return Ok(Vec::new());
    }
    Err(fail(format!(
        "none of these files exists: {}",
        names.join(", ")
    )))
}

fn option_list(call: &Call<'_, '_>, name: &str) -> Result<Vec<String>, Error> {
    match call.options.get::<Option<Value>>(name)? {
        Some(value) => texts(call, &value),
        None => Ok(Vec::new()),
    }
}

/// A list of texts, or one text with commas.
fn texts(call: &Call<'_, '_>, value: &Value) -> Result<Vec<String>, Error> {
    if let Some(text) = value.as_str() {
        let parts = text.split([',', ';']).map(|part| part.trim().to_owned());
        return Ok(parts.collect());
    }
    Ok(items(call.state, value)?
        .iter()
        .map(ToString::to_string)
        .collect())
}

/// A term of `first_found`: a name, a list of them, or a mapping with `files`, `paths`, `skip`.
fn collect_names(
    call: &Call<'_, '_>,
    term: &Value,
    names: &mut Vec<String>,
    folders: &mut Vec<String>,
    skip: &mut bool,
) -> Result<(), Error> {
    match term.kind() {
        ValueKind::Map => {
            let part = |name| Some(term.get_attr(name).ok()?).filter(|v| !v.is_undefined());
            if let Some(files) = part("files") {
                names.extend(texts(call, &files)?);
            }
            if let Some(paths) = part("paths") {
                folders.extend(texts(call, &paths)?);
            }
            *skip |= part("skip").is_some_and(|skip| filters::truth(&skip));
        }
        ValueKind::Seq | ValueKind::Iterable => {
            for term in items(call.state, term)? {
                collect_names(call, &term, names, folders, skip)?;
            }
        }
        _ => names.push(term.to_string()),
    }
    Ok(())
}

/// The regular files a pattern matches, sorted. Wildcards may stand in any part of it.
pub(in crate::template) fn glob(pattern: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = vec![PathBuf::new()];
    for part in pattern.components() {
        let part = part.as_os_str().to_string_lossy();
        if !part.contains(['*', '?', '[']) {
            for path in &mut found {
                path.push(part.as_ref());
            }
            continue;
        }
        let matcher = globset::GlobBuilder::new(&part)
            .literal_separator(true)
            .build()
            .map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))?
            .compile_matcher();
        let hidden = part.starts_with('.');
        found = found
            .iter()
            .flat_map(|folder| entries(folder, &matcher, hidden))
            .collect();
        if found.len() > MAX_FILES {
            return Err(fail(format!(
                "the pattern matches more than {MAX_FILES} files"
            )));
        }
    }
    found.retain(|path| path.is_file());
    found.sort();
    Ok(found)
}

/// The entries of a folder that a pattern matches; one that cannot be read has none.
fn entries(folder: &Path, matcher: &globset::GlobMatcher, hidden: bool) -> Vec<PathBuf> {
    let readable = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let Ok(entries) = std::fs::read_dir(readable) else {
        return Vec::new();
    };
    entries
        .filter_map(Result::ok)
        .map(|entry| entry.file_name())
        .filter(|name| hidden || !name.to_string_lossy().starts_with('.'))
        .filter(|name| matcher.is_match(name))
        .map(|name| folder.join(name))
        .collect()
}
