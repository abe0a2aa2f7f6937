//! The connector of real runs.

use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use nix::unistd::Uid;
use tracing::{Instrument, debug_span};

use super::host::Host;
use super::local::Local;
use super::ssh::Ssh;
use super::{Connection, Connector, Target, TargetKind, TransportError};

/// Connects through OpenSSH, or to this machine without it.
#[derive(Debug, Clone)]
pub struct SystemConnector {
    sockets: PathBuf,
}

impl Default for SystemConnector {
    fn default() -> Self {
        Self::new()
    }
}

impl SystemConnector {
    /// Keeps the control sockets in the user's runtime directory, or under `/tmp`: their paths
    /// must be short.
    #[must_use]
    pub fn new() -> Self {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR")
            .map(PathBuf::from)
            .filter(|dir| dir.is_absolute() && dir.is_dir() && dir.as_os_str().len() < 50);
        Self::with_sockets(match runtime {
            Some(runtime) => runtime.join("runbook"),
            None => PathBuf::from(format!("/tmp/runbook-{}", Uid::effective())),
        })
    }

    /// Keeps the control sockets in a directory of one's own, which is made when it is missing.
    #[must_use]
    pub fn with_sockets(dir: impl Into<PathBuf>) -> Self {
        Self {
            sockets: dir.into(),
        }
    }
}

#[async_trait]
impl Connector for SystemConnector {
    async fn connect(&self, target: &Target) -> Result<Arc<dyn Connection>, TransportError> {
        let connection: Arc<dyn Connection> = match &target.kind {
            TargetKind::Local => Arc::new(Host::new(Local::new(&target.name))),
            TargetKind::Ssh(ssh) => {
                private(&self.sockets).map_err(|reason| TransportError::Unreachable {
                    host: target.name.clone(),
                    reason,
                })?;
                let span = debug_span!("connect", host = target.name);
                let ssh = Ssh::connect(&target.name, ssh, &self.sockets);
                Arc::new(Host::new(ssh.instrument(span).await?))
            }
        };
        Ok(connection)
    }
}

/// Makes a directory only its owner can enter, or makes sure that it is one: whoever can reach
/// a control socket can run commands on the host.
fn private(dir: &Path) -> Result<(), String> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    let meta = made
        .and_then(|()| dir.symlink_metadata())
        .map_err(|error| format!("failed to make {}: {error}", dir.display()))?;
    if meta.is_dir() && meta.uid() == Uid::effective().as_raw() && meta.mode() & 0o7777 == 0o700 {
        return Ok(());
    }
    Err(format!(
        "{} must be a directory of yours that nobody else can enter; remove it, \
         or change it with: chmod 700 {}",
        dir.display(),
        dir.display()
    ))
}
