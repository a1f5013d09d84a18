#!/usr/bin/env bash
# Every check, one after the other; says what it does, and ends with `N passed, N failed` over all tests.
#
#   scripts/check.sh          make test: SQLite, nothing else running
#   scripts/check.sh ci       make ci: and PostgreSQL, licences and sources, unused dependencies, size budgets
#
# What a check prints goes to target/check/NAME.log, and is shown when it fails. A failed check that holds no tests counts as one failed.
. "$(dirname "$0")/env.sh"

LEVEL=${1:-test}
LOGS=$ROOT/target/check
PASSED=0
FAILED=0

# Runs one check, timed, its output in a file of its own.
run() {
  local name=$1 began=$SECONDS
  shift
  printf '%-22s' "$name"
  if "$@" >"$LOGS/$name.log" 2>&1 </dev/null; then
    printf 'ok      %4d s' "$((SECONDS - began))"
    return
  fi
  printf 'FAILED  %4d s  %s\n' "$((SECONDS - began))" "$*"
  tail -n 100 "$LOGS/$name.log" | sed 's/^/    /'
  return 1
}

# A check that holds no tests of its own.
lint() {
  if run "$@"; then say ""; else FAILED=$((FAILED + 1)); fi
}

# A check that holds tests, counted by the function named first: it prints "PASSED FAILED".
tests() {
  local count=$1 name=$2 ended=0 passed failed
  shift
  run "$@" || ended=1
  read -r passed failed < <("$count" "$LOGS/$name.log")
  # Nothing ran, or something beside the tests failed (a build, a crash): that is a failure too.
  if ((ended && failed == 0)) || ((passed + failed == 0)); then failed=$((failed + 1)); fi
  PASSED=$((PASSED + passed))
  FAILED=$((FAILED + failed))
  say "  $passed passed, $failed failed$(sed -n 's/^\([0-9]* checks ran on PostgreSQL\)$/, \1/p' "$LOGS/$name.log")"
}

count_cargo() {
  awk '/^test result:/ { passed += $4; failed += $6 } END { print passed + 0, failed + 0 }' "$1"
}

count_playwright() {
  awk '$2 == "passed" || $2 == "flaky" { passed += $1 } $2 == "failed" || $2 == "interrupted" { failed += $1 } END { print passed + 0, failed + 0 }' \
    <(grep -E '^ +[0-9]+ (passed|flaky|failed|interrupted)' "$1")
}

# cargo is always called for the same packages, so that the lints, the tests and the browsers' server share what is compiled.
clippy_wasm() {
  cargo clippy --locked --package frontend --target wasm32-unknown-unknown -- -D warnings
}

rustdoc() {
  RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps
}

cargo_tests() {
  if [[ $LEVEL == ci ]]; then
    scripts/postgres.sh --check cargo test --locked --no-fail-fast
  else
    cargo test --locked --no-fail-fast
  fi
}

end2end() {
  (cd end2end && npm run --silent types && FLOTILLA_BIN=$CARGO_TARGET_DIR/debug/flotilla LEPTOS_SITE_ROOT=$SITE playwright test)
}

# Advisories need a database from outside; what can be judged from Cargo.lock alone is judged here.
deny() {
  cargo fetch --locked && cargo deny --offline --locked check --hide-inclusion-graph bans licenses sources
}

rm -rf "$LOGS"
mkdir -p "$LOGS"

scripts/setup.sh "$LEVEL"
lint fmt cargo fmt --all --check
if [[ $LEVEL == ci ]]; then
  lint shellcheck shellcheck --external-sources scripts/*.sh .ci/run
  lint deny deny
  lint machete cargo machete
fi
lint clippy cargo clippy --locked --all-targets -- -D warnings
lint clippy-wasm clippy_wasm
lint rustdoc rustdoc
lint build-tests cargo test --locked --no-run
tests count_cargo cargo-test cargo_tests
lint site scripts/build.sh site
if [[ $LEVEL == ci ]]; then
  lint sizes node scripts/sizes.mjs
fi
tests count_playwright end2end end2end

say "all checks in $((SECONDS / 60)) min $((SECONDS % 60)) s"
say "$PASSED passed, $FAILED failed"
((FAILED == 0))
