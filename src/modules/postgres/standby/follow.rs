//! How a node is told whom to follow, and how it proves that it does.

use serde_json::Value as Json;

use super::Args;
use crate::modules::postgres::conninfo::Conninfo;
use crate::modules::postgres::sql::text_literal;
use crate::modules::postgres::{locate, psql};
use crate::modules::sections::{PRELUDE, Sections};
use crate::modules::{Ctx, Failure};
use crate::transport::Secret;
use crate::transport::quote;

/// A node as it is.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Whether its server answers.
    pub(super) running: bool,
    /// Whether it is a replica; known only while it runs.
    pub(super) in_recovery: bool,
    /// `server_version_num`; 0 while it is stopped.
    pub(super) version_num: i64,
    /// Its connection string.
    conninfo: Conninfo,
    /// Its slot on the server it follows; empty for none.
    slot: String,
    /// Whether `standby.signal` is there.
    signal: bool,
}

/// A node as it should be.
#[derive(Debug)]
pub(super) struct Wanted {
    conninfo: Conninfo,
    slot: String,
}

const STATE: &str = "SELECT json_build_object('in_recovery', pg_is_in_recovery(), \
     'version_num', current_setting('server_version_num')::int, \
     'conninfo', coalesce(current_setting('primary_conninfo', true), ''), \
     'slot', coalesce(current_setting('primary_slot_name', true), ''));";

/// Defines everything that scripts of this module need: where the cluster is, and `psql`.
fn setup(args: &Args) -> String {
    let known = locate::Known {
        version: args.version.as_deref(),
        cluster: args.cluster.as_deref(),
        data_directory: args.data_directory.as_deref(),
        bin_dir: args.bin_dir.as_deref(),
        port: args.login_port,
    };
    format!(
        "{PRELUDE}{}{}[ -n \"$D\" ] || {{ echo 'no data directory was found: give `data_directory`' >&2; exit 1; }}\n",
        locate::server(&known),
        args.login().setup()
    )
}

/// Asks the server, and reads the configuration of one that is stopped.
pub(super) async fn look(args: &Args, ctx: &Ctx<'_>) -> Result<Node, Failure> {
    let script = format!(
        r#"{setup}rb signal; [ ! -e "$D/standby.signal" ] || echo yes
rb auto; cat "$D/postgresql.auto.conf"
rb alive; P=; [ ! -r "$D/postmaster.pid" ] || read -r P <"$D/postmaster.pid"; [ -z "$P" ] || ! kill -0 "$P" 2>/dev/null || echo yes
[ -n "$PSQL" ] || exit 0
rb sql; exec 3>&1; E=$("$PSQL" -X -Atq -v ON_ERROR_STOP=1 -v VERBOSITY=verbose 2>&1 1>&3 3>&-); rc=$?
rb rc; echo $rc
rb error; printf '%s\n' "$E"
exit 0
"#,
        setup = setup(args)
    );
    let output = ctx.remote.run_with_stdin(&script, STATE.as_bytes()).await?;
    if !output.ok() {
        return Err(crate::modules::remote::failed(
            "read the node's configuration",
            &output,
        ));
    }
    let sections = Sections::parse(&output.out());
    let signal = sections.get("signal").trim() == "yes";
    if sections.get("rc").trim() == "0" {
        let state: Json = serde_json::from_str(sections.get("sql").trim())
            .map_err(|e| Failure::new(format!("the server's answer is no JSON: {e}")))?;
        let text = |key: &str| state[key].as_str().unwrap_or_default().to_owned();
        return Ok(Node {
            running: true,
            in_recovery: state["in_recovery"] == true,
            version_num: state["version_num"].as_i64().unwrap_or(0),
            conninfo: Conninfo::parse(&text("conninfo")).map_err(Failure::new)?,
            slot: text("slot"),
            signal,
        });
    }
    if sections.get("alive").trim() == "yes" {
        return Err(Failure::new(format!(
            "the server runs but does not answer: {}",
            sections.get("error").trim()
        )));
    }
    let setting = |name: &str| auto_setting(sections.get("auto"), name);
    Ok(Node {
        conninfo: Conninfo::parse(&setting("primary_conninfo")).map_err(Failure::new)?,
        slot: setting("primary_slot_name"),
        signal,
        ..Node::default()
    })
}

