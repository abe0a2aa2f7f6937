//! `postgresql_topology_check`: one verdict over a whole cluster.

mod fold;
#[cfg(test)]
mod tests;

use futures_util::FutureExt as _;
use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::lsn;
use crate::module_args;
use crate::modules::spec::{CheckMode, FreeForm, ModuleSpec};
use crate::modules::{Ctx, Failure, Outcome};
use crate::vars::Value;

module_args! {
    /// Arguments of `postgresql_topology_check`.
    pub(crate) struct Args {
        /// What `postgresql_topology` registered, by host.
        nodes: Option<IndexMap<String, Value>>;
        /// The hosts to judge, when `nodes` is left out.
        hosts: Option<Vec<String>>;
        /// The variable that holds each host's registered topology.
        variable: String = "topology";
        /// How far a replica's replay may be behind: bytes, or with a unit as in `16MB`.
        max_replication_lag: String = "16MB";
        /// How many replicas must stream.
        require_replicas: i64 = "0";
        /// The node that must be the primary.
        expected_primary: Option<String>;
        /// Nodes that may be stopped or not streaming, because the runbook is working on them.
        except: Vec<String> = "";
        /// Fail when something is wrong; otherwise `problems` only tells.
        fail: bool = "true";
    }
}

/// The table's entry.
pub(in crate::modules) static MODULE: ModuleSpec = ModuleSpec {
    name: "postgresql_topology_check",
    aliases: &[],
    collection: "runbook",
    summary: "Judge a whole cluster: one primary, every replica streaming from it, lag within bounds",
    args: Args::SPECS,
    free_form: FreeForm::No,
    check: CheckMode::ReadOnly,
    local: true,
    run: |arguments, ctx| async move { run(&Args::decode(arguments)?, ctx) }.boxed(),
};

fn run(args: &Args, ctx: &Ctx<'_>) -> Result<Outcome, Failure> {
    let max_lag = lsn::bytes(&args.max_replication_lag)
        .map_err(|e| Failure::new(format!("`max_replication_lag`: {e}")))?;
    let demands = fold::Demands {
        max_lag,
        replicas: usize::try_from(args.require_replicas.max(0)).unwrap_or(usize::MAX),
        primary: args
            .expected_primary
            .as_deref()
            .filter(|name| !name.is_empty()),
        except: &args.except,
    };
    let verdict = fold::judge(&nodes(args, ctx)?, &demands);
    let problems = verdict.problems;
    let mut result = Map::new();
    result.insert("ok".to_owned(), Json::from(problems.is_empty()));
    result.insert("primary".to_owned(), Json::from(verdict.primary));
    result.insert("primaries".to_owned(), Json::from(verdict.primaries));
    result.insert("replicas".to_owned(), Json::from(verdict.replicas));
    result.insert("without_postgresql".to_owned(), Json::from(verdict.absent));
    result.insert("nodes".to_owned(), Json::Object(verdict.nodes));
    result.insert("problems".to_owned(), Json::from(problems.clone()));
    if args.fail && !problems.is_empty() {
        let failure = Failure::new(problems.join("; "));
        return Err(result
            .into_iter()
            .fold(failure, |f, (key, value)| f.with(&key, value)));
    }
    let mut outcome = Outcome::ok();
    outcome.result = result;
    Ok(outcome)
}

/// The topologies by host: as given, or from the hosts' variables.
fn nodes(args: &Args, ctx: &Ctx<'_>) -> Result<IndexMap<String, Json>, Failure> {
    let given = match (&args.nodes, &args.hosts) {
        (Some(nodes), None) => nodes.clone(),
        (None, Some(hosts)) => from_hostvars(hosts, &args.variable, ctx)?,
        _ => {
            return Err(Failure::new(
                "give either `nodes` (host to registered topology) or `hosts` with `variable`",
            ));
        }
    };
    let mut nodes = IndexMap::new();
    for (host, value) in given {
        let json = serde_json::to_value(&value)
            .map_err(|e| Failure::new(format!("the topology of {host} cannot be read: {e}")))?;
        if json.get("running").is_none() {
            return Err(Failure::new(format!(
                "what is given for {host} is no result of `postgresql_topology`: register it on every host first"
            )));
        }
        nodes.insert(host, json);
    }
    Ok(nodes)
}

fn from_hostvars(
    hosts: &[String],
    variable: &str,
    ctx: &Ctx<'_>,
) -> Result<IndexMap<String, Value>, Failure> {
    let hostvars = ctx.scope.get("hostvars")?.unwrap_or_default();
    let of = |host: &String| {
        let vars = hostvars.get_item(&Value::from(host.as_str())).ok();
        let value = vars.and_then(|vars| vars.get_attr(variable).ok());
        let value = value.filter(|v| !v.is_undefined() && !v.is_none());
        let value = value.ok_or_else(|| {
            Failure::new(format!(
                "{host} has no variable `{variable}`: run `postgresql_topology` with `register: {variable}` on every host first"
            ))
        })?;
        Ok((host.clone(), value))
    };
    hosts.iter().map(of).collect()
}
