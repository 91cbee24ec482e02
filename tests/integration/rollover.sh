#!/usr/bin/env bash
# A mass key change of METERVAULT_METERS meters (10000), killed and resumed ten times, the server killed in between: every
# meter gets exactly one set. Then base-date rollovers and a compromised key. MV_BIN chooses the build.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh
. tests/support/storm.sh
. tests/support/cli.sh

engineer=engineer1
count=${METERVAULT_METERS:-10000} kills=10
journal="$MV_DIR/rollover.journal" report="$MV_DIR/rollover.csv"

check "an instance starts" mv_instance_start || finish
check "an engineer" mv_enrol "$engineer" "$MV_ORGANISATION" engineer
check "a second revision of the vending key" mv_vending_key second "$MV_SAMPLE_SGC" 2 2014

register_share() { # FIRST COUNT
    storm_as "$MV_ADMIN" register "$1" "$2" "$MV_ORGANISATION" "$MV_SAMPLE_SGC"
}
register_all() { # four at a time share the ledger's commits
    local share=$((count / 4)) i pids=()
    for ((i = 0; i < 4; i++)); do
        register_share $((STORM_FIRST + i * share)) $((i < 3 ? share : count - 3 * share)) &
        pids+=($!)
    done
    wait "${pids[@]}"
}
check "$count meters are opened" register_all || finish
same "they are there" "$count" "$(query 'select count(*) from meter')"
storm_pan() {
    query "select pan from meter order by pan limit 1 offset $1"
}
older=$(storm_pan 17)
gone=$(storm_pan $((count / 2)))
older_set() {
    cli "$engineer" engineer key-change --meter "$older" --ti 9 --yes
}
check "one has an older key change that waits" await_keys older_set
there() {
    cli "$engineer" engineer key-change --meter "$gone" --krn 2 --yes &&
        cli "$engineer" engineer confirm-key --meter "$gone" --krn 2 --ti 1 --yes
}
check "one has the new key already" there

# ---- killed and resumed ----
roll() { # arguments
    exec "$MV_BIN/metervault" rollover --sgc "$MV_SAMPLE_SGC" --to "$MV_SAMPLE_SGC/2" --journal "$journal" \
        --config "$MV_DIR/clients/$engineer.conf" --yes "$@"
}
rows() {
    local found
    found=$(grep -c '^[0-9]' "$journal" 2>/dev/null)
    echo "${found:-0}"
}
reaches() { # ROWS PID: false when the process ends first
    local tries
    for ((tries = 0; tries < 6000; tries++)); do
        [ "$(rows)" -lt "$1" ] || return 0
        [ -e "/proc/$2" ] || return 1
        sleep 0.01
    done
    return 1
}
# Killed when so many rows are written; every fourth time the server was killed on the way, which the client lives through.
killed_at() { # ROWS NUMBER
    local pid on_the_way=$(($1 - count / (3 * kills)))
    (roll --rate $((count / 6)) >>"$MV_DIR/rollover.log" 2>&1) &
    pid=$!
    if [ $(($2 % 4)) -eq 0 ]; then
        reaches "$on_the_way" "$pid" && mv_stop metervaultd KILL && mv_server_start || return
    fi
    reaches "$1" "$pid" && kill -s KILL "$pid" || return
    wait "$pid" 2>/dev/null
    [ $? -eq 137 ]
}
good=0
for ((i = 1; i <= kills; i++)); do
    if killed_at $((count * i / (kills + 2))) "$i"; then
        good=$((good + 1))
    else
        fail "kill $i" "$(tail -n 5 "$MV_DIR/rollover.log")"
    fi
done
same "killed $kills times on the way" "$kills" "$good"
printf '999,6007' >>"$journal"
finish_it() {
    (roll --report "$report" --json) >"$MV_DIR/summary.json"
}
expect "the last run ends, and says that a meter was left alone" 1 "" finish_it
again() { # arguments
    (roll "$@")
}
outcome() { # NAME
    python3 -c 'import json, sys
print(sum(n for name, n in json.load(open(sys.argv[1]))["outcomes"].items() if name.startswith(sys.argv[2])))' \
        "$MV_DIR/summary.json" "$1"
}
same "it met all meters" "$count" "$(json meters <"$MV_DIR/summary.json")"
same "all but two were changed" $((count - 2)) "$(outcome "done")"
same "one was there already" 1 "$(outcome already-there)"
same "one was pending before" 1 "$(outcome pending-before)"
same "every meter has exactly one set" "$count 1" \
    "$(query 'select count(*) || " " || max(sets) from (select count(*) sets from key_change group by meter)')"
same "and one order" "$((count - 2)) 1" \
    "$(query "select count(*) || ' ' || max(orders) from
        (select count(*) orders from sale where kind = 3 and request_id like 'r-%' group by meter)")"
same "the report has a row for each, in order" "$count" \
    "$(awk -F, 'NR > 1 && $1 == NR - 1 && ($2 "") > (last "") { n++; last = $2 } END { print n + 0 }' "$report")"
check "and the sets as the ledger has them" python3 tests/integration/rollover_report.py "$report" "$MV_DIR/server/ledger.db"
same "the journal and the report are closed to others" "600 600" "$(stat -c %a "$journal") $(stat -c %a "$report")"
expect "once more does nothing" 1 "$count meters" again
expect "another rollover does not take this journal" 2 "something else" again --krn 1

# ---- base dates: 2014 after 1993, and 2035 after 2014 as soon as it is no more ahead ----
base=123470
check "a key of base date 1993" mv_vending_key base1993 $base 1 1993
check "its successor of base date 2014" mv_vending_key base2014 $base 2 2014
check "granted" cli "$MV_OFFICER" operator grant "$MV_ORGANISATION" $base
open_1993() { # NUMBER
    cli "$MV_ADMIN" meter register --meter "$(mv_pan "$1")" --organisation "$MV_ORGANISATION" --sgc "$base" --krn 1 \
        --base-date 1993 --ea 11
}
for number in 900001 900002 900003; do
    check "a meter of 1993" await_keys open_1993 $number
done
expect "its identifiers are used up" 1 "TID_OUT_OF_RANGE" cli "$MV_VENDOR" vend --meter "$(mv_pan 900001)" --kwh 1
base_roll() {
    timeout 60 "$MV_BIN/metervault" rollover --sgc "$base" --to "$base/2" --krn 1 --journal "$MV_DIR/base.journal" \
        --report "$MV_DIR/base.csv" --report-exposed --config "$MV_DIR/clients/$engineer.conf" --yes
}
expect "the base-date rollover" 0 "3  done" base_roll
expect "says who held the old key" 0 "3 meters held SGC $base KRN 1" base_roll
same "all sets are rollovers" 3 "$(query "select count(*) from key_change where to_base_date = 2014 and from_base_date = 1993")"
expect "the meters can be sold to again" 0 "Note     after this key change" \
    cli "$MV_VENDOR" vend --meter "$(mv_pan 900001)" --kwh 1
check "and once it is confirmed" cli "$engineer" engineer confirm-key --meter "$(mv_pan 900001)" --krn 2 --ti 1 --yes
expect "there is no way back" 1 "KEY_CHANGE_NOT_ALLOWED" cli "$engineer" engineer key-change --meter "$(mv_pan 900001)" --krn 1 --yes

check "the audit chain verifies" cli "$MV_OFFICER" audit verify
check "no sanitizer reported anything" no_sanitizer_report
finish
