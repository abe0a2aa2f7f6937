//! A throwaway `sshd` on loopback, with keys of its own. Ends when dropped.

#![allow(dead_code, reason = "each test binary uses its part of this helper")]

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use runbook::transport::{SshTarget, SystemConnector, Target, TargetKind};
use tempfile::TempDir;

/// A running server and all that is needed to reach it.
pub struct Sshd {
    dir: TempDir,
    child: Child,
    /// Its port on 127.0.0.1.
    pub port: u16,
}

impl Sshd {
    /// Starts a server with the usual settings.
    pub fn start() -> Self {
        Self::with_config("")
    }

    /// Starts a server with further lines for its `sshd_config`.
    pub fn with_config(lines: &str) -> Self {
        install(&[("sshd", "openssh-server"), ("ssh", "openssh-client")]);
        // A short path: control sockets live below it.
        let dir = tempfile::Builder::new()
            .prefix("rb")
            .tempdir_in("/tmp")
            .expect("a directory");
        open_to_all(dir.path());
        for key in ["host", "user", "other"] {
            run(Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(dir.path().join(key)));
        }
        let port = free_port();
        let path = |name: &str| dir.path().join(name).display().to_string();
        std::fs::copy(path("user.pub"), path("authorized")).expect("to authorize the key");
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\n\
             PidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n\
             KbdInteractiveAuthentication no\nPermitRootLogin yes\nLogLevel ERROR\n\
             PrintLastLog no\nPrintMotd no\n{lines}\n",
            path("host"),
            path("authorized"),
        );
        std::fs::write(path("config"), config).expect("to write the configuration");
        write_known_hosts(dir.path(), "host.pub", port);
        let child = launch(dir.path());
        let server = Self { dir, child, port };
        server.wait();
        server
    }

    /// The server's directory; `host`, `user` and `other` are keys in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A connector with sockets of its own.
    pub fn connector(&self) -> SystemConnector {
        SystemConnector::with_sockets(self.path("cm"))
    }

    /// The way to it as the current user.
    pub fn ssh(&self) -> SshTarget {
        let known = self.path("known_hosts").display().to_string();
        let args = [
            "-F".to_owned(),
            "none".to_owned(),
            "-o".to_owned(),
            format!("UserKnownHostsFile={known}"),
            "-o".to_owned(),
            "GlobalKnownHostsFile=/dev/null".to_owned(),
            "-o".to_owned(),
            "IdentitiesOnly=yes".to_owned(),
            "-o".to_owned(),
            "IdentityAgent=none".to_owned(),
        ];
        SshTarget {
            address: "127.0.0.1".to_owned(),
            user: None,
            port: Some(self.port),
            key: Some(self.path("user").display().to_string()),
            args: args.into(),
            connect_timeout: Duration::from_secs(5),
            insecure_host_key: false,
            shell: "/bin/sh".to_owned(),
        }
    }

    /// [`Self::ssh`] under the name `pg1`.
    pub fn target(&self) -> Target {
        named(self.ssh())
    }

    /// Ends the server at once, with every session it has.
    pub fn kill(&mut self) {
        let pid = self.child.id();
        for session in children(pid) {
            for process in children(session).into_iter().chain([session]) {
                signal(process, "KILL");
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it again after [`Self::kill`].
    pub fn restart(&mut self) {
        self.child = launch(self.dir.path());
        self.wait();
    }

    /// How many connections it serves.
    pub fn sessions(&self) -> usize {
        children(self.child.id()).len()
    }

    /// Stops or continues the processes of its sessions, as if the network were cut.
    pub fn signal_sessions(&self, name: &str) {
        for session in children(self.child.id()) {
            for process in children(session).into_iter().chain([session]) {
                if comm(process) == "sshd" {
                    signal(process, name);
                }
            }
        }
    }

    fn wait(&self) {
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(
                start.elapsed() < Duration::from_secs(10),
                "sshd does not listen"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        for log in std::fs::read_dir(self.path("cm"))
            .into_iter()
            .flatten()
            .flatten()
        {
            let name = log.file_name().to_string_lossy().into_owned();
            if name.len() == 16 {
                let socket = log.path();
                let mut exit = Command::new("ssh");
                exit.args(["-F", "none", "-O", "exit", "-S"])
                    .arg(socket)
                    .arg("x");
                let _ = exit.stdout(Stdio::null()).stderr(Stdio::null()).status();
            }
        }
        self.signal_sessions("CONT");
        self.kill();
    }
}

/// A target under the name `pg1`.
pub fn named(ssh: SshTarget) -> Target {
    Target {
        name: "pg1".to_owned(),
        kind: TargetKind::Ssh(ssh),
    }
}

/// A port nobody listens on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").port()
}

/// Makes the one key of a file the only known one of the server.
pub fn write_known_hosts(dir: &Path, key: &str, port: u16) {
    let key = std::fs::read_to_string(dir.join(key)).expect("the key");
    let line = format!("[127.0.0.1]:{port} {key}");
    std::fs::write(dir.join("known_hosts"), line).expect("to write known_hosts");
}

/// Installs the packages of programs that are missing; the tests cannot do without them.
pub fn install(programs: &[(&str, &str)]) {
    static LOCK: Mutex<()> = Mutex::new(());
    let _lock = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let missing = || {
        programs
            .iter()
            .filter(|(program, _)| which(program).is_none())
    };
    let packages: Vec<_> = missing().map(|(_, package)| *package).collect();
    if packages.is_empty() {
        return;
    }
    for args in [
        &["update", "-q"][..],
        &[&["install", "-qy"], &packages[..]].concat(),
    ] {
        let mut apt = Command::new("apt-get");
        let _ = apt
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(args)
            .status();
    }
    let missing: Vec<_> = missing().collect();
    assert!(missing.is_empty(), "install these first: {missing:?}");
}

/// Where a program is.
pub fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
    path.split(':')
        .map(|dir| Path::new(dir).join(program))
        .find(|path| path.exists())
}

/// Runs a command that must succeed.
pub fn run(command: &mut Command) {
    let output = command.output().expect("to start the command");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {stderr}");
}

fn launch(dir: &Path) -> Child {
    // What `sshd` separates its privileges into.
    let _ = std::fs::create_dir_all("/run/sshd");
    Command::new(which("sshd").expect("sshd is installed"))
        .args(["-D", "-E"])
        .arg(dir.join("sshd.log"))
        .arg("-f")
        .arg(dir.join("config"))
        .stdin(Stdio::null())
        .spawn()
        .expect("to start sshd")
}

fn open_to_all(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o755)).expect("to open it");
}

fn signal(pid: u32, name: &str) {
    let _ = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(pid.to_string())
        .status();
}

/// The fields of `/proc/PID/stat` after the name: state, parent, group, …
pub fn stat(pid: u32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(") ")?;
    Some(rest.split(' ').map(str::to_owned).collect())
}

/// The processes there are.
pub fn processes() -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").expect("/proc").flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

fn comm(pid: u32) -> String {
    let text = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    text.trim().to_owned()
}

fn children(pid: u32) -> Vec<u32> {
    let parent = pid.to_string();
    processes()
        .into_iter()
        .filter(|pid| stat(*pid).is_some_and(|stat| stat[1] == parent))
        .collect()
}

/// Whether a process with this word in its command line lives.
pub fn lives(word: &str) -> bool {
    let own = std::process::id();
    processes()
        .into_iter()
        .filter(|pid| *pid != own)
        .any(|pid| {
            let argv = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let zombie = stat(pid).is_none_or(|stat| stat[0] == "Z");
            !zombie && String::from_utf8_lossy(&argv).contains(word)
        })
}
