#!/usr/bin/env bash
# Fuzzes every target for some seconds each: the nightly tier.
#
#   bash scripts/fuzz.sh            60 seconds each
#   bash scripts/fuzz.sh 600        ten minutes each
#   bash scripts/fuzz.sh 60 yaml    only these targets
#
# Needs cargo-fuzz (cargo install cargo-fuzz) and a C++ compiler; no nightly toolchain. What is
# found lies in fuzz/artifacts/TARGET/: copy it into fuzz/corpus/TARGET/ under a name that says what
# it is, so that tests/corpus.rs keeps trying it.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds="${1:-60}"
shift || true
targets=("$@")
[ "${#targets[@]}" -gt 0 ] || targets=(yaml ini pattern template playbook frames vault)

# Coverage instrumentation is all that is needed: the program has no unsafe code of its own. Stable
# Rust is told to take the fuzzer's flags.
export RUSTC_BOOTSTRAP=1
found=0
for target in "${targets[@]}"; do
  echo "== $target"
  # New inputs go to a folder that is thrown away; the corpus is only read.
  new="$(mktemp -d)"
  cargo fuzz run --sanitizer none "$target" "$new" "fuzz/corpus/$target" -- \
    -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=8192 \
    -dict=fuzz/words.dict -print_final_stats=1 || found=1
  rm -rf "$new"
done
exit "$found"
