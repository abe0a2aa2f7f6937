//! Files and values that either tool encrypts are read by the other: `runbook vault` and
//! `ansible-vault`, where that is installed (`RUNBOOK_ANSIBLE` names the folder of its programs).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn ansible_vault() -> Option<PathBuf> {
    let folders = std::env::var_os("RUNBOOK_ANSIBLE").or_else(|| std::env::var_os("PATH"))?;
    let mut programs = std::env::split_paths(&folders).map(|dir| dir.join("ansible-vault"));
    programs.find(|program| program.exists())
}

/// Runs a tool with `stdin`; gives its standard output.
fn run(dir: &Path, program: &Path, args: &[&str], stdin: &[u8]) -> Vec<u8> {
    let mut command = Command::new(program);
    if program.ends_with("runbook") {
        command.arg("vault");
    }
    let mut child = command
        .args(args)
        .args(["--vault-id", "dev@dev.pw"])
        .current_dir(dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(stdin).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{} {args:?}", program.display());
    output.stdout
}

#[test]
fn either_tool_reads_what_the_other_wrote() {
    let Some(ansible) = ansible_vault() else {
        eprintln!("ansible-vault is not installed: nothing is compared");
        return;
    };
    let runbook = PathBuf::from(env!("CARGO_BIN_EXE_runbook"));
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("dev.pw"), "fake-dev pässword\n").unwrap();
    let long = "é\n{{ x }}\0\n".repeat(1000);
    let plains: [&[u8]; 3] = [b"a: 1\n", b"sixteen bytes...", long.as_bytes()];
    for plain in plains {
        for (from, to) in [(&runbook, &ansible), (&ansible, &runbook)] {
            let sealed = run(dir.path(), from, &["encrypt", "--output", "-"], plain);
            assert!(sealed.starts_with(b"$ANSIBLE_VAULT;1.2;AES256;dev\n"));
            let opened = run(dir.path(), to, &["decrypt", "--output", "-"], &sealed);
            assert_eq!(opened, plain);
        }
    }
}

#[test]
fn encrypted_values_look_alike() {
    let Some(ansible) = ansible_vault() else {
        return;
    };
    let runbook = PathBuf::from(env!("CARGO_BIN_EXE_runbook"));
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("dev.pw"), "fake-dev\n").unwrap();
    let shape = |program: &Path| {
        let args = ["encrypt_string", "--stdin-name", "key"];
        let text = String::from_utf8(run(dir.path(), program, &args, b"value")).unwrap();
        let digits = |c: char| if c.is_ascii_hexdigit() { 'x' } else { c };
        let lines = text.lines().enumerate();
        let lines = lines.map(|(at, line)| match at {
            0 | 1 => line.to_owned(),
            _ => line.chars().map(digits).collect(),
        });
        lines.collect::<Vec<_>>()
    };
    assert_eq!(shape(&runbook), shape(&ansible));
}
