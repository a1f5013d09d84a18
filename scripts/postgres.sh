#!/usr/bin/env bash
# Runs a command with a PostgreSQL server of its own: a new cluster in a temporary folder, on a free port of 127.0.0.1, ended
# with the command. Nothing that is installed or running is touched.
#
#   scripts/postgres.sh COMMAND…            FLOTILLA_TEST_POSTGRES holds the address
#   scripts/postgres.sh --check COMMAND…    the same, and fails unless tests did run on it
#   FSYNC=on scripts/postgres.sh COMMAND…   with the disk in it, for benchmarks; tests do not wait for it
set -euo pipefail

CHECK=0
if [[ ${1:-} == --check ]]; then
  CHECK=1
  shift
fi
if (($# == 0)); then
  echo "usage: scripts/postgres.sh [--check] COMMAND…" >&2
  exit 2
fi

# The newest that is installed: Debian keeps them out of PATH.
BIN=$(compgen -G '/usr/lib/postgresql/*/bin' | sort --version-sort | tail -n 1) || BIN=$(dirname "$(command -v initdb || echo /)")
if [[ ! -x $BIN/initdb ]]; then
  echo "scripts/postgres.sh: PostgreSQL is not installed (Debian: apt install postgresql)" >&2
  exit 2
fi

FOLDER=$(mktemp -d)
# The server refuses to run as root.
AS=()
if ((EUID == 0)); then
  SERVANT=$(id -un postgres 2>/dev/null || echo nobody)
  AS=(setpriv "--reuid=$SERVANT" "--regid=$(id -gn "$SERVANT")" --clear-groups)
  chown "$SERVANT" "$FOLDER"
fi

in_folder() {
  (cd "$FOLDER" && HOME=$FOLDER "${AS[@]}" "$@")
}

end() {
  in_folder "$BIN/pg_ctl" stop --pgdata=data --mode=immediate --silent >/dev/null 2>&1 || true
  rm -rf "$FOLDER"
}
trap end EXIT

PASSWORD=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
in_folder sh -c "printf %s '$PASSWORD' >password"
in_folder "$BIN/initdb" --pgdata=data --username=flotilla --auth=scram-sha-256 --pwfile=password --encoding=UTF8 \
  --locale=C --no-sync >"$FOLDER/initdb.log" 2>&1 || { cat "$FOLDER/initdb.log" >&2; exit 1; }

# A port is free until somebody takes it: try others.
STARTED=0
for _ in 1 2 3 4 5 6 7 8; do
  PORT=$((20000 + RANDOM % 40000))
  OPTIONS="-p $PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200 -c fsync=${FSYNC:-off}"
  if in_folder "$BIN/pg_ctl" start --pgdata=data --wait --silent --log=server.log --options="$OPTIONS" >/dev/null 2>&1; then
    STARTED=1
    break
  fi
done
if ((!STARTED)); then
  cat "$FOLDER/server.log" >&2
  exit 1
fi

export FLOTILLA_TEST_POSTGRES="postgres://flotilla:$PASSWORD@127.0.0.1:$PORT/postgres"
export FLOTILLA_TEST_POSTGRES_MARKER=$FOLDER/ran
"$@"

if ((CHECK)); then
  touch "$FOLDER/ran"
  RAN=$(wc -l <"$FOLDER/ran")
  echo "$RAN checks ran on PostgreSQL"
  ((RAN > 0))
fi
