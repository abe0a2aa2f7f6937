//! A project in a temporary folder, and the binary run in it.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use regex::Regex;

/// A project on disk.
pub struct Project {
    dir: tempfile::TempDir,
    envs: Vec<(String, String)>,
}

impl Project {
    /// With an inventory of two hosts, both of them this machine, in `inventories/`.
    pub fn new() -> Self {
        let inventory = "all:\n  hosts:\n    db1: {ansible_connection: local}\n    \
                         db2: {ansible_connection: local}\n";
        Self::empty().file("inventories/hosts.yml", inventory)
    }

    /// With nothing in it but the mark of a project.
    pub fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            dir,
            envs: Vec::new(),
        }
        .file("runbook.toml", "")
    }

    pub fn file(self, name: &str, text: &str) -> Self {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.envs.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Runs `runbook` with these words; the answer is the exit code, standard output and standard
    /// error, with everything that differs from run to run replaced.
    pub fn run(&self, args: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_runbook"));
        command
            .args(args)
            .current_dir(self.dir.path())
            .env_remove("RUNBOOK_INVENTORY");
        command
            .env("NO_COLOR", "1")
            .env("LC_ALL", "C")
            .stdin(std::process::Stdio::null());
        for (name, value) in &self.envs {
            command.env(name, value);
        }
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let code = output.status.code().unwrap();
        let mut told = format!("code {code}\n");
        for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            if !bytes.is_empty() {
                let _ = write!(told, "--- {name}\n{}", text(bytes));
            }
        }
        self.settle(&told)
    }

    /// Replaces what differs from run to run.
    fn settle(&self, text: &str) -> String {
        let real = self.dir.path().canonicalize().unwrap();
        let text = text.replace(&real.display().to_string(), "[dir]");
        let text = text.replace(&self.dir.path().display().to_string(), "[dir]");
        let time =
            Regex::new(r"(finished in|failed after|stopped after) [0-9.]+ (ms|s|min)").unwrap();
        let text = time.replace_all(&text, "$1 [time]");
        let run = Regex::new(r"\d{8}T\d{6}Z-[0-9a-f]{6}").unwrap();
        run.replace_all(&text, "[run]").into_owned()
    }
}
