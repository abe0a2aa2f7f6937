//! One file brought to its content, owner and mode, in one exchange with the host.
//!
//! The script looks at what is there, decides, writes a private temporary file beside the
//! destination, gives it its owner and mode, syncs and renames it. It counts its processes: an
//! unchanged file costs one `stat` and one `sha1sum`, a new one `sync`, `stat` and `mv`.

use std::fmt::Write as _;

use super::attrs::{Attrs, Links, differ};
use super::entry::{Entry, FORMAT};
use super::path::backup_suffix;
use super::trouble::trouble;
use crate::modules::{Ctx, Failure, Mode};
use crate::transport::{Output, quote};

/// Up to this many bytes travel with the script; more only after the host asked for them.
const INLINE: usize = 32 * 1024;

/// The most of an old file that is read to show a difference, in bytes.
pub(super) const DIFF_LIMIT: u64 = 104_448;

/// Where the content comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Body<'a> {
    /// The controller.
    Bytes(&'a [u8]),
    /// A file of the host.
    Remote(&'a str),
}

/// What to do about a missing directory.
#[derive(Debug, Clone, Copy)]
pub(super) enum Parents<'a> {
    /// Fail.
    MustExist,
    /// Make it and those above it, with this mode if one is given.
    Make(Option<&'a Mode>),
}

/// A file as it shall be.
#[derive(Debug, Clone)]
pub(super) struct Write<'a> {
    /// Where.
    pub(super) dest: &'a str,
    /// The name in it, should `dest` be a directory.
    pub(super) into: Option<&'a str>,
    /// Whether to make the directory it lies in, with which mode.
    pub(super) parents: Parents<'a>,
    /// What it holds.
    pub(super) body: Body<'a>,
    /// SHA-1 of the content, in hexadecimal.
    pub(super) sha1: String,
    /// Length of the content, in bytes.
    pub(super) size: u64,
    /// Its owner and mode.
    pub(super) attrs: &'a Attrs,
    /// Whether a file that is there already is left alone.
    pub(super) keep: bool,
    /// Whether a symbolic link is written through rather than replaced.
    pub(super) follow: bool,
    /// Whether to keep the old file under another name.
    pub(super) backup: bool,
    /// A command that must accept the new file, `%s` standing for it.
    pub(super) validate: Option<&'a str>,
    /// Whether a file that cannot be replaced is written into.
    pub(super) unsafe_writes: bool,
    /// What `stat` must say (see [`Entry::line`]), or `-`: otherwise somebody else was at it.
    pub(super) expect: Option<&'a str>,
}

/// What became of it.
#[derive(Debug, Clone)]
pub(super) struct Written {
    /// The path that was written in the end.
    pub(super) dest: String,
    /// Whether anything changed, or would.
    pub(super) changed: bool,
    /// Whether the content did, or would.
    pub(super) replaced: bool,
    /// Whether an existing file was left alone because of `force: false`.
    pub(super) kept: bool,
    /// The file before; none when there was none.
    pub(super) before: Option<Entry>,
    /// The file now, or as predicted; none for a file that would be new.
    pub(super) after: Option<Entry>,
    /// The old content, when a difference was asked for and the file is not too long.
    pub(super) old: Option<Vec<u8>>,
    /// The backup that was made.
    pub(super) backup: Option<String>,
}

