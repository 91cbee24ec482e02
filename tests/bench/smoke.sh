#!/usr/bin/env bash
# The load generator against a whole instance, briefly: that it measures, not what.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
# shellcheck source=tests/support/instance.sh
. tests/support/instance.sh
# shellcheck source=tests/support/checks.sh
. tests/support/checks.sh
# shellcheck source=tests/bench/vendors.sh
. tests/bench/vendors.sh
vendor="$MV_DIR/clients/$MV_VENDOR.conf" admin="$MV_DIR/clients/$MV_ADMIN.conf"
setup=(setup --config "$admin" --organisation "$MV_ORGANISATION" --sgc "$MV_SAMPLE_SGC")

check "an instance starts" mv_instance_start
expect "meters are registered" 0 "500 meters registered" "$MV_BIN/mv-bench" "${setup[@]}" --meters 500
expect "and again, as they are" 0 "500 meters registered" "$MV_BIN/mv-bench" "${setup[@]}" --meters 500
expect "a vendor registers none" 1 ROLE_MISSING "$MV_BIN/mv-bench" setup --config "$vendor" \
    --organisation "$MV_ORGANISATION" --sgc "$MV_SAMPLE_SGC" --meters 1 --first-meter 9000
expect "echo, closed loop" 0 "closed, 8" "$MV_BIN/mv-bench" echo --config "$vendor" --outstanding 8 --seconds 1 --warm 0
expect "vend, closed loop" 0 "closed, 8" "$MV_BIN/mv-bench" vend --config "$vendor" --outstanding 8 --seconds 1 \
    --warm 0 --meters 500
expect "vend, open loop" 0 "open, 50/s" "$MV_BIN/mv-bench" vend --config "$vendor" --rate 50 --seconds 1 --warm 0 \
    --meters 500
expect "an unknown meter ends the run" 1 METER_UNKNOWN "$MV_BIN/mv-bench" vend --config "$vendor" --seconds 1 \
    --meters 1 --first-meter 9000
check "more meters" "$MV_BIN/mv-bench" "${setup[@]}" --meters 4000 --first-meter 1000
measured() {
    "$MV_BIN/mv-bench" all --config "$vendor" --rounds 1 --seconds 1 --warm 0 --meters 4000 --first-meter 1000 |
        grep "vend/echo at 64"
}
# when something else takes the cores for a second, an open loop at a fixed rate fills the server: once more then
check "all" eval 'measured || measured'
expect "a batch against raw rows" 0 "batch/raw" "$MV_BIN/mv-bench" batch --config "$vendor" --rounds 1 --seconds 1 \
    --warm 0 --meters 4000 --first-meter 1000 --raw-folder "$MV_DIR/server"
expect "cards against their token" 0 "cards/token" "$MV_BIN/mv-bench-cards" --rounds 400 --repeats 1
check "vendors on credit" vendors_prepare 4 60 20000
credit=(--config "$vendor" --clients-folder "$MV_DIR/clients" --clients 4 --meters 60 --first-meter 20000 --seconds 1 --warm 0)
expect "one vendor against four" 0 "one vendor against 4" "$MV_BIN/mv-bench" vendors "${credit[@]}" --rounds 1
check "a credit that is used up, to the last sale" vendors_spent "${credit[@]}"
check "the raw rows are gone" test -z "$(find "$MV_DIR/server" -name 'raw-*')"
expect "all of it is in the chain" 0 unbroken "$MV_BIN/metervault" audit verify --config "$MV_DIR/clients/$MV_OFFICER.conf"
expect "and in the ledger file" 0 unbroken "$MV_BIN/metervault" audit verify --ledger "$MV_DIR/server/ledger.db"
finish
