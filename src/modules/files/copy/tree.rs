//! Whole folders: every file is compared in one exchange, and only those that differ are sent.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{Args, attrs, write};
use crate::modules::files::attrs::{Attrs, Links};
use crate::modules::files::content::{Shown, Source, unreadable, written};
use crate::modules::files::mode::CopyMode;
use crate::modules::files::path::trimmed;
use crate::modules::files::survey::{Surveyed, survey};
use crate::modules::files::trouble::trouble;
use crate::modules::files::write::{Body, PRELUDE, Parents, Write};
use crate::modules::{Ctx, Failure, Outcome};
use crate::transport::quote;

/// How deep a folder may be; deeper means that a symbolic link leads back up.
const DEEPEST: usize = 100;

/// Something in the folder.
#[derive(Debug)]
struct Item {
    /// Its path below the folder; empty for the folder itself.
    name: String,
    is_dir: bool,
    /// Permission bits of the source.
    mode: u32,
    sha1: String,
    size: u64,
}

/// Where the folder lies.
#[derive(Debug, Clone, Copy)]
enum Root<'a> {
    Controller(&'a Path),
    Host(&'a str),
}

/// Copies a folder of the controller; `inside` means its content rather than itself.
pub(super) async fn copy(
    args: &Args,
    root: &Path,
    inside: bool,
    dest: &str,
    ctx: &Ctx<'_>,
) -> Result<Outcome, Failure> {
    let mut items = Vec::new();
    walk(root, "", 0, args.decrypt, &mut items)?;
    let name = root.file_name().map(|n| n.to_string_lossy().into_owned());
    let target = target(dest, name.filter(|_| !inside));
    let outcome = apply(args, Root::Controller(root), &items, &target, ctx).await?;
    Ok(outcome
        .with("src", root.display().to_string())
        .with("dest", target))
}

/// Copies a folder of the host.
pub(super) async fn copy_on_host(
    args: &Args,
    root: &str,
    dest: &str,
    ctx: &Ctx<'_>,
) -> Result<Outcome, Failure> {
    let items = list(root, ctx).await?;
    let name = trimmed(root).rsplit('/').next().map(str::to_owned);
    let target = target(dest, name.filter(|_| !root.ends_with('/')));
    let outcome = apply(args, Root::Host(root), &items, &target, ctx).await?;
    Ok(outcome.with("src", root).with("dest", target))
}

/// The directory on the host that stands for the folder.
fn target(dest: &str, name: Option<String>) -> String {
    let dest = if dest == "/" { "" } else { trimmed(dest) };
    match name {
        Some(name) => format!("{dest}/{name}"),
        None => dest.to_owned(),
    }
}

fn below(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else if name.is_empty() {
        folder.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

fn walk(
    path: &Path,
    name: &str,
    depth: usize,
    decrypt: bool,
    items: &mut Vec<Item>,
) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    let wrong = |e: std::io::Error| unreadable(&path.display().to_string(), &e);
    if depth > DEEPEST {
        return Err(Failure::new(format!(
            "failed to copy {}: it is nested {DEEPEST} deep; does a symbolic link lead back up?",
            path.display()
        )));
    }
    let metadata = std::fs::metadata(path).map_err(wrong)?;
    let is_dir = metadata.is_dir();
    let (sha1, size) = if is_dir {
        (String::new(), 0)
    } else {
        let source = Source::disk(path, decrypt)?;
        (source.sha1, source.size)
    };
    items.push(Item {
        name: name.to_owned(),
        is_dir,
        mode: metadata.permissions().mode() & 0o7777,
        sha1,
        size,
    });
    if is_dir {
        for (entry, text) in entries(path)? {
            walk(&entry, &below(name, &text), depth + 1, decrypt, items)?;
        }
    }
    Ok(())
}

/// What is in a folder, by name.
fn entries(folder: &Path) -> Result<Vec<(PathBuf, String)>, Failure> {
    let wrong = |e: std::io::Error| unreadable(&folder.display().to_string(), &e);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        let name = path.file_name().and_then(|n| n.to_str());
        let Some(name) = name.map(str::to_owned) else {
            let shown = path.display();
            return Err(Failure::new(format!(
                "failed to copy {shown}: its name is not UTF-8"
            )));
        };
        found.push((path, name));
    }
    found.sort();
    Ok(found)
}

/// Lists a folder of the host, with hashes.
async fn list(root: &str, ctx: &Ctx<'_>) -> Result<Vec<Item>, Failure> {
    let script = format!(
        "{PRELUDE}find -L {} \\( -type d -o -type f \\) -print0 || exit 1",
        quote(root)
    );
    let output = ctx.remote.run(&script).await?;
    if !output.ok() {
        return Err(trouble("list", root, &output));
    }
    let text = output.out();
    let mut paths: Vec<String> = text
        .split('\0')
        .filter(|p| !p.is_empty())
        .map(str::to_owned)
        .collect();
    paths.sort();
    let surveyed = survey(ctx, &paths).await?;
    let item = |(path, found): (&String, Surveyed)| {
        let entry = found.entry?;
        let name = path.strip_prefix(root).unwrap_or(path);
        Some(Item {
            name: name.trim_start_matches('/').to_owned(),
            is_dir: entry.is_dir(),
            mode: entry.mode(),
            sha1: found.sha1.unwrap_or_default(),
            size: entry.size,
        })
    };
    Ok(paths.iter().zip(surveyed).filter_map(item).collect())
}

async fn apply(
    args: &Args,
    root: Root<'_>,
    items: &[Item],
    target: &str,
    ctx: &Ctx<'_>,
) -> Result<Outcome, Failure> {
    let paths: Vec<String> = items.iter().map(|item| below(target, &item.name)).collect();
    let present = survey(ctx, &paths).await?;
    let mut outcome = Outcome::ok();
    let missing = directories(args, items, &paths, &present, ctx).await?;
    outcome.changed |= !missing.is_empty();
    for path in missing {
        outcome = outcome.diff(path, "state: absent\n", "state: directory\n");
    }
    for ((item, path), found) in items.iter().zip(&paths).zip(&present) {
        let preserved = match args.mode {
            Some(CopyMode::Preserve) => Some(item.mode),
            _ => None,
        };
        let attrs = attrs(args, preserved);
        if !item.is_dir && pending(args, item, found, &attrs) {
            one(args, root, item, path, &attrs, &mut outcome, ctx).await?;
        }
    }
    if !ctx.diff {
        outcome.diff.clear();
    }
    Ok(outcome.with("state", "directory"))
}

/// Whether a file must be looked at more closely.
fn pending(args: &Args, item: &Item, found: &Surveyed, attrs: &Attrs) -> bool {
    match &found.entry {
        None => true,
        Some(_) if !args.force => false,
        Some(entry) => found.sha1.as_ref() != Some(&item.sha1) || attrs.differ(entry),
    }
}

async fn one(
    args: &Args,
    root: Root<'_>,
    item: &Item,
    path: &str,
    attrs: &Attrs,
    outcome: &mut Outcome,
    ctx: &Ctx<'_>,
) -> Result<(), Failure> {
    let (source, on_host);
    let (body, shown) = match root {
        Root::Controller(root) => {
            source = Source::disk(&root.join(&item.name), args.decrypt)?;
            (source.body(), source.preview())
        }
        Root::Host(root) => {
            on_host = below(trimmed(root), &item.name);
            (
                Body::Remote(&on_host),
                Shown::Bytes(b"(copied on the host: not shown)\n"),
            )
        }
    };
    let write = Write {
        sha1: item.sha1.clone(),
        size: item.size,
        // Under `--check` the directories are not there yet.
        parents: Parents::Make(None),
        ..write(args, path, None, body, attrs)
    };
    let done = write.run(ctx).await?;
    let part = written(&done, shown, ctx.diff);
    outcome.changed |= part.changed;
    outcome.diff.extend(part.diff);
    Ok(())
}

/// Makes the directories that are missing, and says which.
async fn directories(
    args: &Args,
    items: &[Item],
    paths: &[String],
    present: &[Surveyed],
    ctx: &Ctx<'_>,
) -> Result<Vec<String>, Failure> {
    let mut script = String::from(PRELUDE);
    let mut missing = Vec::new();
    for ((item, path), found) in items.iter().zip(paths).zip(present) {
        if !item.is_dir || found.entry.is_some() {
            continue;
        }
        missing.push(path.clone());
        let mode = match (&args.directory_mode, &args.mode) {
            (Some(mode), _) => Some(mode.clone()),
            (None, Some(CopyMode::Preserve)) => {
                Some(crate::modules::Mode(format!("{:04o}", item.mode)))
            }
            _ => None,
        };
        let attrs = Attrs::new(mode, args.owner.clone(), args.group.clone());
        let _ = write!(
            script,
            "d={}\nmkdir -p -- \"$d\" || exit 1\n{}",
            quote(path),
            attrs.apply("\"$d\"", Links::Follow)
        );
    }
    if missing.is_empty() || ctx.check {
        return Ok(missing);
    }
    let output = ctx.remote.run(&script).await?;
    if output.ok() {
        Ok(missing)
    } else {
        Err(trouble("create", &missing[0], &output))
    }
}
