# shellcheck shell=bash
# What every script agrees on: where things lie, and which version of each tool. Sourced, never run.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"

CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/flotilla
# Outside the checkout, so that a fresh clone builds warm.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target}
# wasm-opt and playwright come with end2end's npm packages.
export PATH=$ROOT/end2end/node_modules/.bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}

# 0.3.11 wants a newer compiler than ours.
CARGO_LEPTOS_VERSION=0.3.10
CARGO_DENY_VERSION=0.20.2
CARGO_MACHETE_VERSION=0.9.2
# The command must be of exactly the library's version, or it refuses its output.
WASM_BINDGEN_VERSION=$(sed -n '/^name = "wasm-bindgen"$/{n;s/version = "\(.*\)"/\1/p;}' Cargo.lock)

# The built site: what the browser loads. The server reads it from there (LEPTOS_SITE_ROOT), `make dist` embeds it.
SITE=$ROOT/target/site
export SITE CARGO_LEPTOS_VERSION CARGO_DENY_VERSION CARGO_MACHETE_VERSION WASM_BINDGEN_VERSION

say() { printf '%s\n' "$*"; }

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }
