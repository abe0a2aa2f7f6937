# What demo.sh and test.sh have in common: find or install what they need. Sourced, not run.
# shellcheck shell=bash

# The oldest Rust that builds the project, from its manifest.
rust_needed() { sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml; }

say() { printf '==> %s\n' "$*"; }

die() {
  printf 'error: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

# Whether packages can be installed here without asking anyone: root on Debian or one of its kin.
can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

apt() {
  DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120 "$@" </dev/null
}

# Installs packages; a fresh machine's package lists are often empty or old.
apt_install() {
  say "installing $*"
  apt install -y --no-install-recommends "$@" >/dev/null 2>&1 && return
  apt update >/dev/null && apt install -y --no-install-recommends "$@" >/dev/null
}

# need PROGRAM PACKAGE: makes sure a program is there, or says which package brings it.
need() {
  PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null && return
  can_install || die "\`$1\` is missing" "install the package \`$2\` (so it is called on Debian and Ubuntu) and start again"
  apt_install "$2" || die "failed to install the package \`$2\`" "install it by hand and start again"
}

# Whether programs can be linked: Rust uses the C compiler's driver and the C library's start files.
can_link() { echo 'int main(void) { return 0; }' | cc -x c - -o /dev/null 2>/dev/null; }

need_linker() {
  local how="install a C compiler and the C library's headers (\`gcc libc6-dev\` on Debian and Ubuntu) and start again"
  can_link && return
  can_install || die "programs cannot be linked" "$how"
  apt_install gcc libc6-dev || die "failed to install the packages \`gcc libc6-dev\`" "$how"
  can_link || die "programs cannot be linked, although \`gcc libc6-dev\` are installed" "$how"
}

# Cargo, new enough, and what it links with.
need_rust() {
  need_linker
  # Where rustup puts it, for shells that do not know yet.
  command -v cargo >/dev/null || PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
  local needed version
  needed=$(rust_needed)
  if ! command -v cargo >/dev/null; then
    die "cargo is missing: Rust $needed or newer is needed" \
      "see https://www.rust-lang.org/tools/install, then start again"
  fi
  version=$(rustc --version | cut -d' ' -f2)
  if [ "$(printf '%s\n%s\n' "$needed" "${version%%-*}" | sort -V | head -n 1)" != "$needed" ]; then
    die "Rust $version is too old: $needed or newer is needed" "\`rustup update stable\` brings it"
  fi
}

# duration SECONDS: 75 becomes "1 min 15 s".
duration() {
  if [ "$1" -ge 60 ]; then printf '%d min %d s' $(($1 / 60)) $(($1 % 60)); else printf '%d s' "$1"; fi
}
