//! From what every node says of itself to what the cluster is.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use crate::modules::postgres::lsn;

/// What the cluster has to be like.
pub(super) struct Demands<'a> {
    /// How many bytes a replica's replay may be behind.
    pub(super) max_lag: u64,
    /// How many replicas must stream.
    pub(super) replicas: usize,
    /// Who must be the primary.
    pub(super) primary: Option<&'a str>,
    /// Who may be stopped or not streaming.
    pub(super) except: &'a [String],
}

/// What the cluster is like.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// The primary, when there is exactly one.
    pub(super) primary: Option<String>,
    /// Everyone who takes itself for the primary.
    pub(super) primaries: Vec<String>,
    /// Streaming replicas, the fittest to take over first: synchronous ones, then by lag.
    pub(super) replicas: Vec<String>,
    /// Hosts without any PostgreSQL.
    pub(super) absent: Vec<String>,
    /// What is known of each node, in short.
    pub(super) nodes: Map<String, Json>,
    /// What is wrong, each with its remedy.
    pub(super) problems: Vec<String>,
}

/// A replica as the server sees it that it streams from.
struct Link<'a> {
    upstream: &'a str,
    row: &'a Json,
}

struct Cluster<'a> {
    nodes: &'a IndexMap<String, Json>,
}

/// Judges the nodes against the demands.
pub(super) fn judge(nodes: &IndexMap<String, Json>, demands: &Demands<'_>) -> Verdict {
    let cluster = Cluster { nodes };
    let mut verdict = Verdict {
        primaries: cluster.named(|n| n["role"] == "primary"),
        absent: cluster.named(|n| n["state"] == "absent"),
        ..Verdict::default()
    };
    cluster.identity(&mut verdict);
    cluster.leadership(demands, &mut verdict);
    let mut fitness: Vec<(Fitness, &String)> = Vec::new();
    for (name, node) in nodes.iter().filter(|(_, node)| node["state"] != "absent") {
        let link = cluster.link(name, node);
        verdict
            .nodes
            .insert(name.clone(), summary(node, link.as_ref()));
        if !demands.except.contains(name) {
            let problems = cluster.node(name, node, link.as_ref(), demands);
            verdict.problems.extend(problems);
        }
        fitness.extend(link.as_ref().and_then(Link::fitness).map(|f| (f, name)));
    }
    // A stable sort: nodes that are equally fit stay in the order they were given.
    fitness.sort_by_key(|(fitness, _)| *fitness);
    verdict.replicas = fitness.into_iter().map(|(_, name)| name.clone()).collect();
    let streaming = verdict.replicas.len();
    if streaming < demands.replicas {
        verdict.problems.push(format!(
            "{streaming} replicas stream and {} are required: bring the others back, or lower `require_replicas` if less redundancy is accepted",
            demands.replicas
        ));
    }
    verdict
}

/// Smaller is fitter to take over: not synchronous, then bytes behind.
type Fitness = (bool, u64);

impl Link<'_> {
    /// How fit the replica is; none while it does not stream.
    fn fitness(&self) -> Option<Fitness> {
        let sync = matches!(self.row["sync_state"].as_str(), Some("sync" | "quorum"));
        let lag = self.row["lag_bytes"].as_u64().unwrap_or(u64::MAX);
        (self.row["state"] == "streaming").then_some((!sync, lag))
    }
}

impl<'a> Cluster<'a> {
    fn named(&self, wanted: impl Fn(&Json) -> bool) -> Vec<String> {
        let found = self.nodes.iter().filter(|(_, node)| wanted(node));
        found.map(|(name, _)| name.clone()).collect()
    }

    /// Every node must belong to one and the same cluster.
    fn identity(&self, verdict: &mut Verdict) {
        let mut groups: IndexMap<&str, Vec<&str>> = IndexMap::new();
        for (name, node) in self.nodes {
            if let Some(id) = node["system_identifier"].as_str() {
                groups.entry(id).or_default().push(name);
            }
        }
        if groups.len() < 2 {
            return;
        }
        let parts: Vec<String> = groups
            .iter()
            .map(|(id, names)| format!("{} ({id})", names.join(", ")))
            .collect();
        verdict.problems.push(format!(
            "the nodes are of different clusters, by their system identifiers: {}: correct the inventory, or rebuild the node that does not belong",
            parts.join(" and ")
        ));
    }

