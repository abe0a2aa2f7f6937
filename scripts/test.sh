#!/usr/bin/env bash
# Passes all tests: format, lints, then every tier, or the tiers named.
#
#   bash scripts/test.sh            everything
#   bash scripts/test.sh unit cli   only these tiers (without format and lints)
#
# Tiers: lint (rustfmt, clippy), unit, cli, ssh, lab. What they need is installed when this runs
# as root on Debian or Ubuntu, and named otherwise. Exits with 0 when everything passed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/setup.sh
. scripts/setup.sh

TIERS="lint unit cli ssh lab"
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-auto}
# A snapshot that differs is a failure here, never something to be written.
export INSTA_UPDATE=no

output=$(mktemp)
results=$(mktemp)
trap 'rm -f "$output" "$results"' EXIT
times=""
broken=""

# The integration tests of a tier, as options for cargo. A test file belongs to the tier its name
# begins with; every other one is a unit test, so that none is ever left out.
targets() {
  local file name tier
  for file in tests/*.rs tests/*/main.rs; do
    [ -e "$file" ] || continue
    name=${file#tests/}
    name=${name%/main.rs}
    name=${name%.rs}
    case $name in
      cli*) tier=cli ;;
      transport_* | *_ssh) tier=ssh ;;
      lab*) tier=lab ;;
      *) tier=unit ;;
    esac
    [ "$tier" = "$1" ] && printf -- '--test %s ' "$name"
  done
}

# Runs cargo test; keeps its result lines for the summary.
tests() {
  cargo test --locked --no-fail-fast "$@" 2>&1 </dev/null | tee "$output"
  local code=${PIPESTATUS[0]}
  grep '^test result:' "$output" >>"$results"
  return "$code"
}

run_lint() {
  cargo fmt --check && cargo clippy --locked --all-targets -- -D warnings
}

run_unit() {
  # shellcheck disable=SC2046
  tests --lib --bins $(targets unit)
  local code=$?
  tests --doc && return "$code"
}

# The integration tests of one tier, then options for them; cargo without a target would run all.
integration() {
  local found
  found=$(targets "$1")
  shift
  [ -n "$found" ] || { echo "there are no tests in this tier"; return 1; }
  # shellcheck disable=SC2086
  tests $found "$@"
}

run_cli() { integration cli; }
run_ssh() { integration ssh; }
# Takes minutes, and tells how far it is.
run_lab() { integration lab -- --nocapture; }

# Everything a tier needs that cargo does not bring.
prepare() {
  case $1 in
    lint)
      cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 && return
      say "installing rustfmt and clippy"
      rustup component add rustfmt clippy || die "rustfmt and clippy are missing" "install them and start again"
      ;;
    unit) need_postgres ;;
    ssh)
      need ssh openssh-client
      need sshd openssh-server
      need sudo sudo
      need openssl openssl
      need useradd passwd
      need pkill procps
      [ "$(id -u)" = 0 ] || die "the ssh tier makes users of its own and becomes them: run it as root" \
        "the other tiers do without: bash scripts/test.sh unit cli"
      ;;
    lab)
      need ssh openssh-client
      need_docker
      ;;
  esac
}

# PostgreSQL's programs, for throwaway clusters of the modules' tests; no cluster is left running.
need_postgres() {
  local bin drop_in=/etc/postgresql-common/createcluster.d/runbook-tests.conf
  for bin in /usr/lib/postgresql/*/bin/initdb; do [ -x "$bin" ] && return; done
  can_install || die "PostgreSQL's programs are missing (/usr/lib/postgresql/*/bin/initdb)" \
    "install the package \`postgresql\` (so it is called on Debian and Ubuntu) and start again"
  apt_install postgresql-common || die "failed to install the package \`postgresql-common\`"
  mkdir -p "${drop_in%/*}"
  echo 'create_main_cluster = false' >"$drop_in"
  apt_install postgresql || die "failed to install the package \`postgresql\`"
  rm -f "$drop_in"
}

# A Docker daemon that answers.
need_docker() {
  docker version >/dev/null 2>&1 && return
  local how="install Docker Engine 20.10 or newer, start it, and make sure that \`docker version\` works for you"
  can_install || die "Docker is missing or does not answer" "$how"
  if ! command -v dockerd >/dev/null; then
    apt_install docker.io || die "failed to install the package \`docker.io\`" "$how"
  fi
  # Newer releases have the client in a package of its own.
  command -v docker >/dev/null || apt_install docker-cli || die "failed to install the package \`docker-cli\`" "$how"
  say "starting the Docker daemon"
  if [ -d /run/systemd/system ]; then systemctl start docker; else service docker start; fi >/dev/null 2>&1
  for _ in $(seq 60); do
    docker version >/dev/null 2>&1 && return
    sleep 1
  done
  docker version
  die "the Docker daemon does not answer" "$how"
}

tier() {
  local begun=$SECONDS
  say "$1"
  "run_$1" || broken="$broken $1"
  times="$times$(printf '%-6s %s' "$1" "$(duration $((SECONDS - begun)))")"$'\n'
}

# Builds all tests before any of them runs, so that the tiers' times are those of the tests.
build() {
  local begun=$SECONDS
  say "build"
  cargo test --locked --no-run </dev/null || {
    echo "error: the tests do not build" >&2
    echo "0 passed, 1 failed"
    exit 1
  }
  times="$times$(printf '%-6s %s' build "$(duration $((SECONDS - begun)))")"$'\n'
}

wanted=${*:-$TIERS}
for name in $wanted; do
  case " $TIERS " in
    *" $name "*) ;;
    *) die "there is no tier \`$name\`" "tiers: $TIERS" ;;
  esac
done
need_rust
for name in $wanted; do prepare "$name"; done
case " $wanted " in *" lint "*) tier lint ;; esac
[ "$wanted" = lint ] || build
for name in $wanted; do [ "$name" = lint ] || tier "$name"; done

passed=$(awk '{ n += $4 } END { print n + 0 }' "$results")
failed=$(awk '{ n += $6 } END { print n + 0 }' "$results")
printf '\n%s' "$times"
if [ -n "$broken" ]; then
  echo "not passed:$broken"
  # What ends before it can count its tests counts as one.
  [ "$failed" -gt 0 ] || failed=1
  echo "$passed passed, $failed failed"
  exit 1
fi
echo "$passed passed, $failed failed"
