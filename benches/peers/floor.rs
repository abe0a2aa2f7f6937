//! The least any runner could do over SSH: the same commands, fed by hand.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::Failure;
use crate::measure::Sample;

/// Feeds `count` commands to one remote `sh`, each after the answer to the one before. The frame
/// is the smallest that tells one answer from the next: output, then a nonce and the exit code.
pub(crate) fn persistent_shell(
    mut ssh: Command,
    count: usize,
    log: &Path,
) -> Result<Sample, Failure> {
    let nonce = format!("{:016x}", fastrand::u64(..));
    let stderr = File::create(log).map_err(|error| error.to_string())?;
    ssh.arg("sh")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(stderr);
    let begun = Instant::now();
    let mut child = ssh
        .spawn()
        .map_err(|error| format!("failed to start ssh: {error}"))?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("ssh has no pipes".to_owned());
    };
    let mut output = BufReader::new(output);
    let fed = (0..count).try_for_each(|_| exchange(&mut input, &mut output, &nonce));
    drop(input);
    let status = child.wait().map_err(|error| error.to_string())?;
    let seconds = begun.elapsed().as_secs_f64();
    fed?;
    if !status.success() {
        return Err(format!("ssh ended with {status}"));
    }
    Ok(Sample {
        seconds,
        peak_kib: None,
    })
}

/// One command out, one framed answer back.
fn exchange(
    input: &mut impl Write,
    output: &mut BufReader<impl Read>,
    nonce: &str,
) -> Result<(), Failure> {
    let frame = format!("/bin/true </dev/null; printf '\\n--{nonce} %d\\n' $?\n");
    let sent = input
        .write_all(frame.as_bytes())
        .and_then(|()| input.flush());
    sent.map_err(|error| format!("failed to write to the remote shell: {error}"))?;
    let mut line = String::new();
    loop {
        line.clear();
        let read = output
            .read_line(&mut line)
            .map_err(|error| error.to_string())?;
        if read == 0 {
            return Err("the remote shell ended early".to_owned());
        }
        if let Some(code) = line
            .strip_prefix("--")
            .and_then(|rest| rest.strip_prefix(nonce))
        {
            return match code.trim() {
                "0" => Ok(()),
                code => Err(format!("a command ended with {code}")),
            };
        }
    }
}

/// Runs `count` commands with one `ssh` process each, over a master the first one leaves behind.
pub(crate) fn one_ssh_each(
    mut ssh: impl FnMut() -> Command,
    count: usize,
) -> Result<Sample, Failure> {
    let begun = Instant::now();
    for _ in 0..count {
        let mut command = ssh();
        command
            .arg("/bin/true")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let status = command
            .status()
            .map_err(|error| format!("failed to start ssh: {error}"))?;
        if !status.success() {
            return Err(format!("ssh ended with {status}"));
        }
    }
    Ok(Sample {
        seconds: begun.elapsed().as_secs_f64(),
        peak_kib: None,
    })
}
