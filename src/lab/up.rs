//! `lab up`: from nothing, or from whatever is there, to hosts that can be logged in to.

use std::path::PathBuf;

use futures_util::future::try_join_all;
use serde::Serialize;

use super::container::{self, Host, ssh};
use super::engine::Engine;
use super::error::LabError;
use super::inventory::{self, Inventory, Versions};
use super::layout::Layout;
use super::progress::{ProgressFn, Sink};
use super::state::{self, Manifest, State};
use super::{image, keys, network};

/// What to bring up.
#[derive(Debug, Clone)]
pub struct LabOptions {
    /// The layout's name.
    pub layout: String,
    /// The lab's name; the layout's where none is given. Another name makes a second lab beside the first.
    pub name: Option<String>,
    /// The project whose `inventories/` gets the lab's inventory.
    pub project_dir: PathBuf,
    /// Builds the image again, for the package versions the mirrors offer now.
    pub rebuild: bool,
}

/// A lab whose hosts are up: what is needed to deploy its cluster and to use it.
#[derive(Debug, Clone, Serialize)]
pub struct LabHandle {
    /// The lab's name.
    pub name: String,
    /// Its layout.
    pub layout: &'static Layout,
    /// The inventory file.
    pub inventory: PathBuf,
    /// The embedded playbooks that deploy the cluster, in order. They change nothing where it is deployed.
    pub playbooks: Vec<&'static str>,
    /// Whether any host was created by this call.
    pub created: bool,
    /// The version of `PostgreSQL`'s packages that the cluster is deployed with.
    pub postgres_older: String,
    /// The version that the hosts' repository offers as an update.
    pub postgres_newer: String,
}

/// Brings a lab up. What exists is kept, what is stopped is started, what is missing is created.
pub async fn up(options: &LabOptions, progress: &ProgressFn<'_>) -> Result<LabHandle, LabError> {
    let sink = Sink(progress);
    let layout = Layout::find(&options.layout)?;
    let name = options.name.as_deref().unwrap_or(layout.name);
    let state = State::of(&state::root()?, name)?;
    let engine = Engine::ready(&sink).await?;
    let _lock = state.lock()?;
    let image = image::ensure(engine, layout.postgres_major, options.rebuild, &sink).await?;
    let manifest = manifest(engine, name, layout, options, &state).await?;
    let hosts = container::hosts(name, layout, manifest.subnet);
    keys::ensure(&state, name, &hosts).await?;
    let created = start(engine, name, &image, &hosts, &state, &sink).await?;
    let versions = ssh(&hosts[0], &state)
        .args(["cat", Versions::FILE])
        .run()
        .await?;
    let versions = Versions::parse(&versions)?;
    Inventory {
        lab: name,
        layout,
        hosts: &hosts,
        subnet: manifest.subnet,
        state: &state,
        versions: &versions,
    }
    .write(&manifest.inventory)?;
    Ok(LabHandle {
        name: name.to_owned(),
        layout,
        inventory: manifest.inventory.join("hosts.yml"),
        playbooks: layout.playbooks.to_vec(),
        created,
        postgres_older: versions.older,
        postgres_newer: versions.newer,
    })
}

/// The lab's manifest and network, made where they are missing.
async fn manifest(
    engine: Engine,
    name: &str,
    layout: &Layout,
    options: &LabOptions,
    state: &State,
) -> Result<Manifest, LabError> {
    let known = state.manifest()?;
    let exists = network::exists(engine, name).await?;
    if known.is_none() && (exists || !container::list(engine, name).await?.is_empty()) {
        let text = format!(
            "lab `{name}` has containers or a network, but {} is gone: remove them with `runbook lab down {name}`",
            state.dir().display()
        );
        return Err(LabError::Conflict(text));
    }
    if let Some(manifest) = known
        .as_ref()
        .filter(|manifest| manifest.layout != layout.name)
    {
        let text = format!(
            "lab `{name}` has the layout `{}`: choose another name for this one, or `runbook lab down {name}` first",
            manifest.layout
        );
        return Err(LabError::Conflict(text));
    }
    let subnet = known.as_ref().map(|manifest| manifest.subnet);
    let subnet = match subnet {
        Some(subnet) if exists => subnet,
        subnet => network::create(engine, name, subnet).await?,
    };
    let project = std::path::absolute(&options.project_dir)
        .map_err(LabError::file("find", &options.project_dir))?;
    let inventory = inventory::directory(&project, name);
    if let Some(old) = known
        .as_ref()
        .filter(|manifest| manifest.inventory != inventory)
    {
        inventory::remove(&old.inventory)?;
    }
    let manifest = Manifest {
        name: name.to_owned(),
        layout: layout.name.to_owned(),
        subnet,
        inventory,
    };
    state.save(&manifest)?;
    Ok(manifest)
}

/// Starts every host and waits until all can be logged in to; says whether any was created.
async fn start(
    engine: Engine,
    lab: &str,
    image: &str,
    hosts: &[Host],
    state: &State,
    sink: &Sink<'_>,
) -> Result<bool, LabError> {
    sink.step("starting the hosts");
    let existing = container::list(engine, lab).await?;
    if existing.iter().any(|container| {
        container.image != image && !container.image.ends_with(&format!("/{image}"))
    }) {
        sink.warning(format!(
            "lab `{lab}` was built from an older image; `runbook lab down {lab}` and `up` renew it"
        ));
    }
    let dba = state.password("dba")?;
    let boots = hosts.iter().map(|host| async {
        let created = container::ensure(engine, lab, image, host, hosts, &existing, state).await?;
        if created {
            container::set_password(engine, host, &dba).await?;
        }
        container::wait_for_login(engine, host, state, sink).await?;
        sink.detail(&format!("{} answers at {}", host.name, host.address));
        Ok::<bool, LabError>(created)
    });
    Ok(try_join_all(boots).await?.contains(&true))
}
