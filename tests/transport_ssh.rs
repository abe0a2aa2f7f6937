//! The transport over a real `sshd`.

#[path = "support/sshd.rs"]
mod sshd;

use std::sync::Arc;
use std::time::Duration;

use runbook::transport::{
    Connection, Connector, Endpoint, Exec, Identity, Output, Target, TransportError,
};
use sshd::{Sshd, lives, named};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const LOGIN: &Identity = &Identity::Login;

async fn connect(server: &Sshd, target: &Target) -> Arc<dyn Connection> {
    let connection = server.connector().connect(target).await;
    connection.expect("to connect")
}

async fn refused(server: &Sshd, target: &Target) -> String {
    let error = server
        .connector()
        .connect(target)
        .await
        .expect_err("an error");
    assert!(error.is_unreachable(), "{error}");
    error.to_string()
}

async fn exec(connection: &dyn Connection, script: &str) -> Output {
    connection
        .exec(Exec::new(script, LOGIN))
        .await
        .expect("to run")
}

fn unreachable(result: Result<Output, TransportError>) -> String {
    let error = result.expect_err("an error");
    assert!(error.is_unreachable(), "{error}");
    error.to_string()
}

#[tokio::test]
async fn runs_commands() {
    let server = Sshd::start();
    let host = connect(&server, &server.target()).await;
    let output = exec(&*host, "echo out; echo err >&2; exit 7").await;
    assert_eq!(
        (output.out(), output.err(), output.code),
        ("out\n".into(), "err\n".into(), 7)
    );
    assert_eq!(
        exec(&*host, "printf 'no newline'").await.out(),
        "no newline"
    );
    assert_eq!(
        exec(&*host, "cd /tmp; umask 077; x=1; set -e; false; echo no")
            .await
            .code,
        1
    );
    assert_eq!(exec(&*host, "if").await.code, 2);
    assert_eq!(exec(&*host, "exit 255").await.code, 255);
    assert_eq!(exec(&*host, "sh -c 'kill -9 $$'").await.code, 137);
    assert_eq!(exec(&*host, "nonesuch-command").await.code, 127);
    assert_eq!(exec(&*host, "echo ${x-unset}").await.out(), "unset\n");
    host.close().await;
}

