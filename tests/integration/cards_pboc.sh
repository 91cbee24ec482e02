#!/usr/bin/env bash
# Cards of profile 2 end to end, over the emulated card's socket: off unless configured; masters in components for server,
# card issuer and meter; an account, three purchases, cards pulled out, a lost one replaced, a copy, a false one. After
# every step ledger, card and meter agree. MV_BIN chooses the build.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh
. tests/support/cli.sh
. tests/support/card.sh
. tests/support/prices.sh

supervisor=supervisor1 domain=A1B2C3

agree() {
    [ "$(query "SELECT sum(amount) FROM record WHERE kind = 1")" = "$(remaining 1)" ]
}

buy() { # REQUEST KWH
    at_socket "$MV_VENDOR" purchase --kwh "$2" --request-id "$1"
}

# ---- the office ----
check "an instance starts" mv_instance_start || finish
check "a supervisor" mv_enrol "$supervisor" "$MV_ORGANISATION" supervisor
for use in record-mac record-enc; do
    check "master $use" mv_keys generate --use "$use" --domain "$domain"
done
check "masters of cards" mv_card_masters "$domain"
check "masters of profile 2" pboc_masters_make || finish
check "meters are made" meters_make 2 "$domain" || finish
pan=$(mv_pan 1)
pboc_make user && pboc_make spare && pboc_make false
card_in user
expect "nobody takes such a card" 1 "CARD_UNKNOWN" at_socket "$MV_VENDOR" open --meter "$pan" --kwh 20 --client 4711
mv_stop metervaultd
MV_SERVER_EXTRA='card_pboc_class = 5' mv_server_config
expect "a class that is none" 1 "card_pboc_class" "$MV_BIN/metervaultd" --config "$MV_DIR/server/metervaultd.conf" --check
MV_SERVER_EXTRA='card_pboc_class = 4' mv_server_config
check "unless the server's configuration says so" mv_server_start || finish

# ---- an account ----
expect "the account is opened" 0 "Credit    20 kWh" await_keys at_socket "$MV_VENDOR" open --meter "$pan" --kwh 20 --client 4711
expect "nothing more before the meter saw it" 1 "PREVIOUS_UNREAD" buy early 1
expect "nor is it merged" 1 "PREVIOUS_UNREAD" at_socket "$MV_VENDOR" purchase --kwh 1 --merge
expect "another meter" 1 "RECORD_METER" at_meter 2
expect "the meter takes it" 0 "ACCEPT" at_meter 1
check "and counts it" agree
expect "once" 1 "RECORD_AGAIN" at_meter 1
for kwh in 5 10 15; do
    expect "a purchase of $kwh kWh" 0 "Credit    $kwh kWh" buy "buy-$kwh" "$kwh"
    expect "the meter takes it" 0 "ACCEPT" at_meter 1
    check "and counts it once" agree
    expect "asked for again it is there already" 0 "" buy "buy-$kwh" "$kwh"
done
same "four purchases are in the ledger" "4 50000" "$(query "SELECT count(*) || ' ' || sum(amount) FROM record WHERE kind = 1")"
expect "less than a wallet can say" 1 "INVALID_FIELD" at_socket "$MV_VENDOR" purchase --kwh 0.005
expect "it is read" 0 "" at_socket "$MV_VENDOR" read
expect "a closing asks the meter, which the card cannot do" 1 "PREVIOUS_UNREAD" at_socket "$MV_VENDOR" close --yes --request-id early

# ---- pulled out ----
longest=$(at_socket "$MV_VENDOR" purchase --kwh 1 --request-id whole --json | json commands)
check "a purchase of $longest APDUs" test "${longest:-0}" -gt 14
at_meter 1 >/dev/null
for ((cut = 1; cut <= ${longest:-0}; cut++)); do
    for switch in --cut --cut-after; do
        card_in user "$switch" "$cut"
        buy "cut$switch-$cut" 1 >/dev/null 2>&1
        card_in user
        at_meter 1 >/dev/null 2>&1
        buy "cut$switch-$cut" 1 >/dev/null 2>&1
        at_meter 1 >/dev/null 2>&1
        agree || check "pulled out: $switch $cut" false
    done
done
check "pulled out at every APDU, ledger and meter agree" agree
same "and each sale is there once" "$((5 + 2 * ${longest:-0}))" "$(query "SELECT count(*) FROM record WHERE kind = 1")"
for ((cut = 1; cut <= 11; cut++)); do
    card_in user
    buy "slot-$cut" 1 >/dev/null
    card_in user --cut-after "$cut"
    at_meter 1 >/dev/null 2>&1
    card_in user
    at_meter 1 >/dev/null 2>&1
    agree || check "pulled out of the meter after $cut" false
