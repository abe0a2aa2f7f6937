//! Running an inventory script, bounded in time and in what it prints.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A script that takes longer is ended.
const LONGEST: Duration = Duration::from_mins(5);

/// More than so many bytes are no inventory.
const MOST: u64 = 64 << 20;

/// What a script said.
pub(super) struct Said {
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
}

/// Runs a program to its end.
pub(super) fn run(program: &Path, args: &[&str]) -> io::Result<Said> {
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let stdout = child.stdout.take().map(collect);
    let stderr = child.stderr.take().map(collect);
    let deadline = Instant::now() + LONGEST;
    let mut pause = Duration::from_millis(1);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() > deadline {
            let _ = child.kill();
            let _ = child.wait();
            let seconds = LONGEST.as_secs();
            return Err(io::Error::other(format!("it took longer than {seconds} s")));
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    };
    let gathered = |reader: Option<Reader>| -> io::Result<Vec<u8>> {
        let Some(reader) = reader else {
            return Ok(Vec::new());
        };
        let joined = reader.join();
        joined.map_err(|_| io::Error::other("its output could not be read"))?
    };
    Ok(Said {
        status,
        stdout: gathered(stdout)?,
        stderr: gathered(stderr)?,
    })
}

type Reader = std::thread::JoinHandle<io::Result<Vec<u8>>>;

fn collect(from: impl Read + Send + 'static) -> Reader {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        from.take(MOST + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MOST {
            let megabytes = MOST >> 20;
            return Err(io::Error::other(format!(
                "it printed more than {megabytes} MB"
            )));
        }
        Ok(bytes)
    })
}
