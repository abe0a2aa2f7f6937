//! A lab of the tests' own, made by the built binary and removed when dropped.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::client::Access;

/// What a run of the binary ended with.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code.
    pub code: i32,
    /// Everything it printed, standard output first.
    pub text: String,
}

impl Ran {
    /// Fails with everything it printed unless it ended with this code.
    pub fn code(self, expected: i32) -> Self {
        assert_eq!(self.code, expected, "the run's output:\n{}", self.text);
        self
    }

    /// Fails with everything it printed unless this is part of it; line breaks count as spaces.
    pub fn says(self, expected: &str) -> Self {
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            flat(&self.text).contains(&flat(expected)),
            "expected to read: {expected}\nin:\n{}",
            self.text
        );
        self
    }

    /// The recap's numbers: host, then name and count.
    pub fn recap(&self) -> BTreeMap<String, BTreeMap<String, u32>> {
        let from = self.text.rfind("PLAY RECAP").expect("a recap");
        let lines = self.text[from..].lines().skip(1);
        lines
            .filter_map(|line| {
                let (host, numbers) = line.split_once(':')?;
                let numbers: BTreeMap<String, u32> = numbers
                    .split_whitespace()
                    .filter_map(|word| word.split_once('='))
                    .filter_map(|(name, count)| Some((name.to_owned(), count.parse().ok()?)))
                    .collect();
                (!numbers.is_empty()).then(|| (host.trim().to_owned(), numbers))
            })
            .collect()
    }
}

/// One node as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The version the server runs: `15.18`.
    pub running: String,
    /// The installed version of the server's package.
    pub installed: String,
    /// `primary` or `replica`.
    pub role: String,
    /// When the server was started.
    pub started: String,
}

/// A lab, with a project folder of its own that holds its inventory.
pub struct Lab {
    project: TempDir,
    name: String,
    hosts: BTreeMap<String, String>,
    vars: serde_json::Map<String, Json>,
}

impl Lab {
    /// Brings it up. Fails loudly where there is no Docker.
    pub fn up(name: &str) -> Self {
        let docker = Command::new("docker").arg("version").output();
        assert!(
            docker.is_ok_and(|ran| ran.status.success()),
            "the lab tests need Docker, and `docker version` fails; `RUNBOOK_TEST_LAB=off` leaves them out"
        );
        let project = tempfile::Builder::new()
            .prefix("runbook-lab-test")
            .tempdir()
            .expect("a folder");
        std::fs::create_dir(project.path().join("inventories")).expect("a folder");
        let mut lab = Self {
            project,
            name: name.to_owned(),
            hosts: BTreeMap::new(),
            vars: serde_json::Map::new(),
        };
        // What an earlier, killed run of the tests left.
        lab.runbook(&["lab", "down", name]);
        lab.runbook(&["lab", "up", "m1", "--name", name]).code(0);
        lab.read_inventory();
        lab
    }

    fn read_inventory(&mut self) {
        let read = |path: &Path| -> Json {
            let text = std::fs::read_to_string(path)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            serde_yaml::from_str(&text).expect("the lab's inventory is YAML")
        };
        let inventory = self.inventory();
        let hosts = read(&inventory);
        for group in ["postgres", "app"] {
            let group = hosts["all"]["children"][group]["hosts"].as_object();
            for (host, vars) in group.expect("the group's hosts") {
                let address = vars["ansible_host"].as_str().expect("an address");
                self.hosts.insert(host.clone(), address.to_owned());
            }
        }
        let vars = read(&inventory.with_file_name("group_vars").join("all.yml"));
        self.vars.clone_from(vars.as_object().expect("variables"));
    }

    /// The project's folder.
    pub fn project(&self) -> &Path {
        self.project.path()
    }

    /// The inventory's file.
    pub fn inventory(&self) -> PathBuf {
        self.project()
            .join(format!("inventories/lab-{}/hosts.yml", self.name))
    }

    /// A variable of the inventory.
    pub fn var(&self, name: &str) -> String {
        let value = &self.vars[name];
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    }

