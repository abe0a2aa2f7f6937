//! `replace`: every match of a regular expression in a text file.

use futures_util::FutureExt as _;
use std::ops::Range;

use super::attrs::Attrs;
use super::edit::{Options, Text};
use super::pattern::{across, expand, lines};
use crate::module_args;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Mode, Outcome};

module_args! {
    /// Arguments of `replace`.
    pub(crate) struct Args {
        /// The file on the host.
        path: String ["dest", "destfile", "name"];
        /// What to replace; `^` and `$` match at lines.
        regexp: String;
        /// What to put there, `\1` and `\g<name>` standing for groups; matches are removed without it.
        replace: String = "";
        /// Only what follows a match of this is looked at.
        after: Option<String>;
        /// Only what comes before a match of this is looked at.
        before: Option<String>;
        /// Whether to keep the old file beside the new one.
        backup: bool = "no";
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
    name: "replace",
    aliases: &[],
    collection: "ansible.builtin",
    summary: "Replace every match of a regular expression in a text file",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::Full,
    local: false,
    run: |arguments, ctx| async move { run(Args::decode(arguments)?, ctx).await }.boxed(),
};

async fn run(args: Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let regex = lines("regexp", &args.regexp)?;
    let text = Text::read(ctx, &args.path).await?;
    if !text.exists() {
        return Err(Failure::new(format!(
            "failed to edit {}: there is no such file on the host",
            text.path
        )));
    }
    let Some(part) = part(&args, &text.content)? else {
        return Ok(Outcome::ok()
            .msg("nothing matches `after` and `before`")
            .with("rc", 0));
    };
    let content = &text.content;
    let mut count = 0_usize;
    let replaced = regex.replace_all(&content[part.clone()], |captures: &regex::Captures<'_>| {
        count += 1;
        expand(&args.replace, captures)
    });
    let new = format!(
        "{}{replaced}{}",
        &content[..part.start],
        &content[part.end..]
    );
    let message = if new == *content {
        String::new()
    } else {
        format!("{count} replacements made")
    };
    let options = Options {
        attrs: Attrs::new(args.mode.clone(), args.owner.clone(), args.group.clone()),
        backup: args.backup,
        validate: args.validate.as_deref(),
        unsafe_writes: args.unsafe_writes,
    };
    Ok(text
        .finish(ctx, &new, options)
        .await?
        .msg(message)
        .with("rc", 0))
}

/// The part of the text between `after` and `before`; none when they do not match.
fn part(args: &Args, text: &str) -> Result<Option<Range<usize>>, Failure> {
    let pattern = match (&args.after, &args.before) {
        (None, None) => return Ok(Some(0..text.len())),
        (Some(after), None) => format!("{after}(?P<runbook_part>.*)"),
        (None, Some(before)) => format!("(?P<runbook_part>.*){before}"),
        (Some(after), Some(before)) => format!("{after}(?P<runbook_part>.*?){before}"),
    };
    let regex = across("after` and `before", &pattern)?;
    let captures = regex.captures(text);
    Ok(captures.and_then(|found| found.name("runbook_part").map(|part| part.range())))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use crate::modules::testing::Lab;

    async fn edit(before: &str, mut arguments: Json) -> (String, String) {
        let lab = Lab::new();
        arguments["path"] = lab.write("file", before).into();
        let outcome = lab.ok("replace", arguments.clone()).await;
        let after = lab.read("file");
        assert_eq!(outcome.changed, after != before, "{arguments}");
        (
            after,
            outcome.result["msg"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        )
    }

    #[tokio::test]
    async fn every_match_is_replaced() {
        let text = "a=1\nb=1\na=2\n";
        for (arguments, after, msg) in [
            (
                json!({"regexp": "^a=(\\d)$", "replace": "c=\\1\\1"}),
                "c=11\nb=1\nc=22\n",
                "2 replacements made",
            ),
            (json!({"regexp": "1\n"}), "a=b=a=2\n", "2 replacements made"),
            (
                json!({"regexp": "=1", "replace": "=7", "after": "b"}),
                "a=1\nb=7\na=2\n",
                "1 replacements made",
            ),
            (
                json!({"regexp": "=1", "replace": "=7", "before": "b"}),
                "a=7\nb=1\na=2\n",
                "1 replacements made",
            ),
            (
                json!({"regexp": "\\d", "replace": "7", "after": "b", "before": "a"}),
                "a=1\nb=7\na=2\n",
                "1 replacements made",
            ),
            (
                json!({"regexp": "1", "replace": "7", "after": "zzz"}),
                text,
                "nothing matches `after` and `before`",
            ),
            (json!({"regexp": "none", "replace": "7"}), text, ""),
        ] {
            let found = edit(text, arguments.clone()).await;
            assert_eq!(found, (after.to_owned(), msg.to_owned()), "{arguments}");
        }
    }

    #[tokio::test]
    async fn a_missing_file_is_named() {
        let lab = Lab::new();
        let path = lab.at("file");
        let (msg, _) = lab
            .fails("replace", json!({"path": path, "regexp": "x"}))
            .await;
        assert_eq!(
            msg,
            format!("failed to edit {path}: there is no such file on the host")
        );
    }
}
