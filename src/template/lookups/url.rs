//! The `url` lookup: what a web server answers, fetched by this machine's `curl`.
//!
//! Its proxies, certificates and protocols are thereby those of the machine. What is asked for
//! goes over standard input: addresses and headers may hold secrets.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use minijinja::Error;

use super::{Call, Lookup, lookups};
use crate::template::filters::{fail, pairs};
use crate::vars::Value;

pub(super) static TABLE: &[Lookup] = lookups! {
    "url": url, "the lines of what an address of the web answers (needs `curl` here)";
};

/// The most bytes of an answer.
const MAX_BYTES: u64 = 64 << 20;

fn url(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let common = settings(call)?;
    let by_line = call.flag("split_lines", true)?;
    let mut found = Vec::new();
    for address in call.texts()? {
        if !["http://", "https://"]
            .iter()
            .any(|scheme| address.starts_with(scheme))
        {
            return Err(fail(
                "the `url` lookup takes addresses that begin with http:// or https://",
            ));
        }
        let text = fetched(&address, &common)?;
        if by_line {
            found.extend(text.lines().map(Value::from));
        } else {
            found.push(Value::from(text));
        }
    }
    Ok(found)
}

/// `curl`'s configuration for all addresses of a call.
fn settings(call: &Call<'_, '_>) -> Result<String, Error> {
    // Neither the address nor a redirection may lead to a local file or another kind of server.
    let mut lines = format!(
        "silent\nshow-error\nfail\nlocation\nproto = \"=http,https\"\n\
         proto-redir = \"=http,https\"\nmax-filesize = {MAX_BYTES}\n"
    );
    let text = |name: &str| -> Result<Option<String>, Error> {
        let value = call.options.get::<Option<Value>>(name)?;
        Ok(value
            .filter(|value| !value.is_none())
            .map(|value| value.to_string()))
    };
    let timeout = text("timeout")?.unwrap_or_else(|| "10".to_owned());
    lines.push_str(&setting("max-time", &timeout)?);
    let agent = text("http_agent")?.unwrap_or_else(|| "ansible-httpget".to_owned());
    lines.push_str(&setting("user-agent", &agent)?);
    if let Some(user) = text("username")? {
        let password = text("password")?.unwrap_or_default();
        lines.push_str(&setting("user", &format!("{user}:{password}"))?);
    }
    if let Some(path) = text("ca_path")? {
        lines.push_str(&setting("cacert", &path)?);
    }
    if let Some(headers) = call.options.get::<Option<Value>>("headers")? {
        for (name, value) in pairs(call.state, &headers, "headers")? {
            lines.push_str(&setting("header", &format!("{name}: {value}"))?);
        }
    }
    if !call.flag("validate_certs", true)? {
        lines.push_str("insecure\n");
    }
    if !call.flag("use_proxy", true)? {
        lines.push_str("noproxy = \"*\"\n");
    }
    if call.flag("force", false)? {
        lines.push_str("header = \"Cache-Control: no-cache\"\n");
    }
    Ok(lines)
}

/// A line of configuration; a newline in a value would begin another one.
fn setting(name: &str, value: &str) -> Result<String, Error> {
    if value.contains(['\n', '\r', '\0']) {
        return Err(fail(format!(
            "`{name}` of the `url` lookup cannot hold a newline"
        )));
    }
    let value = value.replace('\\', "\\\\").replace('"', "\\\"");
    Ok(format!("{name} = \"{value}\"\n"))
}

fn fetched(address: &str, common: &str) -> Result<String, Error> {
    let config = format!("{common}{}", setting("url", address)?);
    let output = curl(&config).map_err(|error| {
        fail(format!(
            "failed to run `curl`, which the `url` lookup needs: {error}"
        ))
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(fail(format!(
            "failed to fetch {}: {}",
            shown(address),
            said.trim()
        )));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| fail(format!("what {} answers is not UTF-8 text", shown(address))))
}

fn curl(config: &str) -> std::io::Result<Output> {
    let mut child = Command::new("curl")
        .args(["--disable", "--config", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(config.as_bytes())?;
    }
    child.wait_with_output()
}

/// An address without its login and its query, which may be secret.
fn shown(address: &str) -> String {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    match address.split_once("://") {
        Some((scheme, rest)) => {
            let end = rest.find('/').unwrap_or(rest.len());
            let (host, path) = rest.split_at(end);
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            format!("{scheme}://{host}{path}")
        }
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_an_address_are_not_shown() {
        assert_eq!(
            shown("https://u:p@h.example:8/x?token=1#f"),
            "https://h.example:8/x"
        );
    }

    #[test]
    fn a_value_stays_one_setting() {
        assert_eq!(
            setting("user", "a:\"\\").ok().as_deref(),
            Some("user = \"a:\\\"\\\\\"\n")
        );
        assert!(setting("header", "a: b\nurl = x").is_err());
    }
}
