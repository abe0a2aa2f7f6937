//! The shells on this machine: no SSH needed.

use std::time::Duration;

use super::payload::INLINE;
use super::*;

const LOGIN: &Identity = &Identity::Login;

async fn local() -> Arc<dyn Connection> {
    let target = Target {
        name: "here".to_owned(),
        kind: TargetKind::Local,
    };
    SystemConnector::new().connect(&target).await.unwrap()
}

async fn sh(script: &str) -> Output {
    local().await.exec(Exec::new(script, LOGIN)).await.unwrap()
}

fn output(code: i32, stdout: &str, stderr: &str) -> Output {
    Output {
        code,
        stdout: stdout.into(),
        stderr: stderr.into(),
    }
}

#[tokio::test]
async fn gives_streams_and_code() {
    assert_eq!(
        sh("echo a; echo b >&2; exit 3").await,
        output(3, "a\n", "b\n")
    );
    assert_eq!(sh("").await, output(0, "", ""));
    assert_eq!(sh("# a comment only").await, output(0, "", ""));
    assert_eq!(
        sh("printf 'it''s \\\\ '; echo \"$((1+1))\"").await,
        output(0, "its \\ 2\n", "")
    );
    assert_eq!(
        sh("cat <<'EOF'\n$x 'y'\nEOF").await,
        output(0, "$x 'y'\n", "")
    );
    assert_eq!(sh("cat").await, output(0, "", ""));
}

#[tokio::test]
async fn what_a_script_does_to_its_shell_stays_within() {
    let host = local().await;
    for (script, code) in [
        ("exit 9", 9),
        ("exec 1>&- 2>&-; exit 4", 4),
        ("exec false", 1),
        ("set -e; false; true", 1),
        ("cd /; x=1; trap '' TERM; alias true=false; umask 0", 0),
        ("sh -c 'kill -KILL $$'", 137),
        ("sh -c 'kill -TERM $$'", 143),
        ("nonesuch-program", 127),
    ] {
        let output = host.exec(Exec::new(script, LOGIN)).await.unwrap();
        assert_eq!(output.code, code, "{script}");
    }
    for script in ["if", "echo 'open", "case x in", "(", "}", "echo $("] {
        let output = host.exec(Exec::new(script, LOGIN)).await.unwrap();
        assert_ne!(output.code, 0, "{script}");
        assert_ne!(output.err(), "", "{script}");
    }
    let after = host
        .exec(Exec::new("echo ${x-none}; true", LOGIN))
        .await
        .unwrap();
    assert_eq!(after, output(0, "none\n", ""));
}

#[tokio::test]
async fn survives_the_end_of_its_shell() {
    let host = local().await;
    // `$$` is the persistent shell.
    let output = host
        .exec(Exec::new("echo last; kill -KILL $$; sleep 1", LOGIN))
        .await
        .unwrap();
    assert_eq!((output.code, output.out().as_str()), (137, "last\n"));
    let output = host.exec(Exec::new("echo next", LOGIN)).await.unwrap();
    assert_eq!(output.out(), "next\n");
}

#[tokio::test]
async fn passes_big_output_through() {
    let output = sh("head -c 67108864 /dev/zero; echo end; head -c 1000000 /dev/zero >&2").await;
    assert_eq!(output.stdout.len(), 67_108_864 + 4);
    assert_eq!(output.stderr.len(), 1_000_000);
    assert!(output.stdout.ends_with(b"\0end\n"));
}

#[tokio::test]
async fn passes_any_input() {
    let host = local().await;
    for size in [0, 1, 255, INLINE, INLINE + 1, 1_000_000] {
        let data: Vec<u8> = (0..size)
            .map(|i| u8::try_from(i * 31 % 256).unwrap())
            .collect();
        let exec = Exec {
            stdin: Some(&data),
            ..Exec::new("cat; echo done >&2; exit 5", LOGIN)
        };
        let output = host.exec(exec).await.unwrap();
        assert_eq!((output.code, output.err().as_str()), (5, "done\n"));
        assert!(output.stdout == data, "{size} bytes");
    }
}

#[tokio::test]
async fn input_need_not_be_read() {
    let data = vec![b'x'; 1_000_000];
    for size in [10, INLINE, 1_000_000] {
        let exec = Exec {
            stdin: Some(&data[..size]),
            ..Exec::new("exec true", LOGIN)
        };
        let host = local().await;
        assert_eq!(host.exec(exec).await.unwrap(), output(0, "", ""));
        let next = host.exec(Exec::new("echo next", LOGIN)).await.unwrap();
        assert_eq!(next.out(), "next\n");
    }
}

#[tokio::test]
async fn input_is_never_run() {
    let dir = tempfile::tempdir().unwrap();
    let ran = dir.path().join("ran");
    let data = format!("\n: >{}\n", ran.display()).repeat(20_000);
    let host = local().await;
    for script in [
        "exit 3",
        "kill -KILL $$",
        "pkill -KILL -g 0 -x head; sleep 0.1",
        "head -n 1",
    ] {
        let exec = Exec {
            stdin: Some(data.as_bytes()),
            ..Exec::new(script, LOGIN)
        };
        host.exec(exec).await.unwrap();
        let next = host.exec(Exec::new("echo next", LOGIN)).await.unwrap();
        assert_eq!(next.out(), "next\n");
        assert!(!ran.exists(), "{script}");
    }
}

