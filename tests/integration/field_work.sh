#!/usr/bin/env bash
# An installer's work with cards of the office, at metersim: reset, clear, the user card that sets parameters and brings the
# first credit at once, test of the relay, inspection, and the case is sealed: the meter says so until somebody opens it. Cards
# come over sockets, without pcscd. MV_BIN chooses the build.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh
. tests/support/cli.sh
. tests/support/card.sh

engineer=engineer1 installer=installer1 factory=factory1 domain=A1B2C3
check "an instance starts" mv_instance_start || finish
check "an engineer" mv_enrol "$engineer" "$MV_ORGANISATION" engineer
check "an installer's desk, who also sells" mv_enrol "$installer" "$MV_ORGANISATION" vendor,engineer
check "who makes cards ready" mv_enrol "$factory" "$MV_ORGANISATION" card-factory
for use in record-mac record-enc; do
    check "master $use" mv_keys generate --use "$use" --domain "$domain"
done
check "masters of cards" mv_card_masters "$domain"
check "meters are made" meters_make 2 "$domain" || finish
pan=$(mv_pan 1)

# tool NAME KIND LOAD...: a card of that kind, loaded for the first meter
tool() {
    card_make "$1" && card_in "$1" && await_keys at_socket "$factory" personalise --factory &&
        await_keys at_socket "$engineer" personalise --kind "$2" --domain "$domain" &&
        at_socket "$engineer" load --kind "$2" "${@:3}" "$pan"
}

supply() { # NUMBER WORD: a value of the meter's supply
    meter_sim "$1" --json supply | json "$2"
}

# ---- what was before: a token's credit, an open case ----
check "the case was opened" meter_sim 1 tamper
check "a reset card" tool reset reset
expect "the meter is reset" 0 "card: reset, ACCEPT" at_meter 1
expect "a second time it is a card that was here" 1 "RECORD_AGAIN" at_meter 1
expect "another meter is not on it" 1 "RECORD_METER" at_meter 2
expect "the office learns of it" 0 "$pan" at_socket "$engineer" collect
expect "it is another installation" 0 '"epoch": 1' meter_sim 1 --json state

check "a clear card" tool clear clear --clear current,months,purchases,credit,events
expect "the meter is cleared" 0 "card: clear, ACCEPT" at_meter 1
expect "the office learns of it" 0 "$pan" at_socket "$engineer" collect

card_make user && card_in user
check "a card of the factory" at_socket "$factory" personalise --factory
expect "the account with parameters and first credit at once" 0 "" \
    at_socket "$installer" open --meter "$pan" --kwh 20 --client 4711 warning-cut-s=45 freeze-day=5
expect "is taken at once" 0 "card: user, ACCEPT" at_meter 1
same "the credit is there" 20000 "$(remaining 1)"
same "and supply" true "$(supply 1 closed | tr T t)"
expect "the account is open" 0 '"account_open": true' meter_sim 1 --json state
expect "the card in another meter" 1 "RECORD_METER" at_meter 2

check "a relay card" tool relay relay-test
expect "the relay moves" 0 "card: relay-test, ACCEPT, records taken 3" at_meter 1
expect "and is closed again" 0 "CUT 2" meter_sim 1 events
same "supply is there" true "$(supply 1 closed | tr T t)"

# ---- check and seal ----
# A return's bit 0x200: the case was opened since the office last cleared that.
opened() {
    echo $(($(json round.0.returned.status <"$MV_DIR/round.json") >> 9 & 1))
}
read_home() { # what the card brings home into round.json
    at_meter 1 && at_socket "$engineer" collect --json >"$MV_DIR/round.json"
}
again() {
    at_socket "$engineer" load --kind inspection --want events "$pan"
}
check "an inspection card" tool check inspection
expect "the meter is read" 0 "card: inspection, ACCEPT" read_home
same "the office sees its credit" 20000 "$(json round.0.returned.remaining <"$MV_DIR/round.json")"
same "and its account" 1 "$(json round.0.returned.purchases <"$MV_DIR/round.json")"
same "and that the case was opened: neither reset nor clear hide that" 1 "$(opened)"
seal=$(cli "$engineer" engineer clear-tamper --meter "$pan" --yes --json | tokens)
check "the case is closed, and the office's token seals it" meter_sim 1 enter "$seal"
check "the round goes once more" again
check "the meter is read" read_home
same "it is sealed" 0 "$(opened)"
check "somebody opens the case" meter_sim 1 tamper
check "another round" again
check "reads it" read_home
same "the seal is broken" 1 "$(opened)"
same "by an event of the present" 1 "$(python3 -c 'import json, sys, time
print(sum(event["code"] == 5 and abs(time.time() - event["time_unix_s"]) < 60
          for event in json.load(open(sys.argv[1]))["round"][0]["returned"]["events"]))' "$MV_DIR/round.json")"
expect "the seal's token is used up" 1 "" meter_sim 1 enter "$seal"

# ---- the area's card key is renewed, and this meter keeps the one that it was made with ----
check "a new key of the area" mv_keys rotate --use card-area --domain "$domain"
card_in check
check "the card gets it" rekey_until area 2 04000000000005 at_socket "$engineer"
expect "the meter is on no round of such a card" 1 "CARD_KEYS_DIFFER" again
expect "there is no later one" 1 "CARD_KEY_UNKNOWN" at_socket "$engineer" rekey --area-version 9
expect "which is a number" 2 "from 1 to 255" at_socket "$engineer" rekey --area-version 0
expect "and goes with new keys" 2 "goes with rekey" at_socket "$engineer" read --area-version 1
check "the card gets the older one again" at_socket "$engineer" rekey --area-version 1
check "the round goes" again
expect "the meter is read" 0 "card: inspection, ACCEPT" read_home

expect "the audit chain verifies" 0 "" cli "$MV_OFFICER" audit verify
check "no sanitizer complained" no_sanitizer_report
finish
