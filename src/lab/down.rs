//! `lab down`: removes everything a lab is made of.

use serde::Serialize;

use super::container;
use super::engine::Engine;
use super::error::LabError;
use super::image::IMAGE_LABEL;
use super::progress::{ProgressFn, Sink};
use super::state::{self, State};
use super::{inventory, network};

/// What to take down.
#[derive(Debug, Clone)]
pub struct DownOptions {
    /// The lab's name.
    pub name: String,
    /// Removes the images as well, which are otherwise kept for the next lab.
    pub images: bool,
}

/// What was removed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// The containers, with their volumes.
    pub containers: Vec<String>,
    /// Whether there was a network.
    pub network: bool,
    /// Whether there was an inventory.
    pub inventory: bool,
    /// The images.
    pub images: Vec<String>,
}

/// Takes a lab down. Leftovers of one whose state is gone are removed too; a lab of which nothing exists is an error.
pub async fn down(options: &DownOptions, progress: &ProgressFn<'_>) -> Result<Removed, LabError> {
    let sink = Sink(progress);
    let name = options.name.as_str();
    let root = state::root()?;
    let state = State::of(&root, name)?;
    let engine = Engine::present().await?;
    let manifest = state.manifest()?;
    let mut removed = Removed {
        containers: container::list(engine, name)
            .await?
            .into_iter()
            .map(|container| container.name)
            .collect(),
        network: network::exists(engine, name).await?,
        ..Removed::default()
    };
    if manifest.is_none() && removed == Removed::default() && !state.dir().exists() {
        return Err(LabError::UnknownLab {
            name: name.to_owned(),
            known: state::names(&root),
        });
    }
    let lock = state.lock()?;
    sink.step(&format!("removing lab `{name}`"));
    if !removed.containers.is_empty() {
        engine
            .command(["rm", "--force", "--volumes"])
            .args(&removed.containers)
            .run()
            .await?;
    }
    if removed.network {
        engine
            .command(["network", "rm", &network::name(name)])
            .run()
            .await?;
    }
    if let Some(manifest) = manifest {
        removed.inventory = inventory::remove(&manifest.inventory)?;
    }
    state.remove()?;
    drop(lock);
    if options.images {
        removed.images = remove_images(engine, &sink).await?;
    }
    Ok(removed)
}

/// Removes the images the lab has built; one that another lab still uses is kept with a warning.
async fn remove_images(engine: Engine, sink: &Sink<'_>) -> Result<Vec<String>, LabError> {
    let list = engine.command(["images", "--filter", IMAGE_LABEL, "--format", "{{.ID}}"]);
    let mut removed = Vec::new();
    // By their ids: one that was built again has no name any more.
    for image in list.run().await?.lines() {
        match engine.command(["rmi", image]).run().await {
            Ok(_) => removed.push(image.to_owned()),
            Err(error) => sink.warning(format!("kept image {image}: {error}")),
        }
    }
    Ok(removed)
}