impl Write<'_> {
    /// Does it, or under `--check` says what it would do.
    pub(super) async fn run(&self, ctx: &Ctx<'_>) -> Result<Written, Failure> {
        if ctx.check {
            return self.exchange(ctx, false).await;
        }
        let late = match self.body {
            Body::Bytes(bytes) => bytes.len() > INLINE || as_text(bytes).is_none(),
            Body::Remote(_) => false,
        };
        if late {
            let plan = self.exchange(ctx, false).await?;
            if !plan.changed {
                return Ok(plan);
            }
        }
        self.exchange(ctx, true).await
    }

    async fn exchange(&self, ctx: &Ctx<'_>, act: bool) -> Result<Written, Failure> {
        let backup = self.backup.then(backup_suffix);
        let mut script = self.look();
        script.push_str(&tell(ctx.diff));
        script.push_str(&self.decide());
        if act {
            script.push_str(&self.act(ctx.diff, backup.as_deref()));
        }
        script.push_str("tell\n");
        let output = match self.body {
            Body::Bytes(bytes) if act && !travels(bytes) => {
                ctx.remote.run_with_stdin(&script, bytes).await?
            }
            _ => ctx.remote.run(&script).await?,
        };
        if !output.ok() {
            return Err(trouble("write", self.dest, &output));
        }
        self.read(&output, act, backup)
    }

    /// Finds out what is there: `d` the path, `p` its folder, `b` its `stat` line, `h` its hash.
    fn look(&self) -> String {
        let mut script = String::from(PRELUDE);
        let _ = writeln!(script, "d={}", quote(self.dest));
        if let Some(name) = self.into {
            let name = quote(name);
            let _ = writeln!(
                script,
                "case $d in */) d=${{d}}{name};; *) [ ! -d \"$d\" ] || d=$d/{name};; esac"
            );
        }
        if self.follow {
            script.push_str("if [ -L \"$d\" ]; then d=$(readlink -f -- \"$d\") || die 'its symbolic link leads nowhere'; fi\n");
        }
        if let Body::Remote(src) = self.body {
            let _ = writeln!(script, "s={}", quote(src));
        }
        let _ = write!(
            script,
            "b=- h=-\n\
             case $d in */*) p=${{d%/*}}; [ -n \"$p\" ] || p=/;; *) p=.;; esac\n\
             if [ -L \"$d\" ]; then b=$(stat -c {FORMAT} -- \"$d\") || exit 1\n\
             elif [ -f \"$d\" ]; then b=$(stat -c {FORMAT} -- \"$d\") || exit 1\n\
             {}\
             elif [ -d \"$d\" ]; then die 'it is a directory; name a file'\n\
             elif [ -e \"$d\" ]; then die 'it is neither a file nor a directory'\n\
             {}fi\n",
            self.hash(),
            self.missing_parent()
        );
        if let Some(expected) = self.expect {
            let _ = writeln!(
                script,
                "[ \"$b\" = {} ] || die 'somebody else changed it meanwhile; run again'",
                quote(expected)
            );
        }
        script
    }

    fn missing_parent(&self) -> &'static str {
        match self.parents {
            Parents::Make(_) => "",
            Parents::MustExist => {
                "elif [ ! -d \"$p\" ]; then die \"there is no directory $p\" \
                 '(create it first, for instance with `file: state=directory`)'\n"
            }
        }
    }

    fn make_parent(&self) -> String {
        match self.parents {
            Parents::MustExist => String::new(),
            Parents::Make(mode) => {
                let flag = mode.map(|m| format!("-m {} ", quote(&m.0)));
                let flag = flag.unwrap_or_default();
                format!("[ -d \"$p\" ] || mkdir -p {flag}-- \"$p\" || exit 1\n")
            }
        }
    }

    /// The hash is worth its process only when the length is the same.
    fn hash(&self) -> String {
        if self.keep {
            return String::new();
        }
        format!(
            "case $b in *:*:*:*:{}:*) h=$(sha1sum <\"$d\") || exit 1; h=${{h%% *}};; esac\n",
            self.size
        )
    }

    /// Sets `w`: `same`, `attrs`, `new`, `replace` or `kept`.
    fn decide(&self) -> String {
        let exists = if self.keep {
            "else w=kept\n".to_owned()
        } else {
            let compare = self.attrs.compare("b", "w", "same", "attrs");
            format!(
                "elif [ ! -L \"$d\" ] && [ \"$h\" = {} ]; then {compare}else w=replace\n",
                self.sha1
            )
        };
        format!("a=$b\nif [ \"$b\" = - ]; then w=new\n{exists}fi\n")
    }

    fn act(&self, diff: bool, backup: Option<&str>) -> String {
        let attrs = self.attrs.apply("\"$d\"", Links::Follow);
        let attrs = if attrs.is_empty() {
            String::new()
        } else {
            format!("attrs)\n{attrs}a=$(stat -c {FORMAT} -- \"$d\") || exit 1;;\n")
        };
        let replace = self.replace(diff, backup);
        format!("case $w in\n{attrs}new|replace)\n{replace};;\nesac\n")
    }

    /// Writes the temporary file `$t` and puts it in the place of `$d`.
    fn replace(&self, diff: bool, backup: Option<&str>) -> String {
        let mut script = self.make_parent();
        script.push_str(&self.temporary());
        script.push_str(&self.content());
        script.push_str(self.chmod_late());
        if let Some(command) = self.validate {
            let _ = writeln!(script, "{} >&2 || die {}", validation(command), {
                quote(&format!("`{command}` did not accept the new content"))
            });
        }
        if let Some(suffix) = backup {
            let name = format!("\"$d\"{}", quote(suffix));
            let _ = writeln!(
                script,
                "if [ \"$w\" = replace ]; then cp -pP -- \"$d\" {name} || {{ rm -f -- {name}; exit 1; }}; fi"
            );
        }
        let _ = writeln!(
            script,
            "sync \"$t\" || exit 1\na=$(stat -c {FORMAT} -- \"$t\") || exit 1"
        );
        if diff {
            script.push_str("tell\n");
        }
        script.push_str(if self.unsafe_writes {
            "mv -fT -- \"$t\" \"$d\" 2>/dev/null || { cat -- \"$t\" >\"$d\" && rm -f -- \"$t\"; } || exit 1\n"
        } else {
            "mv -fT -- \"$t\" \"$d\" || exit 1\n"
        });
        script.push_str("trap - EXIT\n");
        script
    }

    /// Makes `$t`, empty, open as 9, and already with its owner and mode: content never lies in a
    /// file that is more open than the one it is for.
    fn temporary(&self) -> String {
        let octal = self.attrs.octal().unwrap_or_default();
        let chown = self.chown();
        let chmod = match self.attrs.symbolic() {
            Some(mode) => format!("chmod -- {} \"$t\" || exit 1\n", quote(mode)),
            None => String::new(),
        };
        format!(
            "m={octal} o= k= u= g=\n\
             if [ \"$w\" = replace ] && [ ! -L \"$d\" ]; then\n\
             IFS=:; set -f; set -- $b; set +f; unset IFS\n\
             u=$3 g=$4; [ -n \"$m\" ] || m=$2\n\
             [ -O \"$d\" ] && [ -G \"$d\" ] && [ ! -g \"$p\" ] || o=$u:$g k=keep\n\
             fi\n\
             {chown}\
             t=$p/.runbook-{:016x}\n\
             trap 'rm -f -- \"$t\"' EXIT; trap 'exit 143' HUP INT TERM\n\
             c=$m\n\
             case $o$m in '') ;; [0246][0246][0246]) umask $((777-m)); c=;; *) [ -z \"$m\" ] || umask 077;; esac\n\
             set -C; exec 9>\"$t\" || exit 1; set +C\n\
             if [ -n \"$o\" ]; then if [ -n \"$k\" ]; then chown -- \"$o\" \"$t\" 2>/dev/null || :; else chown -- \"$o\" \"$t\" || exit 1; fi; fi\n\
             [ -z \"$c\" ] || chmod -- \"$c\" \"$t\" || exit 1\n\
             {chmod}",
            fastrand::u64(..)
        )
    }

    /// Sets `o` to what `chown` takes; the half that was not asked for stays that of the old file.
    fn chown(&self) -> String {
        match (&self.attrs.owner, &self.attrs.group) {
            (None, None) => String::new(),
            (Some(owner), None) => format!("o={}${{g:+:$g}} k=\n", quote(owner)),
            (None, Some(group)) => format!("o=$u:{} k=\n", quote(group)),
            (Some(owner), Some(group)) => format!("o={}:{} k=\n", quote(owner), quote(group)),
        }
    }

    /// Writing takes set-id bits away, so they are given again.
    fn chmod_late(&self) -> &'static str {
        "case $m in ????) chmod -- \"$m\" \"$t\" || exit 1;; esac\n"
    }

    fn content(&self) -> String {
        match self.body {
            Body::Bytes(bytes) => match as_text(bytes).filter(|_| travels(bytes)) {
                // A builtin keeps the content out of every command line; only `cat` can tell why
                // writing failed.
                Some(text) => format!(
                    "c={}\nprintf %s \"$c\" >&9 || {{ printf %s \"$c\" | cat >&9; exit 1; }}\nexec 9>&-\n",
                    quote(text)
                ),
                None => "cat >&9 || exit 1\nexec 9>&-\n".to_owned(),
            },
            Body::Remote(_) => "cat -- \"$s\" >&9 || exit 1\nexec 9>&-\n".to_owned(),
        }
    }

    fn read(&self, output: &Output, act: bool, backup: Option<String>) -> Result<Written, Failure> {
        let mut parts = output.stdout.splitn(5, |b| *b == 0);
        let mut next = || {
            let part = parts
                .next()
                .map(|p| String::from_utf8_lossy(p).into_owned());
            part.ok_or_else(|| trouble("read the state of", self.dest, output))
        };
        let (word, before, after, dest) = (next()?, next()?, next()?, next()?);
        let before = Entry::parse(&before);
        let mut after = Entry::parse(&after);
        let replaced = word == "new" || word == "replace";
        if !act && word != "kept" {
            after = after
                .filter(|entry| entry.state() == "file")
                .map(|entry| self.attrs.predict(&entry));
        }
        if let Some(entry) = after.as_mut().filter(|_| replaced) {
            entry.size = self.size;
        }
        let touched = match (&before, &after) {
            (Some(before), Some(after)) => word == "attrs" && differ(before, after),
            _ => false,
        };
        let old = parts.next().map(<[u8]>::to_vec).filter(|_| replaced);
        Ok(Written {
            changed: replaced || touched,
            replaced,
            kept: word == "kept",
            backup: backup
                .filter(|_| act && word == "replace")
                .map(|suffix| format!("{dest}{suffix}")),
            old,
            before,
            after,
            dest,
        })
    }
}

