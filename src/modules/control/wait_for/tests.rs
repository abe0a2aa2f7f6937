use serde_json::json;

use crate::modules::testing::Lab;

#[tokio::test]
async fn a_listening_port_is_seen_at_once() {
    let lab = Lab::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    for host in ["127.0.0.1", "localhost", "0.0.0.0"] {
        let arguments = json!({"host": host, "port": port, "timeout": 5});
        let result = lab.ok("wait_for", arguments).await.result;
        assert_eq!(
            (&result["state"], &result["port"]),
            (&json!("started"), &json!(port))
        );
    }
    drop(listener);
    let arguments = json!({"port": port, "state": "stopped", "timeout": 5});
    assert_eq!(
        lab.ok("wait_for", arguments).await.result["state"],
        "stopped"
    );
}

#[tokio::test]
async fn a_port_that_stays_closed_says_what_was_seen() {
    let lab = Lab::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let (msg, result) = lab
        .fails(
            "wait_for",
            json!({"port": port, "timeout": 0.3, "msg": "no database"}),
        )
        .await;
    assert_eq!(
        msg,
        format!(
            "no database: timed out after 0.3 s waiting for port {port} on 127.0.0.1 to accept connections; last seen: nothing listens there"
        )
    );
    assert_eq!(result["elapsed"], 0);
}

#[tokio::test]
async fn a_port_elsewhere_is_tried_by_connecting() {
    let lab = Lab::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    // Not a loopback address in its usual form, so the tables of sockets are not asked.
    let arguments =
        |state: &str| json!({"host": "127.1", "port": port, "state": state, "timeout": 0.5});
    lab.ok("wait_for", arguments("started")).await;
    let (msg, _) = lab.fails("wait_for", arguments("stopped")).await;
    assert!(msg.ends_with("last seen: it accepts connections"), "{msg}");
    drop(listener);
    lab.ok("wait_for", arguments("stopped")).await;
    let (msg, _) = lab.fails("wait_for", arguments("started")).await;
    assert!(msg.ends_with("last seen: Connection refused"), "{msg}");
}

#[tokio::test]
async fn what_a_port_says_can_be_matched() {
    let lab = Lab::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt as _;
        loop {
            let Ok((mut stream, _)) = listener.accept().await else {
                return;
            };
            let _ = stream.write_all(b"hello\nOpenSSH_9.2\n").await;
        }
    });
    let arguments = json!({"port": port, "search_regex": "^OpenSSH_(?<major>\\d+)", "timeout": 5});
    let result = lab.ok("wait_for", arguments).await.result;
    assert_eq!(
        (&result["match_groups"], &result["match_groupdict"]),
        (&json!(["9"]), &json!({"major": "9"}))
    );
    server.abort();
}

#[tokio::test]
async fn connections_are_drained() {
    let lab = Lab::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let client = std::net::TcpStream::connect(address).expect("a connection");
    let arguments = json!({"port": address.port(), "state": "drained", "timeout": 0.2});
    let (msg, _) = lab.fails("wait_for", arguments).await;
    assert!(
        msg.contains("to have no connections (0.2 s); last seen: 1 connections"),
        "{msg}"
    );
    let arguments =
        json!({"port": address.port(), "state": "drained", "exclude_hosts": "127.0.0.1"});
    lab.ok("wait_for", arguments).await;
    drop(client);
}

#[tokio::test]
async fn files_appear_match_and_vanish() {
    let lab = Lab::new();
    let path = lab.at("a file");
    let (msg, _) = lab
        .fails("wait_for", json!({"path": path, "timeout": 0.2}))
        .await;
    assert_eq!(
        msg,
        format!(
            "Timeout when waiting for {path} to be present (0.2 s); last seen: it is not there"
        )
    );
    lab.ok("wait_for", json!({"path": path, "state": "absent"}))
        .await;
    lab.write("a file", "one\nready: 7\n");
    let arguments = json!({"path": path, "search_regex": "^ready: (\\d)$"});
    assert_eq!(
        lab.ok("wait_for", arguments).await.result["match_groups"],
        json!(["7"])
    );
    let (msg, _) = lab
        .fails(
            "wait_for",
            json!({"path": path, "search_regex": "never", "timeout": 0.2}),
        )
        .await;
    assert!(
        msg.ends_with("last seen: 13 bytes that do not match"),
        "{msg}"
    );
}

#[tokio::test]
async fn impossible_orders_are_refused() {
    let lab = Lab::new();
    for (arguments, wrong) in [
        (
            json!({"port": 70000}),
            "`port` must be from 1 to 65535, not 70000",
        ),
        (
            json!({"port": 1, "path": "/x"}),
            "`port` and `path` exclude each other",
        ),
        (
            json!({"path": "/x", "state": "drained"}),
            "`state: drained` goes with `port`",
        ),
        (
            json!({"port": 1, "timeout": -1}),
            "`timeout` must be a time in seconds, not -1",
        ),
    ] {
        assert_eq!(lab.fails("wait_for", arguments).await.0, wrong);
    }
}
