//! The OpenSSH process that holds the connection: started by us, adopted by its socket.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use openssh::Session;
use sha2::{Digest, Sha256};
use tokio::process::Command;
use tracing::debug;

use super::super::SshTarget;
use super::words;

/// How long a master nobody uses stays, for the next run to find.
const PERSIST: &str = "ControlPersist=60s";

/// Time for the login after the connection stands: key exchange, PAM, directory services.
const LOGIN: Duration = Duration::from_secs(30);

/// Time for a master to answer; it is on this machine.
const ANSWER: Duration = Duration::from_secs(5);

/// How often to try a server that hangs up before a word: `sshd` drops connections at random
/// when too many are new (`MaxStartups` in `sshd_config(5)`), jump hosts above all.
const ATTEMPTS: u32 = 4;

/// Longest path `ssh` can bind: `sun_path` has 104 bytes on the BSDs, and `ssh` first binds a
/// name 17 bytes longer than the one it is told.
const LONGEST: usize = 104 - 1 - 17;

/// The words where a master left none: what `ssh` says about an orderly end goes to a standard
/// error that it gave up when it went into the background.
const CLOSED: &str = "the connection was closed by the host, or the ssh master was ended";

/// A master, running or not, and how to start it.
#[derive(Debug)]
pub(super) struct Master {
    target: SshTarget,
    socket: PathBuf,
}

impl Master {
    /// For a target, with its socket in the private directory `sockets`.
    pub(super) fn new(target: SshTarget, sockets: &Path) -> Result<Self, String> {
        let socket = sockets.join(format!("{:016x}", key(&target)));
        if socket.as_os_str().len() > LONGEST {
            return Err(format!(
                "the path of the control socket is too long: {}; choose a shorter directory",
                socket.display()
            ));
        }
        Ok(Self { target, socket })
    }

    /// A handle on the master's socket; stays good when the master is started again.
    pub(super) fn session(&self) -> Session {
        Session::resume_mux(self.socket.clone().into(), None)
    }

    /// The directory of the sockets.
    pub(super) fn sockets(&self) -> &Path {
        self.socket.parent().unwrap_or(Path::new("/"))
    }

    /// What the master writes its words to.
    pub(super) fn log(&self) -> PathBuf {
        self.socket.with_extension("log")
    }

    /// The master's last words on why it is gone.
    pub(super) fn words(&self) -> Option<String> {
        words::last(&read(&self.log()))
    }

    /// Whether it runs and answers.
    async fn alive(&self) -> bool {
        let session = self.session();
        let check = tokio::time::timeout(ANSWER, session.check()).await;
        matches!(check, Ok(Ok(())))
    }

