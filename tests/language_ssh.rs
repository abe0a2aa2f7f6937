//! A small whole project over a real `sshd`, as three users who stand for three hosts.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/sshd.rs"]
mod sshd;
#[path = "support/users.rs"]
mod users;

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use sshd::Sshd;
use users::{PASSWORD, User};

/// Encrypted with the secret `fake-password`: [`TOKEN`].
const VALUE: &str = include_str!("cli/vault/value.txt");
const TOKEN: &str = "s3cret-value";

/// What the files of the project say, by their path.
const FILES: [(&str, &str); 8] = [
    ("pw", "fake-password\n"),
    ("site.yml", SITE),
    ("roles/base/tasks/main.yml", BASE),
    ("roles/db/meta/main.yml", "dependencies: [base]\n"),
    ("roles/db/defaults/main.yml", "db_port: 5432\n"),
    ("roles/db/tasks/main.yml", DB),
    ("roles/db/handlers/main.yml", HANDLER),
    ("roles/member/tasks/main.yml", MEMBER),
];

const SITE: &str = "
- name: every host on its own
  hosts: all
  strategy: free
  gather_facts: false
  module_defaults:
    copy: {mode: '0604'}
  roles: [db]
  tasks:
    - name: build
      shell: sleep 1; echo built > {{ home }}/built; echo done by $(id -un)
      async: 60
      poll: 0
      register: job
    - name: collect
      async_status: {jid: '{{ job.ansible_job_id }}'}
      register: built
      until: built.finished
      retries: 60
      delay: 0.2
    - name: members
      include_role: {name: member}
      loop: [alpha, beta]
      loop_control: {loop_var: member}
    - block:
        - {name: breaks, command: 'false'}
      rescue:
        - name: mend
          copy: {content: '{{ ansible_failed_task.name }}; {{ built.stdout }}', dest: '{{ home }}/rescued'}
- name: one after the other
  hosts: all
  serial: 1
  gather_facts: false
  tasks:
    - {name: as root, command: id -un, become: true, register: who}
    - name: tell the first
      lineinfile: {path: '{{ hostvars.pg1.home }}/members', line: '{{ inventory_hostname }} {{ who.stdout }}', create: true}
      delegate_to: pg1
";

const BASE: &str = "- {name: folder, file: {path: '{{ home }}/etc', state: directory}}\n";

const DB: &str = "
- name: settings
  template: {src: db.conf.j2, dest: '{{ home }}/etc/db.conf', mode: '0600'}
  notify: reload
";

const HANDLER: &str =
    "- {name: reload, shell: 'cat {{ home }}/etc/db.conf | wc -l > {{ home }}/reloaded'}\n";

const MEMBER: &str =
    "- {name: write, copy: {content: '{{ member }}', dest: '{{ home }}/{{ member }}'}}\n";

/// A server, its users and the project that is played on them.
struct Place {
    dir: tempfile::TempDir,
    users: Vec<User>,
    server: Sshd,
}

impl Place {
    fn new(prefix: &str, hosts: usize) -> Self {
        let server = Sshd::start();
        let users: Vec<_> = (1..=hosts)
            .map(|n| User::new(&format!("{prefix}{n}"), "/bin/bash", "@ ALL=(ALL) ALL"))
            .collect();
        let place = Self {
            dir: tempfile::tempdir().unwrap(),
            users,
            server,
        };
        place.write("hosts.ini", &place.inventory());
        place
    }

