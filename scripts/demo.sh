#!/usr/bin/env bash
# The main job, from nothing: builds runbook, brings a real three-node PostgreSQL cluster up in
# containers on this machine, and updates it to the next minor version while it serves.
#
#   bash scripts/demo.sh [NAME]     NAME is the lab's name, m1 when none is given
#
# Run again it finds the lab, and the update has nothing left to do.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/setup.sh
. scripts/setup.sh

lab=${1:-m1}

show() {
  printf '\n'
  say "$1"
  runbook --color never play scripts/demo/cluster.yml >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
  sed -n 's/^ok: \[\(.*\)\] => /  \1  /p' "$log" | sort
}

run() {
  printf '\n$ %s\n' "$*"
  "$@"
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT

need_rust
need ssh openssh-client

say "building (about two minutes the first time)"
cargo build --locked
PATH="${CARGO_TARGET_DIR:-$PWD/target}/debug:$PATH"

# Docker is installed by the lab itself where that is possible.
if [ "$lab" = m1 ]; then run runbook lab up m1; else run runbook lab up m1 --name "$lab"; fi
export RUNBOOK_INVENTORY="inventories/lab-$lab/hosts.yml"

show "before"
begun=$SECONDS
run runbook play update-postgres.yml -e update_hosts=db2,db3,db1
took=$((SECONDS - begun))
show "after $(duration $took)"

cat <<END

The cluster is yours to play with:

  export PATH="${CARGO_TARGET_DIR:-$PWD/target}/debug:\$PATH"
  runbook lab status $lab
  runbook play update-postgres.yml -i $RUNBOOK_INVENTORY      # again: nothing left to change
  runbook lab down $lab                                       # removes everything the lab made
END
