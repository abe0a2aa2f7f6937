//! One look at what is waited for.

use std::net::IpAddr;
use std::time::Duration;

use regex::Regex;
use tokio::io::AsyncReadExt as _;

use super::listeners::{Socket, read};
use super::{Args, Seen, State, groups};
use crate::modules::{Ctx, Failure};
use crate::transport::{Endpoint, TransportError, quote};

/// What is looked at, and how it should be.
#[derive(Debug)]
pub(super) struct Probe {
    subject: Subject,
    state: State,
    regex: Option<Regex>,
    connect: Duration,
    exclude: Vec<IpAddr>,
}

#[derive(Debug)]
enum Subject {
    /// A port of the host itself, whose sockets the kernel lists.
    Own {
        host: String,
        ip: IpAddr,
        port: u16,
    },
    /// A port somewhere, tried by connecting.
    Port {
        host: String,
        port: u16,
    },
    Path(String),
}

impl Probe {
    /// Decides how to look; none when there is nothing to look at.
    pub(super) async fn new(
        args: &Args,
        regex: Option<Regex>,
        connect: Duration,
        ctx: &Ctx<'_>,
    ) -> Result<Option<Self>, Failure> {
        let subject = match (args.port, &args.path) {
            (Some(_), Some(_)) => {
                return Err(Failure::new("`port` and `path` exclude each other"));
            }
            (None, None) => return Ok(None),
            (None, Some(_)) if args.state == State::Drained => {
                return Err(Failure::new("`state: drained` goes with `port`"));
            }
            (None, Some(path)) => Subject::Path(path.clone()),
            (Some(port), None) => port_of(args, port, regex.is_some(), ctx).await?,
        };
        Ok(Some(Self {
            subject,
            state: args.state,
            regex,
            connect,
            exclude: excluded(args)?,
        }))
    }

    /// What is waited for, to complete "waiting for …".
    pub(super) fn wanted(&self) -> String {
        let up = matches!(self.state, State::Started | State::Present);
        let what = match &self.subject {
            Subject::Own { host, port, .. } | Subject::Port { host, port } => {
                let how = match self.state {
                    State::Drained => "have no connections",
                    _ if up => "accept connections",
                    _ => "stop accepting connections",
                };
                format!("port {port} on {host} to {how}")
            }
            Subject::Path(path) => {
                format!("{path} to be {}", if up { "present" } else { "absent" })
            }
        };
        match &self.regex {
            Some(regex) if up => format!("{what} and match `{regex}`"),
            _ => what,
        }
    }

    /// Looks once.
    pub(super) async fn look(&self, ctx: &Ctx<'_>) -> Result<Seen, Failure> {
        match &self.subject {
            Subject::Own { ip, port, .. } => self.own(*ip, *port, ctx).await,
            Subject::Port { host, port } => self.port(host, *port, ctx).await,
            Subject::Path(path) => self.path(path, ctx).await,
        }
    }

    fn up(&self) -> bool {
        matches!(self.state, State::Started | State::Present)
    }

    async fn own(&self, ip: IpAddr, port: u16, ctx: &Ctx<'_>) -> Result<Seen, Failure> {
        let sockets = read(&tables(port, ctx).await?.unwrap_or_default());
        let here: Vec<&Socket> = sockets
            .iter()
            .filter(|socket| socket.port == port && socket.answers(ip))
            .collect();
        if self.state == State::Drained {
            let counts = |socket: &&&Socket| {
                let from = socket.remote.to_canonical();
                socket.connected() && !self.exclude.contains(&from)
            };
            let count = here.iter().filter(counts).count();
            return Ok(seen(count == 0, format!("{count} connections")));
        }
        let listening = here.iter().any(|socket| socket.listens());
        let words = if listening {
            "it accepts connections"
        } else {
            "nothing listens there"
        };
        Ok(seen(listening == self.up(), words.to_owned()))
    }

    async fn port(&self, host: &str, port: u16, ctx: &Ctx<'_>) -> Result<Seen, Failure> {
        if self.regex.is_none() || !self.up() {
            let output = ctx.remote.run(&attempt(host, port, self.connect)).await?;
            match output.code {
                0 => return Ok(seen(self.up(), "it accepts connections".to_owned())),
                124 => {
                    return Ok(seen(
                        !self.up(),
                        format!("no answer within {:?}", self.connect),
                    ));
                }
                127 => {}
                _ => return Ok(seen(!self.up(), reason(&output.err()))),
            }
        }
        self.stream(host, port, ctx).await
    }

    /// Connects through the transport, which may hear of a refusal only when it reads.
    async fn stream(&self, host: &str, port: u16, ctx: &Ctx<'_>) -> Result<Seen, Failure> {
        let endpoint = Endpoint::Tcp(host.to_owned(), port);
        let opened = tokio::time::timeout(self.connect, ctx.remote.open(&endpoint)).await;
        let mut stream = match opened {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return self.refused(error),
            Err(_) => {
                let words = format!("no answer within {:?}", self.connect);
                return Ok(seen(!self.up(), words));
            }
        };
        let regex = self.regex.as_ref().filter(|_| self.up());
        let mut text = Vec::new();
        let mut chunk = [0; 4096];
        loop {
            match tokio::time::timeout(self.connect, stream.read(&mut chunk)).await {
                Ok(Ok(length @ 1..)) => text.extend_from_slice(&chunk[..length]),
                Ok(Err(error)) if text.is_empty() => {
                    return Ok(seen(!self.up(), error.to_string()));
                }
                _ => break,
            }
            let Some(regex) = regex else { break };
            let found = matched(regex, &String::from_utf8_lossy(&text));
            if found.met {
                return Ok(found);
            }
        }
        Ok(match regex {
            Some(regex) => matched(regex, &String::from_utf8_lossy(&text)),
            None => seen(self.up(), "it accepts connections".to_owned()),
        })
    }

