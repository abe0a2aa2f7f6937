//! Running the programs of this machine: bounded, without a shell, with errors that can be acted on.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};

use super::error::LabError;

/// How many lines of output an error carries.
const TAIL_LINES: usize = 12;
/// The limit of commands that ought to answer at once.
const QUICK: Duration = Duration::from_mins(1);

/// One program to run, with its limits.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    name: String,
    args: Vec<String>,
    stdin: Option<String>,
    env: Vec<(String, String)>,
    limit: Duration,
}

/// What a program left behind.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Whether it exited with 0.
    pub(crate) success: bool,
    /// Its standard output.
    pub(crate) stdout: String,
    /// Its standard error.
    pub(crate) stderr: String,
    status: String,
}

impl Program {
    /// A program found on `PATH`.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            args: Vec::new(),
            stdin: None,
            env: Vec::new(),
            limit: QUICK,
        }
    }

    /// Adds one argument.
    pub(crate) fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    pub(crate) fn args<T: Into<String>>(mut self, args: impl IntoIterator<Item = T>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Feeds text to its standard input: the way for secrets, which have no place among arguments.
    pub(crate) fn stdin(mut self, text: impl Into<String>) -> Self {
        self.stdin = Some(text.into());
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    /// How long it may take.
    pub(crate) fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The command line, for messages.
    fn line(&self) -> String {
        let words: Vec<_> = std::iter::once(&self.name)
            .chain(&self.args)
            .map(String::as_str)
            .collect();
        shlex::try_join(words.iter().copied()).unwrap_or_else(|_| words.join(" "))
    }

    /// Runs to the end; a non-zero exit code is not an error.
    pub(crate) async fn output(&self) -> Result<Finished, LabError> {
        self.streamed(&|_| ()).await
    }

    /// Runs to the end; returns the trimmed standard output, or the failure.
    pub(crate) async fn run(&self) -> Result<String, LabError> {
        self.run_streamed(&|_| ()).await
    }

    /// As [`Self::run`], showing each line of either stream as it comes.
    pub(crate) async fn run_streamed(
        &self,
        on_line: &(dyn Fn(&str) + Send + Sync),
    ) -> Result<String, LabError> {
        let finished = self.streamed(on_line).await?;
        if finished.success {
            return Ok(finished.stdout.trim().to_owned());
        }
        let said = if finished.stderr.trim().is_empty() {
            &finished.stdout
        } else {
            &finished.stderr
        };
        Err(LabError::Command {
            command: self.line(),
            status: finished.status,
            stderr: last_lines(said),
        })
    }

    async fn streamed(&self, on_line: &(dyn Fn(&str) + Send + Sync)) -> Result<Finished, LabError> {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        let mut child = self.spawn()?;
        let work = self.follow(&mut child, &mut stdout, &mut stderr, on_line);
        match tokio::time::timeout(self.limit, work).await {
            Ok(Ok(status)) => Ok(Finished {
                success: status.success(),
                stdout,
                stderr,
                status: status_text(status),
            }),
            Ok(Err(source)) => Err(LabError::Command {
                command: self.line(),
                status: source.to_string(),
                stderr: last_lines(&stderr),
            }),
            Err(_) => Err(LabError::CommandTimedOut {
                command: self.line(),
                limit: self.limit,
                stderr: last_lines(&stderr),
            }),
        }
    }

    fn spawn(&self) -> Result<Child, LabError> {
        Command::new(&self.name)
            .args(&self.args)
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(if self.stdin.is_some() {
                Stdio::piped()
            } else {
                Stdio::null()
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| match source.kind() {
                std::io::ErrorKind::NotFound => LabError::MissingProgram {
                    program: self.name.clone(),
                    remedy: remedy(&self.name),
                },
                _ => LabError::Command {
                    command: self.line(),
                    status: source.to_string(),
                    stderr: String::new(),
                },
            })
    }

    async fn follow(
        &self,
        child: &mut Child,
        stdout: &mut String,
        stderr: &mut String,
        on_line: &(dyn Fn(&str) + Send + Sync),
    ) -> std::io::Result<ExitStatus> {
        let (input, out, err) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let feed = async {
            if let (Some(mut input), Some(text)) = (input, &self.stdin) {
                // A program that ends without reading its input says why in its exit code.
                let _ = input.write_all(text.as_bytes()).await;
            }
        };
        let (out, err, ()) = tokio::join!(
            collect(out, stdout, on_line),
            collect(err, stderr, on_line),
            feed
        );
        out.and(err)?;
        child.wait().await
    }
}

async fn collect(
    stream: Option<impl AsyncRead + Unpin>,
    into: &mut String,
    on_line: &(dyn Fn(&str) + Send + Sync),
) -> std::io::Result<()> {
    let Some(stream) = stream else { return Ok(()) };
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).await? > 0 {
        let text = String::from_utf8_lossy(&line);
        on_line(text.trim_end());
        into.push_str(&text);
        line.clear();
    }
    Ok(())
}

/// The package that brings a program, as Debian and Ubuntu name it.
fn remedy(program: &str) -> String {
    match program {
        "ssh" | "ssh-keygen" => {
            "install the OpenSSH client (Debian, Ubuntu: apt-get install openssh-client)".to_owned()
        }
        other => format!(
            "install it and make sure that it is on PATH (Debian, Ubuntu: apt-get install {other})"
        ),
    }
}

fn status_text(status: ExitStatus) -> String {
    status
        .code()
        .map_or_else(|| status.to_string(), |code| format!("exit code {code}"))
}

/// A command line that a shell reads back as these words; plain words stay as they are.
pub(crate) fn join<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-=:,@%+".contains(c);
    let quoted = words.map(|word| {
        let is_plain = !word.is_empty() && word.chars().all(plain);
        // Quoting fails for a NUL byte alone, which no argument can have.
        if is_plain {
            word.into()
        } else {
            shlex::try_quote(word).unwrap_or_else(|_| word.into())
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// The end of a text: what a person reads first when something failed.
pub(crate) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_failure_names_command_code_and_stderr() {
        let error = Program::new("sh")
            .args(["-c", "echo broken >&2; exit 3"])
            .run()
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "failed to run `sh -c 'echo broken >&2; exit 3'`: exit code 3\n  broken"
        );
    }

    #[tokio::test]
    async fn input_reaches_the_program_and_lines_are_shown() {
        let seen = std::sync::Mutex::new(Vec::new());
        let output = Program::new("cat")
            .stdin("one\ntwo\n")
            .run_streamed(&|line| seen.lock().unwrap().push(line.to_owned()))
            .await
            .unwrap();
        assert_eq!(output, "one\ntwo");
        assert_eq!(*seen.lock().unwrap(), ["one", "two"]);
    }

    #[tokio::test]
    async fn a_program_that_hangs_is_ended() {
        let program = Program::new("sleep")
            .arg("60")
            .limit(Duration::from_millis(50));
        let error = program.run().await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "`sleep 60` did not finish within 0 s and was ended"
        );
    }

    #[tokio::test]
    async fn a_missing_program_says_what_to_install() {
        let error = Program::new("no-such-program").run().await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "failed to find the program `no-such-program`: install it and make sure that it is on PATH (Debian, \
             Ubuntu: apt-get install no-such-program)"
        );
    }

    #[test]
    fn only_words_that_need_it_are_quoted() {
        assert_eq!(
            join(["-o", "A=/b", "C=\"/d e\"", ""].into_iter()),
            "-o A=/b 'C=\"/d e\"' ''"
        );
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        let text: String = (1..=20).fold(String::new(), |text, n| text + &format!("{n}\n\n"));
        assert_eq!(
            last_lines(&text),
            "9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20"
        );
    }
}
