use std::path::Path;
use std::sync::Mutex;

use super::*;
use crate::transport::{Connector as _, Identity, SystemConnector, Target, TargetKind};

/// Opens the same machine again, and counts how often.
#[derive(Debug, Default)]
struct Again(Mutex<u32>);

#[async_trait]
impl Reopen for Again {
    async fn reopen(&self) -> Result<Arc<dyn Connection>, Failure> {
        *self.0.lock().expect("nobody panics") += 1;
        Ok(here().await)
    }
}

async fn here() -> Arc<dyn Connection> {
    let target = Target {
        name: "here".to_owned(),
        kind: TargetKind::Local,
    };
    SystemConnector::new()
        .connect(&target)
        .await
        .expect("this machine")
}

async fn detached(
    folder: &Path,
    limit: u64,
) -> (Remote, Arc<AtomicBool>, watch::Receiver<Option<String>>) {
    let (sender, begun) = watch::channel(None);
    let late = Arc::new(AtomicBool::new(false));
    let remote = Remote::new(here().await, Identity::Login)
        .with_environment(&[("WORD".to_owned(), "it's".to_owned())])
        .detached(Detach {
            folder: folder.display().to_string(),
            id: "job".to_owned(),
            limit: Duration::from_secs(limit),
            begun: Arc::new(sender),
            late: Arc::clone(&late),
            reopen: Arc::new(Again::default()),
        });
    (remote, late, begun)
}

#[tokio::test]
async fn a_script_comes_to_the_end_it_would_have_had() {
    let dir = tempfile::tempdir().expect("a folder");
    let (remote, late, begun) = detached(dir.path(), 30).await;
    let script = "cat; echo \"$WORD\"; echo err >&2; umask; exit 7";
    let output = remote
        .run_with_stdin(script, b"in\n")
        .await
        .expect("an end");
    let umask = std::process::Command::new("sh")
        .args(["-c", "umask"])
        .output();
    let umask = String::from_utf8(umask.expect("a shell").stdout).expect("digits");
    assert_eq!((output.code, output.err().as_str()), (7, "err\n"));
    assert_eq!(output.out(), format!("in\nit's\n{umask}"));
    assert!(!late.load(Ordering::Acquire));
    // What it printed, and the script with its secrets, are gone from the host.
    let folder = begun.borrow().clone().expect("it began");
    let left = std::fs::read_dir(folder).expect("its folder").count();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn the_whole_group_ends_when_the_time_is_over() {
    let dir = tempfile::tempdir().expect("a folder");
    let (remote, late, _) = detached(dir.path(), 1).await;
    let child = dir.path().join("child");
    let script = format!("sleep 60 & echo $! >{}; wait", child.display());
    remote.run(&script).await.expect("an end");
    assert!(late.load(Ordering::Acquire));
    let pid = std::fs::read_to_string(child).expect("a process id");
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
    assert!(
        stat.is_err() || stat.is_ok_and(|s| s.contains(") Z ")),
        "{pid} lives"
    );
}

#[tokio::test]
async fn a_job_goes_on_when_nobody_looks() {
    let dir = tempfile::tempdir().expect("a folder");
    let (remote, _, mut begun) = detached(dir.path(), 30).await;
    let script = format!("sleep 0.3; echo on >{}/after", dir.path().display());
    tokio::select! {
        _ = remote.run(&script) => panic!("it is still at work"),
        folder = begun.wait_for(Option::is_some) => assert!(folder.is_ok()),
    }
    let after = dir.path().join("after");
    for _ in 0..100 {
        if after.exists() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the job did not go on");
}

#[tokio::test]
async fn a_job_that_vanished_is_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let (remote, ..) = detached(dir.path(), 30).await;
    let script = format!(
        "rm -f {}/job/pid; kill -KILL $PPID; sleep 1",
        dir.path().display()
    );
    let folder = dir.path().to_owned();
    let script = format!("{script}; rm -rf {}", folder.display());
    let error = remote.run(&script).await.expect_err("no result");
    assert!(
        error.to_string().contains("ended without a result"),
        "{error}"
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("file");
    std::fs::write(&file, "").expect("a file");
    let (remote, ..) = detached(&file, 30).await;
    let error = remote.run("true").await.expect_err("no folder");
    assert!(
        error.to_string().contains("start a background job"),
        "{error}"
    );
}
