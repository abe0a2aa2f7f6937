//! `fetch`: a file of the host to the controller.

use std::io::Write as _;
use std::path::{Component, Path, PathBuf};

use futures_util::FutureExt as _;

use super::content::{sha1_hex, shown, unreadable};
use super::path::resolve;
use super::trouble::trouble;
use super::write::PRELUDE;
use crate::module_args;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};
use crate::transport::quote;

module_args! {
    /// Arguments of `fetch`.
    pub(crate) struct Args {
        /// The file on the host.
        src: String;
        /// The folder on the controller, in which it gets the host's name and its own path; with `flat`, the file, or the folder when it ends in `/`. Relative to the playbook.
        dest: String;
        /// Whether `dest` is used as it is.
        flat: bool = "no";
        /// Whether a missing file is a failure.
        fail_on_missing: bool = "yes";
        /// Whether what arrived is compared with the host's checksum.
        validate_checksum: bool = "yes";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "fetch",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Copy a file of the host to the controller",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::Full,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let src = resolve(ctx, "src", &args.src).await?;
    let dest = destination(&args, &src, ctx)?;
    let script = format!(
        "{PRELUDE}d={}\n\
         [ ! -d \"$d\" ] || die 'it is a directory, and only files can be fetched'\n\
         [ -e \"$d\" ] || exit 3\nsha1sum <\"$d\" || exit 1",
        quote(&src)
    );
    let output = ctx.remote.run(&script).await?;
    if output.code == 3 {
        let msg = format!("failed to fetch {src}: there is no such file on the host");
        return if args.fail_on_missing {
            Err(Failure::new(msg))
        } else {
            Ok(Outcome::ok().msg(msg).with("file", src))
        };
    }
    if !output.ok() {
        return Err(trouble("fetch", &src, &output));
    }
    let remote = output
        .out()
        .split(' ')
        .next()
        .unwrap_or_default()
        .to_owned();
    let old = std::fs::read(&dest).ok();
    let changed = old.as_deref().map(sha1_hex).as_ref() != Some(&remote);
    let mut outcome = Outcome::changed(changed)
        .with("src", src.clone())
        .with("dest", dest.display().to_string())
        .with("checksum", remote.clone())
        .with("remote_checksum", remote.clone());
    if changed && !ctx.check {
        let bytes = receive(&args, &src, &remote, ctx).await?;
        store(&dest, &bytes)?;
        if ctx.diff {
            let old = shown(old.as_deref().unwrap_or_default());
            outcome = outcome.diff(dest.display().to_string(), old, shown(&bytes));
        }
    }
    Ok(outcome)
}

async fn receive(args: &Args, src: &str, sha1: &str, ctx: &Ctx<'_>) -> Result<Vec<u8>, Failure> {
    let bytes = ctx.remote.get(src).await?;
    if args.validate_checksum && sha1_hex(&bytes) != sha1 {
        return Err(Failure::new(format!(
            "failed to fetch {src}: it changed while it was read (run again, or set `validate_checksum: false` for a file that never rests)"
        )));
    }
    Ok(bytes)
}

/// Where it goes on the controller.
fn destination(args: &Args, src: &str, ctx: &Ctx<'_>) -> Result<PathBuf, Failure> {
    if args.dest.is_empty() {
        return Err(Failure::new("`dest` is empty"));
    }
    let base = ctx.scope.get("playbook_dir")?;
    let base = base.as_ref().and_then(|dir| dir.as_str()).unwrap_or("");
    let dest = Path::new(base).join(&args.dest);
    // `..` must not lead out of the host's folder.
    let parts = Path::new(src).components();
    let plain: PathBuf = parts
        .filter(|part| matches!(part, Component::Normal(_)))
        .collect();
    if !args.flat {
        return Ok(dest.join(ctx.host).join(plain));
    }
    match plain.file_name() {
        Some(name) if args.dest.ends_with('/') || dest.is_dir() => Ok(dest.join(name)),
        _ => Ok(dest),
    }
}

/// Writes a file of the controller, atomically.
fn store(dest: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let wrong = |e: &std::io::Error| {
        Failure::new(format!(
            "failed to write {} on the controller: {e}",
            dest.display()
        ))
    };
    let folder = dest.parent().filter(|p| !p.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|e| wrong(&e))?;
    if dest.is_dir() {
        return Err(unreadable(
            &dest.display().to_string(),
            &std::io::Error::from(std::io::ErrorKind::IsADirectory),
        ));
    }
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|e| wrong(&e))?;
    file.write_all(bytes).map_err(|e| wrong(&e))?;
    file.as_file().sync_all().map_err(|e| wrong(&e))?;
    file.persist(dest).map_err(|e| wrong(&e.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::modules::testing::Lab;

    #[tokio::test]
    async fn a_file_arrives_under_the_hosts_name() {
        let lab = Lab::new();
        let src = lab.write("host/a b/log", "text\n");
        let arguments = json!({"src": src, "dest": lab.at("got")});
        let first = lab.ok("fetch", arguments.clone()).await;
        assert!(first.changed);
        let dest = format!("{}/local{src}", lab.at("got"));
        assert_eq!(first.result["dest"], dest);
        assert_eq!(std::fs::read_to_string(&dest).expect("a file"), "text\n");
        assert!(!lab.ok("fetch", arguments).await.changed);
    }

    #[tokio::test]
    async fn flat_uses_the_destination_as_it_is() {
        let lab = Lab::new();
        let src = lab.write("log", "text\n");
        for (dest, file) in [("one/file", "one/file"), ("two/", "two/log")] {
            let arguments = json!({"src": src, "dest": lab.at(dest), "flat": true});
            lab.ok("fetch", arguments).await;
            assert_eq!(lab.read(file), "text\n");
        }
    }

    #[tokio::test]
    async fn a_missing_file_fails_unless_told_otherwise() {
        let lab = Lab::new();
        let arguments = json!({"src": "/no/such", "dest": lab.at("got")});
        let (msg, _) = lab.fails("fetch", arguments).await;
        assert_eq!(
            msg,
            "failed to fetch /no/such: there is no such file on the host"
        );
        let arguments = json!({"src": "/no/such", "dest": lab.at("got"), "fail_on_missing": "no"});
        assert!(!lab.ok("fetch", arguments).await.changed);
    }

    #[tokio::test]
    async fn check_mode_fetches_nothing() {
        let lab = Lab::new().check(true);
        let arguments = json!({"src": lab.write("log", "x"), "dest": lab.at("got")});
        assert!(lab.ok("fetch", arguments).await.changed);
        assert_eq!(lab.list(""), ["log"]);
    }
}
