//! Shell text that moves whole files.

use super::frame::{DATA, nonce};
use super::quote;

/// Bytes up to here travel inside a frame, in one round trip; more get a channel of their own.
pub(super) const INLINE: usize = 32 * 1024;

/// A script that writes a file atomically. The bytes come from the function [`DATA`] when they
/// are carried in the frame, from standard input otherwise.
///
/// The temporary file is made beside the destination by the shell itself: `noclobber` creates it
/// with `O_EXCL`, its name cannot be guessed, and until the end only its owner can read it. A
/// shell's own `printf` may keep the reason of a failed write to itself, so `cat` tries again
/// and says it.
pub(super) fn put(inline: bool, dest: &str, mode: &str) -> String {
    let write = if inline {
        format!("{DATA} 2>/dev/null >\"$t\" || {DATA} | cat >|\"$t\"")
    } else {
        "cat >\"$t\"".to_owned()
    };
    let (dir, name) = match dest.rsplit_once('/') {
        None => (".", dest),
        Some(("", name)) => ("/", name),
        Some((dir, name)) => (dir, name),
    };
    format!(
        r#"d={dest} p={dir} t={temp}
fail() {{ rm -f -- "$t"; exit 1; }}
[ -d "$p" ] || ls -d -- "$p/." >/dev/null || exit 1
if [ -d "$d" ]; then echo "$d: Is a directory" >&2; exit 1; fi
umask 077; set -C
{{ : >"$t"; }} || exit 1
set +C
{{ {write}; }} || fail
if command -v sync >/dev/null 2>&1; then sync "$t" || fail; fi
chmod {mode} "$t" || fail
mv -f -- "$t" "$d" || fail
"#,
        dest = quote(&absolute(dest)),
        dir = quote(&absolute(dir)),
        temp = quote(&absolute(&format!(
            "{}/.{}.{}",
            dir.trim_end_matches('/'),
            name.chars().take(32).collect::<String>(),
            &nonce()[..16]
        ))),
        mode = quote(mode),
    )
}

/// A script that prints a file.
pub(super) fn get(path: &str) -> String {
    format!("cat -- {}", quote(&absolute(path)))
}

/// A path that no command takes for an option.
fn absolute(path: &str) -> String {
    if path.starts_with('-') {
        format!("./{path}")
    } else {
        path.to_owned()
    }
}

/// The host's reason without the names of our own making in front of it.
pub(super) fn reason(stderr: &str, code: i32) -> String {
    let says = |line: &&str| !line.is_empty() && !line.starts_with("Try '");
    let line = stderr.lines().map(str::trim).rfind(says);
    match line.map(|line| line.rsplit_once(": ").map_or(line, |(_, reason)| reason)) {
        Some(reason) => reason.to_owned(),
        None => format!("the command ended with code {code} and no word"),
    }
}
