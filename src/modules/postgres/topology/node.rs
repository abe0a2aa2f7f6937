//! From what a node told to what is known of it.

use serde_json::{Map, Value as Json, json};

use crate::modules::Failure;
use crate::modules::postgres::conninfo::Conninfo;
use crate::modules::postgres::controldata;
use crate::modules::postgres::psql::SqlError;
use crate::modules::sections::Sections;
use crate::transport::Output;

/// The node's result; every key is always there, null where it does not apply.
pub(super) fn read(sections: &Sections) -> Result<Map<String, Json>, Failure> {
    let place: Vec<&str> = sections.get("place").lines().collect();
    let part = |n: usize| place.get(n).copied().filter(|p| !p.is_empty());
    let installed = installed(sections, part(3));
    let server = server(sections)?;
    let mut node = Map::new();
    let mut set = |key: &str, value: Json| node.insert(key.to_owned(), value);
    set("running", json!(server.is_some()));
    set("state", json!(state(sections, server.is_some(), part(0))));
    let error = server.is_none().then(|| error(sections)).flatten();
    set("error", json!(error.map(|e| e.words())));
    set("data_directory", json!(part(0)));
    set("major_version", json!(part(1)));
    set("cluster", json!(part(2)));
    set("pid", json!(sections.get("pid").trim().parse::<i64>().ok()));
    set(
        "standby_signal",
        json!(sections.get("standby").trim() == "yes"),
    );
    let addresses: Vec<&str> = sections.get("addresses").split_whitespace().collect();
    set("addresses", json!(addresses));
    let replaced = sections.get("exe").trim().ends_with("(deleted)");
    set("binary_replaced", json!(server.is_some() && replaced));
    let running_num = server.as_ref().map(|s| s["server_version_num"].clone());
    let installed_num = installed["binary_version_num"].clone();
    let differs = running_num
        .as_ref()
        .is_some_and(|n| *n != installed_num && !installed_num.is_null());
    set(
        "restart_required",
        json!(server.is_some() && (replaced || differs)),
    );
    set("installed", installed);
    let control = controldata::parse(sections.get("control"));
    set(
        "control_state",
        control
            .get("database_cluster_state")
            .cloned()
            .unwrap_or_default(),
    );
    set(
        "checkpoint_location",
        control
            .get("latest_checkpoint_location")
            .cloned()
            .unwrap_or_default(),
    );
    node.extend(describe(server.as_ref(), &control));
    Ok(node)
}

/// Versions on disk; null where there is no PostgreSQL.
fn installed(sections: &Sections, bin_dir: Option<&str>) -> Json {
    let Some(bin_dir) = bin_dir else {
        return Json::Null;
    };
    // `postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)`.
    let words: Vec<&str> = sections.get("binary").split_whitespace().collect();
    let version = words
        .iter()
        .find(|w| w.starts_with(|c: char| c.is_ascii_digit()));
    let package = sections
        .lines("package")
        .next()
        .and_then(|line| line.split_once('\t'));
    json!({
        "binary_version": version,
        "binary_version_num": version.and_then(|v| version_num(v)),
        "bin_dir": bin_dir,
        "package": package.map(|(name, _)| name),
        "package_version": package.map(|(_, version)| version),
    })
}

/// `15.20` as `server_version_num` counts: 150020. Development versions have no minor.
fn version_num(version: &str) -> Option<i64> {
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    let digits = |text: &str| {
        let end = text
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len());
        text[..end].parse::<i64>().ok()
    };
    Some(digits(major)? * 10_000 + digits(minor)?)
}

fn error(sections: &Sections) -> Option<SqlError> {
    let text = sections.find("error")?;
    Some(SqlError::read(&Output {
        code: 2,
        stdout: Vec::new(),
        stderr: text.as_bytes().to_vec(),
    }))
}

/// What the server told; none when it does not run. A refusal is a failure: it says nothing of
/// the node, only of the way in.
fn server(sections: &Sections) -> Result<Option<Json>, Failure> {
    if sections.get("rc").trim() == "0" {
        let text = sections.get("sql").trim();
        let value = serde_json::from_str(text)
            .map_err(|e| Failure::new(format!("the server's answer is no JSON ({e}): {text}")))?;
        return Ok(Some(value));
    }
    let Some(error) = error(sections) else {
        return Ok(None);
    };
    let refused = [
        "authentication failed",
        "no pg_hba.conf entry",
        "does not exist",
        "no password supplied",
        "permission denied",
        "Permission denied",
    ];
    let is_file = error.message.contains("No such file or directory");
    if error.sqlstate.is_some()
        || (!is_file && refused.iter().any(|words| error.message.contains(words)))
    {
        return Err(error.failure());
    }
    Ok(None)
}

/// `running`, `starting`, `stopping`, `unreachable` (a process that does not answer), `stopped`,
/// `absent` (nothing of PostgreSQL on the host).
fn state(sections: &Sections, running: bool, data: Option<&str>) -> &'static str {
    let error = sections.get("error");
    if running {
        "running"
    } else if error.contains("starting up") || error.contains("not yet accepting") {
        "starting"
    } else if error.contains("shutting down") {
        "stopping"
    } else if sections.get("alive").trim() == "yes" {
        "unreachable"
    } else if data.is_some() {
        "stopped"
    } else {
        "absent"
    }
}