#[tokio::test]
async fn any_shell_will_do() {
    let server = Sshd::start();
    sshd::install(&[("busybox", "busybox")]);
    let busybox = sshd::which("busybox").expect("it is installed");
    let ash = server.path("ash");
    std::os::unix::fs::symlink(busybox, &ash).expect("to link it");
    let ash = ash.display().to_string();
    for shell in ["/bin/dash", "/bin/bash", &ash] {
        let mut ssh = server.ssh();
        ssh.shell = shell.to_owned();
        let host = connect(&server, &named(ssh)).await;
        assert_eq!(exec(&*host, "echo $0").await.out(), format!("{shell}\n"));
        let output = exec(&*host, "set -e; echo \"it's\"; echo err >&2; exit 7").await;
        let whole = (output.code, output.out(), output.err());
        assert_eq!(
            whole,
            (7, "it's\n".to_owned(), "err\n".to_owned()),
            "{shell}"
        );
        for script in [
            "if",
            "exec 1>&- 2>&-; false",
            "exec sh -c 'exit 1'",
            "nonesuch-program",
        ] {
            assert_ne!(exec(&*host, script).await.code, 0, "{shell}: {script}");
        }
        let dest = server.path("file").display().to_string();
        for size in [0, 256, 32 * 1024, 200_000] {
            let data = bytes(size);
            host.put(&data, &dest, "0640", LOGIN)
                .await
                .expect("to write");
            assert!(
                host.get(&dest, LOGIN).await.expect("to read") == data,
                "{shell}: {size}"
            );
            let exec = Exec {
                stdin: Some(&data),
                ..Exec::new("cat", LOGIN)
            };
            assert!(
                host.exec(exec).await.expect("to run").stdout == data,
                "{shell}: {size}"
            );
        }
        let exec = Exec {
            timeout: Some(Duration::from_millis(300)),
            ..Exec::new("trap '' TERM; sleep 223.606 & sleep 223.606", LOGIN)
        };
        let error = host.exec(exec).await.expect_err("a timeout").to_string();
        assert!(
            error.ends_with("; its processes were killed"),
            "{shell}: {error}"
        );
        assert!(!lives("223.606"), "{shell}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_at_first_is_tried_again() {
    let server = Sshd::start();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let behind = server.port;
    tokio::spawn(async move {
        drop(listener.accept().await);
        while let Ok((mut near, _)) = listener.accept().await {
            let far = tokio::net::TcpStream::connect(("127.0.0.1", behind)).await;
            let mut far = far.expect("the server");
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
        }
    });
    let mut ssh = server.ssh();
    ssh.port = Some(port);
    sshd::write_known_hosts(&server.path(""), "host.pub", port);
    let host = connect(&server, &named(ssh)).await;
    assert_eq!(exec(&*host, "echo in").await.out(), "in\n");
}

#[tokio::test]
async fn survives_the_end_of_its_shell() {
    let server = Sshd::start();
    let host = connect(&server, &server.target()).await;
    let output = exec(&*host, "echo last; kill -KILL $$; sleep 1").await;
    assert_eq!((output.code, output.out().as_str()), (137, "last\n"));
    assert_eq!(exec(&*host, "echo next").await.out(), "next\n");
}

#[tokio::test]
async fn passes_big_output_through() {
    let server = Sshd::start();
    let host = connect(&server, &server.target()).await;
    let output = exec(&*host, "head -c 67108864 /dev/zero; echo e >&2").await;
    assert_eq!(
        (output.stdout.len(), output.err().as_str()),
        (67_108_864, "e\n")
    );
}

#[tokio::test]
async fn moves_files() {
    let server = Sshd::start();
    let host = connect(&server, &server.target()).await;
    let dest = server.path("file").display().to_string();
    for size in [0, 1, 100, 32 * 1024, 32 * 1024 + 1, 3_000_000] {
        let data = bytes(size);
        host.put(&data, &dest, "0640", LOGIN)
            .await
            .expect("to write");
        assert!(
            host.get(&dest, LOGIN).await.expect("to read") == data,
            "{size}"
        );
        let exec = Exec {
            stdin: Some(&data),
            ..Exec::new("cat", LOGIN)
        };
        assert!(
            host.exec(exec).await.expect("to run").stdout == data,
            "{size}"
        );
    }
}

#[tokio::test]
async fn says_that_the_disk_is_full() {
    let server = Sshd::start();
    let host = connect(&server, &server.target()).await;
    let dir = server.path("full").display().to_string();
    let mounted = exec(
        &*host,
        &format!("mkdir {dir} && mount -t tmpfs -o size=64k none {dir}"),
    )
    .await;
    assert!(
        mounted.ok(),
        "this test mounts a small tmpfs: {}",
        mounted.err()
    );
    exec(&*host, &format!("head -c 50000 /dev/zero >{dir}/other")).await;
    let dest = format!("{dir}/x");
    host.put(&bytes(100), &dest, "0600", LOGIN)
        .await
        .expect("to write");
    let mut errors = Vec::new();
    for size in [32_000, 100_000] {
        errors.push(host.put(&bytes(size), &dest, "0600", LOGIN).await);
    }
    let files = exec(&*host, &format!("ls -A {dir}; wc -c <{dest}; umount {dir}")).await;
    for error in errors {
        assert_eq!(
            error.expect_err("an error").to_string(),
            format!("failed to write {dest} on pg1: No space left on device")
        );
    }
    assert_eq!(files.out(), "other\nx\n100\n");
}

#[tokio::test]
async fn a_timeout_ends_what_runs() {
    let server = Sshd::start();
    let host = connect(&server, &server.target()).await;
    for long in [false, true] {
        let exec = Exec {
            timeout: Some(Duration::from_millis(300)),
            long,
            ..Exec::new("trap '' TERM; sleep 161.803 & sleep 161.803", LOGIN)
        };
        assert_eq!(
            host.exec(exec).await.expect_err("a timeout").to_string(),
            "timed out after 300ms on pg1; its processes were killed"
        );
        assert!(!lives("161.803"));
    }
    assert_eq!(exec(&*host, "echo next").await.out(), "next\n");
}

#[tokio::test]
async fn a_command_given_up_is_ended() {
    let server = Sshd::start();
    // Even while its shell is starting, with the command on its way.
    for after in [1, 20, 100, 1000] {
        let host = connect(&server, &server.target()).await;
        let run = host.exec(Exec::new("sleep 141.421", LOGIN));
        assert!(
            tokio::time::timeout(Duration::from_millis(after), run)
                .await
                .is_err()
        );
        tokio::time::sleep(Duration::from_secs(1)).await;
        eventually(|| !lives("141.421")).await;
    }
}

#[tokio::test]
async fn no_shell_stays_behind() {
    let server = Sshd::start();
    for close in [true, false] {
        let host = connect(&server, &server.target()).await;
        let pid = exec(&*host, "echo $$").await.out().trim().to_owned();
        let there = || std::path::Path::new(&format!("/proc/{pid}")).exists();
        assert!(there());
        if close {
            host.close().await;
        }
        drop(host);
        eventually(|| !there()).await;
    }
}

#[tokio::test]
async fn a_master_is_used_again() {
    let server = Sshd::start();
    let client = async || {
        let host = connect(&server, &server.target()).await;
        let port = exec(&*host, "echo $SSH_CONNECTION").await.out();
        host.close().await;
        port
    };
    let first = client().await;
    assert_eq!(client().await, first);
    let other = async {
        let mut ssh = server.ssh();
        ssh.args
            .extend(["-o".to_owned(), "Compression=yes".to_owned()]);
        let host = connect(&server, &named(ssh)).await;
        exec(&*host, "echo $SSH_CONNECTION").await.out()
    };
    assert_ne!(other.await, first);
}

#[tokio::test]
async fn connects_at_the_same_time_share_one_master() {
    let server = Sshd::start();
    let clients = (0..5).map(|_| async {
        let host = connect(&server, &server.target()).await;
        exec(&*host, "echo $SSH_CONNECTION").await.out()
    });
    let all = futures_util::future::join_all(clients).await;
    assert!(all.iter().all(|client| *client == all[0]), "{all:?}");
}

#[tokio::test]
async fn a_dead_masters_socket_is_replaced() {
    let server = Sshd::start();
    let host = connect(&server, &server.target()).await;
    exec(&*host, "true").await;
    let parent = exec(&*host, "echo $PPID").await.out();
    exec(&*host, "true").await;
    let error = unreachable(
        host.exec(Exec::new(&format!("kill -9 {parent}; sleep 5"), LOGIN))
            .await,
    );
    assert!(error.contains("failed to reach pg1: "), "{error}");
    // The same connection heals.
    assert_eq!(exec(&*host, "echo again").await.out(), "again\n");
}

#[tokio::test]
async fn many_commands_keep_within_the_sessions_allowed() {
    let server = Sshd::with_config("MaxSessions 2");
    let host = connect(&server, &server.target()).await;
    let commands = (0..20).map(|i| {
        let host = &host;
        async move {
            let script = format!("sleep 0.05; echo {i}");
            let exec = Exec {
                long: i % 4 == 0,
                ..Exec::new(&script, LOGIN)
            };
            assert_eq!(
                host.exec(exec).await.expect("to run").out(),
                format!("{i}\n")
            );
        }
    });
    futures_util::future::join_all(commands).await;
}

#[tokio::test]
async fn says_why_it_cannot_connect() {
    let server = Sshd::start();
    let with = |change: &dyn Fn(&mut runbook::transport::SshTarget)| {
        let mut ssh = server.ssh();
        change(&mut ssh);
        named(ssh)
    };
    let port = sshd::free_port();
    assert_eq!(
        refused(&server, &with(&|ssh| ssh.port = Some(port))).await,
        format!(
            "failed to reach pg1: connect to host 127.0.0.1 port {port}: Connection refused; \
             check that sshd runs there, and ansible_port"
        )
    );
    assert_eq!(
        refused(
            &server,
            &with(&|ssh| ssh.key = Some("/nonesuch/key".to_owned()))
        )
        .await,
        "failed to reach pg1: failed to read the private key /nonesuch/key: \
         No such file or directory; check ansible_ssh_private_key_file"
    );
    let other = server.path("other").display().to_string();
    let error = refused(&server, &with(&|ssh| ssh.key = Some(other.clone()))).await;
    assert!(
        error.ends_with(
            "@127.0.0.1: Permission denied (publickey); load a key into ssh-agent with ssh-add, \
         or name one with ansible_ssh_private_key_file"
        ),
        "{error}"
    );
    let error = refused(
        &server,
        &with(&|ssh| ssh.address = "nonesuch.invalid".to_owned()),
    )
    .await;
    assert!(
        error.starts_with("failed to reach pg1: Could not resolve hostname nonesuch.invalid: "),
        "{error}"
    );
    assert!(
        error.ends_with("; check the name, or set ansible_host"),
        "{error}"
    );
    let error = refused(&server, &with(&|ssh| ssh.args.push("--rubbish".to_owned()))).await;
    assert_eq!(
        error,
        "failed to reach pg1: unknown option -- -; \
         check ansible_ssh_common_args, ansible_ssh_extra_args and your ssh_config"
    );
}

#[tokio::test]
async fn a_key_open_to_all_is_named() {
    let server = Sshd::start();
    let key = server.path("user");
    sshd::run(std::process::Command::new("chmod").arg("644").arg(&key));
    let error = refused(&server, &server.target()).await;
    assert!(error.contains("Permissions 0644 for "), "{error}");
    assert!(
        error.ends_with("make the key readable by its owner only: chmod 600"),
        "{error}"
    );
}

#[tokio::test]
async fn host_keys_are_checked() {
    let server = Sshd::start();
    let dir = server.path("");
    sshd::write_known_hosts(&dir, "other.pub", server.port);
    let error = refused(&server, &server.target()).await;
    assert!(error.contains("Host key verification failed"), "{error}");
    assert!(error.contains("Offending ED25519 key in "), "{error}");
    assert!(
        error.contains(&format!("ssh-keygen -R '[127.0.0.1]:{}'", server.port)),
        "{error}"
    );

    std::fs::write(server.path("known_hosts"), "").expect("to forget the key");
    let port = server.port;
    assert_eq!(
        refused(&server, &server.target()).await,
        format!(
            "failed to reach pg1: Host key verification failed; the host's key is not known; \
             after checking its fingerprint add it with: \
             ssh-keyscan -p {port} 127.0.0.1 >> ~/.ssh/known_hosts"
        )
    );
    let mut ssh = server.ssh();
    ssh.insecure_host_key = true;
    let host = connect(&server, &named(ssh)).await;
    assert_eq!(exec(&*host, "echo in").await.out(), "in\n");
}

#[tokio::test]
async fn a_host_that_dies_is_unreachable() {
    let mut server = Sshd::start();
    let host = connect(&server, &server.target()).await;
    assert!(exec(&*host, "true").await.ok());
    let run = host.exec(Exec::new("sleep 60", LOGIN));
    let kill = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.kill();
    };
    let error = unreachable(futures_util::future::join(run, kill).await.0);
    assert_eq!(
        error,
        "failed to reach pg1: the connection was closed by the host, or the ssh master was ended"
    );
    let error = unreachable(host.exec(Exec::new("true", LOGIN)).await);
    assert!(error.contains("Connection refused"), "{error}");
    server.restart();
    assert_eq!(exec(&*host, "echo back").await.out(), "back\n");
}

#[tokio::test]
async fn a_host_that_falls_silent_is_unreachable() {
    let server = Sshd::start();
    let host = connect(&server, &server.target()).await;
    assert!(exec(&*host, "true").await.ok());
    let run = host.exec(Exec::new("sleep 60", LOGIN));
    let cut = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.signal_sessions("STOP");
    };
    let both = futures_util::future::join(run, cut);
    let result = tokio::time::timeout(Duration::from_secs(30), both).await;
    assert_eq!(
        unreachable(result.expect("a word within half a minute").0),
        "failed to reach pg1: Timeout, server 127.0.0.1 not responding."
    );
}

#[tokio::test]
async fn opens_streams() {
    let server = Sshd::start();
    let host = connect(&server, &server.target()).await;
    let tcp = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let port = tcp.local_addr().expect("its address").port();
    let path = server.path("socket");
    let unix = tokio::net::UnixListener::bind(&path).expect("a socket");
    let far = tokio::spawn(async move {
        let (mut one, _) = tcp.accept().await.expect("a connection");
        let (mut two, _) = unix.accept().await.expect("a connection");
        one.write_all(b"tcp").await.expect("to write");
        two.write_all(b"unix").await.expect("to write");
    });
    let tcp = Endpoint::Tcp("127.0.0.1".to_owned(), port);
    let unix = Endpoint::Unix(path.display().to_string());
    let mut streams = Vec::new();
    for endpoint in [&tcp, &unix] {
        streams.push(host.open(endpoint).await.expect("a stream"));
    }
    far.await.expect("no panic");
    for (mut stream, word) in streams.into_iter().zip(["tcp", "unix"]) {
        let mut text = String::new();
        stream.read_to_string(&mut text).await.expect("to read");
        assert_eq!(text, word);
    }
    let mut stream = host.open(&tcp).await.expect("a stream");
    let error = stream.read_u8().await.expect_err("nobody listens any more");
    assert_eq!(error.to_string(), "connect failed: Connection refused");
    let left = std::fs::read_dir(server.path("cm"))
        .expect("the sockets")
        .flatten();
    let left: Vec<_> = left
        .map(|file| file.file_name())
        .filter(|name| name.len() == 16)
        .collect();
    assert_eq!(left.len(), 1, "only the control socket: {left:?}");
}

#[tokio::test]
async fn an_open_directory_for_sockets_is_refused() {
    let server = Sshd::start();
    std::fs::create_dir(server.path("cm")).expect("a directory");
    sshd::run(
        std::process::Command::new("chmod")
            .arg("777")
            .arg(server.path("cm")),
    );
    let error = refused(&server, &server.target()).await;
    assert!(error.contains("nobody else can enter"), "{error}");
}

/// Bytes of every value.
fn bytes(count: usize) -> Vec<u8> {
    (0..count)
        .map(|i| u8::try_from((i * 7 + i / 256) % 256).expect("a byte"))
        .collect()
}

/// Waits until something holds.
async fn eventually(holds: impl Fn() -> bool) {
    for _ in 0..200 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it did not come to pass");
}