#[tokio::test]
async fn a_background_job_does_not_hold_a_command() {
    let output = sh("sleep 20 & echo $!").await;
    let pid = output.out();
    assert_eq!(sh(&format!("kill {pid}")).await.code, 0);
}

#[tokio::test]
async fn a_timeout_ends_what_runs() {
    let host = local().await;
    let exec = Exec {
        timeout: Some(Duration::from_millis(300)),
        ..Exec::new("trap '' TERM; sleep 31.4159 & sleep 31.4159", LOGIN)
    };
    let error = host.exec(exec).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "timed out after 300ms on here; its processes were killed"
    );
    assert_eq!(sh("pgrep -f 'sleep 31[.]4159'").await.out(), "");
    assert_eq!(
        host.exec(Exec::new("echo next", LOGIN))
            .await
            .unwrap()
            .out(),
        "next\n"
    );
}

#[tokio::test]
async fn a_command_given_up_is_ended() {
    let host = local().await;
    let exec = host.exec(Exec::new("sleep 27.1828", LOGIN));
    assert!(
        tokio::time::timeout(Duration::from_millis(300), exec)
            .await
            .is_err()
    );
    for _ in 0..100 {
        if sh("pgrep -f 'sleep 27[.]1828'").await.out().is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the process still runs");
}

#[tokio::test]
async fn commands_at_the_same_time_do_not_mix() {
    let host = local().await;
    let commands = (0..40).map(|i| {
        let host = &host;
        async move {
            let script = format!("echo {i}; sleep 0.02; echo {i} >&2; exit {i}");
            let exec = Exec {
                long: i % 5 == 0,
                ..Exec::new(&script, LOGIN)
            };
            let output = host.exec(exec).await.unwrap();
            let line = format!("{i}\n");
            assert_eq!(
                (output.code, output.out(), output.err()),
                (i, line.clone(), line)
            );
        }
    });
    futures_util::future::join_all(commands).await;
}

#[tokio::test]
async fn puts_and_gets_any_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("it's a $file");
    let dest = path.to_str().unwrap();
    let host = local().await;
    for (size, mode) in [
        (0, 0o600),
        (1, 0o644),
        (INLINE, 0o755),
        (INLINE + 1, 0o4711),
    ] {
        let data: Vec<u8> = (0..size)
            .map(|i| u8::try_from(i * 7 % 256).unwrap())
            .collect();
        host.put(&data, dest, &format!("{mode:04o}"), LOGIN)
            .await
            .unwrap();
        assert!(host.get(dest, LOGIN).await.unwrap() == data, "{size}");
        assert_eq!(
            std::os::unix::fs::MetadataExt::mode(&path.metadata().unwrap()) & 0o7777,
            mode
        );
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn says_why_a_file_was_not_written() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    std::fs::create_dir(at("dir")).unwrap();
    std::fs::write(at("file"), "").unwrap();
    let host = local().await;
    let big = vec![0; INLINE + 1];
    for (dest, mode, reason) in [
        (at("none/x"), "0644", "No such file or directory"),
        (at("file/x"), "0644", "Not a directory"),
        (at("dir"), "0644", "Is a directory"),
        ("/proc/x".to_owned(), "0644", ""),
        (at("x"), "rubbish", "rubbish"),
    ] {
        for data in [b"x", big.as_slice()] {
            let error = host
                .put(data, &dest, mode, LOGIN)
                .await
                .unwrap_err()
                .to_string();
            assert!(
                error.starts_with(&format!("failed to write {dest} on here: ")),
                "{error}"
            );
            assert!(error.contains(reason), "{error}");
        }
    }
    let mut left: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["dir", "file"]);
}

#[tokio::test]
async fn says_why_a_file_was_not_read() {
    let host = local().await;
    for (path, reason) in [
        ("/nonesuch", "No such file or directory"),
        ("/etc", "Is a directory"),
        ("-v", "No such file or directory"),
    ] {
        let error = host.get(path, LOGIN).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("failed to read {path} on here: {reason}")
        );
    }
}

#[tokio::test]
async fn opens_streams() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let endpoint = Endpoint::Tcp("127.0.0.1".to_owned(), port);
    let mut stream = local().await.open(&endpoint).await.unwrap();
    let (mut far, _) = listener.accept().await.unwrap();
    stream.write_all(b"ping").await.unwrap();
    let mut got = [0; 4];
    far.read_exact(&mut got).await.unwrap();
    assert_eq!(&got, b"ping");
    drop(listener);
    let error = local()
        .await
        .open(&endpoint)
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.starts_with(&format!("failed to connect to 127.0.0.1:{port} on here: ")),
        "{error}"
    );
}

#[test]
fn quotes_for_a_shell() {
    for (word, quoted) in [
        ("plain/word-1.0", "plain/word-1.0"),
        ("", "''"),
        ("two words", "'two words'"),
        ("it's", r"'it'\''s'"),
        ("$x", "'$x'"),
        ("~", "'~'"),
    ] {
        assert_eq!(quote(word), quoted);
    }
}
