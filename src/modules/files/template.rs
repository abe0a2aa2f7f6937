//! `template`: a file of the project, rendered for the host.

mod header;
pub(crate) use header::apply as template_options;

use std::borrow::Cow;
use std::sync::Arc;

use futures_util::FutureExt as _;

use super::attrs::Attrs;
use super::content::{Shown, Source, sha1_hex, written};
use super::mode::CopyMode;
use super::path::resolve;
use super::write::{Body, Parents, Write};
use crate::diag::SourceFile;
use crate::module_args;
use crate::modules::context::FileKind;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Mode, Outcome};
use crate::template::{FileOptions, search_folders};
use crate::vars::{Scope, Value, Var, VarMap};

module_args! {
    /// Arguments of `template`.
    pub(crate) struct Args {
        /// The template, looked for in `templates/`.
        src: String;
        /// Where to on the host; a directory when it ends in `/` or is one.
        dest: String;
        /// The permissions of the file, or `preserve` for those of the template.
        mode: Option<CopyMode>;
        /// The user that owns it.
        owner: Option<String>;
        /// The group that owns it.
        group: Option<String>;
        /// Whether to keep the old file beside the new one.
        backup: bool = "no";
        /// Whether to replace a file that differs; otherwise only a missing one is written.
        force: bool = "yes";
        /// A command that must accept the new file before it takes the old one's place; `%s` stands for its path.
        validate: Option<String>;
        /// Whether to write through a symbolic link at `dest` rather than replace it.
        follow: bool = "no";
        /// What ends a line: `\n`, `\r` or `\r\n`.
        newline_sequence: String = "\\n";
        /// Whether to drop the newline after a block tag.
        trim_blocks: bool = "yes";
        /// Whether to drop the white space before a block tag.
        lstrip_blocks: bool = "no";
        /// What begins a variable.
        variable_start_string: String = "{{";
        /// What ends a variable.
        variable_end_string: String = "}}";
        /// What begins a block.
        block_start_string: String = "{%";
        /// What ends a block.
        block_end_string: String = "%}";
        /// What begins a comment.
        comment_start_string: String = "{#";
        /// What ends a comment.
        comment_end_string: String = "#}";
        /// The encoding of the result; only UTF-8 is there.
        output_encoding: String = "utf-8";
        /// Whether to write into a file that cannot be replaced, such as a mount point; not atomic.
        unsafe_writes: bool = "no";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "template",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Render a template to a file of the host",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::Full,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let newline = newline(&args.newline_sequence)?;
    if !["utf-8", "utf8"].contains(&args.output_encoding.to_ascii_lowercase().as_str()) {
        return Err(Failure::new("`output_encoding` can only be `utf-8`"));
    }
    let dest = resolve(ctx, "dest", &args.dest).await?;
    let (source, text) = Source::text(ctx, FileKind::Templates, &args.src)?;
    let mode = match &args.mode {
        Some(CopyMode::Set(mode)) => Some(mode.clone()),
        Some(CopyMode::Preserve) => Some(Mode(format!("{:04o}", source.mode()?))),
        None => None,
    };
    let text = render(&args, &source, &with_newlines(&text, newline), &dest, ctx)?;
    let bytes = text.as_bytes();
    let sha1 = sha1_hex(bytes);
    let name = source.base_name();
    let write = Write {
        dest: &dest,
        into: Some(name),
        parents: if dest.ends_with('/') {
            Parents::Make(None)
        } else {
            Parents::MustExist
        },
        body: Body::Bytes(bytes),
        sha1: sha1.clone(),
        size: bytes.len() as u64,
        attrs: &Attrs::new(mode, args.owner.clone(), args.group.clone()),
        keep: !args.force,
        follow: args.follow,
        backup: args.backup,
        validate: args.validate.as_deref(),
        unsafe_writes: args.unsafe_writes,
        expect: None,
    };
    let done = write.run(ctx).await?;
    let shown = if source.secret {
        Shown::Secret
    } else {
        Shown::Bytes(bytes)
    };
    let outcome = written(&done, shown, ctx.diff);
    Ok(outcome
        .with("checksum", sha1)
        .with("src", source.name.clone())
        .with("dest", done.dest))
}

/// The template's own newlines; those within values stay as they are.
fn with_newlines<'a>(text: &'a str, newline: &str) -> Cow<'a, str> {
    match newline {
        "\n" => Cow::Borrowed(text),
        other => Cow::Owned(text.replace("\r\n", "\n").replace('\n', other)),
    }
}

