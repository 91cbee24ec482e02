#!/usr/bin/env bash
# The end of base date 2014 in November 2045: identifiers are used up, a rollover to base date 2035 brings every meter over,
# and the meter forgets nothing but its old tokens. The daemons and the client live in December 2045 by a preloaded clock.
# MV_BIN chooses the build.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh
. tests/support/cli.sh

engineer=engineer1
clock="$MV_BIN/../tests/clock-offset.so"
offset=$(($(date -u -d 2045-12-01 +%s) - $(date +%s)))
long_certificates() { # that hold until then
    local name
    umask 077
    deploy/pki.sh "$MV_DIR/pki" init && deploy/pki.sh --days 8000 "$MV_DIR/pki" server || return
    for name in "$MV_OFFICER" "$MV_ADMIN" "$MV_VENDOR" "$engineer"; do
        deploy/pki.sh --days 8000 "$MV_DIR/pki" client "$name" || return
    done
}
# Everything from here on happens then.
to_2045() {
    mv_stop metervaultd && mv_stop metervault-hsmd || return
    export LD_PRELOAD="$clock" METERVAULT_TEST_CLOCK_OFFSET=$offset
    mv_hsmd_start && mv_server_start
}

check "certificates that hold for decades" long_certificates || finish
check "an instance starts" mv_instance_start || finish
check "an engineer" mv_enrol "$engineer" "$MV_ORGANISATION" engineer
for ea in 7 11; do
    check "an EA $ea meter of base date 2014" mv_register "$(mv_pan $ea)" $ea
    check "is made" mv_meter_make "$(mv_pan $ea)" $ea "$MV_DIR/meter$ea"
    mapfile -t sold < <(cli "$MV_VENDOR" vend --meter "$(mv_pan $ea)" --kwh 10 --json | tokens)
    expect "takes a token" 0 "10" type_in "$MV_DIR/meter$ea" "${sold[@]}"
    old[ea]=${sold[0]}
done

check "twenty years go by" to_2045 || finish
expect "nothing is sold on a clock that jumped" 3 "CLOCK_STEPPED" cli "$MV_VENDOR" vend --meter "$(mv_pan 7)" --kwh 1
expect "an officer confirms the clock" 0 "2045-12" cli "$MV_OFFICER" operator confirm-clock --yes
expect "the identifiers of base date 2014 are used up" 1 "TID_OUT_OF_RANGE" cli "$MV_VENDOR" vend --meter "$(mv_pan 7)" --kwh 1
check "a key of base date 2035" mv_vending_key next "$MV_SAMPLE_SGC" 2 2035
rolled() {
    rm -f "$MV_DIR/journal" && cli "$engineer" rollover --sgc "$MV_SAMPLE_SGC" --to "$MV_SAMPLE_SGC/2" --krn 1 \
        --journal "$MV_DIR/journal" --report "$MV_DIR/report.csv" --yes
}
expect "the rollover" 0 "2  done" await_keys rolled
same "both sets are rollovers" 2 "$(query 'select count(*) from key_change where rollover = 1 and to_base_date = 2035')"
for ea in 7 11; do
    mapfile -t after < <(cli "$MV_VENDOR" vend --meter "$(mv_pan $ea)" --kwh 5 --json | tokens)
    same "EA $ea: the sale brings the set along" $((ea == 7 ? 3 : 5)) "${#after[@]}"
    expect "the meter takes it and keeps its credit" 0 "15" type_in "$MV_DIR/meter$ea" "${after[@]}"
    expect "the old token does not count again" 1 "" type_in "$MV_DIR/meter$ea" "${old[ea]}"
    expect "the token proves the change" 0 "base date 2035" \
        cli "$MV_VENDOR" engineer confirm-key --meter "$(mv_pan $ea)" --token "${after[-1]}"
    expect "the old key is never issued again" 1 "KEY_CHANGE_NOT_ALLOWED" \
        cli "$engineer" engineer key-change --meter "$(mv_pan $ea)" --krn 1 --yes
done
check "the audit chain verifies" cli "$MV_OFFICER" audit verify
finish
