//! Scripts that go on without a connection, and how their end is learned of.
//!
//! On the host a small shell watches the script, which has a process group of its own: it keeps
//! what the script prints and its exit code in a folder, and ends the whole group when the time is
//! over. Neither needs the connection it was started through; asking for the end can use another.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::watch;

use super::outcome::Failure;
use super::remote::Remote;
use crate::transport::{Connection, Output, TransportError, quote};

/// The longest time between two looks at a script.
const LOOK: Duration = Duration::from_secs(1);

/// How long a host may stay out of reach after the time is over.
const GRACE: Duration = Duration::from_secs(30);

/// Makes a new connection after one was lost.
#[async_trait]
pub trait Reopen: Send + Sync + std::fmt::Debug {
    /// The connection to ask through from now on.
    async fn reopen(&self) -> Result<Arc<dyn Connection>, Failure>;
}

/// How a script is detached.
#[derive(Debug, Clone)]
pub struct Detach {
    /// The folder of all jobs on the host; `~/` stands for the user's home.
    pub folder: String,
    /// The job's name, which no other job of the host has.
    pub id: String,
    /// After this its processes are ended.
    pub limit: Duration,
    /// Hears the job's own folder as soon as the script runs.
    pub begun: Arc<watch::Sender<Option<String>>>,
    /// Set when the time was over before the script was.
    pub late: Arc<AtomicBool>,
    /// The way back to the host.
    pub reopen: Arc<dyn Reopen>,
}

/// What a look at the job finds.
enum Seen {
    Running,
    Ended,
    Late,
    Lost,
}

impl Detach {
    /// Starts the script, looks at it until it has ended, and brings back what it left.
    pub(super) async fn run(
        &self,
        remote: &Remote,
        script: &str,
        stdin: Option<&[u8]>,
    ) -> Result<Output, TransportError> {
        let mut remote = remote.clone();
        let begun = remote
            .attached(&self.begin(script), Some(stdin.unwrap_or_default()))
            .await?;
        if !begun.ok() {
            return Err(self.trouble("start a background job", &begun.err()));
        }
        let folder = begun.out().trim_end().to_owned();
        self.begun.send_replace(Some(folder.clone()));
        match self.wait(&mut remote, &folder).await? {
            Seen::Late => self.late.store(true, Ordering::Release),
            Seen::Lost => {
                let why = "it ended without a result: the host may have been restarted";
                return Err(self.trouble("follow the background job", why));
            }
            Seen::Running | Seen::Ended => {}
        }
        remote.attached(&collect(&folder), None).await
    }

    /// Looks again and again, at first after a short time.
    async fn wait(&self, remote: &mut Remote, folder: &str) -> Result<Seen, TransportError> {
        // None where the time ends after any that the clock can tell.
        let patience = Instant::now().checked_add(self.limit.saturating_add(GRACE));
        let mut pause = Duration::from_millis(50);
        loop {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LOOK);
            match remote.attached(&look(folder), None).await {
                Ok(output) => match seen(&output.out()) {
                    Seen::Running => {}
                    end => return Ok(end),
                },
                Err(error)
                    if !error.is_unreachable()
                        || patience.is_some_and(|patience| Instant::now() > patience) =>
                {
                    return Err(error);
                }
                Err(_) => {
                    if let Ok(connection) = self.reopen.reopen().await {
                        *remote = remote.through(connection);
                    }
                }
            }
        }
    }

    fn trouble(&self, action: &str, reason: &str) -> TransportError {
        TransportError::File {
            host: self.id.clone(),
            action: action.to_owned(),
            reason: reason.trim().to_owned(),
        }
    }

    /// The shell text that starts the job and says where its folder is. The script goes through a
    /// file, so that no other user sees it among a process's arguments.
    fn begin(&self, script: &str) -> String {
        let folder = match self.folder.strip_prefix("~/") {
            Some(rest) => format!("\"$HOME\"/{}", quote(rest)),
            None => quote(&self.folder),
        };
        format!(
            "rb_u=$(umask); umask 077\n\
             rb_d={folder}/{id}; case $rb_d in /*) ;; *) rb_d=$PWD/$rb_d ;; esac\n\
             command -v setsid >/dev/null || {{ echo 'the host has no setsid' >&2; exit 127; }}\n\
             mkdir -p \"$rb_d\" && cat >\"$rb_d/in\" && \
             printf %s {script} >\"$rb_d/job\" && printf %s {watch} >\"$rb_d/watch\" || exit 1\n\
             umask \"$rb_u\"\n\
             setsid /bin/sh \"$rb_d/watch\" \"$rb_d\" {limit} </dev/null >/dev/null 2>&1 &\n\
             printf '%s\\n' \"$rb_d\"\n",
            id = quote(&self.id),
            script = quote(script),
            watch = quote(WATCH),
            limit = self.limit.as_secs(),
        )
    }
}

/// What watches a job: the folder and the seconds are its arguments.
const WATCH: &str = r#"d=$1 limit=$2
setsid /bin/sh "$d/job" <"$d/in" >"$d/out" 2>"$d/err" &
p=$!
echo "$p" >"$d/pid"
(
  n=0
  while [ "$n" -lt "$limit" ] && [ ! -e "$d/rc" ]; do sleep 1; n=$((n + 1)); done
  [ -e "$d/rc" ] && exit 0
  : >"$d/late"
  kill -TERM "-$p"
  sleep 2
  kill -KILL "-$p"
) &
wait "$p"
c=$?
rm -f "$d/job" "$d/in" "$d/watch"
echo "$c" >"$d/rc.new" && mv "$d/rc.new" "$d/rc"
"#;

/// Shell text that says how a job is.
fn look(folder: &str) -> String {
    let d = quote(folder);
    format!(
        "if [ -e {d}/rc ]; then if [ -e {d}/late ]; then echo late; else echo ended; fi\n\
         elif ! {{ read -r rb_p <{d}/pid; }} 2>/dev/null || kill -0 \"$rb_p\" 2>/dev/null || \
         [ -e {d}/rc ]; then [ -d {d} ] && echo running || echo lost\n\
         else sleep 1; [ -e {d}/rc ] && echo ended || echo lost; fi\n"
    )
}

fn seen(word: &str) -> Seen {
    match word.trim() {
        "late" => Seen::Late,
        "ended" => Seen::Ended,
        "lost" => Seen::Lost,
        _ => Seen::Running,
    }
}

/// Shell text that gives what the job printed and its exit code, and leaves only the empty folder
/// behind: that is what says that there was such a job.
fn collect(folder: &str) -> String {
    let d = quote(folder);
    format!(
        "read -r rb_c <{d}/rc; cat {d}/out; cat {d}/err >&2\n\
         rm -f {d}/out {d}/err {d}/rc {d}/pid {d}/late; exit \"$rb_c\"\n"
    )
}

/// Shell text that removes the folder of a job.
pub(crate) fn erase(folder: &str) -> String {
    format!("rm -rf -- {}", quote(folder))
}

#[cfg(test)]
mod tests;
