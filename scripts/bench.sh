#!/usr/bin/env bash
# The figures of bench/RESULTS.md, on this machine: database, kill -9, fan-out, memory of idle sockets.
#
#   scripts/bench.sh                                              Flotilla alone
#   RIVALS="gorilla=ws://127.0.0.1:9000/ws@PID" scripts/bench.sh  beside servers that are running already, in the same rounds
. "$(dirname "$0")/env.sh"

cargo build --locked --release --package server --package bench
SERVER=$CARGO_TARGET_DIR/release/flotilla
BENCH=$CARGO_TARGET_DIR/release/bench
# The last core loads, the first serves: neither takes the other's time.
SERVE=(taskset --cpu-list 0)
LOAD=(taskset --cpu-list "$(($(nproc) - 1))")

DATA=$(mktemp -d)
"${SERVE[@]}" "$SERVER" serve --open --addr 127.0.0.1:0 --data "$DATA" 2>"$DATA/log" &
PID=$!
trap 'kill "$PID" 2>/dev/null || true; wait "$PID" 2>/dev/null || true; rm -rf "$DATA"' EXIT
until grep -q '"serving"' "$DATA/log"; do
  kill -0 "$PID" || fail "the server did not start: $(cat "$DATA/log")"
done
PORT=$(grep -oE '127\.0\.0\.1:[1-9][0-9]*' "$DATA/log" | head -1 | cut -d: -f2)
TARGETS=(--target "flotilla=ws://127.0.0.1:$PORT/ws@$PID")
for rival in ${RIVALS:-}; do TARGETS+=(--target "$rival"); done

"${LOAD[@]}" "$BENCH" fanout "${TARGETS[@]}"
"${LOAD[@]}" "$BENCH" idle "${TARGETS[@]}"
"$BENCH" db
"$BENCH" kill9 --server "$SERVER"
