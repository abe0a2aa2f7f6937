//! `lab status` and `lab list`: what exists, read from the engine and the hosts.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::future::join_all;
use serde::Serialize;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::container::{self, Container, Host};
use super::engine::{Engine, EngineKind};
use super::error::LabError;
use super::layout::Layout;
use super::network;
use super::state::{self, Manifest, State};

/// How long a port may take to accept a connection.
const PROBE_LIMIT: Duration = Duration::from_secs(2);

/// A lab in detail.
#[derive(Debug, Clone, Serialize)]
pub struct LabStatus {
    /// Its name.
    pub name: String,
    /// Its layout.
    pub layout: String,
    /// The engine its containers run in.
    pub engine: EngineKind,
    /// The name of its network.
    pub network: String,
    /// Its subnet.
    pub subnet: String,
    /// The inventory file.
    pub inventory: PathBuf,
    /// Where its key, known hosts and passwords are.
    pub state_dir: PathBuf,
    /// Its hosts, in the order of the layout.
    pub hosts: Vec<HostStatus>,
}

/// One host of a lab.
#[derive(Debug, Clone, Serialize)]
pub struct HostStatus {
    /// The inventory name.
    pub name: String,
    /// The inventory group.
    pub group: String,
    /// The address.
    pub address: Ipv4Addr,
    /// The container's name.
    pub container: String,
    /// The container's state in the engine's words, or `missing`.
    pub state: String,
    /// Whether sshd accepts connections.
    pub ssh: bool,
    /// Whether `PostgreSQL` accepts connections.
    pub postgres: bool,
}

/// A lab in one line.
#[derive(Debug, Clone, Serialize)]
pub struct LabSummary {
    /// Its name.
    pub name: String,
    /// Its layout.
    pub layout: String,
    /// How many of its hosts run.
    pub running: usize,
    /// How many hosts it should have.
    pub hosts: usize,
    /// The inventory file.
    pub inventory: PathBuf,
}

/// Looks at one lab closely.
pub async fn status(name: &str) -> Result<LabStatus, LabError> {
    let root = state::root()?;
    let (state, manifest) = find(&root, name)?;
    let layout = Layout::find(&manifest.layout)?;
    let engine = Engine::present().await?;
    let containers = container::list(engine, name).await?;
    let hosts = container::hosts(name, layout, manifest.subnet);
    Ok(LabStatus {
        name: manifest.name,
        layout: manifest.layout,
        engine: engine.kind,
        network: network::name(name),
        subnet: manifest.subnet.to_string(),
        inventory: manifest.inventory.join("hosts.yml"),
        state_dir: state.dir().to_owned(),
        hosts: join_all(hosts.iter().map(|host| host_status(host, &containers))).await,
    })
}

/// The labs of this user, by name.
pub async fn list() -> Result<Vec<LabSummary>, LabError> {
    let root = state::root()?;
    let names = state::names(&root);
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let engine = Engine::present().await?;
    let mut labs = Vec::new();
    for name in names {
        let (_, manifest) = find(&root, &name)?;
        let containers = container::list(engine, &name).await?;
        labs.push(LabSummary {
            running: containers
                .iter()
                .filter(|container| container.state == "running")
                .count(),
            hosts: Layout::find(&manifest.layout)?.hosts.len(),
            inventory: manifest.inventory.join("hosts.yml"),
            layout: manifest.layout,
            name,
        });
    }
    Ok(labs)
}

fn find(root: &Path, name: &str) -> Result<(State, Manifest), LabError> {
    let state = State::of(root, name)?;
    match state.manifest()? {
        Some(manifest) => Ok((state, manifest)),
        None => Err(LabError::UnknownLab {
            name: name.to_owned(),
            known: state::names(root),
        }),
    }
}

async fn host_status(host: &Host, containers: &[Container]) -> HostStatus {
    let found = containers
        .iter()
        .find(|container| container.name == host.container);
    let state = found.map_or("missing", |container| &container.state);
    let (ssh, postgres) = tokio::join!(accepts(host.address, 22), accepts(host.address, 5432));
    HostStatus {
        name: host.name.to_owned(),
        group: host.group.to_owned(),
        address: host.address,
        container: host.container.clone(),
        state: state.to_owned(),
        ssh,
        postgres,
    }
}

async fn accepts(address: Ipv4Addr, port: u16) -> bool {
    let connection = TcpStream::connect(SocketAddr::from((address, port)));
    matches!(timeout(PROBE_LIMIT, connection).await, Ok(Ok(_)))
}
