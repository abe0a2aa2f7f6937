//! What a command's end looks like in `register`.

use jiff::Zoned;
use serde_json::{Map, Value as Json};

use crate::modules::{Failure, Outcome};
use crate::transport::Output;

/// How many lines of a failed command's output its message shows.
const LAST_LINES: usize = 5;

/// A command that is running.
#[derive(Debug)]
pub(super) struct Started {
    cmd: Json,
    start: Zoned,
    strip: bool,
}

impl Started {
    /// Starts the clock. `cmd` is what `register` shows; `strip` drops newlines at the end.
    pub(super) fn now(cmd: Json, strip: bool) -> Self {
        Self {
            cmd,
            start: Zoned::now(),
            strip,
        }
    }

    /// Stops the clock: an outcome, or for a code other than 0 a failure.
    pub(super) fn ended(self, output: &Output) -> Result<Outcome, Failure> {
        if let Some(failure) = self.never_began(output) {
            return Err(failure);
        }
        let result = self.result(output);
        if output.ok() {
            return Ok(Outcome {
                changed: true,
                result,
                ..Outcome::default()
            });
        }
        let mut result = result;
        result.remove("msg");
        result.insert("changed".to_owned(), true.into());
        Err(Failure::Failed {
            msg: "non-zero return code".to_owned(),
            detail: Some(message(output)),
            result,
            place: None,
        })
    }

    /// The outcome of a command that did not run, with the keys of one that did.
    pub(super) fn never(self, outcome: Outcome) -> Outcome {
        let stdout = outcome.result.get("stdout").and_then(Json::as_str);
        let stdout = stdout.unwrap_or_default().to_owned();
        let mut outcome = outcome
            .with("cmd", self.cmd)
            .with("stdout_lines", lines(&stdout))
            .with("stdout", stdout)
            .with("stderr", "")
            .with("stderr_lines", Vec::<Json>::new());
        for time in ["start", "end", "delta"] {
            outcome = outcome.with(time, Json::Null);
        }
        outcome
    }

    /// The shell of a `command` found no such program, or could not run it: told by the error
    /// number, as Ansible does.
    fn never_began(&self, output: &Output) -> Option<Failure> {
        let words = self.cmd.as_array()?;
        let said = output.err();
        let said = said.trim();
        let by_shell = said.contains("exec: ") && said.lines().count() == 1;
        let errno = match output.code {
            127 if by_shell => 2,
            126 if by_shell => 13,
            _ => return None,
        };
        let words: Vec<&str> = words.iter().filter_map(Json::as_str).collect();
        let mut failure = Failure::new("Error executing command.")
            .detail(message(output).replacen(&format!(" {}", output.code), "", 1))
            .with("rc", errno)
            .with("cmd", words.join(" "));
        for name in ["stdout", "stderr"] {
            failure = failure
                .with(name, "")
                .with(&format!("{name}_lines"), Vec::<Json>::new());
        }
        Some(failure)
    }

    fn result(&self, output: &Output) -> Map<String, Json> {
        let end = Zoned::now();
        let took = self.start.duration_until(&end).as_micros();
        let mut result = Map::new();
        result.insert("cmd".to_owned(), self.cmd.clone());
        for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            let text = String::from_utf8_lossy(bytes);
            let text = if self.strip {
                text.trim_end_matches(['\r', '\n'])
            } else {
                &text
            };
            result.insert(name.to_owned(), text.into());
            result.insert(format!("{name}_lines"), lines(text));
        }
        result.insert("rc".to_owned(), output.code.into());
        result.insert("msg".to_owned(), "".into());
        result.insert("start".to_owned(), stamp(&self.start).into());
        result.insert("end".to_owned(), stamp(&end).into());
        result.insert("delta".to_owned(), delta(took).into());
        result
    }
}

/// The result without the command and its times, as `raw` and `script` give it.
pub(super) fn bare(ended: Result<Outcome, Failure>) -> Result<Outcome, Failure> {
    let strip = |result: &mut Map<String, Json>| {
        for name in ["cmd", "start", "end", "delta"] {
            result.shift_remove(name);
        }
        if result.get("msg").and_then(Json::as_str) == Some("") {
            result.shift_remove("msg");
        }
    };
    match ended {
        Ok(mut outcome) => {
            strip(&mut outcome.result);
            Ok(outcome)
        }
        Err(Failure::Failed {
            msg,
            detail,
            mut result,
            place,
        }) => {
            strip(&mut result);
            Err(Failure::Failed {
                msg,
                detail,
                result,
                place,
            })
        }
        unreachable @ Err(_) => unreachable,
    }
}

fn stamp(time: &Zoned) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S.%6f").to_string()
}

/// Microseconds as Python writes a time difference: `0:00:01.000042`.
fn delta(micros: i128) -> String {
    let seconds = micros / 1_000_000;
    format!(
        "{}:{:02}:{:02}.{:06}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        micros % 1_000_000
    )
}

fn lines(text: &str) -> Json {
    text.lines().collect::<Vec<_>>().into()
}

/// Says the code and, where there are any, the last words.
fn message(output: &Output) -> String {
    let words = [output.err(), output.out()];
    let last = words.iter().map(|text| last(text)).find(|t| !t.is_empty());
    let said = last.map(|text| format!(": {text}")).unwrap_or_default();
    let hint = match output.code {
        127 => " (no such command on the host, or a file it needs)",
        126 => " (the file cannot be executed)",
        _ => "",
    };
    format!(" {}{hint}{said}", output.code)
}

fn last(text: &str) -> String {
    let lines: Vec<&str> = text.trim().lines().collect();
    let start = lines.len().saturating_sub(LAST_LINES);
    lines[start..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_is_written_as_python_does() {
        assert_eq!(delta(42), "0:00:00.000042");
        assert_eq!(delta(3_725_000_001), "1:02:05.000001");
    }

    #[test]
    fn a_message_shows_the_last_lines_only() {
        let output = Output {
            code: 2,
            stdout: b"ignored".to_vec(),
            stderr: b"1\n2\n3\n4\n5\n6\n".to_vec(),
        };
        assert_eq!(message(&output), " 2: 2\n3\n4\n5\n6");
    }
}
