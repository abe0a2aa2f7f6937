//! One connection per way to a host, made when first needed.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{Mutex, OnceCell};

use super::options::ConnectionDefaults;
use super::{connection_vars, keywords};
use crate::diag::Diagnostic;
use crate::modules::args::{ArgType, Argument};
use crate::modules::{Failure, Remote};
use crate::playbook::Common;
use crate::transport::{
    Connection, Connector, Identity, Secret, SshTarget, Sudo, Target, TargetKind,
};
use crate::vars::{Scope, Value};

type Slot = Arc<OnceCell<Arc<dyn Connection>>>;

/// All connections of a run.
#[derive(Debug)]
pub(super) struct Connections {
    connector: Arc<dyn Connector>,
    open: Mutex<HashMap<Target, Slot>>,
}

impl Connections {
    pub(super) fn new(connector: Arc<dyn Connector>) -> Self {
        Self {
            connector,
            open: Mutex::default(),
        }
    }

    /// The connection to a target; concurrent callers share one attempt.
    pub(super) async fn get(&self, target: &Target) -> Result<Arc<dyn Connection>, Failure> {
        let slot = Arc::clone(self.open.lock().await.entry(target.clone()).or_default());
        let connected = slot
            .get_or_try_init(|| self.connector.connect(target))
            .await;
        Ok(Arc::clone(connected?))
    }

    /// Forgets a connection that broke, so that the next task opens a new one.
    pub(super) async fn forget(&self, target: &Target) {
        let slot = self.open.lock().await.remove(target);
        if let Some(connection) = slot.as_ref().and_then(|slot| slot.get()) {
            connection.close().await;
        }
    }

    /// Gives every connection back.
    pub(super) async fn close(&self) {
        let open = std::mem::take(&mut *self.open.lock().await);
        let slots: Vec<Slot> = open.into_values().collect();
        let connected = slots.iter().filter_map(|slot| slot.get());
        futures_util::future::join_all(connected.map(|connection| connection.close())).await;
    }

    /// The host as the task's user sees it.
    pub(super) async fn remote(&self, way: &Way) -> Result<Remote, Failure> {
        let connection = self.get(&way.target).await?;
        Ok(Remote::new(connection, way.identity.clone()))
    }
}

/// How a task reaches its host: the target, and as whom.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub(super) target: Target,
    pub(super) identity: Identity,
    /// Warnings of connection variables that are not heeded.
    pub(super) unheeded: Vec<String>,
}

/// The value of the first of these variables that is there, as in Ansible the most specific name
/// first; an empty text counts as absent.
pub(super) fn variable<T: ArgType>(
    scope: &Arc<Scope>,
    names: &[&str],
) -> Result<Option<T>, Diagnostic> {
    for name in names {
        let Some(value) = scope.get(name)? else {
            continue;
        };
        if value.is_none() || value.as_str() == Some("") {
            continue;
        }
        let argument = Argument { value, node: None };
        let decoded = T::decode(&argument);
        return decoded
            .map(Some)
            .map_err(|why| Diagnostic::error(format!("`{name}` {why}")));
    }
    Ok(None)
}

/// Works out how to reach `host`. `scope` is the one its connection variables come from: the
/// host's own, or the delegate's; `task` the one the keywords are rendered in.
pub(super) fn way(
    host: &str,
    scope: &Arc<Scope>,
    task: &Arc<Scope>,
    common: &Common,
    defaults: &ConnectionDefaults,
) -> Result<Way, Diagnostic> {
    let keyword: Option<String> = keywords::value("connection", common.connection.as_ref(), task)?;
    let kind: Option<String> = variable(scope, &["ansible_connection"])?;
    let kind = kind.or(keyword).or_else(|| defaults.connection.clone());
    let kind = kind.unwrap_or_else(|| "ssh".to_owned());
    let kind = match kind.rsplit('.').next().unwrap_or_default() {
        "local" => TargetKind::Local,
        "ssh" | "smart" => TargetKind::Ssh(ssh_target(host, scope, task, common, defaults)?),
        other => {
            let message = format!("`{other}` is not a connection this version knows");
            return Err(Diagnostic::error(message).help("use `ssh` or `local`"));
        }
    };
    let identity = identity(scope, task, common, defaults)?;
    let unheeded = connection_vars::check(host, scope, &kind, &identity)?;
    Ok(Way {
        unheeded,
        target: Target {
            name: host.to_owned(),
            kind,
        },
        identity,
    })
}

