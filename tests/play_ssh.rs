//! The binary over a real `sshd`: what an operator sees when the way to the host is the trouble.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/sshd.rs"]
mod sshd;
#[path = "support/users.rs"]
mod users;

use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use sshd::Sshd;
use users::{PASSWORD, User};

/// A project whose only host is a throwaway server.
struct Place {
    server: Sshd,
    dir: tempfile::TempDir,
}

impl Place {
    fn new(tasks: &str) -> Self {
        let server = Sshd::start();
        let ssh = server.ssh();
        let dir = tempfile::tempdir().unwrap();
        let inventory = format!(
            "pg1 ansible_host={} ansible_port={} ansible_ssh_private_key_file={} \
             ansible_ssh_common_args='{}'\n",
            ssh.address,
            ssh.port.unwrap(),
            ssh.key.unwrap(),
            ssh.args.join(" ")
        );
        let playbook =
            format!("- name: over ssh\n  hosts: all\n  gather_facts: false\n  tasks:\n{tasks}");
        for (name, text) in [("hosts.ini", inventory), ("site.yml", playbook)] {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        Self { server, dir }
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.dir.path().join(name), text).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_runbook"));
        command
            .args(["play", "site.yml", "-i", "hosts.ini"])
            .args(args);
        command
            .current_dir(self.dir.path())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command.env("XDG_RUNTIME_DIR", self.dir.path());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn play(&self, args: &[&str]) -> (i32, String) {
        told(self.command(args).output().unwrap())
    }

    /// Waits until a file of the host appears.
    fn wait_for(&self, name: &str) {
        let path = self.dir.path().join(name);
        let end = Instant::now() + Duration::from_secs(20);
        while !path.exists() {
            assert!(Instant::now() < end, "{} never appeared", path.display());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn here(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }
}

fn told(output: Output) -> (i32, String) {
    let mut text = String::from_utf8(output.stdout).unwrap();
    text.push_str(&String::from_utf8(output.stderr).unwrap());
    (output.status.code().unwrap(), text)
}

fn interrupt(child: &Child) {
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).unwrap();
}

const AS_ROOT: &str = "    - {name: who, command: id -un, become: true, register: r}\n    \
                       - {name: say, debug: {msg: 'I am {{ r.stdout }}'}}\n";

#[test]
fn sudo_with_the_right_password_and_with_a_wrong_one() {
    let user = User::new("pl", "/bin/bash", "@ ALL=(ALL) ALL");
    let place = Place::new(AS_ROOT);
    let key = std::fs::read_to_string(place.server.path("user.pub")).unwrap();
    let home = format!("/home/{}/.ssh", user.name);
    std::fs::create_dir_all(&home).unwrap();
    std::fs::write(format!("{home}/authorized_keys"), key).unwrap();
    sshd::run(Command::new("chown").args(["-R", &user.name, &home]));
    place.write("right", &format!("{PASSWORD}\n"));
    place.write("wrong", "not it\n");

    let as_user = ["-u", &*user.name, "--become-password-file"];
    let (code, text) = place.play(&[&as_user[..], &["right", "-vvvv"]].concat());
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("I am root"), "{text}");
    assert!(!text.contains(PASSWORD), "the password shows:\n{text}");

    let (code, text) = place.play(&[&as_user[..], &["wrong"]].concat());
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("wrong sudo password"), "{text}");
    assert!(!text.contains("not it"), "the password shows:\n{text}");

    let (code, text) = place.play(&["-u", &user.name]);
    assert_eq!(code, 2, "{text}");
    assert!(
        text.contains("--ask-become-pass") || text.contains("-K"),
        "no remedy:\n{text}"
    );
}

#[test]
fn a_host_whose_key_is_not_known_is_unreachable_and_says_why() {
    let place = Place::new("    - {name: reach, ping: }\n");
    std::fs::write(place.server.path("known_hosts"), "").unwrap();
    let (code, text) = place.play(&[]);
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("Host key verification failed"), "{text}");
    assert!(
        text.contains("known_hosts") || text.contains("ssh-keyscan"),
        "no remedy:\n{text}"
    );
}

#[test]
fn a_host_that_goes_away_in_the_middle_is_unreachable_in_opensshs_words() {
    let place = Place::new("");
    let mark = place.here("begun");
    let tasks = format!(
        "    - {{name: long, shell: 'touch {mark}; sleep 60'}}\n    - {{name: never, ping: }}\n"
    );
    let playbook =
        format!("- name: over ssh\n  hosts: all\n  gather_facts: false\n  tasks:\n{tasks}");
    place.write("site.yml", &playbook);
    let child = place.command(&[]).spawn().unwrap();
    place.wait_for("begun");
    place.server.signal_sessions("STOP");
    let (code, text) = told(child.wait_with_output().unwrap());
    place.server.signal_sessions("CONT");
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("not responding"), "{text}");
    assert!(!text.contains("TASK [never]"), "{text}");
}

#[test]
fn ctrl_c_finishes_the_step_gives_back_and_says_so() {
    let place = Place::new("");
    let mark = place.here("begun");
    let playbook = format!(
        "- name: over ssh\n  hosts: all\n  gather_facts: false\n  tasks:\n    - block:\n        \
         - {{name: long, shell: 'touch {mark}; sleep 1; touch {mark}.done'}}\n        \
         - {{name: never, ping: }}\n      always:\n        \
         - {{name: give back, command: touch {mark}.back}}\n"
    );
    place.write("site.yml", &playbook);
    let child = place.command(&[]).spawn().unwrap();
    place.wait_for("begun");
    interrupt(&child);
    let (code, text) = told(child.wait_with_output().unwrap());
    assert_eq!(code, 99, "{text}");
    assert!(
        place.dir.path().join("begun.done").exists(),
        "the step was cut off:\n{text}"
    );
    assert!(
        place.dir.path().join("begun.back").exists(),
        "always did not run:\n{text}"
    );
    assert!(!text.contains("TASK [never]"), "{text}");
}

#[test]
fn a_full_disk_leaves_the_old_file_and_says_so() {
    let place = Place::new("");
    let disk = place.here("disk");
    std::fs::create_dir(&disk).unwrap();
    sshd::run(Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "tmpfs", &disk]));
    std::fs::write(format!("{disk}/conf"), "old\n").unwrap();
    place.write("big", &"x".repeat(200_000));
    let task = format!("    - {{name: write, copy: {{src: big, dest: {disk}/conf}}}}\n");
    let playbook =
        format!("- name: over ssh\n  hosts: all\n  gather_facts: false\n  tasks:\n{task}");
    place.write("site.yml", &playbook);
    let (code, text) = place.play(&[]);
    let left = std::fs::read_to_string(format!("{disk}/conf")).unwrap();
    let files = std::fs::read_dir(&disk).unwrap().count();
    sshd::run(Command::new("umount").arg(&disk));
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("No space left on device"), "{text}");
    assert_eq!(left, "old\n");
    assert_eq!(files, 1, "a temporary file stays behind");
}

#[test]
fn a_task_that_takes_too_long_is_ended_with_everything_it_started() {
    let place = Place::new("    - {name: long, command: sleep 4711, timeout: 1}\n");
    let (code, text) = place.play(&[]);
    assert_eq!(code, 2, "{text}");
    assert!(
        text.contains("Timed out after 1 second(s). (its processes were killed)"),
        "{text}"
    );
    assert!(!sshd::lives("4711"), "the remote process lives on");
}
