//! Symbolic and hard links, put in place by a rename so that they are never missing.

use std::fmt::Write as _;

use super::Order;
use crate::modules::files::attrs::Links;
use crate::modules::files::entry::FORMAT;
use crate::transport::quote;

impl Order<'_> {
    fn src(&self) -> &str {
        self.args.src.as_deref().unwrap_or_default()
    }

    pub(super) fn link(&self, act: bool) -> String {
        let force = self.args.force;
        let target = if force {
            ""
        } else {
            "case $s in /*) x=$s;; */*|*) case $d in */*) x=${d%/*}/$s;; *) x=$s;; esac;; esac\n\
             [ -e \"$x\" ] || die \"what it shall lead to, $s, does not exist (create it first, or set \\`force: true\\`)\"\n"
        };
        let make = if act { make("ln -s --") } else { String::new() };
        format!(
            "s={}\na=-\n{target}\
             if [ -L \"$d\" ]; then b=$(stat -c {FORMAT} -- \"$d\") && l=$(readlink -- \"$d\") || exit 1\na=$b\n\
             [ \"$l\" = \"$s\" ] || w=relink\n\
             {}else w=new\nfi\n{make}{}",
            quote(self.src()),
            self.occupied(),
            self.owner(act),
        )
    }

    pub(super) fn hard(&self, act: bool) -> String {
        let make = if act { make("ln --") } else { String::new() };
        format!(
            "s={}\na=-\n[ -f \"$s\" ] || die \"what it shall lead to, $s, is not a file\"\n\
             if [ \"$d\" -ef \"$s\" ] && [ ! -L \"$d\" ]; then b=$(stat -c {FORMAT} -- \"$d\") || exit 1\na=$b\n\
             {}elif [ -L \"$d\" ]; then w=relink\nelse w=new\nfi\n{make}{}",
            quote(self.src()),
            self.occupied(),
            self.owner(act),
        )
    }

    /// What happens to a file or directory in the link's place.
    fn occupied(&self) -> &'static str {
        if self.args.force {
            "elif [ -d \"$d\" ] && [ ! -L \"$d\" ]; then w=relink e=$(ls -A -- \"$d\") || exit 1\n\
             [ -z \"$e\" ] || die 'it is a directory with something in it'\n\
             elif [ -e \"$d\" ] && [ ! -L \"$d\" ]; then w=relink\n"
        } else {
            "elif [ -e \"$d\" ] && [ ! -L \"$d\" ]; then die 'something else is there already (remove it first, or set `force: true`)'\n"
        }
    }

    /// The link's own owner; its mode means nothing, so it is that of the target when followed.
    fn owner(&self, act: bool) -> String {
        if self.attrs.is_empty() {
            return String::new();
        }
        if self.links == Links::Keep {
            let apply = self.attrs.apply("\"$d\"", Links::Keep);
            let apply = if act { apply } else { String::new() };
            return format!(
                "if [ -L \"$d\" ]; then\n{apply}a=$(stat -c {FORMAT} -- \"$d\") || exit 1\nfi\n"
            );
        }
        let mut script = format!(
            "if [ -e \"$d\" ]; then z=$(stat -L -c {FORMAT} -- \"$d\") || exit 1\n{}",
            self.attrs.compare("z", "y", "same", "attrs")
        );
        if act {
            let apply = self.attrs.apply("\"$d\"", Links::Follow);
            let _ = writeln!(
                script,
                "if [ $y = attrs ]; then\n{apply}[ \"$z\" != \"$(stat -L -c {FORMAT} -- \"$d\")\" ] || y=same\nfi"
            );
        }
        script.push_str("[ $y = same ] || [ $w != same ] || w=retarget\nfi\n");
        script
    }
}

/// Puts the link in place; `ln` makes one.
fn make(ln: &str) -> String {
    format!(
        "case $w in\n\
             new) {ln} \"$s\" \"$d\" || exit 1;;\n\
             relink) case $d in */*) t=${{d%/*}}/.runbook-{tag};; *) t=.runbook-{tag};; esac\n\
             {ln} \"$s\" \"$t\" || exit 1\n\
             {{ [ ! -d \"$d\" ] || [ -L \"$d\" ] || rmdir -- \"$d\"; }} && mv -fT -- \"$t\" \"$d\" || {{ rm -f -- \"$t\"; exit 1; }};;\n\
             esac\n\
             case $w in new|relink) a=$(stat -c {FORMAT} -- \"$d\") || exit 1;; esac\n",
        tag = format_args!("{:016x}", fastrand::u64(..)),
    )
}
