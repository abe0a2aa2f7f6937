//! What becomes of every connection variable of Ansible.

use std::sync::Arc;

use super::connections::variable;
use crate::diag::Diagnostic;
use crate::transport::{Identity, TargetKind};
use crate::vars::{Scope, Value};

/// What a connection variable does here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heed {
    /// What Ansible does with it.
    Works,
    /// Nothing, and nobody misses it; why.
    Moot(&'static str),
    /// Nothing, with a warning: what to do instead. Its usual value is no reason to warn.
    Warned {
        /// The value that asks for what happens anyway.
        usual: &'static str,
        /// What to do instead.
        instead: &'static str,
    },
    /// The host is not reached: what to do instead. Its usual value is accepted.
    Refused {
        /// The value that asks for what happens anyway.
        usual: &'static str,
        /// What to do instead.
        instead: &'static str,
    },
}

/// Where a connection variable counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Ssh,
    Sudo,
    Any,
}

/// A connection variable of Ansible, or a family of them (`ansible_winrm_*`).
#[derive(Debug, Clone, Copy)]
pub struct ConnectionVariable {
    /// Its name.
    pub name: &'static str,
    part: Part,
    /// What it does here.
    pub heed: Heed,
}

const fn row(name: &'static str, part: Part, heed: Heed) -> ConnectionVariable {
    ConnectionVariable { name, part, heed }
}

const fn works(name: &'static str) -> ConnectionVariable {
    row(name, Part::Any, Heed::Works)
}

const fn moot(name: &'static str, why: &'static str) -> ConnectionVariable {
    row(name, Part::Any, Heed::Moot(why))
}

const fn warned(
    name: &'static str,
    part: Part,
    usual: &'static str,
    instead: &'static str,
) -> ConnectionVariable {
    row(name, part, Heed::Warned { usual, instead })
}

const fn refused(
    name: &'static str,
    part: Part,
    usual: &'static str,
    instead: &'static str,
) -> ConnectionVariable {
    row(name, part, Heed::Refused { usual, instead })
}

const NO_TRANSFER: &str = "no file transfer program is used: bytes go through the shell's channel";
const NO_PASSWORD: &str = "log in with keys, agents, certificates or Kerberos";
const NO_COPY: &str = "nothing is copied to the hosts";
const SOCKETS: &str = "sockets are in a folder that only you can read";
const OTHER_PLUGIN: &str = "read by that plugin only, and asking for the plugin is refused";

/// Every connection variable, sorted by name.
static TABLE: &[ConnectionVariable] = &[
    moot("ansible_admin_users", NO_COPY),
    works("ansible_async_dir"),
    works("ansible_become"),
    works("ansible_become_exe"),
    works("ansible_become_flags"),
    refused("ansible_become_method", Part::Sudo, "sudo", "use `sudo`"),
    works("ansible_become_pass"),
    works("ansible_become_password"),
    works("ansible_become_user"),
    moot("ansible_common_remote_group", NO_COPY),
    works("ansible_connection"),
    moot("ansible_control_path", SOCKETS),
    moot("ansible_control_path_dir", SOCKETS),
    works("ansible_host"),
    works("ansible_host_key_checking"),
    moot("ansible_local_become_strip_preamble", "nothing is stripped"),
    moot(
        "ansible_local_become_success_timeout",
        "a task's `timeout` counts",
    ),
    moot("ansible_paramiko_*", OTHER_PLUGIN),
    refused("ansible_password", Part::Ssh, "", NO_PASSWORD),
    moot(
        "ansible_pipelining",
        "everything is sent through one shell in any case",
    ),
    works("ansible_port"),
    refused(
        "ansible_private_key",
        Part::Ssh,
        "",
        "write the key into a file and name it with `ansible_ssh_private_key_file`",
    ),
    works("ansible_private_key_file"),
    refused(
        "ansible_private_key_passphrase",
        Part::Ssh,
        "",
        "load the key into `ssh-agent`",
    ),
    moot("ansible_psrp_*", OTHER_PLUGIN),
    moot(
        "ansible_python_interpreter",
        "modules need no Python on the host",
    ),
    moot("ansible_remote_tmp", NO_COPY),
    moot("ansible_runas_*", OTHER_PLUGIN),
    moot("ansible_scp_*", NO_TRANSFER),
    moot("ansible_sftp_*", NO_TRANSFER),
    moot("ansible_shell_allow_world_readable_temp", NO_COPY),
    works("ansible_shell_executable"),
    refused(
        "ansible_shell_type",
        Part::Any,
        "sh",
        "use `sh`: modules speak to a POSIX shell",
    ),
    works("ansible_ssh_args"),
    works("ansible_ssh_common_args"),
    warned(
        "ansible_ssh_executable",
        Part::Ssh,
        "ssh",
        "the `ssh` found in the `PATH` is used",
    ),
    works("ansible_ssh_extra_args"),
    works("ansible_ssh_host"),
    works("ansible_ssh_host_key_checking"),
    refused("ansible_ssh_pass", Part::Ssh, "", NO_PASSWORD),
    refused("ansible_ssh_password", Part::Ssh, "", NO_PASSWORD),
    moot("ansible_ssh_password_mechanism", "passwords are refused"),
    moot(
        "ansible_ssh_pipelining",
        "everything is sent through one shell in any case",
    ),
    warned(
        "ansible_ssh_pkcs11_provider",
        Part::Ssh,
        "",
        "write `PKCS11Provider` into your ssh_config",
    ),
    works("ansible_ssh_port"),
    refused(
        "ansible_ssh_private_key",
        Part::Ssh,
        "",
        "write the key into a file and name it with `ansible_ssh_private_key_file`",
    ),
    works("ansible_ssh_private_key_file"),
    refused(
        "ansible_ssh_private_key_passphrase",
        Part::Ssh,
        "",
        "load the key into `ssh-agent`",
    ),
    warned(
        "ansible_ssh_retries",
        Part::Ssh,
        "0",
        "a connection is tried once; write `until` at a task",
    ),
    works("ansible_ssh_timeout"),
    moot("ansible_ssh_transfer_method", NO_TRANSFER),
    moot(
        "ansible_ssh_use_tty",
        "no terminal is asked for on the host",
    ),
    works("ansible_ssh_user"),
    moot("ansible_ssh_verbosity", "`-vvv` shows what is said to ssh"),
    moot("ansible_sshpass_prompt", "passwords are refused"),
    moot("ansible_su_*", OTHER_PLUGIN),
    warned(
        "ansible_sudo_chdir",
        Part::Sudo,
        "",
        "write `chdir` at the task",
    ),
    works("ansible_sudo_exe"),
    works("ansible_sudo_flags"),
    works("ansible_sudo_pass"),
    works("ansible_sudo_user"),
    moot("ansible_system_tmpdirs", NO_COPY),
    works("ansible_timeout"),
    works("ansible_user"),
    moot("ansible_winrm_*", OTHER_PLUGIN),
];

