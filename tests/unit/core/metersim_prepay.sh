#!/bin/bash
# metersim_prepay.sh METERSIM: the simulated meter as a payment meter: use, supply, keys, display, clock, loss of power.
set -u
here=$(dirname "$0")
# shellcheck source=tests/support/checks.sh
. "$here/../../support/checks.sh"
metersim=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

one_kwh=66475648316756821785

# script NAME EXIT-CODE TEXT LINE...: the meter does these commands and says the text
script() {
    local name=$1 code=$2 text=$3
    shift 3
    printf '%s\n' "$@" >"$work/script"
    expect "$name" "$code" "$text" "$metersim" --state "$work/m" --clock 1767225600 --script "$work/script"
}

umask 077
echo "00112233 44556677 8899AABB CCDDEEFF" >"$work/a"
echo "0f1e2d3c4b5a69788796a5b4c3d2e1f0" >"$work/b"
printf '%s\n' "metervault-provision 1" "meter_pan 600727000000000009" "encryption_algorithm 7" "key_type 2" \
    "supply_group_code 123456" "key_revision_number 1" "tariff_index 01" "key_expiry_number 255" "base_date 1993" \
    "tid_fill 5A0000" "wrapped_key 6B082A8CD6A8CB004BF86561BB74FDB887EB9F73928580AC" >"$work/provision"
check "a meter is provisioned" "$metersim" --state "$work/m" --provision "$work/provision" \
    --component-file "$work/a" --component-file "$work/b"

script "a new meter has no supply" 0 "cut              CREDIT" supply
script "its lamps say so" 0 "credit low, credit out, switch open" supply
script "the token is keyed in" 0 "OK +1.000" "key $one_kwh E" screen
script "and brings supply" 0 "closed           true" supply
script "500 W for an hour use half of it" 0 "remaining        500" "load 500" "run 3600" registers
script "use is kept" 0 "total            500" registers
expect "as JSON" 0 '"total": 500, "month": 500' "$metersim" --state "$work/m" --json registers
script "pulses count as well" 0 "remaining        400" "pulses 100" registers
script "the balance is what remains" 0 "balance 0.4 kWh" show
script "a cut without a warning costs what was reserved" 0 "" "pulses 50" cut
script "and no more" 0 "remaining        325" registers
script "credit ends, supply ends" 0 "cut              CREDIT" "load 2000" "run 721" supply
script "the load takes no more" 0 "remaining        0" "load 2000" "run 100" registers
script "the display says why" 0 "06 NO CREDIT" "key 06E" screen
script "events tell" 0 "CUT 3" events
expect "as JSON" 0 '"event": "CUT", "detail": 3' "$metersim" --state "$work/m" --json events
script "the bypass gives supply" 0 "closed           true" "bypass on" supply
script "through a restart" 0 "closed           true" supply
script "until its end" 0 "closed           false" "bypass off" supply
script "a stuck switch is a fault" 0 "switch_fault     true" "bypass on" "switch stuck" "bypass off" "run 10" supply
script "which mends" 0 "switch_fault     false" "run 10" supply
script "without feedback there is none" 0 "switch_fault     false" "switch no-feedback" "run 10" supply
script "the clock is the board's" 0 "04 2026-01-01" "key 4E" screen
script "it can be set" 0 "04 2026-03-01" "clock 1772323200" "key 4E" screen
script "and lost" 0 "CLOCK_LOST 0" "clock lost" events
script "the month is frozen" 0 "months           " "clock 1769990000" "run 1" registers
script "state for tests" 0 "takes_records    false" state
script "the lamps of the display" 0 "decimals" screen
script "a record to a meter without keys" 3 "NOT_PROVISIONED" "record 0102"
script "and a return" 3 "NOT_PROVISIONED" "return"
script "a used token by key" 1 "USED_ERROR" "key $one_kwh E"

script "the panel: without mains only the clock goes on" 0 "2026-01-01 01:00:00 UTC" hold "clock 1767225600" "press o" \
    "run 3600" panel
script "and the display is dark" 0 "|                  |" "press o" panel
script "the mains comes back" 0 "mains   on" "press o o" panel
script "a record into its slot" 0 "NOT_PROVISIONED" "press r 0102 Enter" panel
script "a return into a file that is there" 0 "File exists" "press n $work/a Enter" panel
script "a return that the meter refuses" 0 "the meter has no key yet" "press n $work/new Enter" panel
expect "leaves no file" 2 "" ls "$work/new"

for line in "press" "panel now" "load" "load 1 2 3 4" "load much" "pulses" "pulses 1 3" "pulses 99999999999" "run" "run x" "clock" \
    "clock soon" "key" "key ?" "record 0" "record xy" "bypass" "bypass maybe" "switch" "switch on" "return now" \
    "a-word-that-is-much-too-long" "screen 1"; do
    script "refuses: $line" 2 "metersim: " "$line"
done
expect "--clock wants seconds" 2 "--clock" "$metersim" --state "$work/m" --clock now show
expect "help" 0 "run SECONDS" "$metersim" --state "$work/m" help
finish
