#!/usr/bin/env bash
# What sales are told, and what is lost (nothing), when the disk is full, the ledger is locked by another process, and the
# key process hangs.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh
. tests/support/storm.sh
disk="$MV_DIR/disk"
outage_cleanup() {
    storm_cleanup
    [ -z "${locker:-}" ] || kill "$locker" 2>/dev/null
    mv_kill_all
    umount "$disk" 2>/dev/null
    mv_cleanup
}
trap outage_cleanup EXIT

mkdir "$disk"
check "a small disk" mount -t tmpfs -o size=30m tmpfs "$disk" || finish
export MV_LEDGER="$disk/ledger.db"
check "an instance starts" mv_instance_start || finish
pan=$(mv_pan 1)
check "a meter is opened" mv_register "$pan" 7
check "meters are opened" storm_register || finish

vend() { # REQUEST-ID
    timeout 60 "$MV_BIN/metervault" vend --config "$MV_DIR/clients/$MV_VENDOR.conf" --meter "$pan" --kwh 25.6 \
        --request-id "$1" --json
}
# The sale under this id works again, within some seconds of the end of an outage.
recovers() { # REQUEST-ID
    local tries
    for ((tries = 0; tries < 15; tries++)); do
        ! vend "$1" || return 0
        sleep 1
    done
    return 1
}
check "a sale" vend first

# ---- full disk: what is left of the ledger's log, which has its size from the start, is used up first ----
storm_begin 50
check "sales run" storm_await 50
dd if=/dev/zero of="$disk/filler" bs=64k 2>/dev/null
stands_still() {
    local before tries
    for ((tries = 0; tries < 40; tries++)); do
        before=$(storm_acknowledged)
        sleep 3
        [ "$(storm_acknowledged)" -ne "$before" ] || return 0
    done
    return 1
}
check "a full disk ends the sales" stands_still
expect "a full disk is named" 3 "LEDGER_FULL" vend full-1
check "the server still answers" mv_cli "$MV_VENDOR" operator whoami
rm "$disk/filler"
check "the refused sale is made once there is room" recovers full-1
check "the other clients go on by themselves" storm_await 50
check "every sale comes to an end" storm_end
check "every acknowledged answer is given again" storm_replay

# ---- locked by another process ----
python3 - "$MV_LEDGER" <<'EOF' &
import sqlite3, sys, time
ledger = sqlite3.connect(sys.argv[1], isolation_level=None)
ledger.execute("BEGIN EXCLUSIVE")
time.sleep(600)
EOF
locker=$!
sleep 1
expect "a locked ledger is named" 3 "LEDGER_LOCKED" vend locked-1
kill "$locker"
locker=''
check "the refused sale is made once the lock is gone" recovers locked-1

# ---- a hung key process ----
hsmd=$(mv_pid metervault-hsmd)
pkill -STOP -P "$hsmd"
expect "a hung key process is named" 3 "KEY_SERVICE_UNAVAILABLE" vend hung-1
check "what needs no key still works" mv_cli "$MV_VENDOR" meter show "$pan"
pkill -CONT -P "$hsmd"
check "the refused sale is made once it runs again" recovers hung-1
pkill -STOP -P "$hsmd"
expect "a second hang is named" 3 "KEY_SERVICE_UNAVAILABLE" vend hung-2
pkill -KILL -P "$hsmd"
check "a killed worker is replaced by the supervisor" recovers hung-2
check "the supervisor is the same process" test "$(mv_pid metervault-hsmd)" = "$hsmd"

check "the audit chain verifies from the server" mv_cli "$MV_OFFICER" audit verify
check "the server stops" mv_stop metervaultd
check "the ledger holds what was acknowledged" python3 tests/faults/ledger.py "$MV_LEDGER" "$MV_DIR/journal"
finish
