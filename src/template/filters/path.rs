//! Paths, as Python's `os.path` sees them (POSIX only).

use std::borrow::Cow;
use std::path::Path;

use minijinja::value::ValueKind;
use minijinja::{Error, State};

use super::{fail, items};
use crate::template::lookups::glob;
use crate::template::pattern::{Flags, Pattern};
use crate::template::table::{Entry, filters};
use crate::vars::Value;

pub(super) static TABLE: &[Entry] = filters! {
    "basename": basename, "the last part of a path";
    "commonpath": commonpath, "the longest path several paths begin with";
    "dirname": dirname, "a path without its last part";
    "expanduser": expanduser, "a path with `~` replaced by the home folder here";
    "expandvars": expandvars, "text with `$NAME` replaced by this process's environment";
    "fileglob": fileglob, "the files here that a pattern matches";
    "normpath": normpath, "a path without `.`, `..` and doubled slashes";
    "path_join": path_join, "the parts of a path, joined";
    "realpath": realpath, "a path here with its links followed";
    "relpath": relpath, "a path as seen from another one";
    "splitext": splitext, "a path and its extension";
};

fn basename(path: Cow<'_, str>) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

fn dirname(path: Cow<'_, str>) -> String {
    let Some(slash) = path.rfind('/') else {
        return String::new();
    };
    let head = &path[..=slash];
    let trimmed = head.trim_end_matches('/');
    if trimmed.is_empty() { head } else { trimmed }.to_owned()
}

fn splitext(path: Cow<'_, str>) -> Value {
    let name_start = path.rfind('/').map_or(0, |slash| slash + 1);
    let name = &path[name_start..];
    let body = name.trim_start_matches('.');
    let cut = body
        .rfind('.')
        .map_or(path.len(), |dot| path.len() - body.len() + dot);
    Value::from(vec![path[..cut].to_owned(), path[cut..].to_owned()])
}

fn path_join(state: &State<'_, '_>, value: &Value) -> Result<String, Error> {
    if value.kind() == ValueKind::String {
        return Ok(value.to_string());
    }
    let parts = items(state, value)?;
    Ok(parts.iter().fold(String::new(), |path, part| {
        let part = part.to_string();
        if part.starts_with('/') || path.is_empty() {
            part
        } else if path.ends_with('/') {
            path + &part
        } else {
            path + "/" + &part
        }
    }))
}

fn normpath(path: Cow<'_, str>) -> String {
    normalized(&path)
}

fn normalized(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            _ => parts.push(part),
        }
    }
    match (absolute, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

fn absolute(path: &str) -> String {
    if path.starts_with('/') {
        return normalized(path);
    }
    let here = std::env::current_dir().unwrap_or_default();
    normalized(&format!("{}/{path}", here.display()))
}

fn relpath(path: Cow<'_, str>, start: Option<Cow<'_, str>>) -> String {
    let path = absolute(&path);
    let start = absolute(start.as_deref().unwrap_or("."));
    let parts = |path: &str| -> Vec<String> {
        let parts = path.split('/').filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let (path, start) = (parts(&path), parts(&start));
    let shared = path.iter().zip(&start).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", start.len() - shared);
    let down = path[shared..].iter().map(String::as_str);
    let relative: Vec<&str> = up.chain(down).collect();
    if relative.is_empty() {
        return ".".to_owned();
    }
    relative.join("/")
}

fn realpath(path: Cow<'_, str>) -> String {
    let real = Path::new(path.as_ref()).canonicalize();
    real.map_or_else(|_| absolute(&path), |real| real.display().to_string())
}

fn commonpath(state: &State<'_, '_>, value: &Value) -> Result<String, Error> {
    let paths: Vec<String> = items(state, value)?
        .iter()
        .map(ToString::to_string)
        .collect();
    let Some(first) = paths.first() else {
        return Err(fail("`commonpath` needs at least one path"));
    };
    let mut common: Vec<&str> = first.split('/').collect();
    for path in &paths[1..] {
        let same = common
            .iter()
            .zip(path.split('/'))
            .take_while(|(a, b)| *a == b);
        let count = same.count();
        common.truncate(count);
    }
    let joined = common.join("/");
    Ok(if joined.is_empty() && first.starts_with('/') {
        "/".to_owned()
    } else {
        joined
    })
}

fn expanduser(path: Cow<'_, str>) -> String {
    with_home(&path)
}

/// A path with a leading `~` or `~user` replaced by the home folder.
pub(in crate::template) fn with_home(path: &str) -> String {
    let Some(rest) = path.strip_prefix('~') else {
        return path.to_owned();
    };
    let (user, rest) = match rest.find('/') {
        Some(slash) => rest.split_at(slash),
        None => (rest, ""),
    };
    let home = if user.is_empty() {
        std::env::home_dir()
    } else {
        let user = nix::unistd::User::from_name(user);
        user.ok().flatten().map(|user| user.dir)
    };
    match home {
        Some(home) => format!("{}{rest}", home.display()),
        None => path.to_owned(),
    }
}

fn expandvars(text: Cow<'_, str>) -> Result<String, Error> {
    let names = Pattern::new(r"\$(?:(\w+)|\{([^}]*)\})", Flags::default(), &text)?;
    let mut out = String::new();
    let mut done = 0;
    for found in names.all(usize::MAX)? {
        let range = found.range();
        let name = found.group(1).or(found.group(2)).unwrap_or_default();
        out.push_str(&text[done..range.start]);
        // An unknown name stays as it is, as in Python.
        let value = std::env::var(name);
        out.push_str(value.as_deref().unwrap_or(&text[range.clone()]));
        done = range.end;
    }
    Ok(out + &text[done..])
}

fn fileglob(pattern: Cow<'_, str>) -> Result<Value, Error> {
    let files = glob(Path::new(&with_home(&pattern)))?;
    Ok(files
        .iter()
        .map(|path| path.display().to_string())
        .collect())
}
