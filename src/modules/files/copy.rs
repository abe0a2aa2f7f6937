//! `copy`: a file, a folder or a text to the host.

mod tree;

use futures_util::FutureExt as _;

use super::attrs::Attrs;
use super::content::{Shown, Source, written};
use super::mode::CopyMode;
use super::path::resolve;
use super::trouble::trouble;
use super::write::{Body, PRELUDE, Parents, Write};
use crate::module_args;
use crate::modules::context::{FileKind, ProjectFile};
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Mode, Outcome};
use crate::transport::quote;
use crate::vars::Value;

module_args! {
    /// Arguments of `copy`.
    pub(crate) struct Args {
        /// The file or folder to copy, looked for in `files/`; a folder's name with `/` at its end means what is in it. With `remote_src` a path on the host.
        src: Option<String>;
        /// The content itself, instead of `src`; a mapping or a list is written as JSON.
        content: Option<Value>;
        /// Where to on the host; a directory when it ends in `/` or is one.
        dest: String;
        /// Whether `src` lies on the host already.
        remote_src: bool = "no";
        /// The permissions of the file, or `preserve` for those of the source.
        mode: Option<CopyMode>;
        /// The user that owns it.
        owner: Option<String>;
        /// The group that owns it.
        group: Option<String>;
        /// Whether to keep the old file beside the new one.
        backup: bool = "no";
        /// Whether to replace a file that differs; otherwise only a missing one is written.
        force: bool = "yes" ["thirsty"];
        /// A command that must accept the new file before it takes the old one's place; `%s` stands for its path.
        validate: Option<String>;
        /// The permissions of directories made on the way.
        directory_mode: Option<Mode>;
        /// Whether a source that is encrypted with a vault is decrypted on its way.
        decrypt: bool = "yes";
        /// The SHA-1 the source must have.
        checksum: Option<String>;
        /// Whether to write through a symbolic link at `dest` rather than replace it.
        follow: bool = "no";
        /// Whether to write into a file that cannot be replaced, such as a mount point; not atomic.
        unsafe_writes: bool = "no";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "copy",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Copy a file, a folder or a text to the host",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::Full,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let dest = resolve(ctx, "dest", &args.dest).await?;
    match (&args.src, &args.content) {
        (Some(_), Some(_)) => Err(Failure::new("`src` and `content` exclude each other")),
        (None, None) => Err(Failure::new("`copy` needs `src` or `content`")),
        (None, Some(content)) => text(&args, content, &dest, ctx).await,
        (Some(src), None) if args.remote_src => on_host(&args, src, &dest, ctx).await,
        (Some(src), None) => from_controller(&args, src, &dest, ctx).await,
    }
}

async fn text(args: &Args, content: &Value, dest: &str, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    if dest.ends_with('/') {
        return Err(Failure::new(format!(
            "with `content`, `dest` must name a file, and {dest} is a directory"
        )));
    }
    let text = match content.as_str() {
        Some(text) => text.to_owned(),
        None if content.is_number() || content.kind() == minijinja::value::ValueKind::Bool => {
            content.to_string()
        }
        None => crate::template::json_line(content),
    };
    let source = Source::embedded(String::new(), text.as_bytes());
    file(args, &source, None, None, dest, ctx).await
}

async fn from_controller(
    args: &Args,
    src: &str,
    dest: &str,
    ctx: &Ctx<'_>,
) -> Result<Outcome, Failure> {
    let found = ctx.controller.find(FileKind::Files, src)?;
    if let ProjectFile::Disk(path) = &found
        && path.is_dir()
    {
        return tree::copy(args, path, src.ends_with('/'), dest, ctx).await;
    }
    let source = match found {
        ProjectFile::Disk(path) => Source::disk(&path, args.decrypt)?,
        ProjectFile::Embedded(name, bytes) => Source::embedded(name, bytes),
    };
    let mode = match args.mode {
        Some(CopyMode::Preserve) => Some(source.mode()?),
        _ => None,
    };
    let name = Some(source.base_name());
    let outcome = file(args, &source, name, mode, dest, ctx).await?;
    Ok(outcome.with("src", source.name.clone()))
}

/// Writes one file of the controller.
async fn file(
    args: &Args,
    source: &Source,
    name: Option<&str>,
    preserved: Option<u32>,
    dest: &str,
    ctx: &Ctx<'_>,
) -> Result<Outcome, Failure> {
    verify(args, &source.sha1)?;
    let attrs = attrs(args, preserved);
    let write = Write {
        sha1: source.sha1.clone(),
        size: source.size,
        ..write(args, dest, name, source.body(), &attrs)
    };
    let done = write.run(ctx).await?;
    let outcome = written(&done, source.preview(), ctx.diff);
    let outcome = if done.kept {
        outcome.msg("the file exists, and `force` is off")
    } else {
        outcome.with("checksum", source.sha1.clone())
    };
    Ok(outcome.with("dest", done.dest))
}

/// The parts of the order that come from the arguments.
fn write<'a>(
    args: &'a Args,
    dest: &'a str,
    name: Option<&'a str>,
    body: Body<'a>,
    attrs: &'a Attrs,
) -> Write<'a> {
    Write {
        dest,
        into: name,
        parents: if dest.ends_with('/') {
            Parents::Make(args.directory_mode.as_ref())
        } else {
            Parents::MustExist
        },
        body,
        sha1: String::new(),
        size: 0,
        attrs,
        keep: !args.force,
        follow: args.follow,
        backup: args.backup,
        validate: args.validate.as_deref(),
        unsafe_writes: args.unsafe_writes,
        expect: None,
    }
}