/// A setting as `postgresql.auto.conf` has it: `name = 'value'`, quotes doubled.
fn auto_setting(text: &str, name: &str) -> String {
    let mut values = text.lines().rev().filter_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == name).then(|| value.trim())
    });
    let last = values.next().unwrap_or_default();
    let inside = last.strip_prefix('\'').and_then(|v| v.strip_suffix('\''));
    inside
        .unwrap_or(last)
        .replace("''", "'")
        .replace("\\\\", "\\")
}

impl Node {
    /// For the diff: never a password.
    pub(super) fn describe(&self) -> String {
        describe(&self.conninfo, &self.slot)
    }
}

fn describe(conninfo: &Conninfo, slot: &str) -> String {
    if conninfo.is_empty() {
        return String::new();
    }
    let slot = if slot.is_empty() {
        String::new()
    } else {
        format!(" (slot {slot})")
    };
    format!("{}{slot}", conninfo.without_password())
}

impl Wanted {
    /// What the arguments say, over what the node has.
    pub(super) fn new(args: &Args, node: &Node) -> Result<Self, Failure> {
        let mut conninfo = node.conninfo.clone();
        // An address beside the host name would win over it.
        conninfo.remove("hostaddr");
        conninfo.set("host", &args.primary_host);
        conninfo.set("port", &args.primary_port.to_string());
        let given = [
            ("user", args.primary_user.as_deref()),
            (
                "password",
                args.primary_password.as_ref().map(Secret::expose),
            ),
            ("application_name", args.application_name.as_deref()),
        ];
        for (key, value) in given {
            if let Some(value) = value {
                conninfo.set(key, value);
            }
        }
        if let Some(more) = &args.conninfo {
            let more =
                Conninfo::parse(more).map_err(|e| Failure::new(format!("`conninfo`: {e}")))?;
            conninfo.extend(&more);
        }
        let slot = args
            .primary_slot_name
            .clone()
            .unwrap_or_else(|| node.slot.clone());
        Ok(Self { conninfo, slot })
    }

    /// Whether the node has to be changed.
    pub(super) fn differs(&self, node: &Node) -> bool {
        self.conninfo != node.conninfo || self.slot != node.slot || !node.signal && !node.running
    }

    /// For the diff: never a password.
    pub(super) fn describe(&self) -> String {
        describe(&self.conninfo, &self.slot)
    }
}

/// Since PostgreSQL 13 a reload is enough: the receiver starts anew with the new settings.
pub(super) async fn reconfigure_running(
    args: &Args,
    wanted: &Wanted,
    ctx: &Ctx<'_>,
) -> Result<(), Failure> {
    let sql = format!(
        "ALTER SYSTEM SET primary_conninfo = {};\nALTER SYSTEM SET primary_slot_name = {};\nSELECT pg_reload_conf();\n",
        text_literal(&wanted.conninfo.to_string()),
        text_literal(&wanted.slot)
    );
    // A failing statement must not put a password into the server's log.
    let quiet = "SET log_min_error_statement = panic;\nSET log_statement = 'none';\n";
    let superuser = format!("{quiet}{sql}");
    let output = psql::run(ctx, &args.login(), "-Atq", &superuser).await?;
    if output.ok() {
        return Ok(());
    }
    Err(psql::SqlError::read(&output).failure())
}

