//! `file`: a file, directory or link that exists, or does not, with its owner and mode.

mod link;
mod recurse;

use std::fmt::Write as _;

use futures_util::FutureExt as _;

use super::attrs::{self, Attrs, Links};
use super::entry::{Entry, FORMAT};
use super::path::{resolve, trimmed};
use super::trouble::trouble;
use super::write::PRELUDE;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Mode, Outcome};
use crate::transport::{Output, quote};
use crate::{module_args, module_choice};

module_choice! {
    /// What there shall be.
    pub(crate) enum State {
        Absent = "absent",
        Directory = "directory",
        File = "file",
        Hard = "hard",
        Link = "link",
        Touch = "touch",
    }
}

module_choice! {
    /// What `touch` does to a time.
    pub(crate) enum Time {
        Now = "now",
        Preserve = "preserve",
    }
}

module_args! {
    /// Arguments of `file`.
    pub(crate) struct Args {
        /// The path on the host.
        path: String ["dest", "name"];
        /// What there shall be; without it, whatever is there keeps its type and gets its owner and mode.
        state: Option<State>;
        /// What a link leads to.
        src: Option<String>;
        /// The permissions.
        mode: Option<Mode>;
        /// The user that owns it.
        owner: Option<String>;
        /// The group that owns it.
        group: Option<String>;
        /// Whether owner and mode are for everything below a directory as well.
        recurse: bool = "no";
        /// Whether a link may lead nowhere, or take the place of a file or an empty directory.
        force: bool = "no";
        /// Whether owner and mode are those of what a link leads to.
        follow: bool = "yes";
        /// What `touch` does to the time of the last access: `now` or `preserve`.
        access_time: Option<Time>;
        /// What `touch` does to the time of the last change: `now` or `preserve`.
        modification_time: Option<Time>;
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "file",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Create or remove files, directories and links, and set their owner and mode",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::Full,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

/// What one task wants.
struct Order<'a> {
    args: &'a Args,
    attrs: Attrs,
    path: String,
    links: Links,
}

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let path = resolve(ctx, "path", &args.path).await?;
    let order = Order {
        attrs: Attrs::new(args.mode.clone(), args.owner.clone(), args.group.clone()),
        path: trimmed(&path).to_owned(),
        links: if args.follow {
            Links::Follow
        } else {
            Links::Keep
        },
        args: &args,
    };
    let state = match args.state {
        None if args.recurse => Some(State::Directory),
        other => other,
    };
    refuse(&order, state)?;
    let (verb, body) = order.script(state, ctx);
    let script = format!(
        "{PRELUDE}d={}\nw=same b=-\n{body}printf '%s\\000' \"$w\" \"$b\" \"$a\"\n",
        quote(&order.path)
    );
    let output = ctx.remote.run(&script).await?;
    if !output.ok() {
        return Err(trouble(verb, &order.path, &output));
    }
    if output.out().starts_with("missing\0") {
        return Err(order.missing(&output));
    }
    let outcome = order.outcome(state, &output, ctx);
    if args.recurse {
        return recurse::run(&order, outcome, ctx).await;
    }
    Ok(outcome)
}

fn refuse(order: &Order<'_>, state: Option<State>) -> Result<(), Failure> {
    let args = order.args;
    let link = matches!(state, Some(State::Link | State::Hard));
    let wrong = if args.recurse && state != Some(State::Directory) {
        "`recurse` goes with `state: directory`"
    } else if link && args.src.is_none() {
        "a link needs `src`, what it leads to"
    } else if !link && args.src.is_some() {
        "`src` goes with `state: link` and `state: hard`"
    } else if state == Some(State::Absent) && order.path == "/" {
        "`/` is not going to be removed"
    } else if state != Some(State::Touch)
        && (args.access_time.is_some() || args.modification_time.is_some())
    {
        "`access_time` and `modification_time` go with `state: touch`"
    } else {
        return Ok(());
    };
    Err(Failure::new(wrong))
}