    fn leadership(&self, demands: &Demands<'_>, verdict: &mut Verdict) {
        match &verdict.primaries[..] {
            [] => verdict.problems.push(
                "no node is a primary: start the one that was, or promote the replica that has replayed the most".to_owned(),
            ),
            [one] => {
                verdict.primary = Some(one.clone());
                if let Some(wanted) = demands.primary.filter(|wanted| wanted != one) {
                    verdict.problems.push(format!(
                        "the primary is {one} and not {wanted}: look at what happened before going on"
                    ));
                }
            }
            several => {
                let each: Vec<String> = several
                    .iter()
                    .map(|name| format!("{name} (timeline {})", self.nodes[name.as_str()]["timeline"]))
                    .collect();
                verdict.problems.push(format!(
                    "{} nodes are primaries: {}: fence all but one before going on, then rejoin them with `pg_rewind` or a new base backup",
                    several.len(),
                    each.join(" and ")
                ));
            }
        }
    }

    /// Which running server has this replica in its list, and how.
    fn link(&self, name: &str, node: &Json) -> Option<Link<'a>> {
        if node["running"] != true || node["role"] != "replica" {
            return None;
        }
        let rows = || {
            let others = self.nodes.iter().filter(|(other, _)| *other != name);
            others.flat_map(|(other, server)| {
                let rows = server["replicas"].as_array().into_iter().flatten();
                rows.map(move |row| Link {
                    upstream: other.as_str(),
                    row,
                })
            })
        };
        let text = |value: &'_ Json| value.as_str().filter(|t| !t.is_empty()).map(str::to_owned);
        let slot = text(&node["upstream"]["slot"]);
        let cluster_name = text(&node["config"]["cluster_name"]);
        let addresses: Vec<&str> = node["addresses"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let by_slot = |row: &Json| slot.is_some() && row["slot"].as_str() == slot.as_deref();
        let by_name = |row: &Json| {
            let application = row["application_name"].as_str();
            application == Some(name)
                || (cluster_name.is_some() && application == cluster_name.as_deref())
        };
        let by_address = |row: &Json| {
            row["client_addr"]
                .as_str()
                .is_some_and(|a| addresses.contains(&a))
        };
        // The slot tells for sure; names and addresses may be shared by what else streams.
        rows()
            .find(|link| by_slot(link.row) && !self.contradicted(name, link))
            .or_else(|| {
                rows().find(|link| by_name(link.row) && slot_agrees(slot.as_deref(), link.row))
            })
            .or_else(|| {
                rows().find(|link| by_address(link.row) && slot_agrees(slot.as_deref(), link.row))
            })
    }

    /// Two clusters may use slots of the same names: the server must be of this node's cluster.
    fn contradicted(&self, name: &str, link: &Link<'_>) -> bool {
        let id = |name: &str| self.nodes[name]["system_identifier"].as_str();
        id(name) != id(link.upstream)
    }

    /// What is wrong with one node.
    fn node(
        &self,
        name: &str,
        node: &Json,
        link: Option<&Link<'_>>,
        demands: &Demands<'_>,
    ) -> Vec<String> {
        let mut problems = slots(name, node);
        if node["running"] == false {
            problems.push(stopped(name, node));
        } else if node["role"] == "replica" {
            problems.extend(self.replica(name, node, link, demands));
        }
        problems
    }