/// Every connection variable of Ansible and what it does here.
#[must_use]
pub fn connection_variables() -> &'static [ConnectionVariable] {
    TABLE
}

/// Looks for variables that would change how `host` is reached and are not heeded: the warnings,
/// or the refusal. Values are not shown: they may be secrets.
pub(super) fn check(
    host: &str,
    scope: &Arc<Scope>,
    kind: &TargetKind,
    identity: &Identity,
) -> Result<Vec<String>, Diagnostic> {
    let mut warnings = Vec::new();
    for row in TABLE {
        let counts = match row.part {
            Part::Any => true,
            Part::Ssh => matches!(kind, TargetKind::Ssh(_)),
            Part::Sudo => matches!(identity, Identity::Sudo(_)),
        };
        let (Heed::Warned { usual, instead } | Heed::Refused { usual, instead }) = row.heed else {
            continue;
        };
        if !counts || is_usual(scope, row.name, usual)? {
            continue;
        }
        if let Heed::Refused { .. } = row.heed {
            let message = format!("`{}` of {host} is not supported", row.name);
            return Err(Diagnostic::error(message).help(instead));
        }
        warnings.push(format!("`{}` has no effect: {instead}", row.name));
    }
    Ok(warnings)
}

/// Whether a variable is absent, or says what happens anyway.
fn is_usual(scope: &Arc<Scope>, name: &str, usual: &str) -> Result<bool, Diagnostic> {
    let value: Option<Value> = variable(scope, &[name])?;
    Ok(value.is_none_or(|value| {
        let text = value.to_string();
        text.strip_prefix("ansible.builtin.").unwrap_or(&text) == usual
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Templar;
    use crate::transport::Sudo;
    use crate::vars::{Var, VarMap};

    fn checked(vars: &[(&str, &str)], kind: &TargetKind) -> Result<Vec<String>, String> {
        let vars = vars
            .iter()
            .map(|(name, value)| (Arc::from(*name), Var::Data(Value::from(*value))));
        let scope = Scope::builder(&Templar::new())
            .layer(Arc::new(vars.collect::<VarMap>()))
            .build();
        let sudo = Identity::Sudo(Sudo {
            user: "postgres".to_owned(),
            password: None,
            exe: "sudo".to_owned(),
            flags: Vec::new(),
        });
        check("pg1", &scope, kind, &sudo).map_err(|error| error.one_line())
    }

    #[test]
    fn what_is_not_heeded_is_told() {
        let local = TargetKind::Local;
        let chdir = checked(&[("ansible_sudo_chdir", "/x")], &local).unwrap();
        assert_eq!(
            chdir,
            ["`ansible_sudo_chdir` has no effect: write `chdir` at the task"]
        );
        let shell = checked(&[("ansible_shell_type", "powershell")], &local).unwrap_err();
        assert!(shell.contains("`ansible_shell_type` of pg1"), "{shell}");
        let usual = [("ansible_shell_type", "sh"), ("ansible_password", "p")];
        assert_eq!(checked(&usual, &local), Ok(vec![]));
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(TABLE.is_sorted_by(|a, b| a.name < b.name));
    }
}
