#!/usr/bin/env bash
# Cards end to end: the real pcscd with a virtual reader at the office, metersim at the meters. A card comes from its maker,
# an account is opened, three purchases, the card is lost and replaced, a round of inspection, new keys, the end. After
# every step ledger, card and meter agree. MV_BIN chooses the build; METERVAULT_METERS the size of the round.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/pcsc.sh
. tests/support/checks.sh
. tests/support/instance.sh
. tests/support/cli.sh
. tests/support/card.sh
. tests/support/prices.sh

engineer=engineer1 factory=factory1 supervisor=supervisor1 domain=A1B2C3
meters=${METERVAULT_METERS:-100}

# ---- the office and its readers ----
check "an instance starts" mv_instance_start || finish
check "an engineer" mv_enrol "$engineer" "$MV_ORGANISATION" engineer
check "a supervisor" mv_enrol "$supervisor" "$MV_ORGANISATION" supervisor
check "who makes cards ready" mv_enrol "$factory" "$MV_ORGANISATION" card-factory
for use in record-mac record-enc; do
    check "master $use" mv_keys generate --use "$use" --domain "$domain"
done
check "masters of cards" mv_card_masters "$domain"
check "pcscd runs" pcsc_start "$MV_DIR" || finish
check "meters are made" meters_make "$meters" "$domain" || finish
pan=$(mv_pan 1)

# ---- cards ----
card_make user && card_make spare && card_make tool
card_in user
check "a card lies in the reader" in_reader
expect "the terminal sees the card" 0 "$MV_READER  (a card is in it)" cli "$MV_VENDOR" card readers
expect "opensc reads its serial" 0 "04 00 00 00 00 00 01" opensc-tool -c default -r 0 -s 90:60:00:00:00 -s 90:AF:00:00:00 -s 90:AF:00:00:00
card_in user --tell-wire "$MV_DIR/wire"
fresh=$(cksum "$MV_DIR/cards/user") before=$(query "SELECT count(*) FROM card")
for who in "$MV_VENDOR" "$engineer" "$supervisor"; do
    expect "$who makes no card out of nothing" 1 "CARD_FACTORY_ROLE" at_desk "$who" personalise --factory
done
expect "nor by the way" 1 "CARD_FACTORY_ROLE" at_desk "$MV_VENDOR" open --meter "$pan" --kwh 1 --client 4711
expect "a card that is none of ours yet" 1 "CARD_UNKNOWN" at_desk "$MV_VENDOR" purchase --kwh 1
same "nothing is written on it" "$fresh" "$(cksum "$MV_DIR/cards/user")"
same "nor in the ledger" "$before" "$(query "SELECT count(*) FROM card")"
expect "no authentication was tried" 1 "" grep -E '^> 90(71|77)' "$MV_DIR/wire"
expect "the same card at the factory's desk becomes ours" 0 "TRANSPORT" at_desk "$factory" personalise --factory
check "by an authentication" grep -qE '^> 9071' "$MV_DIR/wire"
expect "a second time changes nothing" 0 "TRANSPORT" at_desk "$factory" personalise --factory
for card in spare tool; do
    card_in "$card"
    expect "and the $card card" 0 "TRANSPORT" at_desk "$factory" personalise --factory
done

# ---- the account ----
card_in user
expect "the account is opened, parameters on the same card" 0 "Credit    20 kWh" \
    at_desk "$MV_VENDOR" open --meter "$pan" --kwh 20 --client 4711
expect "a second purchase before the meter saw the first" 1 "PREVIOUS_UNREAD" at_desk "$MV_VENDOR" purchase --kwh 1
expect "the meter takes it" 0 "ACCEPT" at_meter 1
same "and counts it" 20000 "$(remaining 1)"
expect "a card in another's meter" 1 "RECORD_METER" at_meter 2
card_in user
expect "what the meter wrote comes home" 0 "last record 1" at_desk "$MV_VENDOR" read
total=20000
for kwh in 5 10 15; do
    card_in user
    expect "a purchase of $kwh kWh" 0 "Credit    $kwh kWh" at_desk "$MV_VENDOR" purchase --kwh "$kwh"
    expect "the meter takes it" 0 "ACCEPT" at_meter 1
    total=$((total + kwh * 1000))
    same "and counts it once" "$total" "$(remaining 1)"
    at_meter 1 >/dev/null
    same "not twice" "$total" "$(remaining 1)"
