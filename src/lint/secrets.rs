//! Secrets that the log would show.

use super::walk::Step;
use crate::diag::Diagnostic;
use crate::yaml::{Node, Scalar};

/// Arguments that are called like a secret and are none.
const HARMLESS: [&str; 5] = [
    "no_password",
    "password_file",
    "password_lock",
    "update_password",
    "password_expire_max",
];

/// Whether an argument is called like a secret.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if HARMLESS.contains(&name.as_str()) || name.starts_with("password_expire") {
        return false;
    }
    [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "secret_key",
        "api_key",
        "api_token",
        "auth_token",
    ]
    .iter()
    .any(|secret| {
        name.strip_suffix(secret)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
    })
}

/// A task that is given a secret without `no_log`, on it or around it.
pub(super) fn shown(step: &Step<'_>) -> Option<Diagnostic> {
    let call = step.item.call.as_ref()?;
    let spec = call.spec?;
    // What only looks at values shows them on purpose.
    if matches!(spec.name, "assert" | "debug" | "fail") {
        return None;
    }
    let (key, _) = call.args.iter().find(|(key, value)| {
        let given = !value.is_null() && !matches!(value.scalar(), Some(Scalar::Bool(_)));
        let hidden = key.raw().and_then(|name| spec.arg(name));
        let hidden = hidden.is_some_and(|arg| arg.secret);
        given && !hidden && key.raw().is_some_and(is_secret) && !is_empty(value)
    })?;
    if step.trail().any(|around| around.get("no_log").is_some()) {
        return None;
    }
    let message = format!(
        "`{}` looks like a secret, and the log would show it",
        key.raw()?
    );
    Some(
        Diagnostic::warning(message)
            .at(&key.span)
            .help("put `no_log: true` on the task"),
    )
}

fn is_empty(node: &Node) -> bool {
    node.raw().is_some_and(|text| text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_look_like_secrets_or_not() {
        for name in [
            "password",
            "login_password",
            "url_password",
            "client_secret",
            "api_key",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "update_password",
            "password_lock",
            "secretary",
            "key",
            "passwords",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
