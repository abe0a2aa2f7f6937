//! A client of the cluster at work: it writes numbered rows through whoever is primary, reads from every node, and remembers
//! what it was told. What it remembers is what an operator owes it.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, NoTls};

/// How long an answer may take before the client gives the connection up.
const PATIENCE: Duration = Duration::from_secs(3);

/// Pause between two tries to get a connection, and between two reads.
const PAUSE: Duration = Duration::from_millis(10);

/// Where a cluster is and who the client is there.
#[derive(Debug, Clone)]
pub struct Access {
    /// Addresses of all nodes.
    pub nodes: Vec<String>,
    /// The port of every node.
    pub port: u16,
    /// The role.
    pub user: String,
    /// Its password.
    pub password: String,
    /// The database.
    pub database: String,
}

impl Access {
    fn config(&self, nodes: &[String]) -> Config {
        let mut config = Config::new();
        for node in nodes {
            config.host(node);
        }
        config
            .port(self.port)
            .user(&self.user)
            .password(&self.password)
            .dbname(&self.database)
            .connect_timeout(Duration::from_secs(1));
        config
    }

    /// A connection to the node that takes writes, looked for among all.
    pub async fn primary(&self) -> Option<Client> {
        let mut config = self.config(&self.nodes);
        config.target_session_attrs(tokio_postgres::config::TargetSessionAttrs::ReadWrite);
        connect(&config).await
    }

    /// A connection to one node.
    pub async fn node(&self, node: &str) -> Option<Client> {
        connect(&self.config(&[node.to_owned()])).await
    }
}

async fn connect(config: &Config) -> Option<Client> {
    let (client, connection) = tokio::time::timeout(PATIENCE, config.connect(NoTls))
        .await
        .ok()?
        .ok()?;
    tokio::spawn(connection);
    Some(client)
}

/// A time without service: from the last good answer to the next one.
#[derive(Debug, Clone, Copy)]
pub struct Outage {
    /// Since the client's start.
    pub from: Duration,
    /// Since the client's start.
    pub to: Duration,
}

impl Outage {
    /// How long it took.
    pub fn length(&self) -> Duration {
        self.to.saturating_sub(self.from)
    }
}

#[derive(Debug, Default)]
struct Written {
    acknowledged: Vec<i64>,
    outages: Vec<Outage>,
}

/// The client, until it is told to stop.
pub struct Traffic {
    stop: Arc<AtomicBool>,
    written: Arc<Mutex<Written>>,
    reads: Vec<Arc<Mutex<Vec<Outage>>>>,
    tasks: Vec<JoinHandle<()>>,
}

/// What the client saw.
#[derive(Debug)]
pub struct Seen {
    /// Every row whose insertion was acknowledged.
    pub acknowledged: Vec<i64>,
    /// Longer silences between two acknowledged writes.
    pub writes: Vec<Outage>,
    /// Node by node, when it did not answer a read.
    pub reads: Vec<Vec<Outage>>,
}

impl Traffic {
    /// Creates the table and starts to write and to read. Rows are numbered from `first`.
    pub async fn start(access: &Access, first: i64) -> Self {
        let client = access.primary().await.expect("a primary to write to");
        client
            .batch_execute("CREATE TABLE IF NOT EXISTS traffic (n bigint PRIMARY KEY, at timestamptz DEFAULT now())")
            .await
            .expect("to create the table");
        let stop = Arc::new(AtomicBool::new(false));
        let written = Arc::new(Mutex::new(Written::default()));
        let began = Instant::now();
        let mut tasks = vec![tokio::spawn(write(
            access.clone(),
            first,
            began,
            Arc::clone(&stop),
            Arc::clone(&written),
        ))];
        let mut reads = Vec::new();
        for node in &access.nodes {
            let outages = Arc::new(Mutex::new(Vec::new()));
            reads.push(Arc::clone(&outages));
            tasks.push(tokio::spawn(read(
                access.clone(),
                node.clone(),
                began,
                Arc::clone(&stop),
                outages,
            )));
        }
        Self {
            stop,
            written,
            reads,
            tasks,
        }
    }

    /// Stops it and tells what it saw.
    pub async fn stop(self) -> Seen {
        self.stop.store(true, Ordering::SeqCst);
        for task in self.tasks {
            task.await.expect("the client does not panic");
        }
        let written = self.written.lock().expect("no writer panicked");
        Seen {
            acknowledged: written.acknowledged.clone(),
            writes: written.outages.clone(),
            reads: self
                .reads
                .iter()
                .map(|outages| outages.lock().expect("no reader panicked").clone())
                .collect(),
        }
    }
}

impl Seen {
    /// When no node at all answered a read, if that ever was.
    pub fn reads_failed_everywhere(&self) -> Option<Outage> {
        let mut common: Vec<Outage> = self.reads.first().cloned().unwrap_or_default();
        for node in self.reads.iter().skip(1) {
            common = common
                .iter()
                .flat_map(|a| node.iter().map(move |b| overlap(a, b)))
                .flatten()
                .collect();
        }
        common.first().copied()
    }
}

fn overlap(a: &Outage, b: &Outage) -> Option<Outage> {
    let (from, to) = (a.from.max(b.from), a.to.min(b.to));
    (from < to).then_some(Outage { from, to })
}

/// Writes one row after the other. A row counts when the server said so, and only then.
async fn write(
    access: Access,
    first: i64,
    began: Instant,
    stop: Arc<AtomicBool>,
    written: Arc<Mutex<Written>>,
) {
    let mut n = first;
    let mut client = None;
    let mut last = began.elapsed();
    while !stop.load(Ordering::SeqCst) {
        let Some(open) = &client else {
            client = access.primary().await;
            if client.is_none() {
                tokio::time::sleep(PAUSE).await;
            }
            continue;
        };
        if insert(open, n).await {
            let now = began.elapsed();
            let mut written = written.lock().expect("no reader panicked");
            written.acknowledged.push(n);
            if now.saturating_sub(last) > Duration::from_millis(100) {
                written.outages.push(Outage {
                    from: last,
                    to: now,
                });
            }
            last = now;
        } else {
            client = None;
        }
        n += 1;
    }
}

async fn insert(client: &Client, n: i64) -> bool {
    let values: [&(dyn ToSql + Sync); 1] = [&n];
    let done = client.execute("INSERT INTO traffic (n) VALUES ($1)", &values);
    matches!(tokio::time::timeout(PATIENCE, done).await, Ok(Ok(1)))
}

/// Reads from one node over and over.
async fn read(
    access: Access,
    node: String,
    began: Instant,
    stop: Arc<AtomicBool>,
    outages: Arc<Mutex<Vec<Outage>>>,
) {
    let mut client: Option<Client> = None;
    let mut failing: Option<Duration> = None;
    while !stop.load(Ordering::SeqCst) {
        if client.is_none() {
            client = access.node(&node).await;
        }
        let asked = began.elapsed();
        let good = match &client {
            Some(open) => {
                let answer = open.query_one("SELECT count(*) FROM pg_class", &[]);
                matches!(tokio::time::timeout(PATIENCE, answer).await, Ok(Ok(_)))
            }
            None => false,
        };
        if good {
            if let Some(from) = failing.take() {
                let to = began.elapsed();
                outages
                    .lock()
                    .expect("no writer panicked")
                    .push(Outage { from, to });
            }
        } else {
            client = None;
            failing.get_or_insert(asked);
        }
        tokio::time::sleep(PAUSE).await;
    }
    if let Some(from) = failing {
        let to = began.elapsed();
        outages
            .lock()
            .expect("no writer panicked")
            .push(Outage { from, to });
    }
}