    /// After a channel broke: why the master is gone, or nothing when it still runs. It closes
    /// its channels just before it ends, so it is asked for a moment.
    pub(super) async fn lost(&self) -> Option<String> {
        for _ in 0..10 {
            if !self.alive().await {
                let words = self.words();
                return Some(words.unwrap_or_else(|| CLOSED.to_owned()));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        None
    }

    /// Starts the master unless it runs. One process at a time does this for one socket.
    pub(super) async fn ensure(&self) -> Result<(), String> {
        if self.alive().await {
            debug!(socket = %self.socket.display(), "master found");
            return Ok(());
        }
        let _lock = self.lock().await?;
        if self.alive().await {
            return Ok(());
        }
        self.check_key()?;
        let mut attempt = 1;
        loop {
            match self.start().await {
                Err(_) if attempt < ATTEMPTS && words::hung_up(&read(&self.log())) => {
                    let pause = fastrand::u64(100..600) * u64::from(attempt);
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    /// Waits for the right to start this master; it ends with the returned file.
    async fn lock(&self) -> Result<File, String> {
        let path = self.socket.with_extension("lock");
        let lock = move || -> std::io::Result<File> {
            let file = OpenOptions::new().create(true).append(true).open(path)?;
            file.lock()?;
            Ok(file)
        };
        tokio::task::spawn_blocking(lock)
            .await
            .map_err(std::io::Error::other)
            .flatten()
            .map_err(|error| format!("failed to lock the control socket: {error}"))
    }

    /// Starts `ssh` and waits until it is connected and in the background.
    async fn start(&self) -> Result<(), String> {
        // A socket without a master keeps `ssh` from making its own.
        let _ = std::fs::remove_file(&self.socket);
        let _ = std::fs::remove_file(self.log());
        let stderr = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log());
        let stderr = stderr.map_err(|error| format!("failed to write the log of ssh: {error}"))?;
        let mut ssh = Command::new("ssh");
        ssh.args(self.argv())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(stderr)
            // The operator's Ctrl-C is for us to handle.
            .process_group(0)
            .kill_on_drop(true);
        let limit = self.target.connect_timeout + LOGIN;
        debug!(socket = %self.socket.display(), address = self.target.address, "master started");
        match tokio::time::timeout(limit, ssh.status()).await {
            Ok(Ok(status)) if status.success() && self.alive().await => Ok(()),
            Ok(Ok(_)) => Err(words::explain(&read(&self.log()), &self.target)),
            Ok(Err(error)) if error.kind() == ErrorKind::NotFound => {
                Err("there is no ssh program; install the OpenSSH client".to_owned())
            }
            Ok(Err(error)) => Err(format!("failed to start ssh: {error}")),
            Err(_) => Err(format!(
                "the login did not end within {} s",
                limit.as_secs()
            )),
        }
    }

    /// A key named and not readable would make `ssh` try others and fail with other words.
    fn check_key(&self) -> Result<(), String> {
        let key = match self.target.key.as_deref().map(expand) {
            // What only `ssh` can expand is left to it.
            Some(key) if !key.contains('%') && !key.starts_with('~') => key,
            _ => return Ok(()),
        };
        File::open(&key).map(drop).map_err(|error| {
            let error = error.to_string();
            let words = error.split(" (os error").next().unwrap_or_default();
            format!(
                "failed to read the private key {key}: {words}; \
                 check ansible_ssh_private_key_file"
            )
        })
    }

    /// The words for `ssh`. The first value of an option counts there: what makes it our master
    /// comes first, then the user's arguments, then our defaults.
    fn argv(&self) -> Vec<String> {
        let target = &self.target;
        let mut argv: Vec<String> = ["-f", "-N", "-M", "-T", "-x"].map(str::to_owned).into();
        // `ssh` expands tokens in this one.
        argv.extend([
            "-S".to_owned(),
            self.socket.display().to_string().replace('%', "%%"),
        ]);
        argv.extend(["-E".to_owned(), self.log().display().to_string()]);
        argv.extend(target.args.iter().cloned());
        let named = [
            ("-l", target.user.clone()),
            ("-p", target.port.map(|port| port.to_string())),
            ("-i", target.key.as_deref().map(expand)),
        ];
        for (option, value) in named {
            argv.extend(
                value
                    .into_iter()
                    .flat_map(|value| [option.to_owned(), value]),
            );
        }
        let seconds = target.connect_timeout.as_secs().max(1);
        let mut options = vec![
            "BatchMode=yes".to_owned(),
            PERSIST.to_owned(),
            "ServerAliveInterval=2".to_owned(),
            "ServerAliveCountMax=3".to_owned(),
            format!("ConnectTimeout={seconds}"),
            "LogLevel=INFO".to_owned(),
            "ClearAllForwardings=yes".to_owned(),
        ];
        if target.insecure_host_key {
            options.push("StrictHostKeyChecking=no".to_owned());
        }
        argv.extend(
            options
                .into_iter()
                .flat_map(|option| ["-o".to_owned(), option]),
        );
        argv.extend(["--".to_owned(), target.address.clone()]);
        argv
    }
}

/// A number for everything that makes one master differ from another.
fn key(target: &SshTarget) -> u64 {
    let SshTarget {
        address,
        user,
        port,
        key,
        args,
        connect_timeout: _,
        insecure_host_key,
        shell: _,
    } = target;
    let text = format!("{address:?} {user:?} {port:?} {key:?} {args:?} {insecure_host_key}");
    let digest = Sha256::digest(text);
    let short = digest.iter().take(8);
    short.fold(0_u64, |name, byte| name << 8 | u64::from(*byte))
}

/// A path with the home directory put in for `~/`.
fn expand(path: &str) -> String {
    match (path.strip_prefix("~/"), std::env::var("HOME")) {
        (Some(rest), Ok(home)) => format!("{home}/{rest}"),
        _ => path.to_owned(),
    }
}

fn read(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