fn ssh_target(
    host: &str,
    scope: &Arc<Scope>,
    task: &Arc<Scope>,
    common: &Common,
    defaults: &ConnectionDefaults,
) -> Result<SshTarget, Diagnostic> {
    let address: Option<String> = variable(scope, &["ansible_ssh_host", "ansible_host"])?;
    let user = variable(scope, &["ansible_ssh_user", "ansible_user"])?;
    let user = match user {
        Some(user) => Some(user),
        None => keywords::value("remote_user", common.remote_user.as_ref(), task)?
            .or_else(|| defaults.user.clone()),
    };
    let port: Option<i64> = match variable(scope, &["ansible_ssh_port", "ansible_port"])? {
        Some(port) => Some(port),
        None => keywords::value("port", common.port.as_ref(), task)?,
    };
    let port = port.map(|port| {
        u16::try_from(port).map_err(|_| Diagnostic::error(format!("{port} is not a TCP port")))
    });
    let key = variable(
        scope,
        &["ansible_ssh_private_key_file", "ansible_private_key_file"],
    )?;
    let timeout: Option<f64> = variable(scope, &["ansible_ssh_timeout", "ansible_timeout"])?;
    let timeout = timeout.and_then(|s| std::time::Duration::try_from_secs_f64(s).ok());
    let checking = variable(
        scope,
        &["ansible_ssh_host_key_checking", "ansible_host_key_checking"],
    )?;
    Ok(SshTarget {
        address: address.unwrap_or_else(|| host.to_owned()),
        user,
        port: port.transpose()?,
        key: key.or_else(|| defaults.private_key.clone()),
        args: ssh_args(scope, defaults)?,
        connect_timeout: timeout.unwrap_or(defaults.timeout),
        insecure_host_key: !checking.unwrap_or(defaults.host_key_checking),
        shell: variable(scope, &["ansible_shell_executable"])?
            .unwrap_or_else(|| defaults.shell.clone()),
    })
}

fn ssh_args(scope: &Arc<Scope>, defaults: &ConnectionDefaults) -> Result<Vec<String>, Diagnostic> {
    let common = variable(scope, &["ansible_ssh_common_args"])?;
    let extra = variable(scope, &["ansible_ssh_extra_args"])?;
    let mut args = Vec::new();
    let first = variable(scope, &["ansible_ssh_args"])?;
    let all = [
        (
            "ansible_ssh_args",
            first.or_else(|| defaults.ssh_args.clone()),
        ),
        (
            "ansible_ssh_common_args",
            common.or_else(|| defaults.ssh_common_args.clone()),
        ),
        (
            "ansible_ssh_extra_args",
            extra.or_else(|| defaults.ssh_extra_args.clone()),
        ),
    ];
    for (name, text) in all {
        let Some(text) = text else { continue };
        let words = shlex::split(&text).ok_or_else(|| {
            Diagnostic::error(format!("`{name}` has an unbalanced quote: {text}"))
        })?;
        args.extend(words);
    }
    Ok(args)
}

fn identity(
    scope: &Arc<Scope>,
    task: &Arc<Scope>,
    common: &Common,
    defaults: &ConnectionDefaults,
) -> Result<Identity, Diagnostic> {
    let wanted: Option<bool> = variable(scope, &["ansible_become"])?;
    let keyword = keywords::flag("become", common.r#become.as_ref(), defaults.r#become, task)?;
    if !wanted.unwrap_or(keyword) {
        return Ok(Identity::Login);
    }
    let method: Option<String> = match variable(scope, &["ansible_become_method"])? {
        Some(method) => Some(method),
        None => keywords::value("become_method", common.become_method.as_ref(), task)?,
    };
    if let Some(method) = method.filter(|m| m.rsplit('.').next() != Some("sudo")) {
        let error = Diagnostic::error(format!(
            "`{method}` is not a become method this version knows"
        ));
        return Err(error.help("use `sudo`"));
    }
    let user = match variable(scope, &["ansible_sudo_user", "ansible_become_user"])? {
        Some(user) => Some(user),
        None => keywords::value("become_user", common.become_user.as_ref(), task)?,
    };
    let flags = match variable::<String>(scope, &["ansible_sudo_flags", "ansible_become_flags"])? {
        Some(flags) => Some(flags),
        None => keywords::value("become_flags", common.become_flags.as_ref(), task)?,
    };
    let flags = flags.map(|text| {
        shlex::split(&text).ok_or_else(|| {
            Diagnostic::error(format!("`become_flags` has an unbalanced quote: {text}"))
        })
    });
    let exe = match variable(scope, &["ansible_sudo_exe", "ansible_become_exe"])? {
        Some(exe) => Some(exe),
        None => keywords::value("become_exe", common.become_exe.as_ref(), task)?,
    };
    let names = [
        "ansible_sudo_pass",
        "ansible_become_pass",
        "ansible_become_password",
    ];
    let password: Option<Value> = variable(scope, &names)?;
    Ok(Identity::Sudo(Sudo {
        user: user
            .or_else(|| defaults.become_user.clone())
            .unwrap_or_else(|| "root".to_owned()),
        password: match password {
            Some(password) => Some(Secret::new(password.to_string())),
            None => defaults.become_password.clone(),
        },
        exe: exe.unwrap_or_else(|| "sudo".to_owned()),
        flags: flags.transpose()?.unwrap_or_default(),
    }))
}
