//! Shell text that moves whole files.

use super::frame::{DATA, nonce};
use super::quote;

/// Bytes up to here travel inside a frame, in one round trip; more follow it once the script
/// runs. A shell such as `bash` reads frames byte by byte, and files in blocks.
pub(super) const INLINE: usize = 32 * 1024;

/// A script that writes a file atomically. The bytes come from the function [`DATA`] when they
/// are carried in the frame, from standard input otherwise.
///
/// The temporary file is made beside the destination by the shell itself: `noclobber` creates it
/// with `O_EXCL`, its name cannot be guessed, and until the end only its owner can read it. A
/// shell's own `printf` may keep the reason of a failed write to itself, so `cat` tries again
/// and says it. A stream that was cut ends like any other, so its bytes are counted.
/// A symbolic link at the destination is replaced, not followed.
pub(super) fn put(count: usize, dest: &str, mode: &str) -> String {
    let write = if count <= INLINE {
        format!("{DATA} 2>/dev/null >\"$t\" || {DATA} | cat >|\"$t\"")
    } else {
        format!(
            "cat >\"$t\" && {{ [ $(wc -c <\"$t\") -eq {count} ] || \
             {{ echo 'the transfer was cut' >&2; false; }}; }}"
        )
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

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_cut_stream_leaves_the_old_file() {
        let dir = tempfile::tempdir().unwrap();
        let dest = dir.path().join("file");
        std::fs::write(&dest, "old").unwrap();
        let script = put(INLINE + 1, dest.to_str().unwrap(), "0600");
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", &script])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(&vec![b'x'; INLINE])
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(!output.status.success());
        assert_eq!(output.stderr, b"the transfer was cut\n");
        assert_eq!(std::fs::read(&dest).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn reasons_are_the_hosts_own() {
        for (stderr, words) in [
            (
                "cat: write error: No space left on device\n",
                "No space left on device",
            ),
            (
                "sh: 5: cannot create /x/.f.1: Permission denied\n",
                "Permission denied",
            ),
            (
                "chmod: invalid mode: 'x'\nTry 'chmod --help' for more.\n",
                "'x'",
            ),
            ("", "the command ended with code 1 and no word"),
        ] {
            assert_eq!(reason(stderr, 1), words);
        }
    }
}
