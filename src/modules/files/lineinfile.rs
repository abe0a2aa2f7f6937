//! `lineinfile`: one line that is in a text file, or is not.

mod plan;

use futures_util::FutureExt as _;

use super::attrs::Attrs;
use super::edit::{Options, Text};
use super::pattern::line as regex;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Mode, Outcome};
use crate::{module_args, module_choice};
use plan::{Anchor, Order, Search};

module_choice! {
    /// Whether the line shall be there.
    pub(crate) enum State {
        Absent = "absent",
        Present = "present",
    }
}

module_args! {
    /// Arguments of `lineinfile`.
    pub(crate) struct Args {
        /// The file on the host.
        path: String ["dest", "destfile", "name"];
        /// Whether the line shall be there.
        state: State = "present";
        /// Matches the line to replace (the last one that does), or every line to remove.
        regexp: Option<String> ["regex"];
        /// Text within the line to replace or to remove, instead of `regexp`.
        search_string: Option<String>;
        /// The line; needed for `state: present`.
        line: Option<String> ["value"];
        /// Whether `\1` and `\g<name>` in `line` stand for what `regexp` matched; without a match nothing is done then.
        backrefs: bool = "no";
        /// Put a new line after the last line that matches this, or at `EOF`.
        insertafter: Option<String>;
        /// Put a new line before the last line that matches this, or at `BOF`.
        insertbefore: Option<String>;
        /// Whether a missing file is created.
        create: bool = "no";
        /// Whether to keep the old file beside the new one.
        backup: bool = "no";
        /// Whether the first match counts rather than the last, for `insertafter` and `insertbefore`.
        firstmatch: bool = "no";
        /// The permissions.
        mode: Option<Mode>;
        /// The user that owns it.
        owner: Option<String>;
        /// The group that owns it.
        group: Option<String>;
        /// A command that must accept the new file; `%s` stands for its path.
        validate: Option<String>;
        /// Whether to write into a file that cannot be replaced, such as a mount point; not atomic.
        unsafe_writes: bool = "no";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "lineinfile",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "See to it that one line is in a text file, or is not",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::Full,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let order = order(&args)?;
    let text = Text::read(ctx, &args.path).await?;
    if !text.exists() {
        if args.state == State::Absent {
            return Ok(Outcome::ok().msg("there is no such file"));
        }
        if !args.create {
            return Err(Failure::new(format!(
                "failed to edit {}: there is no such file on the host (set `create: true` to create it)",
                text.path
            )));
        }
    }
    let edited = match args.state {
        State::Present => order.present(&text.content),
        State::Absent => order.absent(&text.content),
    };
    let options = Options {
        attrs: Attrs::new(args.mode.clone(), args.owner.clone(), args.group.clone()),
        backup: args.backup,
        validate: args.validate.as_deref(),
        unsafe_writes: args.unsafe_writes,
    };
    let unchanged_and_missing = !text.exists() && edited.content.is_empty();
    let mut outcome = if unchanged_and_missing {
        Outcome::ok()
    } else {
        text.finish(ctx, &edited.content, options).await?
    };
    outcome
        .result
        .entry("backup")
        .or_insert_with(|| String::new().into());
    let outcome = match args.state {
        State::Absent => outcome.with("found", edited.found),
        State::Present => outcome,
    };
    Ok(outcome.msg(edited.message))
}

fn order(args: &Args) -> Result<Order, Failure> {
    let search = match (&args.regexp, &args.search_string) {
        (Some(_), Some(_)) => {
            return Err(Failure::new(
                "`regexp` and `search_string` exclude each other",
            ));
        }
        (Some(text), None) => Some(Search::Regex(regex("regexp", text)?)),
        (None, Some(text)) => Some(Search::Text(text.clone())),
        (None, None) => None,
    };
    let line = args.line.clone();
    match args.state {
        State::Present if line.is_none() => {
            return Err(Failure::new("`line` is needed with `state: present`"));
        }
        State::Absent if line.is_none() && search.is_none() => {
            return Err(Failure::new(
                "`state: absent` needs `line`, `regexp` or `search_string`",
            ));
        }
        _ => {}
    }
    if args.backrefs && !matches!(search, Some(Search::Regex(_))) {
        return Err(Failure::new("`backrefs` needs `regexp`"));
    }
    Ok(Order {
        search,
        line,
        backrefs: args.backrefs,
        anchor: anchor(args)?,
        first: args.firstmatch,
    })
}

fn anchor(args: &Args) -> Result<Anchor, Failure> {
    match (&args.insertafter, &args.insertbefore) {
        (Some(_), Some(_)) => Err(Failure::new(
            "`insertafter` and `insertbefore` exclude each other",
        )),
        (None, None) => Ok(Anchor::End),
        (Some(text), None) if text == "EOF" => Ok(Anchor::End),
        (None, Some(text)) if text == "BOF" => Ok(Anchor::Start),
        (Some(text), None) => Ok(Anchor::After(regex("insertafter", text)?)),
        (None, Some(text)) => Ok(Anchor::Before(regex("insertbefore", text)?)),
    }
}

#[cfg(test)]
mod tests;
