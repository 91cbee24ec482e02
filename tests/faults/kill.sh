#!/usr/bin/env bash
# 50 clients sell while server, key process or its worker are killed at random points; every client repeats with its own
# request id. Nothing that was acknowledged may be lost, doubled or changed. METERVAULT_KILLS sets how often (20),
# METERVAULT_CLIENTS how many clients.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh
. tests/support/storm.sh
trap 'storm_cleanup; mv_cleanup' EXIT
kills=${METERVAULT_KILLS:-20}
export STORM_METERS=$((600 + kills * 4))

kill_server() {
    mv_stop metervaultd KILL && mv_server_start
}
kill_supervisor() {
    mv_stop metervault-hsmd KILL && mv_hsmd_start
}
kill_worker() { # after some kills in a row the supervisor waits before it starts the next one
    local tries
    for ((tries = 0; tries < 350; tries++)); do
        ! pkill -KILL -P "$(mv_pid metervault-hsmd)" || return 0
        sleep 0.1
    done
    return 1
}

check "an instance starts" mv_instance_start || finish
check "meters are opened" storm_register || finish
storm_begin "${METERVAULT_CLIENTS:-50}"
check "sales run" storm_await 50 || finish

good=0
for ((i = 0; i < kills; i++)); do
    sleep "0.$((RANDOM % 900 + 100))"
    case $((RANDOM % 4)) in
    0 | 1) victim=server ;;
    2) victim=worker ;;
    3) victim=supervisor ;;
    esac
    if "kill_$victim" >"$MV_DIR/kill.log" 2>&1 && storm_await 1; then
        good=$((good + 1))
    else
        fail "kill $i: $victim comes back and sells" "$(cat "$MV_DIR/kill.log")" "$(tail -n 5 "$MV_DIR"/log/*)"
        break
    fi
done
same "killed and recovered $kills times" "$kills" "$good"
check "every sale comes to an end" storm_end
cat "$MV_DIR/storm.log"
check "every acknowledged answer is given again" storm_replay
check "the audit chain verifies from the server" mv_cli "$MV_OFFICER" audit verify
check "both daemons stop" eval 'mv_stop metervaultd && mv_stop metervault-hsmd'
check "the audit chain verifies in the ledger" mv_cli "$MV_OFFICER" audit verify --ledger "$MV_DIR/server/ledger.db"
echo "  $(storm_acknowledged) sales were acknowledged"
check "the ledger holds what was acknowledged" python3 tests/faults/ledger.py "$MV_DIR/server/ledger.db" "$MV_DIR/journal"
check "no sanitizer reported anything" no_sanitizer_report
finish
