//! OpenSSH's own words, and what to do about them.

use super::super::SshTarget;

/// What a line must have for it to be a reason and not a banner or a notice.
const REASONS: [&str; 22] = [
    "ssh: ",
    "Bad ",
    "Could not resolve",
    "Connection ",
    "Host key verification failed",
    "Load key ",
    "No route to host",
    "No such file",
    "Offending ",
    "Permission denied",
    "Permissions ",
    "Received disconnect",
    "Timeout, server",
    "Too many authentication failures",
    "Unable to negotiate",
    "administratively prohibited",
    "client_loop",
    "command-line",
    "kex_exchange_identification",
    "no mutual signature",
    "usage: ssh",
    "unsupported",
];

/// The lines that say why.
fn reasons(log: &str) -> Vec<&str> {
    log.lines()
        .map(|line| line.trim_end_matches('\r').trim())
        .filter(|line| !line.starts_with("debug") && !line.contains("open failed"))
        .filter(|line| REASONS.iter().any(|reason| line.contains(reason)))
        .collect()
}

/// The last reason in a log.
pub(super) fn last(log: &str) -> Option<String> {
    reasons(log).last().map(|line| (*line).to_owned())
}

/// An error with its causes.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    words
}

/// Why a connection did not come about, with the remedy.
pub(super) fn explain(log: &str, target: &SshTarget) -> String {
    let mut lines = reasons(log);
    lines.dedup();
    let all: Vec<_> = log
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let words = match (lines.is_empty(), all.last()) {
        (false, _) => lines.join("; "),
        (true, Some(last)) => (*last).to_owned(),
        (true, None) => "ssh ended without a word".to_owned(),
    };
    let words = words
        .trim_start_matches("ssh: ")
        .trim_end_matches('.')
        .to_owned();
    match remedy(log, target) {
        Some(remedy) => format!("{words}; {remedy}"),
        None => words,
    }
}

fn remedy(log: &str, target: &SshTarget) -> Option<String> {
    let has = |part: &str| log.contains(part);
    let address = &target.address;
    let host = match target.port {
        Some(port) if port != 22 => format!("'[{address}]:{port}'"),
        _ => address.clone(),
    };
    let port = target
        .port
        .map(|port| format!("-p {port} "))
        .unwrap_or_default();
    Some(if has("REMOTE HOST IDENTIFICATION HAS CHANGED") {
        format!(
            "the host's key is not the known one; if it was installed anew, forget the old one \
             with: ssh-keygen -R {host}"
        )
    } else if has("Host key verification failed") {
        format!(
            "the host's key is not known; after checking its fingerprint add it with: \
             ssh-keyscan {port}{address} >> ~/.ssh/known_hosts"
        )
    } else if has("UNPROTECTED PRIVATE KEY FILE") {
        "make the key readable by its owner only: chmod 600".to_owned()
    } else if has("Permission denied (") {
        "load a key into ssh-agent with ssh-add, or name one with ansible_ssh_private_key_file"
            .to_owned()
    } else if has("Could not resolve") {
        "check the name, or set ansible_host".to_owned()
    } else if has("Connection refused") {
        "check that sshd runs there, and ansible_port".to_owned()
    } else {
        return None;
    })
}