fn attrs(args: &Args, preserved: Option<u32>) -> Attrs {
    let mode = match &args.mode {
        Some(CopyMode::Set(mode)) => Some(mode.clone()),
        _ => preserved.map(|bits| Mode(format!("{bits:04o}"))),
    };
    Attrs::new(mode, args.owner.clone(), args.group.clone())
}

fn verify(args: &Args, sha1: &str) -> Result<(), Failure> {
    match &args.checksum {
        Some(wanted) if !wanted.eq_ignore_ascii_case(sha1) => Err(Failure::new(format!(
            "the source's checksum is {sha1}, not {wanted}: the file is not the one that was meant"
        ))),
        _ => Ok(()),
    }
}

/// Copies within the host.
async fn on_host(args: &Args, src: &str, dest: &str, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let src = resolve(ctx, "src", src).await?;
    let script = format!(
        "{PRELUDE}s={}\n\
         if [ -d \"$s\" ]; then printf directory\n\
         elif [ -f \"$s\" ]; then stat -L -c '%a %s' -- \"$s\" && sha1sum <\"$s\" || exit 1\n\
         else die 'there is no such file on the host'; fi",
        quote(&src)
    );
    let output = ctx.remote.run(&script).await?;
    if !output.ok() {
        return Err(trouble("read", &src, &output));
    }
    let told = output.out();
    if told == "directory" {
        return tree::copy_on_host(args, &src, dest, ctx).await;
    }
    let mut words = told.split_whitespace();
    let mut next = || words.next().unwrap_or_default().to_owned();
    let (mode, size, sha1) = (next(), next(), next());
    verify(args, &sha1)?;
    let preserved = match args.mode {
        Some(CopyMode::Preserve) => u32::from_str_radix(&mode, 8).ok(),
        _ => None,
    };
    let attrs = attrs(args, preserved);
    let name = src.rsplit('/').next();
    let write = Write {
        sha1: sha1.clone(),
        size: size.parse().unwrap_or_default(),
        ..write(args, dest, name, Body::Remote(&src), &attrs)
    };
    let done = write.run(ctx).await?;
    let outcome = written(
        &done,
        Shown::Bytes(b"(copied on the host: not shown)\n"),
        ctx.diff,
    );
    Ok(outcome
        .with("src", src.clone())
        .with("dest", done.dest)
        .with("checksum", sha1))
}

#[cfg(test)]
mod tests;
