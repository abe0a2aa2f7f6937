//! A throwaway sshd that answers as ten hosts on loopback.
//!
//! Sessions get an empty home directory and a plain PATH, so that no login shell's start-up file
//! adds its own cost to every channel of every runner.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use nix::unistd::{Uid, User};

use crate::Failure;
use crate::install::run;
use crate::processes;

/// How many loopback addresses it listens on.
pub(crate) const HOSTS: usize = 10;

/// The key exchange sshd offers.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Kex {
    /// The one that every client here supports, so that all do the same work to connect.
    Curve25519,
    /// OpenSSH's own list: its clients then pick a slower post-quantum one that paramiko lacks.
    Default,
}

/// A running sshd; stopped when dropped.
pub(crate) struct Server {
    /// The port, the same on every address.
    pub(crate) port: u16,
    /// The login name.
    pub(crate) user: String,
    /// The client's private key.
    pub(crate) key: PathBuf,
    /// The client's known hosts.
    pub(crate) known_hosts: PathBuf,
    pid: u32,
    guard: Child,
    lifeline: Option<ChildStdin>,
}

impl Server {
    /// Starts `program` with everything it needs below `scratch`.
    pub(crate) fn start(program: &Path, scratch: &Path, kex: Kex) -> Result<Self, Failure> {
        let (key, host_key) = (scratch.join("key"), scratch.join("host_key"));
        generate_key(&key)?;
        generate_key(&host_key)?;
        let user = User::from_uid(Uid::effective()).ok().flatten();
        let user = user
            .ok_or("failed to look up the current user's name")?
            .name;
        let port = free_port().map_err(|error| format!("no free port on loopback: {error}"))?;
        let known_hosts = scratch.join("known_hosts");
        write_configuration(scratch, port, kex, &known_hosts)
            .map_err(|error| format!("failed to prepare sshd in {}: {error}", scratch.display()))?;
        let mut guard = spawn_guarded(program, scratch)
            .map_err(|error| format!("failed to start {}: {error}", program.display()))?;
        let lifeline = guard.stdin.take();
        let mut server = Self {
            port,
            user,
            key,
            known_hosts,
            pid: 0,
            guard,
            lifeline,
        };
        server.pid = server.await_pid(scratch)?;
        Ok(server)
    }

    /// The address of host `number`, counted from 1.
    pub(crate) fn address(number: usize) -> String {
        format!("127.0.0.{number}")
    }

    /// Ends every connection, so that the next run starts cold: with the connection goes the
    /// client's master, wherever its socket is.
    pub(crate) fn drop_connections(&self) {
        processes::end_descendants(self.pid);
    }

    /// sshd writes its pid file once it listens.
    fn await_pid(&mut self, scratch: &Path) -> Result<u32, Failure> {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(10) {
            let text = fs::read_to_string(scratch.join("sshd.pid")).unwrap_or_default();
            if let Ok(pid) = text.trim().parse() {
                return Ok(pid);
            }
            if matches!(self.guard.try_wait(), Ok(Some(_))) {
                break;
            }
            sleep(Duration::from_millis(20));
        }
        let log = fs::read_to_string(scratch.join("sshd.log")).unwrap_or_default();
        Err(format!("sshd did not start: {}", log.trim()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.pid != 0 {
            self.drop_connections();
        }
        self.lifeline = None;
        // The guard's exit code says nothing once we asked it to end.
        drop(self.guard.wait());
    }
}

/// Starts sshd under a shell that ends it when our end of the pipe closes, so that it goes away
/// with this program however this program ends.
fn spawn_guarded(program: &Path, scratch: &Path) -> io::Result<Child> {
    let script = r#"exec 3<&0
        "$1" -D -f "$2" -E "$3" 3<&- </dev/null & sshd=$!
        { read -r _ <&3; kill "$sshd"; } 2>/dev/null &
        wait "$sshd""#;
    Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(program)
        .args([scratch.join("sshd_config"), scratch.join("sshd.log")])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
}

fn generate_key(path: &Path) -> Result<(), Failure> {
    let mut command = Command::new("ssh-keygen");
    command
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "bench", "-f"])
        .arg(path);
    run(&mut command)
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn write_configuration(scratch: &Path, port: u16, kex: Kex, known_hosts: &Path) -> io::Result<()> {
    fs::create_dir_all(scratch.join("home"))?;
    fs::copy(scratch.join("key.pub"), scratch.join("authorized_keys"))?;
    if nix::unistd::geteuid().is_root() {
        // sshd wants its privilege separation directory, which a service would have created.
        fs::create_dir_all("/run/sshd")?;
    }
    let public = fs::read_to_string(scratch.join("host_key.pub"))?;
    let known = |number| format!("[{}]:{port} {public}", Server::address(number));
    fs::write(known_hosts, (1..=HOSTS).map(known).collect::<String>())?;
    fs::write(
        scratch.join("sshd_config"),
        configuration(scratch, port, kex),
    )
}

fn configuration(scratch: &Path, port: u16, kex: Kex) -> String {
    let listen = |number| format!("ListenAddress {}\n", Server::address(number));
    let listen: String = (1..=HOSTS).map(listen).collect();
    let kex = match kex {
        Kex::Curve25519 => "KexAlgorithms curve25519-sha256,curve25519-sha256@libssh.org\n",
        Kex::Default => "",
    };
    let scratch = scratch.display();
    format!(
        "Port {port}\n{listen}{kex}\
         HostKey {scratch}/host_key\nAuthorizedKeysFile {scratch}/authorized_keys\n\
         PidFile {scratch}/sshd.pid\nStrictModes no\nUsePAM no\nUseDNS no\n\
         PasswordAuthentication no\nKbdInteractiveAuthentication no\n\
         PermitRootLogin prohibit-password\nPrintMotd no\nPrintLastLog no\n\
         MaxSessions 200\nMaxStartups 200:30:400\nSubsystem sftp internal-sftp\n\
         SetEnv HOME={scratch}/home \
         PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
    )
}