done
check "pulled out of the meter everywhere, they agree" agree

# ---- lost, copied, false ----
cp "$MV_DIR/cards/user" "$MV_DIR/cards/copy"
check "a purchase" buy before 1
check "is taken" at_meter 1
card_in copy
expect "an old copy is found" 1 "CARD_NOT_GENUINE" buy copied 1
card_in user
check "a purchase that the meter never sees" buy lost 3
card_in spare
expect "a new card repeats it" 0 "denied from now on" at_socket "$MV_VENDOR" replace --yes --meter "$pan"
expect "the meter takes it" 0 "ACCEPT" at_meter 1
check "and counts it" agree
card_in user
expect "the lost card is refused at the desk" 1 "CARD_DENIED" buy found 1
expect "and by the meter" 1 "RECORD_CARD" at_meter 1
check "which counts nothing of it" agree
card_in spare --wrong-cryptogram
expect "a card without the key" 1 "CARD_NOT_GENUINE" buy wrong 1
expect "at the meter" 1 "RECORD_KEY_VERSION" at_meter 1
card_in false
printf '%s\n' 11111111111111111111111111111111 22222222222222222222222222222222 33333333333333333333333333333333 \
    >"$MV_DIR/other-masters"
rm "$MV_DIR/cards/false"
"$MV_VCARD" --card "$MV_DIR/cards/false" --new 86000000000009 --profile-2 "$MV_DIR/other-masters"
expect "a card of other masters" 1 "CARD_NOT_GENUINE" at_socket "$MV_VENDOR" replace --yes --meter "$pan"

# ---- the account ends ----
# A closing's read request has no room on such a card: it goes to the meter by its port, and the return comes back so.
question() {
    cli "$MV_VENDOR" record list --meter "$pan" --kind read --json | python3 -c 'import json, sys
print("record", json.load(sys.stdin)["records"][-1]["record"])'
}
card_in spare
expect "an end asks the meter first" 1 "PREVIOUS_UNREAD" at_socket "$MV_VENDOR" close --yes --request-id end
expect "a return of before is none" 1 "PREVIOUS_UNREAD" at_socket "$MV_VENDOR" close --yes --request-id end
expect "it answers at its port" 0 "return due: true" meter_sim 1 --script <(question)
expect "the office has the answer" 0 "answers the newest read request" cli "$MV_VENDOR" record return "$(meter_sim 1 return)"
card_in spare --cut 12
expect "the card leaves" 1 "CARD_REMOVED" at_socket "$MV_VENDOR" close --yes --request-id end
card_in spare
expect "put in again, the account is closed" 0 "" at_socket "$MV_VENDOR" close --yes --request-id end
expect "the card is nobody's" 0 "TRANSPORT" cli "$MV_VENDOR" card show 86000000000002
expect "no meter takes it" 1 "RECORD_KIND" at_meter 1
pan=$(mv_pan 2)
expect "it serves another account" 0 "Credit    7 kWh" at_socket "$MV_VENDOR" open --meter "$pan" --kwh 7 --client 4712
expect "at another meter" 0 "ACCEPT" at_meter 2
same "which counts it" 7000 "$(remaining 2)"
card_in spare
check "prices, and a shop with a credit of 5.00" shop_on_credit "$pan" "$supervisor" 5
expect "which sells nothing without a price" 1 "VENDOR_NEEDS_PRICE" at_socket "$MV_VENDOR" purchase --kwh 1
expect "nor replaces a card and sells" 1 "INVALID_FIELD" at_socket "$MV_VENDOR" replace --yes --meter "$pan" --money 1.10
expect "but at the account's tariff" 0 "Receipt   $MV_ORGANISATION/" at_socket "$MV_VENDOR" purchase --money 1.10 --request-id paid
expect "once" 0 "was on the card" at_socket "$MV_VENDOR" purchase --money 1.10 --request-id paid
same "on its credit" 390 "$(available)"
expect "the meter takes it" 0 "ACCEPT" at_meter 2
same "and counts it" 12000 "$(remaining 2)"
expect "a denied one" 0 "" cli "$supervisor" card block --uid 86000000000002 --reason "found in the street"
expect "sells nothing" 1 "CARD_DENIED" buy denied 1

# ---- the end ----
no_master_in() { # PATH
    ! grep -rqiFf "$mv_pboc_masters" "$1"
}
check "no master is in a log" no_master_in "$MV_DIR/log"
check "nor in the ledger" no_master_in "$MV_DIR/server"
check "the audit chain verifies" cli "$MV_OFFICER" audit verify
check "no sanitizer complained" no_sanitizer_report
card_out
finish
