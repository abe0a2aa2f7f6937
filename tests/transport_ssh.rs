//! The transport over a real `sshd`.

#[path = "support/sshd.rs"]
mod sshd;

use std::sync::Arc;
use std::time::Duration;

use runbook::transport::{
    Connection, Connector, Endpoint, Exec, Identity, Output, Target, TransportError,
};
use sshd::Sshd;

const LOGIN: &Identity = &Identity::Login;

async fn connect(server: &Sshd, target: &Target) -> Arc<dyn Connection> {
    let connection = server.connector().connect(target).await;
    connection.expect("to connect")
}

async fn exec(connection: &dyn Connection, script: &str) -> Output {
    connection
        .exec(Exec::new(script, LOGIN))
        .await
        .expect("to run")
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
    assert_eq!(exec(&*host, "sh -c 'kill -9 $$'").await.code, 137);
    assert_eq!(exec(&*host, "nonesuch-command").await.code, 127);
    assert_eq!(exec(&*host, "echo ${x-unset}").await.out(), "unset\n");
    host.close().await;
}

#[tokio::test]
async fn moves_files() {
    let server = Sshd::start();
    let host = connect(&server, &server.target()).await;
    let dest = server.path("file").display().to_string();
    for size in [0, 1, 100, 32 * 1024, 32 * 1024 + 1, 3_000_000] {
        let data: Vec<u8> = (0..size).map(|i| (i * 7 + i / 256) as u8).collect();
        host.put(&data, &dest, "0640", LOGIN)
            .await
            .expect("to write");
        assert!(
            host.get(&dest, LOGIN).await.expect("to read") == data,
            "{size}"
        );
    }
    host.close().await;
}
