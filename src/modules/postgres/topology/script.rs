//! What is asked of a node: one script, one statement.

use super::Args;
use crate::modules::postgres::locate;
use crate::modules::postgres::psql::Login;
use crate::modules::sections::PRELUDE;

/// Everything the server knows, as one JSON document.
///
/// Views that differ between versions are taken as whole rows; functions that refuse to work in
/// (or outside) recovery stand behind a `CASE`. Works from PostgreSQL 10 on; what only superusers
/// and `pg_monitor` may see is null for others.
pub(super) const SQL: &str = r"
WITH me AS (SELECT pg_is_in_recovery() AS recovering),
here AS (
  SELECT recovering,
    CASE WHEN recovering THEN NULL ELSE pg_current_wal_lsn() END AS current,
    CASE WHEN recovering THEN pg_last_wal_receive_lsn() END AS received,
    CASE WHEN recovering THEN pg_last_wal_replay_lsn() END AS replayed
  FROM me)
SELECT json_build_object(
  'server_version', current_setting('server_version'),
  'server_version_num', current_setting('server_version_num')::int,
  'in_recovery', recovering,
  'system_identifier', (SELECT system_identifier::text FROM pg_control_system()),
  'checkpoint_timeline', (SELECT timeline_id FROM pg_control_checkpoint()),
  'recovery_timeline', (SELECT min_recovery_end_timeline FROM pg_control_recovery()),
  'wal_file', CASE WHEN recovering THEN NULL ELSE pg_walfile_name(current) END,
  'lsn', json_build_object('current', current, 'received', received, 'replayed', replayed),
  'settings', (SELECT json_object_agg(name, setting) FROM pg_settings WHERE name IN (
    'data_directory', 'config_file', 'port', 'cluster_name', 'listen_addresses', 'wal_level', 'hot_standby',
    'max_wal_senders', 'max_replication_slots', 'max_connections', 'primary_conninfo', 'primary_slot_name',
    'synchronous_standby_names', 'synchronous_commit', 'wal_log_hints', 'data_checksums', 'full_page_writes',
    'archive_mode', 'max_slot_wal_keep_size', 'wal_keep_size', 'hot_standby_feedback', 'recovery_target_timeline',
    'restore_command', 'default_transaction_read_only', 'shared_preload_libraries')),
  'pending_restart', (SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM pg_settings WHERE pending_restart),
  'senders', (SELECT coalesce(json_agg(to_jsonb(r) || jsonb_build_object(
      'replay_lag_seconds', extract(epoch FROM r.replay_lag)::float8,
      'lag_bytes', pg_wal_lsn_diff(coalesce(here.current, here.received, here.replayed), r.replay_lsn)::bigint,
      'slot', (SELECT slot_name FROM pg_replication_slots s WHERE s.active_pid = r.pid))
    ORDER BY r.application_name, r.pid), '[]') FROM pg_stat_replication r),
  'slots', (SELECT coalesce(json_agg(to_jsonb(s) || jsonb_build_object(
      'retained_bytes', pg_wal_lsn_diff(coalesce(here.current, here.received, here.replayed), s.restart_lsn)::bigint)
    ORDER BY s.slot_name), '[]') FROM pg_replication_slots s),
  'receiver', (SELECT to_jsonb(r) FROM pg_stat_wal_receiver r LIMIT 1),
  'replay_paused', CASE WHEN recovering THEN pg_is_wal_replay_paused() END,
  'replay_lag_bytes', CASE WHEN recovering THEN pg_wal_lsn_diff(received, replayed)::bigint END,
  'replay_lag_seconds', CASE WHEN recovering THEN
    CASE WHEN received = replayed THEN 0 ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 END END,
  'archiver', (SELECT to_jsonb(a) FROM pg_stat_archiver a),
  'longest_transaction', (SELECT json_build_object('pid', pid, 'user', usename, 'database', datname,
      'application_name', application_name, 'state', state,
      'seconds', extract(epoch FROM clock_timestamp() - xact_start)::float8)
    FROM pg_stat_activity WHERE xact_start IS NOT NULL AND backend_type = 'client backend' AND pid <> pg_backend_pid()
    ORDER BY xact_start LIMIT 1),
  'prepared_transactions', (SELECT count(*) FROM pg_prepared_xacts),
  'client_connections', (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()),
  'start_time', pg_postmaster_start_time())
FROM here;
";

/// Looks at programs, package, control file and process, then asks the server.
///
/// A server that does not answer is no failure of the script: its absence is the answer.
pub(super) fn script(args: &Args, login: &Login) -> String {
    let known = locate::Known {
        version: args.version.as_deref(),
        cluster: args.cluster.as_deref(),
        data_directory: args.data_directory.as_deref(),
        bin_dir: args.bin_dir.as_deref(),
        port: args.login_port,
    };
    format!(
        r#"{PRELUDE}export LC_ALL=C
{locate}rb place; printf '%s\n' "$D" "$V" "$C" "$B"
rb binary; [ -z "$B" ] || "$B/postgres" -V 2>/dev/null
rb package
if [ -n "$B" ]; then
  if command -v dpkg-query >/dev/null; then
    dpkg-query -W -f='${{Package}}\t${{Version}}\n' "postgresql-$V" 2>/dev/null
  elif command -v rpm >/dev/null; then
    rpm -qf --qf '%{{NAME}}\t%{{VERSION}}-%{{RELEASE}}\n' "$B/postgres" 2>/dev/null
  fi
fi
rb control; [ -z "$D" ] || [ -z "$B" ] || "$B/pg_controldata" -D "$D" 2>/dev/null
rb standby; [ ! -e "$D/standby.signal" ] || echo yes
rb pid; P=; [ ! -r "$D/postmaster.pid" ] || read -r P <"$D/postmaster.pid"; echo "$P"
rb alive; [ -z "$P" ] || ! kill -0 "$P" 2>/dev/null || echo yes
rb exe; [ -z "$P" ] || readlink "/proc/$P/exe" 2>/dev/null
rb addresses; hostname -I 2>/dev/null
{psql}[ -n "$PSQL" ] || exit 0
rb sql; exec 3>&1; E=$("$PSQL" -X -Atq -v ON_ERROR_STOP=1 -v VERBOSITY=verbose 2>&1 1>&3 3>&-); rc=$?
rb rc; echo $rc
rb error; printf '%s\n' "$E"
exit 0
"#,
        locate = locate::server(&known),
        psql = login.setup(),
    )
}
