//! Throwaway PostgreSQL clusters for tests: in a temporary folder, on a Unix socket alone.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde_json::{Value as Json, json};

use crate::modules::shell_tests::{TestHost, arguments};
use crate::modules::{Failure, ModuleSpec, Outcome};

/// Set to `off`, the tests that need PostgreSQL's programs are skipped, and say so.
const SWITCH: &str = "RUNBOOK_TEST_POSTGRES";

/// The newest installed programs. That they are missing is a failure, unless it was allowed.
fn bin_dir() -> Option<PathBuf> {
    let dirs = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let bins = dirs.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    let newest = bins.filter(|bin| bin.join("initdb").exists()).max();
    if newest.is_none() {
        let off = std::env::var_os(SWITCH).is_some_and(|value| value == "off");
        assert!(
            off,
            "no PostgreSQL in /usr/lib/postgresql: install the package `postgresql` \
             (scripts/test.sh does), or skip these tests with {SWITCH}=off"
        );
        eprintln!("SKIPPED: this test needs PostgreSQL's programs");
    }
    newest
}

/// A running server; stopped and removed when dropped.
pub(super) struct TestCluster {
    /// Runs scripts as this very user, on this machine.
    pub(super) host: TestHost,
    bin: PathBuf,
    port: u16,
    /// Kept as long as this cluster lives, so that others can be copied from it.
    template: Option<Arc<tempfile::TempDir>>,
}

/// PostgreSQL refuses to run as root: there, its programs run as `nobody`, who owns the folder.
fn as_owner(program: &Path) -> Command {
    if !nix::unistd::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
        .arg(program);
    command
}

/// A data directory that no server runs on, shared by the tests that run at one time: making one
/// costs more than copying it.
fn template(cluster: &TestCluster) -> Arc<tempfile::TempDir> {
    static SHARED: Mutex<Weak<tempfile::TempDir>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(template) = shared.upgrade() {
        return template;
    }
    let dir = tempfile::tempdir().expect("a temporary folder");
    give(dir.path());
    let path = dir.path().join("data").display().to_string();
    let options = [
        "-U",
        "postgres",
        "-A",
        "trust",
        "--no-sync",
        "--data-checksums",
    ];
    cluster.program("initdb", &[&["-D", path.as_str()], &options[..]].concat());
    let template = Arc::new(dir);
    *shared = Arc::downgrade(&template);
    template
}

/// Lets PostgreSQL's programs write to a folder.
fn give(path: &Path) {
    if nix::unistd::geteuid().is_root() {
        std::os::unix::fs::chown(path, Some(65534), None).expect("an owner");
    }
}

impl TestCluster {
    /// A fresh primary; none where the tests that need PostgreSQL are switched off.
    pub(super) fn primary() -> Option<Self> {
        let mut cluster = Self::empty()?;
        let data = cluster.data();
        let template = template(&cluster);
        let source = template.path().join("data").display().to_string();
        cluster.program("/bin/cp", &["-a", &source, &data]);
        cluster.template = Some(template);
        cluster.configure("wal_level = replica\nmax_wal_senders = 5\nwal_log_hints = on\n");
        cluster.start();
        Some(cluster)
    }

    /// A streaming replica of this cluster by a slot of its own.
    pub(super) fn replica(&self, slot: &str) -> Self {
        let replica = Self::empty().expect("PostgreSQL was there a moment ago");
        let (data, socket, port) = (replica.data(), self.socket(), self.port.to_string());
        replica.program(
            "pg_basebackup",
            &format!(
                "-D {data} -h {socket} -p {port} -U postgres -R -C -S {slot} -c fast --no-sync"
            )
            .split(' ')
            .collect::<Vec<_>>(),
        );
        replica.configure(&format!("cluster_name = '{slot}'\n"));
        replica.start();
        replica
    }

    fn empty() -> Option<Self> {
        let bin = bin_dir()?;
        let host = TestHost::new();
        give(host.dir.path());
        // Only the socket's name has this port: nothing listens on the network.
        let port = fastrand::u16(20_000..60_000);
        Some(Self {
            host,
            bin,
            port,
            template: None,
        })
    }

    /// The data directory.
    pub(super) fn data(&self) -> String {
        self.host.dir.path().join("data").display().to_string()
    }

    /// The folder of the socket.
    pub(super) fn socket(&self) -> String {
        self.host.dir.path().display().to_string()
    }

    /// The port in the socket's name.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    fn configure(&self, more: &str) {
        let path = format!("{}/postgresql.conf", self.data());
        let text = format!(
            "listen_addresses = ''\nunix_socket_directories = '{}'\nport = {}\nfsync = off\nwal_retrieve_retry_interval = '200ms'\nrecovery_target_timeline = 'latest'\n{more}",
            self.socket(),
            self.port
        );
        let old = std::fs::read_to_string(&path).expect("a configuration");
        std::fs::write(path, format!("{old}\n{text}")).expect("a configuration");
    }

    fn program(&self, name: &str, args: &[&str]) {
        let output = as_owner(&self.bin.join(name))
            .args(args)
            .current_dir("/")
            .stdin(Stdio::null())
            .output()
            .expect("a program of PostgreSQL");
        assert!(
            output.status.success(),
            "{name}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// Starts the server and waits until it takes connections.
    pub(super) fn start(&self) {
        let log = format!("{}/log", self.socket());
        self.program(
            "pg_ctl",
            &["-D", &self.data(), "-l", &log, "-s", "-w", "start"],
        );
    }

    /// Stops the server cleanly.
    pub(super) fn stop(&self) {
        self.program(
            "pg_ctl",
            &["-D", &self.data(), "-s", "-w", "-m", "fast", "stop"],
        );
    }

    /// Runs SQL that must work; the last line it prints.
    pub(super) fn sql(&self, sql: &str) -> String {
        let output = Command::new(self.bin.join("psql"))
            .args([
                "-XAtq",
                "-v",
                "ON_ERROR_STOP=1",
                "-h",
                &self.socket(),
                "-p",
                &self.port.to_string(),
                "-U",
                "postgres",
                "-c",
                sql,
                "postgres",
            ])
            .output()
            .expect("psql");
        assert!(
            output.status.success(),
            "{sql}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Waits until a condition holds; the server's own, as every wait of a test.
    pub(super) fn until(&self, condition: &str) {
        for _ in 0..200 {
            if self.sql(condition) == "t" {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("never became true: {condition}");
    }

    /// Runs a module against this server: where it is and who to be are filled in as far as the
    /// module knows such arguments.
    pub(super) async fn module(
        &self,
        module: &ModuleSpec,
        args: Json,
        check: bool,
    ) -> Result<Outcome, Failure> {
        let Json::Object(mut map) = args else {
            panic!("arguments are a mapping")
        };
        for (name, value) in [
            ("login_unix_socket", json!(self.socket())),
            ("login_port", json!(self.port)),
            ("login_user", json!("postgres")),
            ("bin_dir", json!(self.bin.display().to_string())),
            ("data_directory", json!(self.data())),
        ] {
            if module.arg(name).is_some() && !map.contains_key(name) {
                map.insert(name.to_owned(), value);
            }
        }
        (module.run)(arguments(Json::Object(map)), &self.host.ctx(check).await).await
    }
}

impl Drop for TestCluster {
    fn drop(&mut self) {
        let _ = as_owner(&self.bin.join("pg_ctl"))
            .args(["-D", &self.data(), "-s", "-w", "-m", "immediate", "stop"])
            .current_dir("/")
            .output();
    }
}
