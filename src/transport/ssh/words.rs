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
    "unknown option",
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

/// Whether the server, or a jump host, ended the connection before it said anything.
pub(super) fn hung_up(log: &str) -> bool {
    log.contains("kex_exchange_identification: Connection closed")
        || log.contains("kex_exchange_identification: read: Connection reset")
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
    } else if has("unknown option") || has("Bad configuration option") {
        "check ansible_ssh_common_args, ansible_ssh_extra_args and your ssh_config".to_owned()
    } else if has("Could not resolve") {
        "check the name, or set ansible_host".to_owned()
    } else if has("Connection refused") {
        "check that sshd runs there, and ansible_port".to_owned()
    } else {
        return None;
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn explained(log: &str, port: Option<u16>) -> String {
        let target = SshTarget {
            address: "pg1".to_owned(),
            user: None,
            port,
            key: None,
            args: Vec::new(),
            connect_timeout: Duration::from_secs(5),
            insecure_host_key: false,
            shell: "/bin/sh".to_owned(),
        };
        explain(log, &target)
    }

    #[test]
    fn banners_and_notices_are_left_out() {
        let log = "*** Welcome to pg1, permission is logged ***\r\n\
            Warning: Permanently added 'pg1' (ED25519) to the list of known hosts.\r\n\
            postgres@pg1: Permission denied (publickey).\r\n";
        assert_eq!(
            explained(log, None),
            "postgres@pg1: Permission denied (publickey); load a key into ssh-agent with ssh-add, \
             or name one with ansible_ssh_private_key_file"
        );
    }

    #[test]
    fn a_changed_key_names_its_line() {
        let log = "@@@@@@@@@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n\
            IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\n\
            Offending ED25519 key in /home/a/.ssh/known_hosts:3\n\
            Host key verification failed.\n";
        assert_eq!(
            explained(log, Some(2222)),
            "Offending ED25519 key in /home/a/.ssh/known_hosts:3; Host key verification failed; \
             the host's key is not the known one; if it was installed anew, forget the old one \
             with: ssh-keygen -R '[pg1]:2222'"
        );
    }

    #[test]
    fn unknown_words_are_passed_on() {
        assert_eq!(explained("banner\nsomething new\n", None), "something new");
        assert_eq!(explained("", None), "ssh ended without a word");
        assert_eq!(
            explained("ssh: connect to host pg1 port 22: No route to host\n", None),
            "connect to host pg1 port 22: No route to host"
        );
    }

    #[test]
    fn forwards_that_failed_are_no_reason_for_an_end() {
        let log = "channel 3: open failed: connect failed: Connection refused\n\
            Timeout, server pg1 not responding.\n\
            channel 4: open failed: connect failed: Connection refused\n";
        assert_eq!(
            last(log).as_deref(),
            Some("Timeout, server pg1 not responding.")
        );
        assert_eq!(
            last("channel 3: open failed: connect failed: Connection refused\n"),
            None
        );
    }
}