done
same "four purchases are in the ledger" "4 $total" "$(query "SELECT count(*) || ' ' || sum(amount) FROM record WHERE kind = 1")"

# ---- a purchase is on the card, and the card is lost ----
card_in user
check "a purchase that the meter never sees" at_desk "$MV_VENDOR" purchase --kwh 3
cp "$MV_DIR/cards/user" "$MV_DIR/cards/found"
card_in spare
expect "the new card brings what the meter may lack" 0 "denied from now on" at_desk "$MV_VENDOR" replace --yes --meter "$pan"
expect "the meter takes it" 0 "ACCEPT" at_meter 1
total=$((total + 3000))
same "and counts it once" "$total" "$(remaining 1)"
card_in found
expect "the lost card is refused at the desk" 1 "CARD_DENIED" at_desk "$MV_VENDOR" purchase --kwh 1
expect "and by the meter" 1 "" at_meter 1
same "which counts nothing of it" "$total" "$(remaining 1)"

# ---- a round ----
card_in tool
expect "a card for rounds" 0 "INSPECTION" at_desk "$engineer" personalise --kind inspection --domain "$domain"
mapfile -t pans < <(for ((i = 1; i <= meters; i++)); do mv_pan "$i"; done)
expect "a vendor sends nobody round" 1 "ROLE_MISSING" at_desk "$MV_VENDOR" load --kind inspection "${pans[0]}"
expect "the round of $meters meters is loaded" 0 "round of $meters meters" at_desk "$engineer" load --kind inspection "${pans[@]}"
visited=$(visit_all "$meters")
same "every meter answers" "$meters" "$visited"
card_in tool
at_desk "$engineer" collect --json >"$MV_DIR/round.json"
same "every return comes home" "$meters" "$(python3 -c 'import json, sys
print(sum("returned" in entry for entry in json.load(open(sys.argv[1]))["round"]))' "$MV_DIR/round.json")"
same "with what the first meter has" "$total" "$(json round.0.returned.remaining <"$MV_DIR/round.json")"

# ---- new keys ----
for use in record-mac record-enc; do
    check "a new $use" mv_keys rotate --use "$use" --domain "$domain"
done
card_make update && card_in update
check "a card" at_desk "$factory" personalise --factory
check "for key updates" at_desk "$engineer" personalise --kind key-update --domain "$domain"
expect "is loaded" 0 "round of 1 meters" await_keys at_desk "$engineer" load --kind key-update --mac-version 2 --enc-version 2 "$pan"
expect "the meter takes the keys" 0 "ACCEPT" at_meter 1
expect "and shows it" 0 "$pan" at_desk "$engineer" collect
expect "the office knows" 0 "MAC version 2" cli "$MV_ADMIN" meter show "$pan"
card_in spare
check "a purchase under the new keys" at_desk "$MV_VENDOR" purchase --kwh 1
expect "is taken" 0 "ACCEPT" at_meter 1
total=$((total + 1000))
same "and counted" "$total" "$(remaining 1)"
expect "the card gets its newest keys too" 0 "" at_desk "$engineer" rekey

# ---- block, unblock ----
expect "a card is denied" 0 "DENIED: found in the street" cli "$supervisor" card block --uid 04000000000002 --reason "found in the street"
expect "and what meters see of it" 0 "DENIED" at_desk "$supervisor" block --reason "found in the street"
expect "it sells nothing" 1 "CARD_DENIED" at_desk "$MV_VENDOR" purchase --kwh 1
expect "until it is found again" 0 "IN_USE" cli "$supervisor" card unblock --uid 04000000000002
check "and then it does" at_desk "$MV_VENDOR" purchase --kwh 1
expect "at the meter too" 0 "ACCEPT" at_meter 1
total=$((total + 1000))
same "once" "$total" "$(remaining 1)"
expect "a replaced one stays denied" 1 "CARD_DENIED" cli "$supervisor" card unblock --uid 04000000000001
expect "the list tells" 0 "04000000000001" cli "$supervisor" card list --denied