/// The start of every script here: English messages, and a way to fail.
pub(super) const PRELUDE: &str = "export LC_ALL=C\ndie() { printf '%s\\n' \"$*\" >&2; exit 1; }\n";

/// Defines `tell`, which prints the state once: for a difference with the old content, as long
/// as that is still there.
fn tell(diff: bool) -> String {
    let old = if diff {
        let limit = DIFF_LIMIT + 1;
        format!(
            "case $w in replace) [ ! -f \"$d\" ] || head -c {limit} -- \"$d\" || exit 1;; esac\n"
        )
    } else {
        String::new()
    };
    format!(
        "told=\ntell() {{\n[ -z \"$told\" ] || return 0\ntold=1\n\
         printf '%s\\000' \"$w\" \"$b\" \"$a\" \"$d\"\n{old}}}\n"
    )
}

/// Whether the content travels with the script.
fn travels(bytes: &[u8]) -> bool {
    bytes.len() <= INLINE && as_text(bytes).is_some()
}

/// The content as text a shell can hold in a variable.
fn as_text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\0'))
}

/// The words of a `validate` command, each quoted, with the temporary file for `%s`.
fn validation(command: &str) -> String {
    let words = shlex::split(command).unwrap_or_else(|| vec![command.to_owned()]);
    let word = |w: &String| match w.split_once("%s") {
        Some((before, after)) => format!("{}\"$t\"{}", quoted(before), quoted(after)),
        None => quote(w),
    };
    words.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// Like [`quote`], but nothing for nothing.
fn quoted(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        quote(text)
    }
}