    /// A refusal answers the question, unless it was not the port that refused.
    fn refused(&self, error: TransportError) -> Result<Seen, Failure> {
        let words = error.to_string();
        if error.is_unreachable() {
            return Err(error.into());
        }
        if words.contains("prohibited") {
            return Err(Failure::new(format!(
                "{words} (the host's sshd does not forward: allow `AllowTcpForwarding`, or wait for the port on the host that has it)"
            )));
        }
        Ok(seen(!self.up(), words))
    }

    async fn path(&self, path: &str, ctx: &Ctx<'_>) -> Result<Seen, Failure> {
        let quoted = quote(path);
        let regex = self.regex.as_ref().filter(|_| self.up());
        let read = if regex.is_some() {
            format!("cat -- {quoted} || exit 4")
        } else {
            ":".to_owned()
        };
        let script = format!("if [ -e {quoted} ] || [ -L {quoted} ]; then {read}; else exit 3; fi");
        let output = ctx.remote.run(&script).await?;
        match (output.code, regex) {
            (0, Some(regex)) => Ok(matched(regex, &output.out())),
            (0, None) => Ok(seen(self.up(), "it is there".to_owned())),
            (3, _) => Ok(seen(!self.up(), "it is not there".to_owned())),
            _ => Ok(seen(false, output.err().trim().to_owned())),
        }
    }
}

/// Shell that connects: 124 when nobody answers in time, 127 where there is no `bash` for it.
fn attempt(host: &str, port: u16, limit: Duration) -> String {
    format!(
        "export LC_ALL=C\nexec timeout {} bash -c 'exec 3<>\"/dev/tcp/$0/$1\"' {} {port}",
        limit.as_secs_f64(),
        quote(host)
    )
}

/// The last part of bash's complaint: `Connection refused`.
fn reason(words: &str) -> String {
    let line = words.trim().lines().last().unwrap_or_default();
    let reason = line.rsplit(": ").next().unwrap_or(line);
    reason.to_owned()
}

fn seen(met: bool, words: String) -> Seen {
    Seen {
        met,
        words,
        groups: None,
    }
}

fn matched(regex: &Regex, text: &str) -> Seen {
    let captures = regex.captures(text);
    Seen {
        met: captures.is_some(),
        words: format!("{} bytes that do not match", text.len()),
        groups: captures.map(|captures| groups(&captures, regex)),
    }
}

async fn port_of(args: &Args, port: i64, reads: bool, ctx: &Ctx<'_>) -> Result<Subject, Failure> {
    let host = args.host.clone();
    let Ok(port @ 1..) = u16::try_from(port) else {
        return Err(Failure::new(format!(
            "`port` must be from 1 to 65535, not {port}"
        )));
    };
    let ip = own_address(&host);
    let up = matches!(args.state, State::Started | State::Present);
    if let Some(ip) = ip
        && !(reads && up)
        && tables(port, ctx).await?.is_some()
    {
        return Ok(Subject::Own { host, ip, port });
    }
    if args.state == State::Drained {
        return Err(Failure::new(format!(
            "`state: drained` counts the connections of the host itself (`/proc/net/tcp`): `host` must be one of its loopback addresses or 0.0.0.0, not {host}"
        )));
    }
    Ok(Subject::Port { host, port })
}

/// The address when it surely is the host's own.
fn own_address(host: &str) -> Option<IpAddr> {
    if host == "localhost" {
        return Some(IpAddr::from([127, 0, 0, 1]));
    }
    let ip: IpAddr = host.parse().ok()?;
    (ip.is_loopback() || ip.is_unspecified()).then_some(ip)
}

/// The kernel's lines about a port; none where the kernel does not tell.
async fn tables(port: u16, ctx: &Ctx<'_>) -> Result<Option<String>, Failure> {
    let script = format!(
        "[ -r /proc/net/tcp ] || exit 3\ngrep -hs ': [0-9A-F]*:{port:04X} ' /proc/net/tcp /proc/net/tcp6; [ $? -lt 2 ] || [ ! -r /proc/net/tcp6 ]"
    );
    let output = ctx.remote.run(&script).await?;
    Ok(output.ok().then(|| output.out()))
}

fn excluded(args: &Args) -> Result<Vec<IpAddr>, Failure> {
    let given = args.exclude_hosts.iter().flatten();
    given
        .map(|host| {
            host.parse::<IpAddr>()
                .map(|ip| ip.to_canonical())
                .map_err(|_| Failure::new(format!("`exclude_hosts` takes addresses, not `{host}`")))
        })
        .collect()
}
