#!/usr/bin/env bash
# Sets up what a machine with only rustup, a C compiler, make and Node lacks. A second call finds all in place and does nothing.
#
#   scripts/setup.sh build    what it takes to build and run
#   scripts/setup.sh test     and what `make test` needs: a browser and fonts
#   scripts/setup.sh ci       and what `make ci` needs: PostgreSQL, cargo-deny, cargo-machete, shellcheck
. "$(dirname "$0")/env.sh"

LEVEL=${1:-build}

# `cargo install` of one exact version. Tools are built fast rather than made fast: they run for seconds.
cargo_tool() {
  local crate=$1 version=$2 command=$3 why=$4
  shift 4
  [[ " $("$command" --version 2>/dev/null) " == *" $version "* ]] && return
  say "setup: cargo install $crate $version: $why"
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    CARGO_TARGET_DIR=$CACHE/tools cargo install --quiet "$crate" --version "$version" --force "$@"
  rm -rf "$CACHE/tools"
}

# Debian's packages, where we may install them; elsewhere a person must.
debian() {
  local why=$1
  shift
  if ! have apt-get; then
    fail "setup: $why is missing. Install your system's equivalent of Debian's: $*"
  elif [[ $(id -u) != 0 ]]; then
    fail "setup: $why is missing. Run: sudo apt-get install $*"
  fi
  say "setup: apt-get install $* ($why)"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

rust() {
  have rustup || fail "setup: rustup is missing; see rustup.rs. It brings the compiler that rust-toolchain.toml names."
  have cc || debian "a C compiler (for SQLite and TLS)" build-essential
  local target=wasm32-unknown-unknown
  if ! rustup target list --installed | grep -qx "$target"; then
    say "setup: rustup target add $target"
    rustup target add "$target"
  fi
}

node_packages() {
  have node || debian "Node.js 20 or later" nodejs npm
  local stamp=end2end/node_modules/.flotilla-stamp
  cmp -s end2end/package-lock.json "$stamp" && return
  say "setup: npm ci in end2end (wasm-opt, Playwright)"
  (cd end2end && npm ci --silent --ignore-scripts)
  cp end2end/package-lock.json "$stamp"
}

browser() {
  have chromium || have chromium-browser || have google-chrome || [[ -n ${FLOTILLA_CHROMIUM:-} ]] ||
    debian "a browser for the end-to-end tests" chromium
  { have fc-list && fc-list ':lang=zh-cn' | grep -q .; } ||
    debian "a font with Chinese characters" fontconfig fonts-noto-cjk fonts-noto-color-emoji fonts-dejavu-core
}

postgres() {
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || have initdb || debian "PostgreSQL" postgresql
}

rust
node_packages
cargo_tool cargo-leptos "$CARGO_LEPTOS_VERSION" cargo-leptos "about 8 minutes on two cores, once" --locked
# Without --locked: its lock file names yanked crates.
cargo_tool wasm-bindgen-cli "$WASM_BINDGEN_VERSION" wasm-bindgen "about 2 minutes, once"

if [[ $LEVEL == test || $LEVEL == ci ]]; then
  browser
fi
if [[ $LEVEL == ci ]]; then
  postgres
  have shellcheck || debian "shellcheck" shellcheck
  cargo_tool cargo-machete "$CARGO_MACHETE_VERSION" cargo-machete "about 1 minute, once" --locked
  cargo_tool cargo-deny "$CARGO_DENY_VERSION" cargo-deny "about 6 minutes on two cores, once" --locked
fi
