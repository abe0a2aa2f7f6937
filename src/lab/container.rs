//! The hosts as containers: created, started, awaited, removed.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use super::engine::Engine;
use super::error::LabError;
use super::layout::Layout;
use super::network::{self, Subnet};
use super::process::{Program, last_lines};
use super::progress::Sink;
use super::state::State;

/// How long a host may take from its start until it can be logged in to.
const BOOT_LIMIT: Duration = Duration::from_mins(1);
/// How long one attempt to log in may take.
const LOGIN_LIMIT: Duration = Duration::from_secs(15);
/// The unprivileged user of the inventory.
pub(crate) const USER: &str = "runbook";

/// One host of a lab.
#[derive(Debug, Clone)]
pub(crate) struct Host {
    pub(crate) name: &'static str,
    pub(crate) group: &'static str,
    pub(crate) address: Ipv4Addr,
    /// The container's name.
    pub(crate) container: String,
}

/// A container as the engine sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Container {
    pub(crate) name: String,
    /// `running`, `exited`, `created`, …
    pub(crate) state: String,
    pub(crate) image: String,
}

/// The hosts of a layout in a lab of that name.
pub(crate) fn hosts(lab: &str, layout: &Layout, subnet: Subnet) -> Vec<Host> {
    let host = |(index, spec): (usize, &super::layout::HostSpec)| Host {
        name: spec.name,
        group: spec.group,
        address: subnet.host(index),
        container: container_name(lab, spec.name),
    };
    layout.hosts.iter().enumerate().map(host).collect()
}

/// The name of a host's container.
pub(crate) fn container_name(lab: &str, host: &str) -> String {
    format!("runbook-lab-{lab}-{host}")
}

/// The containers of a lab, running or not.
pub(crate) async fn list(engine: Engine, lab: &str) -> Result<Vec<Container>, LabError> {
    let filter = format!("label=runbook.lab={lab}");
    let format = "{{.Names}}\t{{.State}}\t{{.Image}}";
    let output = engine
        .command(["ps", "--all", "--filter", &filter, "--format", format])
        .run()
        .await?;
    Ok(output.lines().filter_map(parse_container).collect())
}

fn parse_container(line: &str) -> Option<Container> {
    let mut fields = line.split('\t').map(str::to_owned);
    Some(Container {
        name: fields.next()?,
        state: fields.next()?,
        image: fields.next()?,
    })
}

/// Makes one host run; says whether it was created.
pub(crate) async fn ensure(
    engine: Engine,
    lab: &str,
    image: &str,
    host: &Host,
    all: &[Host],
    existing: &[Container],
    state: &State,
) -> Result<bool, LabError> {
    let found = existing
        .iter()
        .find(|container| container.name == host.container);
    if found.is_some_and(|container| container.state == "running") {
        return Ok(false);
    }
    if found.is_none_or(|container| container.state == "created") {
        // `created` is what an interrupted command leaves: its files may be missing.
        engine
            .command(["rm", "-f", &host.container])
            .output()
            .await?;
        create(engine, lab, image, host, all).await?;
        let files = format!("{}/.", state.host_files(host.name).display());
        engine
            .command(["cp", &files, &format!("{}:/", host.container)])
            .run()
            .await?;
    }
    engine.command(["start", &host.container]).run().await?;
    Ok(found.is_none_or(|container| container.state == "created"))
}

async fn create(
    engine: Engine,
    lab: &str,
    image: &str,
    host: &Host,
    all: &[Host],
) -> Result<(), LabError> {
    let names = all
        .iter()
        .map(|other| format!("--add-host={}:{}", other.name, other.address));
    engine
        .command([
            "create",
            "--name",
            &host.container,
            "--hostname",
            host.name,
            "--shm-size=256m",
        ])
        .args([
            format!("--label=runbook.lab={lab}"),
            format!("--label=runbook.lab.host={}", host.name),
        ])
        .args([
            format!("--network={}", network::name(lab)),
            format!("--ip={}", host.address),
        ])
        .args(names)
        .args(engine.boot_options())
        .arg(image)
        .run()
        .await
        .map(drop)
}

/// Gives the `dba` user its password; it travels on standard input.
pub(crate) async fn set_password(
    engine: Engine,
    host: &Host,
    password: &str,
) -> Result<(), LabError> {
    let chpasswd = engine.command(["exec", "-i", &host.container, "chpasswd"]);
    chpasswd
        .stdin(format!("dba:{password}\n"))
        .run()
        .await
        .map(drop)
}

