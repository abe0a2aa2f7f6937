//! Runs a case with either tool.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use libtest_mimic::Failed;
use regex::Regex;

use super::case::{Case, Tool};
use super::normal;
use super::outcome::{Outcome, Recap};

/// The release of ansible-core the language follows.
pub const VERSION: &str = "2.19";

/// Who says what is right.
#[derive(Debug, Clone)]
pub enum Peer {
    /// ansible-core itself, its programs in this folder.
    Installed {
        /// The folder.
        bin: PathBuf,
        /// Whether its answers are to be kept (`RUNBOOK_RECORD`).
        record: bool,
    },
    /// What it said once.
    Recorded {
        /// Why not itself.
        why: String,
    },
}

impl Peer {
    /// `RUNBOOK_ANSIBLE`, a folder of programs; else what stands in the `PATH`.
    pub fn find() -> Self {
        let record = std::env::var_os("RUNBOOK_RECORD").is_some();
        let path = std::env::var_os("RUNBOOK_ANSIBLE").or_else(|| std::env::var_os("PATH"));
        let bin = std::env::split_paths(&path.unwrap_or_default())
            .find(|dir| dir.join("ansible-playbook").exists());
        let why = match bin {
            None => "ansible-core is not installed".to_owned(),
            Some(bin) => {
                let out = Command::new(bin.join("ansible-playbook"))
                    .arg("--version")
                    .output();
                let said = out.map(|out| String::from_utf8_lossy(&out.stdout).into_owned());
                let said = said.unwrap_or_default();
                let first = said.lines().next().unwrap_or_default();
                if first.contains(&format!("[core {VERSION}.")) {
                    return Self::Installed { bin, record };
                }
                format!("the ansible-core installed is not a {VERSION}: {first}")
            }
        };
        assert!(!record, "nothing can be recorded: {why}");
        Self::Recorded { why }
    }

    /// For the head of the test's output.
    pub fn describe(&self) -> String {
        match self {
            Self::Installed { bin, .. } => format!("compared with {}", bin.display()),
            Self::Recorded { why } => format!("compared with recorded results: {why}"),
        }
    }
}

/// What ansible-core makes of a case.
pub fn ansible(case: &Case, bin: &Path) -> Result<Outcome, Failed> {
    let program = match case.settings.tool {
        Tool::Play => "ansible-playbook",
        Tool::Inventory => "ansible-inventory",
        Tool::Vault => "ansible-vault",
    };
    outcome(case, command(&bin.join(program)))
}

/// What runbook makes of it.
pub fn runbook(case: &Case) -> Result<Outcome, Failed> {
    let mut command = command(Path::new(env!("CARGO_BIN_EXE_runbook")));
    command.arg(match case.settings.tool {
        Tool::Play => "play",
        Tool::Inventory => "inventory",
        Tool::Vault => "vault",
    });
    outcome(case, command)
}

/// A program under the usual umask: the modes of new files are compared.
fn command(program: &Path) -> Command {
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", "umask 022; exec \"$0\" \"$@\""])
        .arg(program);
    command
}

fn outcome(case: &Case, command: Command) -> Result<Outcome, Failed> {
    let temp = tempfile::tempdir()?;
    let dir = temp.path().canonicalize()?;
    for name in ["case", "out", "home"] {
        std::fs::create_dir(dir.join(name))?;
    }
    case.copy_to(&dir.join("case"));
    let output = run(case, command, &dir)?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let plays = case.settings.tool == Tool::Play;
    let recap = if plays { recap(&stdout) } else { Recap::new() };
    let code = output.status.code().unwrap_or(-1);
    let refused = code != 0 && (!plays || recap.is_empty());
    let mut files = BTreeMap::new();
    collect(&dir.join("out"), "", &dir, &mut files)?;
    if std::env::var_os("RUNBOOK_SHOW").is_some() {
        println!("{stdout}{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(Outcome {
        exit: if refused {
            "refused".into()
        } else {
            code.to_string()
        },
        recap,
        files,
        output: (!plays && !refused).then(|| normal::content("output.json", &output.stdout, &dir)),
    })
}

fn run(case: &Case, mut command: Command, dir: &Path) -> Result<Output, Failed> {
    let settings = &case.settings;
    if settings.tool == Tool::Play {
        let default = vec!["playbook.yml".to_owned()];
        command.args(settings.playbooks.as_ref().unwrap_or(&default));
        command
            .arg("-e")
            .arg(format!("out={}", dir.join("out").display()));
    }
    if settings.tool != Tool::Vault {
        let default = vec!["hosts.ini".to_owned()];
        for inventory in settings.inventory.as_ref().unwrap_or(&default) {
            command.args(["-i", inventory]);
        }
    }
    let at = dir.display().to_string();
    command.args(settings.args.iter().map(|arg| arg.replace("<dir>", &at)));
    let strange = |name: &str| name.starts_with("ANSIBLE_") || name.starts_with("RUNBOOK_");
    for (name, _) in std::env::vars().filter(|(name, _)| strange(name)) {
        command.env_remove(name);
    }
    let mut child = command
        .current_dir(dir.join("case"))
        .env("HOME", dir.join("home"))
        .env("TZ", "UTC")
        .env("LC_ALL", "C.UTF-8")
        .env("COLUMNS", "200")
        .env("ANSIBLE_NOCOLOR", "1")
        .env("NO_COLOR", "1")
        .env("ANSIBLE_PYTHON_INTERPRETER", "/usr/bin/python3")
        .env("ANSIBLE_LOCALHOST_WARNING", "0")
        .envs(&settings.env)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let typed = child
        .stdin
        .take()
        .unwrap()
        .write_all(settings.stdin.as_bytes());
    match typed {
        Err(why) if why.kind() != std::io::ErrorKind::BrokenPipe => return Err(why.into()),
        _ => {}
    }
    Ok(child.wait_with_output()?)
}

/// The recap's lines: `host : ok=1 changed=0 …`, spaced as either tool likes.
fn recap(stdout: &str) -> Recap {
    let line = Regex::new(r"(?m)^(\S+)\s+:\s+(ok=\d.*)$").unwrap();
    let count = Regex::new(r"(\w+)=(\d+)").unwrap();
    line.captures_iter(stdout)
        .map(|host| {
            let counts = count.captures_iter(&host[2]);
            let counts = counts.map(|c| (c[1].to_owned(), c[2].parse().unwrap()));
            (host[1].to_owned(), counts.collect())
        })
        .collect()
}

fn collect(
    path: &Path,
    name: &str,
    dir: &Path,
    files: &mut BTreeMap<String, serde_json::Value>,
) -> Result<(), Failed> {
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let name = format!("{name}{}", entry.file_name().to_string_lossy());
        let path = entry.path();
        let meta = path.symlink_metadata()?;
        let mode = format!("{:04o}", meta.permissions().mode() & 0o7777);
        let value = if meta.is_symlink() {
            let target = std::fs::read_link(&path)?.display().to_string();
            serde_json::json!({ "link": normal::text(&target, dir) })
        } else if meta.is_dir() {
            collect(&path, &format!("{name}/"), dir, files)?;
            serde_json::json!({ "folder": mode })
        } else {
            let content = normal::content(&name, &std::fs::read(&path)?, dir);
            serde_json::json!({ "mode": mode, "content": content })
        };
        files.insert(name, value);
    }
    Ok(())
}
