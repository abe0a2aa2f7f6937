//! Where a host keeps PostgreSQL: its programs and its data.

use crate::transport::quote;

/// Folders with PostgreSQL's programs: Debian and PGDG for Debian, PGDG for Red Hat, EDB, source.
const BIN_DIRS: &str =
    "/usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/edb/as*/bin /usr/local/pgsql/bin";

/// Sets `$PSQL`; empty when there is none. The wrapper that Debian puts into `PATH` costs a Perl
/// start at every call, so the real program comes first; those before version 12 know no CSV.
pub(super) fn psql(bin_dir: Option<&str>) -> String {
    let given = quote(bin_dir.unwrap_or_default());
    format!(
        "PSQL=; B={given}; if [ -n \"$B\" ]; then PSQL=$B/psql; else\n\
         for d in {BIN_DIRS}; do case $d in */9.*|*-9.*|*/1[01]/*|*-1[01]/*) continue ;; esac; [ ! -x \"$d/psql\" ] || PSQL=$d/psql; done\n\
         [ -n \"$PSQL\" ] || PSQL=$(command -v psql); fi\n"
    )
}

/// What is known beforehand of a server on the host.
#[derive(Debug, Clone, Default)]
pub(super) struct Known<'a> {
    /// Its major version.
    pub(super) version: Option<&'a str>,
    /// Its name, where Debian's tools made it.
    pub(super) cluster: Option<&'a str>,
    /// Its data directory.
    pub(super) data_directory: Option<&'a str>,
    /// The folder of its programs.
    pub(super) bin_dir: Option<&'a str>,
    /// Its port.
    pub(super) port: i64,
}

/// Sets `$D` (data directory), `$V` (major version), `$C` (Debian's cluster name), `$B` (programs)
/// and `$PORT`; each is empty where nothing was found.
///
/// Debian keeps configurations in `/etc/postgresql/VERSION/NAME`, and the one with the right port
/// is meant; elsewhere the usual data directories are looked at.
pub(super) fn server(known: &Known<'_>) -> String {
    let word = |value: Option<&str>| quote(value.unwrap_or_default());
    format!(
        r#"V={version} C={cluster} D={data} B={bin} PORT={port}
if [ -z "$D" ]; then
  for f in /etc/postgresql/${{V:-*}}/${{C:-*}}/postgresql.conf; do
    [ -r "$f" ] || continue
    p=$(sed -n 's/^[[:space:]]*port[[:space:]]*=\{{0,1\}}[[:space:]]*\([0-9]*\).*/\1/p' "$f" "${{f%/*}}"/conf.d/*.conf 2>/dev/null | tail -n 1)
    [ "${{p:-5432}}" = "$PORT" ] || continue
    D=$(sed -n "s/^[[:space:]]*data_directory[[:space:]]*=\{{0,1\}}[[:space:]]*'\([^']*\)'.*/\1/p" "$f" | tail -n 1)
    f=${{f%/postgresql.conf}}; C=${{f##*/}}; f=${{f%/*}}; V=${{f##*/}}
    [ -n "$D" ] || D=/var/lib/postgresql/$V/$C
  done
fi
if [ -z "$D" ]; then
  for d in /var/lib/pgsql/${{V:-*}}/data /var/lib/pgsql/data /var/lib/edb/as${{V:-*}}/data /var/lib/postgresql/${{V:-*}}/${{C:-main}}; do
    [ ! -e "$d" ] || D=$d
  done
fi
[ -n "$V" ] || [ ! -r "$D/PG_VERSION" ] || read -r V <"$D/PG_VERSION"
if [ -z "$B" ]; then
  for d in {dirs}; do [ ! -x "$d/postgres" ] || B=$d; done
fi
"#,
        version = word(known.version),
        cluster = word(known.cluster),
        data = word(known.data_directory),
        bin = word(known.bin_dir),
        port = known.port,
        dirs = BIN_DIRS
            .replace("postgresql/*", "postgresql/${V:-*}")
            .replace("pgsql-*", "pgsql-${V:-*}")
            .replace("as*", "as${V:-*}"),
    )
}
