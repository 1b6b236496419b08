#!/usr/bin/env bash
# Starts a server of its own with the demo organisations, and lets the clients and tools from npm at it.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
work=$(mktemp -d)
chmod 755 "$work" # the private PostgreSQL of a root user runs as another account
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null; wait "$server" || true; fi; rm -rf "$work"' EXIT

if [ -z "${CHROMIUM:-}" ]; then bash browser.sh; fi
npm ci --silent --no-progress
(cd "$root" && go build -o "$work/parley" ./server)
touch "$work/out"
PARLEY_ADDR=127.0.0.1:0 PARLEY_DATA="$work/data" "$work/parley" >"$work/out" 2>"$work/log" &
server=$!
for _ in $(seq 600); do
	PARLEY_URL=$(sed -n 's|^ *GraphiQL *\(http://.*\)/$|\1|p' "$work/out")
	if [ -n "$PARLEY_URL" ]; then break; fi
	kill -0 "$server" 2>/dev/null || { cat "$work/out" "$work/log"; exit 1; }
	sleep 0.1
done
export PARLEY_URL
npm test --silent || { cat "$work/log"; exit 1; }
npm run test:browser --silent || { cat "$work/log"; exit 1; }