fn newline(written: &str) -> Result<&'static str, Failure> {
    match written {
        "\\n" | "\n" => Ok("\n"),
        "\\r" | "\r" => Ok("\r"),
        "\\r\\n" | "\r\n" => Ok("\r\n"),
        other => Err(Failure::new(format!(
            "`newline_sequence` must be `\\n`, `\\r` or `\\r\\n`, not {other:?}"
        ))),
    }
}

fn render(
    args: &Args,
    source: &Source,
    text: &str,
    dest: &str,
    ctx: &Ctx<'_>,
) -> Result<String, Failure> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let folder = source.path.as_ref().and_then(|p| p.parent());
    let mut options = FileOptions {
        trim_blocks: args.trim_blocks,
        lstrip_blocks: args.lstrip_blocks,
        keep_trailing_newline: true,
        variable_start: args.variable_start_string.clone(),
        variable_end: args.variable_end_string.clone(),
        block_start: args.block_start_string.clone(),
        block_end: args.block_end_string.clone(),
        comment_start: args.comment_start_string.clone(),
        comment_end: args.comment_end_string.clone(),
        search_path: search_folders(ctx.scope, "templates")
            .into_iter()
            .chain(folder.map(std::path::Path::to_owned))
            .collect(),
    };
    let blanked = header::apply(text, &mut options)
        .map_err(|why| Failure::new(format!("{}:1: {why}", source.name)))?;
    let file = Arc::new(SourceFile {
        name: source.name.clone(),
        path: source.path.clone(),
        text: blanked.clone().unwrap_or_else(|| text.to_owned()),
        secret: source.secret,
    });
    let scope = scope(source, dest, ctx);
    let rendered = ctx.scope.templar().file(&file, &options, &scope)?;
    Ok(match blanked {
        Some(_) => rendered
            .strip_prefix("\r\n")
            .or_else(|| rendered.strip_prefix(['\n', '\r']))
            .map(str::to_owned)
            .unwrap_or(rendered),
        None => rendered,
    })
}

/// The name of a file's owner, or their number.
fn owner(path: &std::path::Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let uid = path.metadata().ok()?.uid();
    let user = nix::unistd::User::from_uid(nix::unistd::Uid::from_raw(uid));
    let name = user.ok().flatten().map(|user| user.name);
    Some(name.unwrap_or_else(|| uid.to_string()))
}

/// The variables only templates have.
fn scope(source: &Source, dest: &str, ctx: &Ctx<'_>) -> Arc<Scope> {
    let mut vars = VarMap::new();
    let mut set = |name: &str, value: &str| {
        vars.insert(name.into(), Var::Data(Value::from(value)));
    };
    set("template_path", &source.name);
    set("template_fullpath", &source.name);
    set("template_destpath", dest);
    if let Some(owner) = source.path.as_deref().and_then(owner) {
        set("template_uid", &owner);
    }
    set(
        "template_run_date",
        &jiff::Zoned::now().strftime("%Y-%m-%d %H:%M:%S").to_string(),
    );
    if let Ok(name) = std::fs::read_to_string("/proc/sys/kernel/hostname") {
        set("template_host", name.trim());
    }
    if ctx.scope.stored("ansible_managed").is_none() {
        set(
            "ansible_managed",
            "Managed by runbook: what is changed here will be overwritten.",
        );
    }
    ctx.scope.with(Arc::new(vars))
}

#[cfg(test)]
mod tests;
