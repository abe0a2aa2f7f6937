//! Throwaway users of this machine, with or without `sudo`.

use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::sshd::{self, run};

/// What `sudo` asks for.
pub const PASSWORD: &str = "it's a $ecret \\ %s";

/// Held by who changes the user database; `useradd` does not wait for its lock.
static USERS: Mutex<()> = Mutex::new(());

/// A user of this machine for one test.
pub struct User {
    /// The login name, unique to the test process.
    pub name: String,
}

impl User {
    /// Makes a user with [`PASSWORD`], a login shell and lines for the sudoers file, where `@`
    /// stands for the name.
    pub fn new(name: &str, shell: &str, sudoers: &str) -> Self {
        assert!(
            nix::unistd::Uid::effective().is_root(),
            "this test makes users: run it as root"
        );
        sshd::install(&[("sudo", "sudo"), ("useradd", "passwd")]);
        let user = Self {
            name: format!("rb{}{name}", std::process::id() % 100_000),
        };
        let hash = Command::new("openssl")
            .args(["passwd", "-6", PASSWORD])
            .output();
        let hash = String::from_utf8(hash.expect("openssl").stdout).expect("text");
        let lock = USERS.lock().unwrap_or_else(PoisonError::into_inner);
        run(Command::new("useradd").args(["-m", "-s", shell, "-p", hash.trim(), &user.name]));
        drop(lock);
        if !sudoers.is_empty() {
            let rules = format!("{sudoers}\n").replace('@', &user.name);
            std::fs::write(user.rules(), rules).expect("to write the rules");
            run(Command::new("chmod").arg("440").arg(user.rules()));
        }
        user
    }

    fn rules(&self) -> String {
        format!("/etc/sudoers.d/{}", self.name)
    }
}

impl Drop for User {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(self.rules());
        let _ = Command::new("pkill")
            .args(["-KILL", "-u", &self.name])
            .status();
        let _lock = USERS.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..50 {
            let userdel = Command::new("userdel").args(["-rf", &self.name]).output();
            if userdel.is_ok_and(|output| output.status.success()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}