    fn replica(
        &self,
        name: &str,
        node: &Json,
        link: Option<&Link<'_>>,
        demands: &Demands<'_>,
    ) -> Vec<String> {
        let Some(link) = link.filter(|l| l.row["state"] == "streaming") else {
            return vec![not_streaming(name, node, link)];
        };
        let mut problems = Vec::new();
        let (mine, theirs) = (&node["timeline"], &self.nodes[link.upstream]["timeline"]);
        if mine != theirs {
            problems.push(format!(
                "{name} is on timeline {mine} and {}, which it follows, on {theirs}: wait until it has switched, or rebuild it",
                link.upstream
            ));
        }
        let lag = link.row["lag_bytes"].as_u64();
        if let Some(lag) = lag.filter(|lag| *lag > demands.max_lag) {
            problems.push(format!(
                "{name} is {} behind {}, more than the {} allowed: let it catch up, or raise `max_replication_lag`",
                lsn::pretty(lag),
                link.upstream,
                lsn::pretty(demands.max_lag)
            ));
        }
        if node["replay_paused"] == true {
            problems.push(format!(
                "{name} has its replay paused: resume it with `SELECT pg_wal_replay_resume()`"
            ));
        }
        problems
    }
}

/// A name or an address proves nothing where the slots differ.
fn slot_agrees(slot: Option<&str>, row: &Json) -> bool {
    match (slot, row["slot"].as_str()) {
        (Some(mine), Some(theirs)) => mine == theirs,
        _ => true,
    }
}

fn stopped(name: &str, node: &Json) -> String {
    let error = node["error"].as_str().filter(|e| !e.is_empty());
    match node["state"].as_str() {
        Some("starting") => format!("{name} is starting up: wait for it"),
        Some("stopping") => format!("{name} is shutting down: wait for it, then start it"),
        Some("unreachable") => format!(
            "{name} runs but does not answer ({}): see its log",
            error.unwrap_or("no reason given")
        ),
        _ => format!(
            "{name} is stopped (its control file says: {}): start it",
            node["control_state"].as_str().unwrap_or("nothing")
        ),
    }
}

fn not_streaming(name: &str, node: &Json, link: Option<&Link<'_>>) -> String {
    if let Some(link) = link {
        return format!(
            "{name} is connected to {} but in state {}: wait until it streams",
            link.upstream,
            link.row["state"].as_str().unwrap_or("unknown")
        );
    }
    let told = &node["configured_upstream"];
    match (told["host"].as_str(), node["upstream"]["status"].as_str()) {
        (None, _) => format!(
            "{name} is a replica and is told to follow nobody: give it a `primary_conninfo`"
        ),
        (Some(host), Some(status)) => format!(
            "{name} is {status} from {host}:{}, which is none of the nodes: correct its `primary_conninfo`, or add that server to the inventory",
            told["port"]
        ),
        (Some(host), None) => format!(
            "{name} does not stream (it should from {host}:{}{}): see its log; the slot may be missing there, or its log be gone",
            told["port"],
            told["slot"]
                .as_str()
                .map(|s| format!(" by slot {s}"))
                .unwrap_or_default()
        ),
    }
}

/// Slots whose log is gone or about to go.
fn slots(name: &str, node: &Json) -> Vec<String> {
    let all = node["slots"].as_array().into_iter().flatten();
    let lost =
        all.filter(|slot| matches!(slot["wal_status"].as_str(), Some("lost" | "unreserved")));
    lost.map(|slot| {
        format!(
            "the slot {} on {name} {}",
            slot["name"].as_str().unwrap_or("?"),
            if slot["wal_status"] == "lost" {
                "has lost log that its reader needs: rebuild the reader, then recreate the slot"
            } else {
                "is about to lose log that its reader needs: let the reader catch up at once, or raise `max_slot_wal_keep_size`"
            }
        )
    })
    .collect()
}

/// A node in short: what a plan or a report shows.
fn summary(node: &Json, link: Option<&Link<'_>>) -> Json {
    let nothing = Json::Null;
    let row = link.map_or(&nothing, |link| link.row);
    json!({
        "running": node["running"],
        "state": node["state"],
        "role": node["role"],
        "version": node["version"],
        "installed_version": node["installed"]["binary_version"],
        "restart_required": node["restart_required"],
        "timeline": node["timeline"],
        "port": node["port"],
        "upstream": link.map(|link| link.upstream),
        "slot": row["slot"],
        "replication_state": row["state"],
        "sync_state": row["sync_state"],
        "lag_bytes": row["lag_bytes"],
        "lag_seconds": row["replay_lag_seconds"],
    })
}
