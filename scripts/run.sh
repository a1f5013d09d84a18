#!/usr/bin/env bash
# Serves what is built from this checkout.
#
#   scripts/run.sh serve [FLAGS]   the optimised program
#   scripts/run.sh watch           cargo-leptos: rebuilds and reloads at every change
. "$(dirname "$0")/env.sh"

HOW=${1:-serve}
shift || true

if [[ $HOW == watch ]]; then
  exec cargo leptos watch
fi
PROGRAM=$CARGO_TARGET_DIR/release/flotilla
[[ -e $PROGRAM ]] || say "building everything, optimised: about 10 minutes on two cores; later calls build only what changed"
scripts/build.sh site
scripts/build.sh server
LEPTOS_SITE_ROOT=$SITE exec "$PROGRAM" serve "$@"
