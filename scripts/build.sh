#!/usr/bin/env bash
# Builds one part. Native and wasm never share a cargo invocation, whose features would mix.
#
#   scripts/build.sh site      target/site: WASM, JS, CSS and static files as released, what the browser loads
#   scripts/build.sh server    the optimised program, in $CARGO_TARGET_DIR/release/flotilla
#   scripts/build.sh dist      dist/flotilla: the same with the site inside, compressed beforehand
. "$(dirname "$0")/env.sh"

STAMP=$ROOT/target/site.stamp

# Whether the site is as released and nothing that goes into it changed since. (`cargo leptos watch` puts a debug build into the same folder.)
site_is_fresh() {
  [[ -e $STAMP && -e $SITE/pkg/flotilla.wasm && ! $SITE/pkg/flotilla.wasm -nt $STAMP ]] &&
    [[ -z $(find app frontend wire style public Cargo.toml Cargo.lock -newer "$STAMP" -print -quit) ]]
}

site() {
  site_is_fresh && return
  cargo leptos build --release --frontend-only --cargo-locked
  # Without the lines that are only a comment: a kilobyte less over the wire.
  grep -vE '^ *(//|/\*.*\*/$)' public/boot.js >"$SITE/boot.js"
  touch "$STAMP"
}

server() {
  cargo build --locked --release --package server --bin flotilla
}

dist() {
  site
  node scripts/compress.mjs "$SITE"
  # The compiler reads the site; cargo would not know of a file that is new in it.
  touch server/src/http/assets.rs
  cargo build --locked --release --package server --bin flotilla --features embed
  mkdir -p dist
  install -m 755 "$CARGO_TARGET_DIR/release/flotilla" dist/flotilla
  say "dist/flotilla: $(du -h dist/flotilla | cut -f1), the site inside"
}

case ${1:-} in
  site | server | dist) "$1" ;;
  *) fail "usage: scripts/build.sh site | server | dist" ;;
esac