/// `ALTER SYSTEM` needs a server: for a stopped one its file is written the way it writes it, into
/// a new file that takes the old one's place.
pub(super) async fn reconfigure_stopped(
    args: &Args,
    wanted: &Wanted,
    ctx: &Ctx<'_>,
) -> Result<(), Failure> {
    let line = |name: &str, value: &str| {
        format!(
            "{name} = '{}'\n",
            value.replace('\\', "\\\\").replace('\'', "''")
        )
    };
    let lines = line("primary_conninfo", &wanted.conninfo.to_string())
        + &line("primary_slot_name", &wanted.slot);
    let script = format!(
        r#"{setup}set -e
umask 077
F=$D/postgresql.auto.conf
{{ sed -e '/^[[:space:]]*primary_conninfo[[:space:]]*=/d' -e '/^[[:space:]]*primary_slot_name[[:space:]]*=/d' "$F"; printf '%s' {lines}; }} >"$F.runbook"
# A file of root's would keep the server from its own configuration.
own() {{ [ "$(id -u)" != 0 ] || chown "$(stat -c %u:%g "$D")" "$1"; }}
own "$F.runbook"; mv -f "$F.runbook" "$F"
: >>"$D/standby.signal"; own "$D/standby.signal"
sync "$D/standby.signal" "$F" 2>/dev/null || sync
"#,
        setup = setup(args),
        lines = quote(&lines)
    );
    ctx.remote
        .check("write the node's configuration", &script)
        .await?;
    Ok(())
}

const RECEIVER: &str = "SELECT json_build_object('status', status, 'sender_host', sender_host, 'sender_port', sender_port, \
     'slot', slot_name, 'timeline', received_tli) FROM pg_stat_wal_receiver;";

/// Waits until the node streams from the wanted server by the wanted slot.
pub(super) async fn wait(args: &Args, wanted: &Wanted, ctx: &Ctx<'_>) -> Result<Json, Failure> {
    let streams = format!(
        "SELECT pid FROM pg_stat_wal_receiver WHERE status = 'streaming' AND sender_host = {} AND sender_port = {} AND coalesce(slot_name, '') = {}",
        text_literal(&args.primary_host),
        args.primary_port,
        text_literal(&wanted.slot)
    );
    // A receiver says that it is streaming from the moment it connected, before the other side
    // has accepted its slot and position: only one that is still there at the next look streams.
    let script = format!(
        r#"{setup}E=$(( $(date +%s) + {timeout} ))
P=
while :; do
  R=$("$PSQL" -X -Atq -c {streams} 2>&1)
  case $R in ''|*[!0-9]*) P=;; "$P") break;; *) P=$R;; esac
  [ "$(date +%s)" -lt "$E" ] || {{ rb late; printf '%s\n' "$R"; break; }}
  sleep 0.3
done
rb receiver; "$PSQL" -X -Atq -c {receiver} 2>&1
exit 0
"#,
        setup = setup(args),
        timeout = args.timeout,
        streams = quote(&streams),
        receiver = quote(RECEIVER)
    );
    let output = ctx.remote.run_long(&script).await?;
    let sections = Sections::parse(&output.out());
    let receiver = serde_json::from_str(sections.get("receiver").trim()).unwrap_or(Json::Null);
    if output.ok() && sections.find("late").is_none() {
        return Ok(receiver);
    }
    let seen = match &receiver {
        Json::Null => "it receives nothing".to_owned(),
        r => format!(
            "it is {} from {}:{} by slot {}",
            r["status"].as_str().unwrap_or("?"),
            r["sender_host"].as_str().unwrap_or("?"),
            r["sender_port"],
            r["slot"].as_str().unwrap_or("none")
        ),
    };
    Err(Failure::new(format!(
        "the node does not stream from {} after {} s: {seen}; its log says why (often: the slot {} is missing there, pg_hba.conf has no replication entry, or its log has gone beyond the new timeline's beginning and `pg_rewind` is needed)",
        describe(&wanted.conninfo, &wanted.slot),
        args.timeout,
        if wanted.slot.is_empty() { "(none)" } else { &wanted.slot }
    ))
    .with("upstream", receiver))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_setting_of_a_name_counts_and_quotes_are_undone() {
        let text = "# x\nport = 1\nprimary_conninfo = 'host=a'\nprimary_conninfo = 'host=b password=''it''''s'''\n";
        assert_eq!(
            auto_setting(text, "primary_conninfo"),
            "host=b password='it''s'"
        );
        assert_eq!(auto_setting(text, "port"), "1");
        assert_eq!(auto_setting(text, "nothing"), "");
    }
}