impl Order<'_> {
    /// What it is called in messages, and the shell that does it.
    fn script(&self, state: Option<State>, ctx: &Ctx<'_>) -> (&'static str, String) {
        let act = !ctx.check;
        match state {
            None => ("change", self.present("-e", act)),
            Some(State::File) => ("change", self.present("-f", act)),
            Some(State::Directory) => ("create the directory", self.directory(act)),
            Some(State::Touch) => ("touch", self.touch(act)),
            Some(State::Absent) => ("remove", absent(act, ctx.diff)),
            Some(State::Link) => ("link", self.link(act)),
            Some(State::Hard) => ("link", self.hard(act)),
        }
    }

    fn stat(&self) -> String {
        let flag = if self.links == Links::Follow {
            "-L "
        } else {
            ""
        };
        format!("$(stat {flag}-c {FORMAT} -- \"$d\")")
    }

    /// Gives what is there its owner and mode: `b` before, `a` after.
    fn adjust(&self, act: bool) -> String {
        let stat = self.stat();
        let mut script = format!("b={stat} || exit 1\na=$b\n");
        if self.attrs.is_empty() {
            return script;
        }
        script.push_str(&self.attrs.compare("b", "w", "same", "attrs"));
        if act {
            let apply = self.attrs.apply("\"$d\"", self.links);
            let _ = writeln!(
                script,
                "if [ \"$w\" = attrs ]; then\n{apply}a={stat} || exit 1\nfi"
            );
        }
        script
    }

    /// What is there is adjusted; where it is not, `w` says so and `a` is what is there instead.
    fn present(&self, test: &str, act: bool) -> String {
        format!(
            "if [ {test} \"$d\" ] || {{ [ -L \"$d\" ] && [ {test} = -e ]; }}; then\n{}else w=missing a=$(stat -c {FORMAT} -- \"$d\" 2>/dev/null); fi\n",
            self.adjust(act)
        )
    }

    fn directory(&self, act: bool) -> String {
        let create = if act { self.create() } else { String::new() };
        let link = match self.links {
            Links::Follow => "",
            Links::Keep => " && [ ! -L \"$d\" ]",
        };
        format!(
            "if [ -d \"$d\" ]{link}; then\n{}\
             elif [ -e \"$d\" ] || [ -L \"$d\" ]; then die 'it exists and is not a directory (remove it first)'\n\
             else w=new a=-\n{create}fi\n",
            self.adjust(act)
        )
    }

    /// Makes a directory and those above it, with owner and mode for each that is new.
    fn create(&self) -> String {
        let plain = self.attrs.mode.as_ref().and_then(Mode::octal);
        let plain = plain.filter(|bits| *bits <= 0o777 && bits & 0o300 == 0o300);
        let mut script = String::from(
            "set -- \"$d\"; x=$d\n\
             while case $x in */*) x=${x%/*};; *) false;; esac && [ -n \"$x\" ] && [ ! -d \"$x\" ]; do set -- \"$@\" \"$x\"; done\n",
        );
        // The right umask makes `chmod` unnecessary, unless a set-id directory is above.
        if let Some(bits) = plain {
            let _ = writeln!(script, "umask {:03o}", 0o777 & !bits);
        }
        script.push_str("mkdir -p -- \"$d\" || exit 1\n");
        if plain.is_some() {
            let owner = Attrs::new(None, self.attrs.owner.clone(), self.attrs.group.clone());
            let mode = Attrs::new(self.attrs.mode.clone(), None, None);
            script.push_str(&owner.apply("\"$@\"", Links::Follow));
            let chmod = mode.apply("\"$@\"", Links::Follow);
            let _ = writeln!(script, "if [ -g \"$d\" ]; then {chmod}fi");
        } else {
            script.push_str(&self.attrs.apply("\"$@\"", Links::Follow));
        }
        let _ = writeln!(script, "a={} || exit 1", self.stat());
        script
    }

    fn touch(&self, act: bool) -> String {
        let keep = |time| time == Some(Time::Preserve);
        let (access, change) = (
            keep(self.args.access_time),
            keep(self.args.modification_time),
        );
        let touched = match (access, change) {
            (true, true) => return self.touch_script("", act),
            (true, false) => "touch -m -- \"$d\" || exit 1\n",
            (false, true) => "touch -a -- \"$d\" || exit 1\n",
            (false, false) => "touch -- \"$d\" || exit 1\n",
        };
        self.touch_script(touched, act)
    }

    fn touch_script(&self, touched: &str, act: bool) -> String {
        let (create, again) = if act {
            let apply = self.attrs.apply("\"$d\"", Links::Follow);
            let stat = self.stat();
            (
                format!(
                    "(umask 077; touch -- \"$d\") && chmod =rw -- \"$d\" || exit 1\n{apply}a={stat} || exit 1\n"
                ),
                touched,
            )
        } else {
            (String::new(), "")
        };
        let word = if touched.is_empty() {
            ""
        } else {
            "w=touched\n"
        };
        format!(
            "if [ -e \"$d\" ]; then\n{}{word}{again}else w=new a=-\n{create}fi\n",
            self.adjust(act)
        )
    }

    fn outcome(&self, state: Option<State>, output: &Output, ctx: &Ctx<'_>) -> Outcome {
        let text = output.out();
        let mut parts = text.split('\0');
        let mut next = || parts.next().unwrap_or_default();
        let word = next();
        let (before, mut after) = (Entry::parse(next()), Entry::parse(next()));
        if ctx.check && word != "gone" {
            after = after.map(|entry| self.attrs.predict(&entry));
        }
        let moved = match (&before, &after) {
            (Some(before), Some(after)) => attrs::differ(before, after),
            _ => false,
        };
        let changed = moved || !matches!(word, "same" | "attrs");
        let named = match state {
            Some(State::Link | State::Hard | State::Touch) => "dest",
            _ => "path",
        };
        let mut outcome = Outcome::changed(changed).with(named, self.path.clone());
        if let Some(src) = &self.args.src {
            outcome = outcome.with("src", src.clone());
        }
        outcome = match (&after, state) {
            (Some(after), _) => after.describe(outcome),
            (None, Some(State::Absent)) => outcome.with("state", "absent"),
            (None, _) => outcome,
        };
        if state == Some(State::Hard) {
            outcome = outcome.with("state", "hard");
        }
        if ctx.diff {
            let (was, is) = self.difference(word, state, before.as_ref(), after.as_ref());
            outcome = outcome.diff(self.path.clone(), was, is);
        }
        outcome
    }

    /// There is no such file, or it is something else.
    fn missing(&self, output: &Output) -> Failure {
        let there = output.out();
        let there = there.split('\0').nth(2).and_then(Entry::parse);
        let state = there.map_or("absent", |entry| entry.state());
        Failure::new(format!("file ({}) is {state}, cannot continue", self.path))
            .detail(match self.args.state {
                Some(_) => " (`state: touch` creates an empty file)",
                None => " (say which `state` it shall have)",
            })
            .with("path", self.path.clone())
            .with("state", state)
    }

    fn difference(
        &self,
        word: &str,
        state: Option<State>,
        before: Option<&Entry>,
        after: Option<&Entry>,
    ) -> (String, String) {
        if word == "touched" {
            return (String::new(), String::new());
        }
        let (was, is) = attrs::describe(before, after);
        let name = match state {
            Some(State::Directory) => "directory",
            Some(State::Link) => "link",
            Some(State::Hard) => "hard",
            _ => "file",
        };
        let was = if word == "new" {
            "state: absent\n".to_owned()
        } else {
            was
        };
        match (word, after, &self.args.src) {
            ("new", None, None) => (was, format!("state: {name}\n")),
            ("new" | "relink", _, Some(src)) => (was, format!("state: {name}\nsrc: {src}\n")),
            _ => (was, is),
        }
    }
}

/// Removes whatever is there.
fn absent(act: bool, diff: bool) -> String {
    let look = if diff {
        format!("b=$(stat -c {FORMAT} -- \"$d\") || exit 1\n")
    } else {
        String::new()
    };
    let remove = if act {
        "rm -rf -- \"$d\" || exit 1\n"
    } else {
        ""
    };
    format!("a=-\nif [ -e \"$d\" ] || [ -L \"$d\" ]; then w=gone\n{look}{remove}fi\n")
}

#[cfg(test)]
mod tests;
