//! Lookups of variables, the environment and commands.

use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Output, Stdio};

use minijinja::Error;

use super::{Call, Lookup, lookups};
use crate::template::bounds::MAX_TEXT;
use crate::template::filters::fail;
use crate::template::pattern::matches;
use crate::vars::Value;

pub(super) static TABLE: &[Lookup] = lookups! {
    "config": config, "refused: Ansible's settings are not those of this run";
    "env": env, "variables of this process's environment";
    "inventory_hostnames": inventory_hostnames, "the hosts a pattern matches";
    "lines": lines, "the lines a command here prints";
    "pipe": pipe, "what a command here prints";
    "random_choice": random_choice, "one of the terms, by chance";
    "vars": vars, "variables by name";
    "varnames": varnames, "the names of the variables a regular expression matches";
};

/// How much of a command's standard error is kept, in bytes.
const MAX_SAID: u64 = 1 << 20;

fn env(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let default = call.options.get::<Option<Value>>("default")?;
    let value = |name: String| match std::env::var_os(&name) {
        Some(value) => Value::from(value.to_string_lossy().into_owned()),
        None => default.clone().unwrap_or_else(|| Value::from("")),
    };
    Ok(call.texts()?.into_iter().map(value).collect())
}

fn vars(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let default = call.options.get::<Option<Value>>("default")?;
    let mut found = Vec::new();
    for name in call.texts()? {
        let value = match call.scope.get(&name) {
            Ok(value) => value,
            Err(error) if error.is_undefined() && default.is_some() => None,
            Err(error) => return Err(error.into_engine()),
        };
        let value = value.or_else(|| default.clone());
        found.push(value.ok_or_else(|| fail(format!("there is no variable `{name}`")))?);
    }
    Ok(found)
}

fn varnames(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let names = call.scope.names();
    let mut found = Vec::new();
    for pattern in call.texts()? {
        for name in &names {
            if matches(&pattern, name)? {
                found.push(Value::from(name));
            }
        }
    }
    Ok(found)
}

fn inventory_hostnames(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let groups = match call.scope.get("groups") {
        Ok(groups) => groups.unwrap_or_default(),
        Err(error) => return Err(error.into_engine()),
    };
    let groups = entries(&groups)?;
    let mut found = Vec::new();
    let terms = call.texts()?.join(",");
    let parts = || {
        terms
            .split([',', ':'])
            .map(str::trim)
            .filter(|part| !part.is_empty())
    };
    for part in parts().filter(|part| !part.starts_with(['!', '&'])) {
        for host in matching(&groups, part)? {
            if !found.contains(&host) {
                found.push(host);
            }
        }
    }
    for part in parts().filter(|part| part.starts_with('&')) {
        let kept = matching(&groups, &part[1..])?;
        found.retain(|host| kept.contains(host));
    }
    for part in parts().filter(|part| part.starts_with('!')) {
        let gone = matching(&groups, &part[1..])?;
        found.retain(|host| !gone.contains(host));
    }
    Ok(found)
}

/// Every group with its hosts.
fn entries(groups: &Value) -> Result<Vec<(String, Vec<Value>)>, Error> {
    let entry = |name: Value| {
        let hosts = groups.get_item(&name)?.try_iter()?.collect();
        Ok((name.to_string(), hosts))
    };
    groups.try_iter()?.map(entry).collect()
}

/// The hosts of the groups of this name or pattern, or else the hosts themselves; none is no error.
fn matching(groups: &[(String, Vec<Value>)], pattern: &str) -> Result<Vec<Value>, Error> {
    let glob = globset::Glob::new(pattern);
    let glob = glob.map_err(|error| fail(format!("`{pattern}`: {error}")))?;
    let glob = glob.compile_matcher();
    let of_groups: Vec<Value> = groups
        .iter()
        .filter(|(name, _)| name == pattern || glob.is_match(name))
        .flat_map(|(_, hosts)| hosts.clone())
        .collect();
    if !of_groups.is_empty() {
        return Ok(of_groups);
    }
    let all = groups.iter().filter(|(name, _)| name == "all");
    let hosts = all.flat_map(|(_, hosts)| hosts.clone());
    Ok(hosts
        .filter(|host| glob.is_match(host.to_string()))
        .collect())
}

/// Runs a command line here. Its output is no secret of ours, but it may hold one: errors name
/// the status and what was said on standard error, not the command's output.
fn output(command: &str) -> Result<String, Error> {
    let failed = |error: std::io::Error| fail(format!("failed to run `{command}`: {error}"));
    let (output, too_long) = bounded_output(command).map_err(failed)?;
    if too_long {
        return Err(fail(format!(
            "`{command}` prints more than {} MiB; it was stopped",
            MAX_TEXT >> 20
        )));
    }
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let (status, said) = (output.status, said.trim());
        return Err(fail(format!("`{command}` failed ({status}): {said}")));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What a command printed, and whether it was stopped because that was too much.
fn bounded_output(command: &str) -> std::io::Result<(Output, bool)> {
    let mut child = Command::new("/bin/sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()?;
    let group = nix::unistd::Pid::from_raw(child.id().cast_signed());
    // Of what is said on standard error the beginning is enough; the rest is read all the same,
    // so that the command does not wait for a reader.
    let errors = child.stderr.take().map(|mut errors| {
        std::thread::spawn(move || {
            let mut said = Vec::new();
            let read = errors.by_ref().take(MAX_SAID).read_to_end(&mut said);
            let drained = std::io::copy(&mut errors, &mut std::io::sink());
            read.and(drained).map(|_| said)
        })
    });
    let mut printed = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout.take(MAX_TEXT as u64 + 1).read_to_end(&mut printed)?;
    }
    let too_long = printed.len() > MAX_TEXT;
    if too_long {
        // Whatever the shell started is in its group.
        let _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
    }
    let status = child.wait()?;
    let said = errors.map(std::thread::JoinHandle::join);
    let stderr = said.and_then(Result::ok).transpose()?.unwrap_or_default();
    let output = Output {
        status,
        stdout: printed,
        stderr,
    };
    Ok((output, too_long))
}

fn pipe(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let run = |command: &String| Ok(Value::from(output(command)?.trim_end()));
    call.texts()?.iter().map(run).collect()
}

fn lines(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    for command in call.texts()? {
        found.extend(output(&command)?.lines().map(Value::from));
    }
    Ok(found)
}

fn random_choice(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let mut terms = Vec::new();
    for term in &call.terms {
        match term.as_str() {
            None => terms.extend(term.try_iter()?),
            Some(_) => terms.push(term.clone()),
        }
    }
    let chosen = fastrand::choice(&terms).cloned();
    Ok(chosen.into_iter().collect())
}

fn config(_: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    Err(fail(
        "the `config` lookup is not supported: Ansible's settings are not those of this run; \
         name the value in a variable",
    ))
}
