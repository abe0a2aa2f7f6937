//! What can go wrong while the lab is set up, each with its remedy.

use std::path::PathBuf;
use std::time::Duration;

/// A failure of a lab operation. The text names the place, the cause and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// A program of the machine failed.
    #[error("failed to run `{command}`: {status}{}", tail(.stderr))]
    Command {
        /// The command line; the lab never puts a secret there.
        command: String,
        /// The exit code, in words.
        status: String,
        /// The last lines of its standard error.
        stderr: String,
    },
    /// A program did not finish in time and was ended.
    #[error("`{command}` did not finish within {} s and was ended{}", .limit.as_secs(), tail(.stderr))]
    CommandTimedOut {
        /// The command line.
        command: String,
        /// How long it was given.
        limit: Duration,
        /// The last lines it wrote.
        stderr: String,
    },
    /// A program is not installed.
    #[error("failed to find the program `{program}`: {remedy}")]
    MissingProgram {
        /// Its name.
        program: String,
        /// What to install.
        remedy: String,
    },
    /// Something awaited did not come about.
    #[error("timed out after {} s waiting for {what}{}", .limit.as_secs(), tail(.detail))]
    WaitTimedOut {
        /// What was awaited.
        what: String,
        /// For how long.
        limit: Duration,
        /// What was last seen.
        detail: String,
    },
    /// A file of the lab could not be read or written.
    #[error("failed to {action} {}: {source}", .path.display())]
    File {
        /// The verb.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// No layout of that name.
    #[error("unknown lab layout `{name}`{}\n  layouts: {}", suggestion(.name, .known), .known.join(", "))]
    UnknownLayout {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// No lab of that name.
    #[error("no lab named `{name}`{}", running(.known))]
    UnknownLab {
        /// The name asked for.
        name: String,
        /// The labs there are.
        known: Vec<String>,
    },
    /// The lab's name cannot be used for containers and directories.
    #[error(
        "`{0}` cannot be the name of a lab: use 1 to 20 lower-case letters, digits and dashes, beginning with a letter"
    )]
    InvalidName(String),
    /// Another process works on the same lab.
    #[error(
        "another `runbook lab` command is working on lab `{0}`: wait for it to finish, then try again"
    )]
    Busy(String),
    /// What is there contradicts what was asked.
    #[error("{0}")]
    Conflict(String),
    /// The container engine cannot be used.
    #[error("{0}")]
    Engine(String),
}

impl LabError {
    /// A constructor for `map_err` on file operations.
    pub(crate) fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }
}

/// The lines that follow the message, indented.
fn tail(text: &str) -> String {
    text.lines()
        .fold(String::new(), |out, line| out + "\n  " + line)
}

/// A "did you mean" for a name that differs in case or by something left out or added at the end.
fn suggestion(name: &str, known: &[String]) -> String {
    let close = |candidate: &&String| {
        candidate.eq_ignore_ascii_case(name)
            || candidate.starts_with(name)
            || name.starts_with(candidate.as_str())
    };
    known
        .iter()
        .find(close)
        .map_or_else(String::new, |found| format!(", did you mean `{found}`?"))
}

fn running(known: &[String]) -> String {
    match known {
        [] => ": there is none, `runbook lab up m1` makes one".to_owned(),
        names => format!("; labs: {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_command_shows_its_last_lines() {
        let error = LabError::Command {
            command: "docker start x".into(),
            status: "exit code 1".into(),
            stderr: "no such container\nhint".into(),
        };
        assert_eq!(
            error.to_string(),
            "failed to run `docker start x`: exit code 1\n  no such container\n  hint"
        );
    }

    #[test]
    fn an_unknown_layout_lists_and_suggests() {
        let error = LabError::UnknownLayout {
            name: "M1".into(),
            known: vec!["m1".into()],
        };
        assert_eq!(
            error.to_string(),
            "unknown lab layout `M1`, did you mean `m1`?\n  layouts: m1"
        );
    }

    #[test]
    fn an_unknown_lab_lists_the_labs() {
        let named = |known| {
            LabError::UnknownLab {
                name: "x".into(),
                known,
            }
            .to_string()
        };
        assert_eq!(
            named(vec!["m1".into(), "two".into()]),
            "no lab named `x`; labs: m1, two"
        );
        assert_eq!(
            named(vec![]),
            "no lab named `x`: there is none, `runbook lab up m1` makes one"
        );
    }

    #[test]
    fn a_wait_says_what_for() {
        let error = LabError::WaitTimedOut {
            what: "sshd on db1 (10.213.4.11:22)".into(),
            limit: Duration::from_mins(1),
            detail: "Connection refused".into(),
        };
        assert_eq!(
            error.to_string(),
            "timed out after 60 s waiting for sshd on db1 (10.213.4.11:22)\n  Connection refused"
        );
    }
}
