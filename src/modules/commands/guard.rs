//! `chdir`, `creates` and `removes`: where a command runs, and whether it has to.

use std::fmt::Write as _;

use super::words::expanded;
use crate::modules::{Ctx, Failure, Outcome};
use crate::transport::{Output, quote};

/// What decides whether a command runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guard<'a> {
    pub(super) chdir: Option<&'a str>,
    pub(super) creates: Option<&'a str>,
    pub(super) removes: Option<&'a str>,
}

/// What the guard said.
#[derive(Debug)]
pub(super) enum Verdict {
    /// The command ran; or, under `--check`, it would.
    Ran(Output),
    /// It did not need to: the outcome says why.
    NotNeeded(Box<Outcome>),
}

impl Guard<'_> {
    /// Whether there is anything that can say no.
    pub(super) fn decides(&self) -> bool {
        self.creates.is_some() || self.removes.is_some()
    }

    /// Shell to go before the command. It says why it went no further on standard error after
    /// `word`, which no command can know.
    fn script(&self, word: &str) -> String {
        let mut script = String::new();
        if let Some(dir) = self.chdir {
            let dir = expanded(dir);
            let _ = writeln!(
                script,
                "CDPATH= cd -- {dir} >/dev/null || {{ echo {word}chdir >&2; exit 1; }}"
            );
        }
        for (pattern, test, why) in [
            (self.creates, "", "creates"),
            (self.removes, "! ", "removes"),
        ] {
            if let Some(pattern) = pattern {
                let glob = glob(pattern);
                let _ = writeln!(
                    script,
                    "set -- {glob}\nif {test}{{ [ -e \"$1\" ] || [ -L \"$1\" ]; }}; then echo {word}{why} >&2; exit 0; fi\nset --"
                );
            }
        }
        script
    }

    /// Runs the command unless it is not needed.
    pub(super) async fn run(
        &self,
        ctx: &Ctx<'_>,
        command: &str,
        stdin: Option<&[u8]>,
    ) -> Result<Verdict, Failure> {
        let word = format!("runbook-{:016x}-", fastrand::u64(..));
        let script = format!("{}{command}", self.script(&word));
        let output = match stdin {
            Some(bytes) => ctx.remote.run_with_stdin(&script, bytes).await?,
            None => ctx.remote.run(&script).await?,
        };
        if self.chdir.is_none() && !self.decides() {
            return Ok(Verdict::Ran(output));
        }
        let words = output.err();
        let Some((before, said)) = words.split_once(&word) else {
            return Ok(Verdict::Ran(output));
        };
        let not_needed = |outcome| Ok(Verdict::NotNeeded(Box::new(outcome)));
        match (said.trim(), self.creates, self.removes) {
            ("creates", Some(path), _) => not_needed(spared(path, "exists", ctx.check)),
            ("removes", _, Some(path)) => not_needed(spared(path, "does not exist", ctx.check)),
            _ => Err(Failure::new(format!(
                "failed to change to the directory {}: {}",
                self.chdir.unwrap_or_default(),
                reason(before)
            ))),
        }
    }
}

/// The last part of the shell's complaint.
fn reason(words: &str) -> &str {
    let line = words.trim().lines().last().unwrap_or_default();
    line.find("cd: ").map_or(line, |start| &line[start..])
}

fn spared(path: &str, how: &str, check: bool) -> Outcome {
    let would = if check { "Would not" } else { "Did not" };
    Outcome::ok()
        .with("rc", 0)
        .with("stdout", format!("skipped, since {path} {how}"))
        .msg(format!("{would} run command since '{path}' {how}"))
}

/// A path whose wildcards the shell expands, and nothing else.
fn glob(pattern: &str) -> String {
    let mut text = String::new();
    let mut literal = String::new();
    for c in pattern.chars() {
        if "*?[]".contains(c) {
            if !literal.is_empty() {
                text.push_str(&piece(&literal, text.is_empty()));
                literal.clear();
            }
            text.push(c);
        } else {
            literal.push(c);
        }
    }
    if !literal.is_empty() {
        text.push_str(&piece(&literal, text.is_empty()));
    }
    text
}

fn piece(literal: &str, first: bool) -> String {
    if first {
        expanded(literal)
    } else {
        quote(literal)
    }
}