/// What only a running server tells.
fn describe(server: Option<&Json>, control: &Map<String, Json>) -> Map<String, Json> {
    let nothing = Json::Null;
    let server = server.unwrap_or(&nothing);
    let settings = &server["settings"];
    let version = server["server_version"]
        .as_str()
        .and_then(|v| v.split(' ').next());
    let identifier = match &server["system_identifier"] {
        Json::Null => control
            .get("database_system_identifier")
            .cloned()
            .unwrap_or_default(),
        known => known.clone(),
    };
    let role = match server["in_recovery"].as_bool() {
        Some(true) => Some("replica"),
        Some(false) => Some("primary"),
        None => None,
    };
    let port = settings["port"]
        .as_str()
        .and_then(|p| p.parse::<i64>().ok());
    let keep = |key: &str| server[key].clone();
    let list = |key: &str, each: fn(&Json) -> Json| -> Json {
        server[key]
            .as_array()
            .map(|items| items.iter().map(each).collect())
            .unwrap_or_default()
    };
    let described = json!({
        "version": version,
        "version_num": server["server_version_num"],
        "role": role,
        "in_recovery": server["in_recovery"],
        "system_identifier": identifier,
        "timeline": timeline(server, control),
        "port": port,
        "lsn": keep("lsn"),
        "config": config(settings),
        "configured_upstream": configured_upstream(settings),
        "upstream": upstream(&server["receiver"]),
        "replicas": list("senders", sender),
        "slots": list("slots", slot),
        "replay_paused": keep("replay_paused"),
        "replay_lag_bytes": keep("replay_lag_bytes"),
        "replay_lag_seconds": keep("replay_lag_seconds"),
        "archiver": keep("archiver"),
        "longest_transaction": keep("longest_transaction"),
        "prepared_transactions": keep("prepared_transactions"),
        "client_connections": keep("client_connections"),
        "start_time": keep("start_time"),
        "pending_restart": keep("pending_restart"),
    });
    match described {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}

/// A primary's timeline is that of the log it writes; the control file learns of a promotion only
/// at the next checkpoint. A replica's is that of the log it receives.
fn timeline(server: &Json, control: &Map<String, Json>) -> Option<i64> {
    let written = server["wal_file"].as_str().and_then(|file| file.get(..8));
    let written = written.and_then(|tli| i64::from_str_radix(tli, 16).ok());
    let positive = |value: &Json| value.as_i64().filter(|tli| *tli > 0);
    written
        .or_else(|| positive(&server["receiver"]["received_tli"]))
        .or_else(|| positive(&server["recovery_timeline"]))
        .or_else(|| positive(&server["checkpoint_timeline"]))
        .or_else(|| {
            control
                .get("latest_checkpoints_timelineid")
                .and_then(positive)
        })
}

/// The settings, with no password in them.
fn config(settings: &Json) -> Json {
    let mut config = settings.clone();
    if let Some(text) = settings["primary_conninfo"].as_str() {
        let shown = match Conninfo::parse(text) {
            Ok(info) => info.without_password().to_string(),
            Err(_) => "(unreadable)".to_owned(),
        };
        config["primary_conninfo"] = Json::from(shown);
    }
    config
}

fn configured_upstream(settings: &Json) -> Json {
    let info = settings["primary_conninfo"]
        .as_str()
        .and_then(|text| Conninfo::parse(text).ok());
    let Some(info) = info.filter(|info| !info.is_empty()) else {
        return Json::Null;
    };
    let port = info.get("port").and_then(|p| p.parse::<i64>().ok());
    json!({
        "host": info.get("host").or_else(|| info.get("hostaddr")),
        "port": port.unwrap_or(5432),
        "user": info.get("user"),
        "slot": settings["primary_slot_name"].as_str().filter(|slot| !slot.is_empty()),
    })
}

/// A replica's own view of the server it follows; null when it follows none.
fn upstream(receiver: &Json) -> Json {
    if receiver.is_null() {
        return Json::Null;
    }
    let either = |new: &str, old: &str| match &receiver[new] {
        Json::Null => receiver[old].clone(),
        found => found.clone(),
    };
    json!({
        "status": receiver["status"],
        "sender_host": receiver["sender_host"],
        "sender_port": receiver["sender_port"],
        "slot": receiver["slot_name"].as_str().filter(|slot| !slot.is_empty()),
        "timeline": receiver["received_tli"],
        "received_lsn": either("flushed_lsn", "received_lsn"),
        "latest_end_lsn": receiver["latest_end_lsn"],
        "latest_end_time": receiver["latest_end_time"],
        "last_message_time": receiver["last_msg_receipt_time"],
    })
}

/// A server's view of one that follows it.
fn sender(row: &Json) -> Json {
    json!({
        "application_name": row["application_name"],
        "client_addr": row["client_addr"],
        "client_hostname": row["client_hostname"],
        "user": row["usename"],
        "pid": row["pid"],
        "slot": row["slot"],
        "state": row["state"],
        "sync_state": row["sync_state"],
        "sync_priority": row["sync_priority"],
        "sent_lsn": row["sent_lsn"],
        "write_lsn": row["write_lsn"],
        "flush_lsn": row["flush_lsn"],
        "replay_lsn": row["replay_lsn"],
        "lag_bytes": row["lag_bytes"],
        "replay_lag_seconds": row["replay_lag_seconds"],
        "backend_start": row["backend_start"],
        "reply_time": row["reply_time"],
    })
}

fn slot(row: &Json) -> Json {
    json!({
        "name": row["slot_name"],
        "type": row["slot_type"],
        "active": row["active"],
        "active_pid": row["active_pid"],
        "wal_status": row["wal_status"],
        "restart_lsn": row["restart_lsn"],
        "retained_bytes": row["retained_bytes"],
        "database": row["database"],
        "plugin": row["plugin"],
        "temporary": row["temporary"],
    })
}