# ---- at a price, by a shop that sells on credit ----
check "prices, and a shop with a credit of 5.00" shop_on_credit "$pan" "$supervisor" 5
expect "it sells nothing without a price" 1 "VENDOR_NEEDS_PRICE" at_desk "$MV_VENDOR" purchase --kwh 1
expect "nor more than its credit" 1 "VENDOR_CREDIT_EXHAUSTED" at_desk "$MV_VENDOR" purchase --money 5.10
expect "nor for less than it costs" 1 "TENDERED_TOO_LITTLE" at_desk "$MV_VENDOR" purchase --money 1.10 --tendered 1
same "which takes nothing" 500 "$(available)"
expect "at the account's tariff" 0 "Receipt   $MV_ORGANISATION/" at_desk "$MV_VENDOR" purchase --money 1.10 --tendered 5 --request-id paid
same "5 kWh for 1.10, taken from the credit" 390 "$(available)"
expect "the same request is the same sale" 0 "number 9 (was on the card" at_desk "$MV_VENDOR" purchase --money 1.10 --tendered 5 --request-id paid
same "which takes nothing more" 390 "$(available)"
expect "its receipt is printed again" 0 "1.10" cli "$MV_VENDOR" receipt --request-id paid
expect "there is no token to be printed" 1 "TOKEN_UNKNOWN" cli "$MV_VENDOR" reprint --request-id paid
expect "not with other money" 1 "REQUEST_ID_REUSED" at_desk "$MV_VENDOR" purchase --money 1.20 --tendered 5 --request-id paid
expect "the meter takes it" 0 "ACCEPT" at_meter 1
total=$((total + 5000))
same "and counts it" "$total" "$(remaining 1)"
expect "another program finds the money right" 0 "every prefix holds" python3 tests/integration/vendor_law.py "$MV_DIR/server/ledger.db"

# ---- the end ----
expect "a closing asks the meter first" 1 "PREVIOUS_UNREAD" at_desk "$MV_VENDOR" close --yes --request-id end
expect "which answers" 0 "ACCEPT" at_meter 1
expect "the account is closed" 0 "" at_desk "$MV_VENDOR" close --yes --request-id end
expect "the card may serve another one" 0 "TRANSPORT" cli "$MV_VENDOR" card show 04000000000002
same "every sale is in the ledger once, and the replacement" "9 $total" "$(query "SELECT count(*) || ' ' || sum(amount) FROM record WHERE kind = 1")"

# ---- an account, its first sale and its card in one go ----
# The same command, whatever became of it before; the card is torn out at an APDU, or stays.
opening() {
    local socket=$MV_DIR/reader code
    card_out
    rm -f "$socket"
    vcard "${mv_card_switches[@]}" --listen "$socket" &
    mv_card_pid=$!
    await_socket "$socket" && cli "$supervisor" account open A-2 --meter "$(mv_pan 2)" --name "Omar Said" --money 1.10 \
        --card --client 4712 --yes --reader "socket:$socket" --wait 0
    code=$?
    card_out
    return "$code"
}
opened() { # the account's sales and their money
    query "SELECT count(b.sale) || ' ' || coalesce(sum(b.total), 0) FROM account a LEFT JOIN bill b ON b.account = a.id WHERE a.number = 'A-2'"
}
for apdu in 3 20 45; do
    card_in spare --cut "$apdu"
    expect "torn out at APDU $apdu: it is said how to go on" 1 "The same command again" opening
done
card_in spare
expect "the next run finishes it" 0 "Receipt   $MV_ORGANISATION/" opening
same "the sale exists once" "1 110" "$(opened)"
expect "and again" 0 "was on the card" opening
same "still once" "1 110" "$(opened)"
expect "the meter takes it" 0 "ACCEPT" at_meter 2
same "5 kWh" 5000 "$(remaining 2)"
expect "the account's history has the card" 0 "CARD_OPENED" cli "$supervisor" account timeline A-2
check "the audit chain verifies" cli "$MV_OFFICER" audit verify
check "no sanitizer complained" no_sanitizer_report
card_out
pcsc_stop
finish
