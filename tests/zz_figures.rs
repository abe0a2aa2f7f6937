#[path = "support/sshd.rs"]
mod sshd;
use runbook::transport::*;
use std::time::Instant;
#[tokio::test(flavor = "multi_thread")]
async fn figures() {
    let server = sshd::Sshd::start();
    let c = server.connector();
    let t = Instant::now();
    let h = c.connect(&server.target()).await.unwrap();
    println!("connect {:?}", t.elapsed());
    let t = Instant::now();
    h.exec(Exec::new("true", &Identity::Login)).await.unwrap();
    println!("first frame {:?}", t.elapsed());
    for script in [":", "/bin/true", ":", "/bin/true"] {
        let t = Instant::now();
        for _ in 0..100 { h.exec(Exec::new(script, &Identity::Login)).await.unwrap(); }
        println!("100 x {script} {:?}", t.elapsed());
    }
    let t = Instant::now();
    for _ in 0..20 { h.put(&vec![b'x'; 4000], "/tmp/rbfig", "0644", &Identity::Login).await.unwrap(); }
    println!("put 4k {:?}", t.elapsed() / 20);
    let t = Instant::now();
    for _ in 0..20 { h.put(&vec![b'x'; 32000], "/tmp/rbfig", "0644", &Identity::Login).await.unwrap(); }
    println!("put 32k {:?}", t.elapsed() / 20);
    let t = Instant::now();
    for _ in 0..5 { h.put(&vec![b'x'; 1 << 20], "/tmp/rbfig", "0644", &Identity::Login).await.unwrap(); }
    println!("put 1M {:?}", t.elapsed() / 5);
    let t = Instant::now();
    h.put(&vec![b'x'; 64 << 20], "/tmp/rbfig", "0644", &Identity::Login).await.unwrap();
    println!("put 64M {:?}", t.elapsed());
    let t = Instant::now();
    h.get("/tmp/rbfig", &Identity::Login).await.unwrap();
    println!("get 64M {:?}", t.elapsed());
    let t = Instant::now();
    h.exec(Exec{long:true, ..Exec::new("true", &Identity::Login)}).await.unwrap();
    println!("long true {:?}", t.elapsed());
    h.close().await;
    let t = Instant::now();
    let h = c.connect(&server.target()).await.unwrap();
    h.exec(Exec::new("true", &Identity::Login)).await.unwrap();
    println!("reconnect onto a live master + first frame {:?}", t.elapsed());
    let mut ssh = server.ssh();
    let mut cmd = std::process::Command::new("ssh");
    cmd.args(&ssh.args).args(["-i", &ssh.key.take().unwrap(), "-p", &server.port.to_string(), "127.0.0.1", "true"]);
    let t = Instant::now();
    sshd::run(&mut cmd);
    println!("plain ssh true {:?}", t.elapsed());
    let t = Instant::now();
    sshd::run(&mut cmd);
    println!("plain ssh true {:?}", t.elapsed());
    std::fs::remove_file("/tmp/rbfig").unwrap();
}
