#!/usr/bin/env bash
# Autobahn's fuzzing client against /echo: WebSocket conformance as others wrote it. Exit code 0 when no case failed.
#
#   scripts/autobahn.sh [CASES…]     default: sections 1-7 and 10 (framing, pings, reserved bits, opcodes, fragments, UTF-8, closing, misc)
#
# The suite is Python 2.7 (its later releases on PyPI do not start on Python 3): PYTHON2 names one, else python2.7 or pyenv's is taken.
# The server is FLOTILLA_BIN, else the debug build. Reports: target/autobahn/index.html.
. "$(dirname "$0")/env.sh"

SUITE=autobahntestsuite==0.8.2
VIRTUALENV=virtualenv==20.15.1
VENV=$CACHE/autobahn
REPORTS=$ROOT/target/autobahn
BIN=${FLOTILLA_BIN:-$CARGO_TARGET_DIR/debug/flotilla}

python2() {
  local found
  for found in "${PYTHON2:-}" "$(command -v python2.7 || true)" "$HOME"/.pyenv/versions/2.7*/bin/python2.7; do
    if [[ -n $found ]] && "$found" -c 'import sys; sys.exit(sys.version_info[:2] != (2, 7))' 2>/dev/null; then
      say "$found"
      return
    fi
  done
  fail "autobahn: no Python 2.7; set PYTHON2 to one"
}

install_suite() {
  [[ -x $VENV/bin/wstest ]] && return
  local python
  python=$(python2)
  say "autobahn: installing $SUITE with $python, about a minute, once"
  "$python" -m pip install --quiet --disable-pip-version-check --target "$VENV/tool" "$VIRTUALENV" 2>/dev/null
  PYTHONPATH=$VENV/tool "$python" -m virtualenv --quiet "$VENV"
  "$VENV/bin/pip" install --quiet --disable-pip-version-check "$SUITE" 2>/dev/null
}

# Starts a server on a free port, sets PORT and SERVER (its process).
start_server() {
  DATA=$(mktemp -d)
  # The server refuses variables of its own prefix that it does not know.
  LEPTOS_SITE_ROOT=$SITE env -u FLOTILLA_BIN "$BIN" serve --open --addr 127.0.0.1:0 --data "$DATA" >"$DATA/log" 2>&1 &
  SERVER=$!
  trap 'kill "$SERVER" 2>/dev/null || true; wait "$SERVER" 2>/dev/null || true; rm -rf "$DATA"' EXIT
  PORT=
  for _ in $(seq 100); do
    PORT=$(grep -oE '127\.0\.0\.1:[1-9][0-9]*' "$DATA/log" | head -1 | cut -d: -f2 || true)
    [[ -n $PORT ]] && return
    kill -0 "$SERVER" 2>/dev/null || fail "autobahn: the server did not start: $(cat "$DATA/log")"
    sleep 0.1
  done
  fail "autobahn: the server never said where it listens: $(cat "$DATA/log")"
}

if (($#)); then CASES=("$@"); else CASES=("1.*" "2.*" "3.*" "4.*" "5.*" "6.*" "7.*" "10.*"); fi

install_suite
start_server
rm -rf "$REPORTS"
mkdir -p "$REPORTS"
node "$ROOT/scripts/autobahn.mjs" spec "$PORT" "$REPORTS" "${CASES[@]}" >"$REPORTS/spec.json"
(cd "$REPORTS" && "$VENV/bin/wstest" --mode fuzzingclient --spec spec.json >wstest.log 2>&1) || {
  tail -20 "$REPORTS/wstest.log"
  fail "autobahn: the suite itself failed"
}
node "$ROOT/scripts/autobahn.mjs" result "$REPORTS"
