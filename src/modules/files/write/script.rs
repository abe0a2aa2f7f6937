//! The script that looks, decides and writes.

use std::fmt::Write as _;

use super::{Body, DIFF_LIMIT, PRELUDE, Parents, Write, as_text, travels};
use crate::modules::files::attrs::Links;
use crate::modules::files::entry::FORMAT;
use crate::transport::quote;

/// Creates `$t`, open as 9. Where a umask can give it its mode, no process has to.
const CREATE: &str = "c=$m\n\
    case $o$m in '') ;; [0246][0246][0246]) umask $((777-m)); c=;; *) [ -z \"$m\" ] || umask 077;; esac\n\
    set -C; exec 9>\"$t\" || exit 1; set +C\n";

/// Gives `$t` its owner and mode. An old owner is kept as far as one may.
const CHOWN: &str = "case $o in '') ;; *) chown -- \"$o\" \"$t\" 2>/dev/null || [ -n \"$k\" ] || chown -- \"$o\" \"$t\" || exit 1;; esac\n\
    [ -z \"$c\" ] || chmod -- \"$c\" \"$t\" || exit 1\n";

/// Writing takes set-id bits away, so they are given again.
const CHMOD_LATE: &str = "case $m in ????) chmod -- \"$m\" \"$t\" || exit 1;; esac\n";

/// Under `SELinux` a file keeps its label, and a new one gets what the policy says for its path.
/// Without `SELinux` this costs no process.
const LABEL_OLD: &str = "[ \"$w\" = new ] || [ ! -e /sys/fs/selinux/enforce ] || chcon --reference=\"$d\" -- \"$t\" 2>/dev/null || :\n";

/// See [`LABEL_OLD`].
const LABEL_NEW: &str = "[ \"$w\" != new ] || [ ! -e /sys/fs/selinux/enforce ] || restorecon -- \"$d\" 2>/dev/null || :";

/// Names `$t`, and sees to it that it never stays.
fn make_name() -> String {
    format!("t=$p/.runbook-{:016x}\n{CLEAN}", fastrand::u64(..))
}

const CLEAN: &str = "trap 'rm -f -- \"$t\"' EXIT; trap 'exit 143' HUP INT TERM\n";

impl Write<'_> {
    /// The whole script. `act` is whether it may change anything, `staged` where the content lies
    /// already, `backup` what is appended to the old file's name.
    pub(super) fn script(
        &self,
        act: bool,
        staged: Option<&str>,
        diff: bool,
        backup: Option<&str>,
    ) -> String {
        let mut script = String::from(PRELUDE);
        if let Some(path) = staged {
            let _ = write!(script, "t={}\n{CLEAN}", quote(path));
        }
        script.push_str(&self.look());
        script.push_str(&tell(diff));
        script.push_str(&self.decide());
        if act {
            script.push_str(&self.act(staged.is_some(), diff, backup));
        }
        script.push_str("tell\n");
        script
    }

    /// Finds out what is there: `d` the path, `p` its folder, `b` its `stat` line, `h` its hash.
    fn look(&self) -> String {
        let mut script = format!("d={}\n", quote(self.dest));
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

    fn act(&self, staged: bool, diff: bool, backup: Option<&str>) -> String {
        let attrs = self.attrs.apply("\"$d\"", Links::Follow);
        let attrs = if attrs.is_empty() {
            String::new()
        } else {
            format!("attrs)\n{attrs}a=$(stat -c {FORMAT} -- \"$d\") || exit 1;;\n")
        };
        let replace = self.replace(staged, diff, backup);
        format!("case $w in\n{attrs}new|replace)\n{replace};;\nesac\n")
    }

    /// Writes the temporary file `$t` and puts it in the place of `$d`.
    fn replace(&self, staged: bool, diff: bool, backup: Option<&str>) -> String {
        let mut script = self.make_parent();
        script.push_str(&self.temporary(staged));
        script.push_str(&self.content(staged));
        script.push_str(CHMOD_LATE);
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
            "sync \"$t\" || exit 1\n\
             if [ -n \"$u\" ] && [ -z \"$o{}\" ]; then a=; else a=$(stat -c {FORMAT} -- \"$t\") || exit 1; fi",
            if self.attrs.symbolic().is_some() {
                "x"
            } else {
                ""
            }
        );
        script.push_str(LABEL_OLD);
        if diff {
            script.push_str("tell\n");
        }
        script.push_str(if self.unsafe_writes {
            "mv -fT -- \"$t\" \"$d\" 2>/dev/null || { cat -- \"$t\" >\"$d\" && rm -f -- \"$t\"; } || exit 1\n"
        } else {
            "mv -fT -- \"$t\" \"$d\" || exit 1\n"
        });
        let _ = writeln!(script, "trap - EXIT\n{LABEL_NEW}");
        script
    }

    /// Makes `$t`, empty, open as 9, and already with its owner and mode: content never lies in a
    /// file that is more open than the one it is for.
    fn temporary(&self, staged: bool) -> String {
        let octal = self.attrs.octal().unwrap_or_default();
        let chown = self.chown();
        let chmod = match self.attrs.symbolic() {
            Some(mode) => format!("chmod -- {} \"$t\" || exit 1\n", quote(mode)),
            None => String::new(),
        };
        let create = if staged {
            // `=rw` without a who obeys the umask, as a new file does.
            "c=${m:-=rw}\n".to_owned()
        } else {
            format!("{}{CREATE}", make_name())
        };
        format!(
            "m={octal} o= k= u= g=\n\
             if [ \"$w\" = replace ] && [ ! -L \"$d\" ]; then\n\
             IFS=:; set -f; set -- $b; set +f; unset IFS\n\
             u=$3 g=$4; [ -n \"$m\" ] || m=$2\n\
             [ -O \"$d\" ] && [ -G \"$d\" ] && [ ! -g \"$p\" ] || o=$u:$g k=keep\n\
             fi\n\
             {chown}{create}{CHOWN}{chmod}"
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

    fn content(&self, staged: bool) -> String {
        if staged {
            return String::new();
        }
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
            Body::Disk(_) => "exit 1\n".to_owned(),
            Body::Remote(_) => "cat -- \"$s\" >&9 || exit 1\nexec 9>&-\n".to_owned(),
        }
    }
}

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