    /// How the application reaches the cluster.
    pub fn access(&self) -> Access {
        Access {
            nodes: ["db1", "db2", "db3"]
                .map(|node| self.hosts[node].clone())
                .into(),
            port: 5432,
            user: self.var("app_user"),
            password: self.var("lab_app_password"),
            database: self.var("app_database"),
        }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_runbook"));
        command
            .args(args)
            .current_dir(self.project())
            .env_remove("RUNBOOK_INVENTORY")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the binary in the project's folder.
    pub fn runbook(&self, args: &[&str]) -> Ran {
        let began = Instant::now();
        let ran = self.command(args).output().expect("to run the binary");
        println!(
            "  runbook {} ({:.1} s)",
            args.join(" "),
            began.elapsed().as_secs_f64()
        );
        let text =
            [ran.stdout, ran.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Ran {
            code: ran.status.code().unwrap_or(-1),
            text: text.concat(),
        }
    }

    /// Plays the update with these extra variables.
    pub fn update(&self, extra: &[&str]) -> Ran {
        self.runbook(&update(extra))
    }

    /// The same, with a Ctrl-C as soon as the named task has begun.
    pub fn update_interrupted(&self, extra: &[&str], at: &str) -> Ran {
        let mut child = self
            .command(&update(extra))
            .spawn()
            .expect("to run the binary");
        let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid"));
        let mut errors = child.stderr.take().expect("its standard error");
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = errors.read_to_string(&mut text);
            text
        });
        let mut text = String::new();
        let mut interrupted = false;
        let heading = format!("TASK [{at}]");
        let output = BufReader::new(child.stdout.take().expect("its standard output"));
        for line in output.lines().map_while(Result::ok) {
            if line.contains(&heading) && !interrupted {
                kill(pid, Signal::SIGINT).expect("to interrupt it");
                interrupted = true;
            }
            text.push_str(&line);
            text.push('\n');
        }
        let status = child.wait().expect("its end");
        text.push_str(&errors.join().expect("its standard error"));
        assert!(interrupted, "the task `{at}` never began:\n{text}");
        Ran {
            code: status.code().unwrap_or(-1),
            text,
        }
    }

    /// Runs a shell script as root on a host, without the tool under test.
    pub fn sh(&self, host: &str, script: &str) -> String {
        let (ok, text) = self.try_sh(host, script);
        assert!(ok, "on {host}: {script}\n{text}");
        text
    }

    /// The same; false when it failed.
    pub fn try_sh(&self, host: &str, script: &str) -> (bool, String) {
        let ran = Command::new("docker")
            .args([
                "exec",
                &format!("runbook-lab-{}-{host}", self.name),
                "sh",
                "-c",
                script,
            ])
            .output()
            .expect("to run docker");
        let text = [&ran.stdout[..], &ran.stderr[..]]
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        (ran.status.success(), text.concat().trim().to_owned())
    }

    /// Asks a node's database for one value.
    pub fn sql(&self, host: &str, sql: &str) -> String {
        self.sh(
            host,
            &format!("cd / && runuser -u postgres -- psql -XAtq -c \"{sql}\""),
        )
    }

    /// A node as it is; none while its server does not answer.
    pub fn node(&self, host: &str) -> Option<Node> {
        let ask = "SELECT current_setting('server_version'), pg_is_in_recovery(), pg_postmaster_start_time()";
        let script = format!(
            "cd / && runuser -u postgres -- psql -XAtq -c \"{ask}\" && dpkg-query -W -f='${{Version}}' postgresql-15"
        );
        let (ok, text) = self.try_sh(host, &script);
        let (server, installed) = text.split_once('\n').filter(|_| ok)?;
        let mut fields = server.split('|');
        let running = fields.next()?.split(' ').next()?.to_owned();
        let role = if fields.next()? == "t" {
            "replica"
        } else {
            "primary"
        };
        Some(Node {
            running,
            installed: installed.to_owned(),
            role: role.to_owned(),
            started: fields.next()?.to_owned(),
        })
    }

    /// All nodes as they are.
    pub fn nodes(&self) -> BTreeMap<&'static str, Option<Node>> {
        ["db1", "db2", "db3"]
            .map(|host| (host, self.node(host)))
            .into()
    }

    /// Who is primary, by asking every node.
    pub fn primaries(&self) -> Vec<&'static str> {
        let nodes = self.nodes().into_iter();
        nodes
            .filter(|(_, node)| node.as_ref().is_some_and(|node| node.role == "primary"))
            .map(|(host, _)| host)
            .collect()
    }

    /// Everything about a host that an update could have touched.
    pub fn fingerprint(&self, host: &str) -> String {
        self.sh(
            host,
            "dpkg-query -W -f='${Package} ${Version} ${Status}\n'; cat /proc/sys/kernel/random/boot_id; \
             systemctl show -p ActiveEnterTimestamp --value ssh.service dbus.service; \
             find /etc /usr /home /srv -xdev -type f -newer /etc/hostname -exec sha256sum {} + | sort -k 2",
        )
    }
}

fn update<'a>(extra: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["play", "update-postgres.yml"];
    for one in extra {
        args.extend(["-e", one]);
    }
    args
}

impl Drop for Lab {
    fn drop(&mut self) {
        if std::env::var_os("RUNBOOK_TEST_LAB_KEEP").is_some() {
            println!("kept: lab {} in {}", self.name, self.project().display());
            return;
        }
        let down = self.runbook(&["lab", "down", &self.name]);
        if !std::thread::panicking() {
            down.code(0);
        }
    }
}
