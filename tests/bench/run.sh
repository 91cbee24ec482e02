#!/usr/bin/env bash
# Benchmarks a whole throw-away instance on this machine: token, key process, server, ledger with fsync, client over mTLS;
# and emulated cards against a token, without a server.
#   tests/bench/run.sh [options of mv-bench all and batch...]     for example --rounds 3 --json --gate
# MV_METERS (default 40000) meters are registered first; MV_BIN chooses the build.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
# shellcheck source=tests/support/instance.sh
. tests/support/instance.sh
meters=${MV_METERS:-40000}

mv_instance_start || exit 3
"$MV_BIN/mv-bench" setup --config "$MV_DIR/clients/$MV_ADMIN.conf" --organisation "$MV_ORGANISATION" \
    --sgc "$MV_SAMPLE_SGC" --meters "$meters" >&2 || exit

# What the server runs with: its own configuration, the rest are its defaults.
setting() { # NAME DEFAULT FILE
    local value
    value=$(sed -n "s/^$1 *= *\"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" "$3" | tail -n 1)
    echo "${value:-$2}"
}
server="$MV_DIR/server/metervaultd.conf" hsm="$MV_DIR/hsm/hsmd.conf"
note="SQLite WAL synchronous=FULL on $(stat -f -c %T "$MV_DIR/server"), reply after commit; SoftHSM; "
note+="$(setting queue_threads 1 "$server") queue thread(s), $(setting workers 4 "$server") workers, "
note+="1 ledger writer, $(setting workers 1 "$hsm") key process worker(s); $(nproc) cores shared with the client"
code=0
tests/bench/core.sh >&2 || code=$?
"$MV_BIN/mv-bench" all --config "$MV_DIR/clients/$MV_VENDOR.conf" --meters "$meters" --note "$note" "$@" || code=$?
"$MV_BIN/mv-bench" batch --config "$MV_DIR/clients/$MV_VENDOR.conf" --meters "$meters" \
    --raw-folder "$MV_DIR/server" "$@" || code=$?
gate=()
[[ " $* " != *" --gate "* ]] || gate=(--gate)
"$MV_BIN/mv-bench-cards" "${gate[@]}" >&2 || code=$?
exit "$code"
