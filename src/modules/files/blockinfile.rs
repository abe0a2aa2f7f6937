//! `blockinfile`: lines between two markers in a text file.

use futures_util::FutureExt as _;
use regex::Regex;

use super::attrs::Attrs;
use super::edit::{Options, Text, lines};
use super::pattern;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Mode, Outcome};
use crate::{module_args, module_choice};

module_choice! {
    /// Whether the block shall be there.
    pub(crate) enum State {
        Absent = "absent",
        Present = "present",
    }
}

module_args! {
    /// Arguments of `blockinfile`.
    pub(crate) struct Args {
        /// The file on the host.
        path: String ["dest", "destfile", "name"];
        /// Whether the block shall be there.
        state: State = "present";
        /// The lines; none means that the block is removed.
        block: String = "" ["content"];
        /// The line before and after the block, `{mark}` standing for which one it is. Two blocks of a file need two markers.
        marker: String = "# {mark} ANSIBLE MANAGED BLOCK";
        /// What `{mark}` is before the block.
        marker_begin: String = "BEGIN";
        /// What `{mark}` is after the block.
        marker_end: String = "END";
        /// Put a new block after the last line that matches this, or at `EOF`.
        insertafter: Option<String>;
        /// Put a new block before the last line that matches this, or at `BOF`.
        insertbefore: Option<String>;
        /// Whether a missing file is created.
        create: bool = "no";
        /// Whether to keep the old file beside the new one.
        backup: bool = "no";
        /// Whether an empty line follows the block.
        append_newline: bool = "no";
        /// Whether an empty line precedes the block.
        prepend_newline: bool = "no";
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
    name: "blockinfile",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "See to it that a block of lines is in a text file, or is not",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::Full,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let place = place(&args)?;
    if !args.marker.contains("{mark}") {
        return Err(Failure::new(
            "`marker` must hold `{mark}`, so that the two lines around the block differ",
        ));
    }
    let text = Text::read(ctx, &args.path).await?;
    let wanted = args.state == State::Present && !args.block.is_empty();
    if !text.exists() {
        if !wanted {
            return Ok(Outcome::ok().msg("there is no such file"));
        }
        if !args.create {
            return Err(Failure::new(format!(
                "failed to edit {}: there is no such file on the host (set `create: true` to create it)",
                text.path
            )));
        }
    }
    let block = wanted.then_some(args.block.as_str());
    let (new, message) = edited(&text.content, block, &args, &place);
    let options = Options {
        attrs: Attrs::new(args.mode.clone(), args.owner.clone(), args.group.clone()),
        backup: args.backup,
        validate: args.validate.as_deref(),
        unsafe_writes: args.unsafe_writes,
    };
    Ok(text.finish(ctx, &new, options).await?.msg(message))
}

/// Where a new block goes.
enum Place {
    Start,
    End,
    After(Regex),
    Before(Regex),
}

fn place(args: &Args) -> Result<Place, Failure> {
    match (&args.insertafter, &args.insertbefore) {
        (Some(_), Some(_)) => Err(Failure::new(
            "`insertafter` and `insertbefore` exclude each other",
        )),
        (None, None) => Ok(Place::End),
        (Some(text), None) if text == "EOF" => Ok(Place::End),
        (None, Some(text)) if text == "BOF" => Ok(Place::Start),
        (Some(text), None) => pattern::line("insertafter", text).map(Place::After),
        (None, Some(text)) => pattern::line("insertbefore", text).map(Place::Before),
    }
}

impl Place {
    fn index(&self, lines: &[&str]) -> usize {
        let last = |regex: &Regex| lines.iter().rposition(|line| regex.is_match(bare(line)));
        match self {
            Self::Start => 0,
            Self::End => lines.len(),
            Self::After(regex) => last(regex).map_or(lines.len(), |index| index + 1),
            Self::Before(regex) => last(regex).unwrap_or(lines.len()),
        }
    }
}

fn bare(line: &str) -> &str {
    line.strip_suffix('\n').unwrap_or(line)
}

fn edited(text: &str, block: Option<&str>, args: &Args, place: &Place) -> (String, &'static str) {
    let marker = |mark: &str| args.marker.replace("{mark}", mark);
    let (begin, end) = (marker(&args.marker_begin), marker(&args.marker_end));
    let mut lines = lines(text);
    let find = |wanted: &str| lines.iter().rposition(|line| bare(line) == wanted);
    let (index, found) = match (find(&begin), find(&end)) {
        (Some(first), Some(last)) => {
            let (first, last) = (first.min(last), first.max(last));
            lines.drain(first..=last);
            (first, true)
        }
        _ => (place.index(&lines), false),
    };
    let Some(block) = block else {
        return (lines.concat(), if found { "Block removed" } else { "" });
    };
    let block = format!("{begin}\n{}\n{end}\n", block.trim_end_matches('\n'));
    let new = joined(&lines[..index], &block, &lines[index..], args);
    let message = match (found, new == text) {
        (_, true) => "",
        (true, false) => "Block replaced",
        (false, false) => "Block inserted",
    };
    (new, message)
}

fn joined(before: &[&str], block: &str, after: &[&str], args: &Args) -> String {
    let mut text = before.concat();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    let empty = |line: Option<&&str>| line.is_none_or(|line| bare(line).is_empty());
    if args.prepend_newline && !empty(before.last()) {
        text.push('\n');
    }
    text.push_str(block);
    if args.append_newline && !empty(after.first()) {
        text.push('\n');
    }
    text.push_str(&after.concat());
    text
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use crate::modules::testing::Lab;

    /// Runs the module twice on a text: the text afterwards; the second run must change nothing.
    async fn edit(before: &str, mut arguments: Json) -> String {
        let lab = Lab::new();
        arguments["path"] = lab.write("file", before).into();
        let first = lab.ok("blockinfile", arguments.clone()).await;
        let after = lab.read("file");
        assert_eq!(first.changed, after != before, "{arguments}");
        assert!(
            !lab.ok("blockinfile", arguments.clone()).await.changed,
            "{arguments} again"
        );
        after
    }

    #[tokio::test]
    async fn a_block_is_put_in_its_place() {
        let marked = |block: &str| {
            format!("# BEGIN ANSIBLE MANAGED BLOCK\n{block}\n# END ANSIBLE MANAGED BLOCK\n")
        };
        let x = marked("x\ny");
        for (arguments, after) in [
            (json!({"block": "x\ny\n"}), format!("a\nb\n{x}")),
            (
                json!({"block": "x\ny", "insertbefore": "BOF"}),
                format!("{x}a\nb"),
            ),
            (
                json!({"block": "x\ny", "insertafter": "^a"}),
                format!("a\n{x}b"),
            ),
            (
                json!({"block": "x\ny", "insertbefore": "^b"}),
                format!("a\n{x}b"),
            ),
            (
                json!({"block": "x\ny", "insertafter": "^a", "append_newline": true, "prepend_newline": true}),
                format!("a\n\n{x}\nb"),
            ),
            (
                json!({"block": "x", "marker": "; {mark} mine", "marker_begin": "<", "marker_end": ">"}),
                "a\nb\n; < mine\nx\n; > mine\n".to_owned(),
            ),
        ] {
            assert_eq!(edit("a\nb", arguments.clone()).await, after, "{arguments}");
        }
    }

    #[tokio::test]
    async fn a_block_is_replaced_and_removed() {
        let old = "a\n# BEGIN ANSIBLE MANAGED BLOCK\nold\n# END ANSIBLE MANAGED BLOCK\nb\n";
        let new = "a\n# BEGIN ANSIBLE MANAGED BLOCK\nnew\n# END ANSIBLE MANAGED BLOCK\nb\n";
        assert_eq!(edit(old, json!({"block": "new"})).await, new);
        assert_eq!(edit(old, json!({"block": ""})).await, "a\nb\n");
        assert_eq!(
            edit(old, json!({"block": "x", "state": "absent"})).await,
            "a\nb\n"
        );
    }

    #[tokio::test]
    async fn a_missing_file_and_a_bad_marker_are_refused() {
        let lab = Lab::new();
        let path = lab.at("file");
        let (msg, _) = lab
            .fails("blockinfile", json!({"path": path, "block": "x"}))
            .await;
        assert!(msg.ends_with("(set `create: true` to create it)"), "{msg}");
        let (msg, _) = lab
            .fails(
                "blockinfile",
                json!({"path": path, "block": "x", "marker": "# x"}),
            )
            .await;
        assert!(msg.starts_with("`marker` must hold `{mark}`"), "{msg}");
        assert!(
            !lab.ok("blockinfile", json!({"path": path, "state": "absent"}))
                .await
                .changed
        );
        let lab = lab.check(true);
        let create = json!({"path": path, "block": "x", "create": true});
        assert!(lab.ok("blockinfile", create).await.changed);
        assert!(lab.list("").is_empty());
    }
}
