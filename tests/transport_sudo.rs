//! Becoming other users, over a real `sshd` with a real `sudo`.

#[path = "support/sshd.rs"]
mod sshd;
#[path = "support/users.rs"]
mod users;

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use runbook::transport::{Connection, Connector, Exec, Identity, Secret, Sudo};
use sshd::{Sshd, lives, named, run};
use users::{PASSWORD, User};

async fn connect(server: &Sshd, user: &User) -> Arc<dyn Connection> {
    let mut ssh = server.ssh();
    ssh.user = Some(user.name.clone());
    server
        .connector()
        .connect(&named(ssh))
        .await
        .expect("to connect")
}

fn sudo(user: &str, password: Option<&str>) -> Identity {
    Identity::Sudo(Sudo {
        user: user.to_owned(),
        password: password.map(Secret::new),
        exe: "sudo".to_owned(),
        flags: vec!["-H".to_owned()],
    })
}

async fn id(host: &dyn Connection, identity: &Identity) -> String {
    let output = host.exec(Exec::new("id -un", identity)).await;
    output.map_or_else(|error| error.to_string(), |output| output.out())
}

#[tokio::test]
async fn becomes_without_a_password() {
    let server = Sshd::start();
    let user = User::new("a", "/bin/bash", "@ ALL=(ALL) NOPASSWD: ALL");
    let host = connect(&server, &user).await;
    assert_eq!(
        id(&*host, &Identity::Login).await,
        format!("{}\n", user.name)
    );
    for password in [None, Some("not asked for")] {
        assert_eq!(id(&*host, &sudo("root", password)).await, "root\n");
        assert_eq!(id(&*host, &sudo("nobody", password)).await, "nobody\n");
    }
    let error = id(&*host, &sudo("nonesuch", None)).await;
    assert_eq!(
        error,
        "failed to become nonesuch on pg1: unknown user nonesuch; check become_user"
    );
}

#[tokio::test]
async fn becomes_with_a_password() {
    let server = Sshd::start();
    let user = User::new(
        "b",
        "/bin/sh",
        "Defaults:@ lecture=always, use_pty\n@ ALL=(ALL) ALL",
    );
    let host = connect(&server, &user).await;
    assert_eq!(id(&*host, &sudo("root", Some(PASSWORD))).await, "root\n");
    assert_eq!(
        id(&*host, &sudo("nobody", Some(PASSWORD))).await,
        "nobody\n"
    );
    assert_eq!(
        id(&*host, &sudo("root", Some("wrong"))).await,
        "failed to become root on pg1: wrong sudo password; \
         check ansible_become_password, or give it with -K"
    );
    assert_eq!(
        id(&*host, &sudo("root", None)).await,
        "failed to become root on pg1: a password is required; none was given: \
         give it with -K or ansible_become_password"
    );
}