/// Waits until systemd has booted and the lab's user can log in.
pub(crate) async fn wait_for_login(
    engine: Engine,
    host: &Host,
    state: &State,
    sink: &Sink<'_>,
) -> Result<(), LabError> {
    let deadline = Instant::now() + BOOT_LIMIT;
    let mut last = String::new();
    while Instant::now() < deadline {
        match login(host, state).await {
            Ok(system) => {
                if system != "running" {
                    sink.warning(format!("{}: systemd reports `{system}`", host.name));
                }
                return Ok(());
            }
            Err(reason) => last = reason,
        }
        sleep(Duration::from_millis(150)).await;
    }
    let logs = engine
        .command(["logs", "--tail", "5", &host.container])
        .output()
        .await?;
    Err(LabError::WaitTimedOut {
        what: format!("a login to {} ({}:22)", host.name, host.address),
        limit: BOOT_LIMIT,
        detail: last_lines(&format!("{last}\n{}{}", logs.stdout, logs.stderr)),
    })
}

/// Logs in once; returns systemd's state of the whole system, or why that failed.
async fn login(host: &Host, state: &State) -> Result<String, String> {
    let address = SocketAddr::from((host.address, 22));
    // Cheaper than a failing ssh, and most attempts fail here.
    timeout(Duration::from_secs(2), TcpStream::connect(address))
        .await
        .map_err(|_| "connection timed out".to_owned())?
        .map_err(|error| error.to_string())?;
    // Not with --wait: early in the boot it misses the end of the boot and waits for ever.
    let command = ssh(host, state)
        .args(["systemctl", "is-system-running"])
        .limit(LOGIN_LIMIT);
    let answer = command.output().await.map_err(|error| error.to_string())?;
    match answer.stdout.trim() {
        "" => Err(answer.stderr.trim().to_owned()),
        system @ ("initializing" | "starting") => Err(format!("systemd reports `{system}`")),
        system => Ok(system.to_owned()),
    }
}

/// An `ssh` command line up to the remote command, independent of the user's own configuration.
pub(crate) fn ssh(host: &Host, state: &State) -> Program {
    Program::new("ssh")
        .args([
            "-F",
            "none",
            "-o",
            "BatchMode=yes",
            "-o",
            "ConnectTimeout=5",
            "-i",
        ])
        .arg(state.key().display().to_string())
        .args(ssh_options(state))
        .arg(format!("{USER}@{}", host.address))
}

/// The options under which the lab's hosts are known and nothing else is offered or trusted.
pub(crate) fn ssh_options(state: &State) -> Vec<String> {
    let known_hosts = state.known_hosts().display().to_string();
    // OpenSSH splits this value at blanks.
    let known_hosts = if known_hosts.contains(' ') {
        format!("\"{known_hosts}\"")
    } else {
        known_hosts
    };
    [
        format!("UserKnownHostsFile={known_hosts}"),
        "GlobalKnownHostsFile=/dev/null".to_owned(),
        "StrictHostKeyChecking=yes".to_owned(),
        "IdentitiesOnly=yes".to_owned(),
    ]
    .into_iter()
    .flat_map(|option| ["-o".to_owned(), option])
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_follow_the_layout() {
        let hosts = hosts("two", Layout::find("m1").unwrap(), Subnet::new(9));
        let shown: Vec<String> = hosts
            .iter()
            .map(|host| {
                format!(
                    "{} {} {} {}",
                    host.name, host.group, host.address, host.container
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                "db1 postgres 10.213.9.11 runbook-lab-two-db1",
                "db2 postgres 10.213.9.12 runbook-lab-two-db2",
                "db3 postgres 10.213.9.13 runbook-lab-two-db3",
                "app1 app 10.213.9.14 runbook-lab-two-app1",
            ]
        );
    }

    #[test]
    fn containers_are_read_from_the_engines_list() {
        let line = "runbook-lab-m1-db1\trunning\trunbook-lab/host:0123456789ab";
        let container = parse_container(line).unwrap();
        assert_eq!(
            (container.name.as_str(), container.state.as_str()),
            ("runbook-lab-m1-db1", "running")
        );
        assert_eq!(parse_container("x"), None);
    }

    #[test]
    fn a_path_with_a_blank_is_quoted_for_openssh() {
        let state = State::of(std::path::Path::new("/home/a b"), "m1").unwrap();
        assert_eq!(
            ssh_options(&state)[1],
            "UserKnownHostsFile=\"/home/a b/m1/known_hosts\""
        );
    }
}
