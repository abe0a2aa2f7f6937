//! A scripted host for tests: answers from a function, files in memory, everything recorded.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{
    Connection, Connector, Endpoint, Exec, Identity, Output, Stream, Target, TransportError,
};

/// One thing asked of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// [`Connector::connect`].
    Connect,
    /// [`Connection::exec`].
    Exec {
        /// The script.
        script: String,
        /// As whom.
        identity: Identity,
        /// Standard input.
        stdin: Option<Vec<u8>>,
        /// Whether it was given a channel of its own.
        long: bool,
    },
    /// [`Connection::put`].
    Put {
        /// The bytes.
        data: Vec<u8>,
        /// Where to.
        dest: String,
        /// Octal.
        mode: String,
        /// As whom.
        identity: Identity,
    },
    /// [`Connection::get`].
    Get {
        /// The path.
        path: String,
        /// As whom.
        identity: Identity,
    },
    /// [`Connection::open`].
    Open {
        /// The far end.
        endpoint: Endpoint,
    },
    /// [`Connection::close`].
    Close,
}

type Answer = dyn Fn(&str, &Call) -> Result<Output, TransportError> + Send + Sync;

/// Connects to hosts that are not there. Clones share one record.
///
/// The answer function gets the host's name and the call. For [`Call::Exec`] its output is the
/// answer; for the others only its error counts: `put` and `get` work on files in memory.
#[derive(Clone)]
pub struct FakeConnector {
    answer: Arc<Answer>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    calls: Vec<(String, Call)>,
    files: BTreeMap<(String, String), Vec<u8>>,
}

impl std::fmt::Debug for FakeConnector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("FakeConnector").field(&self.state()).finish()
    }
}

impl Default for FakeConnector {
    /// Every command succeeds without a word.
    fn default() -> Self {
        Self::new(|_, _| Ok(Output::default()))
    }
}

impl FakeConnector {
    /// With a function that answers.
    pub fn new<F>(answer: F) -> Self
    where
        F: Fn(&str, &Call) -> Result<Output, TransportError> + Send + Sync + 'static,
    {
        Self {
            answer: Arc::new(answer),
            state: Arc::default(),
        }
    }

    /// A connection to a host of that name, without going through a [`Target`].
    #[must_use]
    pub fn connection(&self, host: &str) -> FakeConnection {
        FakeConnection {
            host: host.to_owned(),
            connector: self.clone(),
        }
    }

    /// Everything asked so far, oldest first, with the host's name.
    #[must_use]
    pub fn calls(&self) -> Vec<(String, Call)> {
        self.state().calls.clone()
    }

    /// The scripts run on a host so far, oldest first.
    #[must_use]
    pub fn scripts(&self, host: &str) -> Vec<String> {
        let of_host = self.calls().into_iter().filter(|(name, _)| name == host);
        of_host
            .filter_map(|(_, call)| match call {
                Call::Exec { script, .. } => Some(script),
                _ => None,
            })
            .collect()
    }

    /// A file's bytes, if it was put or given.
    #[must_use]
    pub fn file(&self, host: &str, path: &str) -> Option<Vec<u8>> {
        let key = (host.to_owned(), path.to_owned());
        self.state().files.get(&key).cloned()
    }

    /// Gives a host a file.
    pub fn set_file(&self, host: &str, path: &str, data: impl Into<Vec<u8>>) {
        let key = (host.to_owned(), path.to_owned());
        self.state().files.insert(key, data.into());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, host: &str, call: &Call) -> Result<Output, TransportError> {
        self.state().calls.push((host.to_owned(), call.clone()));
        (self.answer)(host, call)
    }
}

#[async_trait]
impl Connector for FakeConnector {
    async fn connect(&self, target: &Target) -> Result<Arc<dyn Connection>, TransportError> {
        self.ask(&target.name, &Call::Connect)?;
        Ok(Arc::new(self.connection(&target.name)))
    }
}

/// A connection to a scripted host.
#[derive(Debug, Clone)]
pub struct FakeConnection {
    host: String,
    connector: FakeConnector,
}

impl FakeConnection {
    fn missing(&self, action: String) -> TransportError {
        TransportError::File {
            host: self.host.clone(),
            action,
            reason: "No such file or directory".to_owned(),
        }
    }
}

#[async_trait]
impl Connection for FakeConnection {
    async fn exec(&self, exec: Exec<'_>) -> Result<Output, TransportError> {
        let call = Call::Exec {
            script: exec.script.to_owned(),
            identity: exec.identity.clone(),
            stdin: exec.stdin.map(<[u8]>::to_vec),
            long: exec.long,
        };
        self.connector.ask(&self.host, &call)
    }

    async fn put(
        &self,
        data: &[u8],
        dest: &str,
        mode: &str,
        identity: &Identity,
    ) -> Result<(), TransportError> {
        let call = Call::Put {
            data: data.to_vec(),
            dest: dest.to_owned(),
            mode: mode.to_owned(),
            identity: identity.clone(),
        };
        self.connector.ask(&self.host, &call)?;
        self.connector.set_file(&self.host, dest, data);
        Ok(())
    }

    async fn get(&self, path: &str, identity: &Identity) -> Result<Vec<u8>, TransportError> {
        let call = Call::Get {
            path: path.to_owned(),
            identity: identity.clone(),
        };
        self.connector.ask(&self.host, &call)?;
        let file = self.connector.file(&self.host, path);
        file.ok_or_else(|| self.missing(format!("read {path}")))
    }

    /// A fake host has nothing to connect to: always an error unless the answer is one already.
    async fn open(&self, endpoint: &Endpoint) -> Result<Box<dyn Stream>, TransportError> {
        let call = Call::Open {
            endpoint: endpoint.clone(),
        };
        self.connector.ask(&self.host, &call)?;
        Err(self.missing(format!("connect to {endpoint}")))
    }

    async fn close(&self) {
        let _ = self.connector.ask(&self.host, &Call::Close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn answers_and_records() {
        let fake = FakeConnector::new(|host, call| match call {
            Call::Exec { script, .. } if script == "hostname" => Ok(Output {
                stdout: host.into(),
                ..Output::default()
            }),
            _ => Ok(Output::default()),
        });
        let host = fake.connection("pg1");
        let login = Identity::Login;
        let output = host.exec(Exec::new("hostname", &login)).await.unwrap();
        assert_eq!(output.out(), "pg1");
        host.put(b"x", "/f", "0600", &login).await.unwrap();
        assert_eq!(host.get("/f", &login).await.unwrap(), b"x");
        assert_eq!(
            host.get("/g", &login).await.unwrap_err().to_string(),
            "failed to read /g on pg1: No such file or directory"
        );
        assert_eq!(fake.scripts("pg1"), ["hostname"]);
        assert_eq!(fake.calls().len(), 4);
    }
}