#[tokio::test]
async fn no_shell_stays_behind() {
    let server = Sshd::start();
    let user = User::new("m", "/bin/bash", "Defaults:@ use_pty\n@ ALL=(ALL) ALL");
    let host = connect(&server, &user).await;
    let root = sudo("root", Some(PASSWORD));
    let output = host
        .exec(Exec::new("echo $$; pwd", &root))
        .await
        .expect("to run");
    let text = output.out();
    let pid = text.lines().next().expect("a line");
    host.close().await;
    drop(host);
    for _ in 0..100 {
        if !std::path::Path::new(&format!("/proc/{pid}")).exists() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the shell still runs");
}

#[tokio::test]
async fn a_closed_home_is_left() {
    let server = Sshd::start();
    let user = User::new("n", "/bin/bash", "@ ALL=(ALL) NOPASSWD: ALL");
    let home = format!("/home/{}", user.name);
    run(Command::new("chmod").args(["700", &home]));
    let host = connect(&server, &user).await;
    for (identity, dir) in [
        (Identity::Login, home.as_str()),
        (sudo("nobody", None), "/"),
    ] {
        let output = host
            .exec(Exec::new("pwd", &identity))
            .await
            .expect("to run");
        assert_eq!(
            (output.out(), output.err()),
            (format!("{dir}\n"), String::new())
        );
    }
}

#[tokio::test]
async fn moves_files_as_another_user() {
    let server = Sshd::start();
    let user = User::new("c", "/bin/bash", "@ ALL=(ALL) ALL");
    let host = connect(&server, &user).await;
    let root = sudo("root", Some(PASSWORD));
    let dest = format!("/root/{}", user.name);
    for size in [10, 1_000_000] {
        let data = vec![b'\''; size];
        host.put(&data, &dest, "0600", &root)
            .await
            .expect("to write");
        assert!(host.get(&dest, &root).await.expect("to read") == data);
    }
    assert_eq!(
        host.get(&dest, &Identity::Login)
            .await
            .expect_err("an error")
            .to_string(),
        format!("failed to read {dest} on pg1: Permission denied")
    );
    assert_eq!(
        host.put(b"x", &dest, "0600", &Identity::Login)
            .await
            .expect_err("an error")
            .to_string(),
        format!("failed to write {dest} on pg1: Permission denied")
    );
    std::fs::remove_file(dest).expect("to remove it");
}

#[tokio::test]
async fn a_timeout_ends_what_another_user_runs() {
    let server = Sshd::start();
    let user = User::new("d", "/bin/bash", "Defaults:@ use_pty\n@ ALL=(ALL) ALL");
    let host = connect(&server, &user).await;
    for who in ["root", "nobody"] {
        let identity = sudo(who, Some(PASSWORD));
        let exec = Exec {
            timeout: Some(Duration::from_millis(300)),
            ..Exec::new("sleep 173.205", &identity)
        };
        assert_eq!(
            host.exec(exec).await.expect_err("a timeout").to_string(),
            "timed out after 300ms on pg1; its processes were killed"
        );
        assert!(!lives("173.205"));
    }
}

#[tokio::test]
async fn says_why_it_may_not() {
    let server = Sshd::start();
    let user = User::new("e", "/bin/bash", "");
    let host = connect(&server, &user).await;
    let error = id(&*host, &sudo("root", Some(PASSWORD))).await;
    assert!(error.contains("is not in the sudoers file"), "{error}");
    assert!(error.ends_with("add it to the sudoers file"), "{error}");

    let user = User::new("f", "/bin/bash", "@ ALL=(nobody) NOPASSWD: /bin/true");
    let host = connect(&server, &user).await;
    let error = id(&*host, &sudo("root", Some(PASSWORD))).await;
    assert!(error.contains("is not allowed to execute"), "{error}");

    let user = User::new(
        "g",
        "/bin/bash",
        "Defaults:@ requiretty\n@ ALL=(ALL) NOPASSWD: ALL",
    );
    let host = connect(&server, &user).await;
    let error = id(&*host, &sudo("root", None)).await;
    assert!(
        error.ends_with("add `Defaults !requiretty` for the login user"),
        "{error}"
    );

    let mut other = sudo("root", None);
    if let Identity::Sudo(sudo) = &mut other {
        sudo.exe = "nonesuch-sudo".to_owned();
    }
    let error = id(&*host, &other).await;
    assert!(
        error.ends_with("name the program with ansible_become_exe"),
        "{error}"
    );
}

#[tokio::test]
async fn any_login_shell_will_do() {
    let server = Sshd::start();
    sshd::install(&[("fish", "fish"), ("tcsh", "tcsh")]);
    for (name, shell) in [("h", "fish"), ("i", "tcsh"), ("j", "bash"), ("k", "dash")] {
        let shell = sshd::which(shell).expect("the shell");
        let user = User::new(name, shell.to_str().expect("text"), "@ ALL=(ALL) ALL");
        let noise = format!("/home/{}/.bashrc", user.name);
        std::fs::write(noise, "echo welcome; echo mind the step >&2\n").expect("to write");
        let host = connect(&server, &user).await;
        for identity in [&Identity::Login, &sudo("root", Some(PASSWORD))] {
            let script = "printf '%s' \"$0 it's\"; echo x >&2; exit 3";
            let output = host
                .exec(Exec::new(script, identity))
                .await
                .expect("to run");
            assert_eq!(
                (output.code, output.err().as_str()),
                (3, "x\n"),
                "{shell:?}"
            );
            assert_eq!(output.out(), "/bin/sh it's", "{shell:?}");
        }
    }
}

#[tokio::test]
async fn a_login_shell_that_refuses_is_named() {
    let server = Sshd::start();
    let user = User::new("l", "/usr/sbin/nologin", "");
    let host = connect(&server, &user).await;
    assert_eq!(
        id(&*host, &Identity::Login).await,
        "failed to reach pg1: the login user's shell ended before it took a command: \
         This account is currently not available."
    );
}
