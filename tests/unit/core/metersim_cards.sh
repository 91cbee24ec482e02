#!/bin/bash
# metersim_cards.sh BIN_FOLDER VCARD SLOT_CARD: cards at the simulated meter, in scripts and on the panel; and the lines of
# the provision file that the slot's keys come in.
set -u
here=$(dirname "$0")
# shellcheck source=tests/support/checks.sh
. "$here/../../support/checks.sh"
MV_BIN=$1
# shellcheck source=tests/support/sim_meter.sh
. "$here/../../support/sim_meter.sh"
vcard=$2
slot_card=$3
work=$(mktemp -d)
pid=
take_away() {
    [ -z "$pid" ] || kill "$pid" 2>/dev/null
    pid=
}
trap 'take_away; rm -rf "$work"' EXIT

# hold OPTION...: the card $work/card listens at $work/slot
hold() {
    take_away
    rm -f "$work/slot"
    "$vcard" --card "$work/card" --listen "$work/slot" "$@" &
    pid=$!
    for _ in $(seq 100); do
        [ ! -S "$work/slot" ] || return 0
        sleep 0.05
    done
}

# script NAME EXIT-CODE TEXT LINE...: the meter does these commands and says the text
script() {
    local name=$1 code=$2 text=$3
    shift 3
    printf '%s\n' "$@" >"$work/script"
    expect "$name" "$code" "$text" "$MV_BIN/metersim" --state "$work/meter" --clock 1767254400 --script "$work/script"
}

sim_meter "$work"
"$slot_card" "$work/card" 1 "$SIM_OPENING" "$SIM_PARAMETERS" "$SIM_READING"
cp "$work/card" "$work/fresh"
hold --cut 6
script "a card that is pulled out" 1 "SLOT_REMOVED" "card insert $work/slot"
hold
script "put in again it opens the account" 0 "card: user, ACCEPT, records taken 3, credited 5000, remaining 5000, return written: true" \
    "card insert $work/slot" "card remove"
script "a card that was here before" 1 "card: user, RECORD_AGAIN, records taken 0" "card insert $work/slot"
script "is on the display" 1 "Err-34 32" "card insert $work/slot" screen
expect "as JSON" 1 '"card": "user", "outcome": "RECORD_AGAIN", "taken": 0' "$MV_BIN/metersim" --state "$work/meter" \
    --json card insert "$work/slot"
script "the account is open" 0 "account_open     true" state

sim_meter "$work"
cp "$work/fresh" "$work/card"
hold --wrong-cryptogram
script "a card that has not the key" 1 "RECORD_KEY_VERSION" "card insert $work/slot"
hold --slow 5
script "a slow card, on the panel" 0 "is in    user card accepted: 5 kWh came in" "press i $work/slot Enter" panel
script "in again, on its display" 0 "| Err-34 32" "press i $work/slot Enter i" panel
cp "$work/fresh" "$work/card"
sim_meter "$work"
hold
script "it is taken out" 0 "is out   user card accepted" "press i $work/slot Enter i" panel
script "no card on the panel" 0 "no card there: No such file" "press i $work/none Enter" panel
script "a question that is left" 0 "i puts one in" "press i Escape" panel

"$slot_card" "$work/card" 3 "$SIM_READING"
sim_meter "$work"
hold
script "an inspection card" 0 "card: inspection, ACCEPT, records taken 1" "card insert $work/slot"
"$vcard" --card "$work/empty" --new 04010203040506
cp "$work/empty" "$work/card"
hold
script "a card that was not issued" 1 "SLOT_UNISSUED" "card insert $work/slot"
take_away

script "no card there" 3 "No such file" "card insert $work/none"
script "a path that is too long" 3 "name too long" "card insert /$(printf 'x%.0s' $(seq 200))"
for line in card "card insert" "card insert " "card eject" "card remove now"; do
    script "refuses: $line" 2 "card needs" "$line"
done
expect "help" 0 "card insert" "$MV_BIN/metersim" --state "$work/meter" help

# ---- the provision file ----
# with NAME TEXT SED: the meter's file, changed, is refused with that text
with() {
    sed "$3" "$work/provision" >"$work/changed"
    expect "$1" 1 "$2" "$MV_BIN/metersim" --state "$work/other" --provision "$work/changed" --component-file "$work/a" \
        --component-file "$work/b"
}
with "card keys that do not open" "the wrapped card keys do not open" 's/^\(wrapped_card_keys \)AE/\1AF/'
with "another KCV of the meter's key" "a wrapped card key has another KCV" 's/^card_kcvs 6D/card_kcvs 6E/'
with "another KCV of the area's key" "a wrapped card key has another KCV" 's/CF$/CE/'
sed 's/^card_area_version.*/card_area_version 0/; s/6F4FCF$/000000/' "$work/provision" >"$work/changed"
rm -f "$work/meter"
check "no key of an area" "$MV_BIN/metersim" --state "$work/meter" --provision "$work/changed" --component-file "$work/a" \
    --component-file "$work/b"
"$slot_card" "$work/card" 3 "$SIM_READING"
hold
script "no cards of the area then" 1 "SLOT_NOT_AUTHORISED" "card insert $work/slot"
finish
