//! Many files of the host at once: what they are, and their hashes.

use super::entry::{Entry, FORMAT};
use super::trouble::trouble;
use super::write::PRELUDE;
use crate::modules::{Ctx, Failure};
use crate::transport::quote;

/// How many files one exchange looks at.
const BATCH: usize = 200;

/// One file; links are followed.
#[derive(Debug, Clone)]
pub(super) struct Surveyed {
    /// What `stat` says; none when there is no such file.
    pub(super) entry: Option<Entry>,
    /// SHA-1 of a regular file that could be read.
    pub(super) sha1: Option<String>,
}

/// Looks at files, in the order given.
pub(super) async fn survey(ctx: &Ctx<'_>, paths: &[String]) -> Result<Vec<Surveyed>, Failure> {
    let mut found = Vec::with_capacity(paths.len());
    for batch in paths.chunks(BATCH) {
        look(ctx, batch, &mut found).await?;
    }
    Ok(found)
}

async fn look(ctx: &Ctx<'_>, paths: &[String], found: &mut Vec<Surveyed>) -> Result<(), Failure> {
    let words: Vec<String> = paths.iter().map(|path| quote(path)).collect();
    let script = format!(
        "{PRELUDE}set --\n\
         for p in {}; do if [ -f \"$p\" ]; then printf f; set -- \"$@\" \"$p\"; elif [ -e \"$p\" ]; then printf e; else printf -- -; fi; done; echo\n\
         [ $# = 0 ] || {{ stat -L -c {FORMAT} -- \"$@\" && sha1sum -- \"$@\"; }} || exit 1\n\
         set --\n\
         for p in {}; do if [ -f \"$p\" ]; then :; elif [ -e \"$p\" ]; then set -- \"$@\" \"$p\"; fi; done\n\
         [ $# = 0 ] || stat -L -c {FORMAT} -- \"$@\" || exit 1\n",
        words.join(" "),
        words.join(" "),
    );
    let output = ctx.remote.run(&script).await?;
    let place = paths.first().map_or("", String::as_str);
    if !output.ok() {
        return Err(trouble("look at the files beside", place, &output));
    }
    read(&output.out(), found);
    Ok(())
}

/// Takes the answer apart: flags, then the lines of files, their hashes, and the lines of others.
fn read(text: &str, found: &mut Vec<Surveyed>) {
    let lines: Vec<&str> = text.lines().collect();
    let flags = lines.first().copied().unwrap_or_default();
    let files = flags.bytes().filter(|b| *b == b'f').count();
    let (mut file, mut other) = (1, 1 + 2 * files);
    for flag in flags.bytes() {
        let line = |index: usize| lines.get(index).copied().unwrap_or_default();
        found.push(match flag {
            b'f' => Surveyed {
                entry: Entry::parse(line(file)),
                sha1: hash(line(file + files)),
            },
            b'e' => Surveyed {
                entry: Entry::parse(line(other)),
                sha1: None,
            },
            _ => Surveyed {
                entry: None,
                sha1: None,
            },
        });
        match flag {
            b'f' => file += 1,
            b'e' => other += 1,
            _ => {}
        }
    }
}

/// The hash of a line of `sha1sum`, which marks escaped names with a backslash.
fn hash(line: &str) -> Option<String> {
    let word = line.trim_start_matches('\\').split(' ').next()?;
    (!word.is_empty()).then(|| word.to_owned())
}
