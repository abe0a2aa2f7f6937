//! Lookups of variables, the environment and commands.

use std::process::{Command, Stdio};

use minijinja::Error;

use super::{Call, Lookup, lookups};
use crate::template::filters::fail;
use crate::template::pattern::matches;
use crate::vars::Value;

pub(super) static TABLE: &[Lookup] = lookups! {
    "config": config, "refused: Ansible's settings are not those of this run";
    "env": env, "variables of this process's environment";
    "inventory_hostnames": inventory_hostnames, "the hosts of a group";
    "lines": lines, "the lines a command here prints";
    "pipe": pipe, "what a command here prints";
    "random_choice": random_choice, "one of the terms, by chance";
    "vars": vars, "variables by name";
    "varnames": varnames, "the names of the variables a regular expression matches";
};

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
    let mut found = Vec::new();
    for pattern in call.texts()? {
        let hosts = groups.get_attr(&pattern).unwrap_or_default();
        if hosts.is_undefined() {
            return Err(fail(format!("there is no group `{pattern}`")));
        }
        found.extend(hosts.try_iter()?);
    }
    Ok(found)
}

/// Runs a command line here. Its output is no secret of ours, but it may hold one: errors name
/// the status and what was said on standard error, not the command's output.
fn output(command: &str) -> Result<String, Error> {
    let output = Command::new("/bin/sh")
        .arg("-c")
        .arg(command)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| fail(format!("failed to run `{command}`: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let (status, said) = (output.status, said.trim());
        return Err(fail(format!("`{command}` failed ({status}): {said}")));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
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