    fn inventory(&self) -> String {
        let ssh = self.server.ssh();
        let mut text = String::new();
        for (i, user) in self.users.iter().enumerate() {
            writeln!(
                text,
                "pg{} ansible_host={} ansible_user={} home=/home/{}",
                i + 1,
                ssh.address,
                user.name,
                user.name
            )
            .unwrap();
        }
        let args = ssh.args.join(" ");
        let (port, key) = (ssh.port.unwrap(), ssh.key.as_ref().unwrap());
        format!(
            "{text}[all:vars]\nansible_port={port}\nansible_ssh_private_key_file={key}\n\
             ansible_ssh_common_args='{args}'\n"
        )
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn runbook(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_runbook"));
        command
            .args(args)
            .current_dir(self.dir.path())
            .env("NO_COLOR", "1")
            .env("XDG_RUNTIME_DIR", self.dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn play(&self, args: &[&str]) -> (i32, String) {
        let base = ["play", "site.yml", "-i", "hosts.ini"];
        told(self.runbook(&[&base[..], args].concat()).output().unwrap())
    }

    /// What a host's file says.
    fn left(&self, host: usize, name: &str) -> String {
        let path = Path::new("/home").join(&self.users[host].name).join(name);
        std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }
}

fn told(output: Output) -> (i32, String) {
    let mut text = String::from_utf8(output.stdout).unwrap();
    text.push_str(&String::from_utf8(output.stderr).unwrap());
    (output.status.code().unwrap(), text)
}

/// The project, with the token beside its text and the password for sudo in a file that is
/// encrypted as a whole.
fn project(place: &Place) {
    for (name, text) in FILES {
        place.write(name, text);
    }
    place.write(
        "roles/db/templates/db.conf.j2",
        "port = {{ db_port }}\ntoken = {{ token }}\n",
    );
    let value = VALUE.trim().replace('\n', "\n  ");
    place.write(
        "group_vars/all/token.yml",
        &format!("token: !vault |\n  {value}\n"),
    );
    let quoted = PASSWORD.replace('\'', "''");
    place.write(
        "group_vars/all/sudo.yml",
        &format!("ansible_become_password: '{quoted}'\n"),
    );
    let encrypt = [
        "vault",
        "encrypt",
        "--vault-password-file",
        "pw",
        "group_vars/all/sudo.yml",
    ];
    let (code, text) = told(place.runbook(&encrypt).output().unwrap());
    assert_eq!(code, 0, "{text}");
}

#[test]
fn a_whole_project_over_ssh() {
    let place = Place::new("ls", 3);
    project(&place);
    let (code, text) = place.play(&["--vault-password-file", "pw", "-vvv", "--diff"]);
    assert_eq!(code, 0, "{text}");
    for secret in [TOKEN, PASSWORD, "fake-password"] {
        assert!(!text.contains(secret), "`{secret}` shows:\n{text}");
    }
    for (i, user) in place.users.iter().enumerate() {
        let conf = place.left(i, "etc/db.conf");
        assert_eq!(conf, format!("port = 5432\ntoken = {TOKEN}\n"));
        assert_eq!(place.left(i, "reloaded").trim(), "2");
        assert_eq!(place.left(i, "built"), "built\n");
        assert_eq!(place.left(i, "alpha") + &place.left(i, "beta"), "alphabeta");
        let rescued = format!("breaks; done by {}", user.name);
        assert_eq!(place.left(i, "rescued"), rescued);
        let mode = Command::new("stat")
            .args(["-c", "%a %U"])
            .arg(format!("/home/{}/alpha", user.name))
            .output();
        let mode = String::from_utf8(mode.unwrap().stdout).unwrap();
        assert_eq!(mode.trim(), format!("604 {}", user.name));
    }
    assert_eq!(place.left(0, "members"), "pg1 root\npg2 root\npg3 root\n");
    let recap: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("pg") && line.contains("ok="))
        .collect();
    assert_eq!(recap.len(), 3, "{text}");
    for line in recap {
        let line: Vec<_> = line.split_whitespace().collect();
        for word in [
            "ok=12",
            "changed=10",
            "failed=0",
            "unreachable=0",
            "rescued=1",
        ] {
            assert!(line.contains(&word), "no {word} in {line:?}:\n{text}");
        }
    }

    let (code, text) = place.play(&["--vault-password-file", "pw", "--diff"]);
    assert_eq!(code, 0, "{text}");
    assert!(
        !text.contains("TASK [db : reload]"),
        "not idempotent:\n{text}"
    );
}

#[test]
fn a_job_outlives_the_connection_that_started_it() {
    let place = Place::new("lc", 1);
    place.write(
        "site.yml",
        "
- name: a connection that is cut
  hosts: all
  gather_facts: false
  tasks:
    - name: long
      shell: sleep 4; echo it went on
      async: 60
      poll: 0
      register: job
    - name: the way is cut
      command: touch {{ mark }}
      delegate_to: localhost
      connection: local
    - name: wait
      wait_for: {path: '{{ mark }}.cut', timeout: 20}
      delegate_to: localhost
      connection: local
    - name: collect
      async_status: {jid: '{{ job.ansible_job_id }}'}
      register: end
      until: end.finished
      retries: 60
      delay: 0.2
    - copy: {content: '{{ end.stdout }}', dest: '{{ home }}/end'}
",
    );
    let mark = place.dir.path().join("mark");
    let cut = place.dir.path().join("mark.cut");
    let extra = format!("mark={}", mark.display());
    let args = ["play", "site.yml", "-i", "hosts.ini", "-e", &extra, "-vvv"];
    let child = place.runbook(&args).spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(20);
    while !mark.exists() {
        assert!(Instant::now() < end, "the job never began");
        std::thread::sleep(Duration::from_millis(20));
    }
    let before = place.server.sessions();
    assert!(before > 0, "there was no session to cut");
    place.server.signal_sessions("KILL");
    std::fs::write(cut, "").unwrap();
    let (code, text) = told(child.wait_with_output().unwrap());
    assert_eq!(code, 0, "{text}");
    assert_eq!(place.left(0, "end"), "it went on", "{text}");
}
