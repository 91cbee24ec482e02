#!/usr/bin/env bash
# What bounds cards, through the real server: cards from the factory only where the key process is told to, and most uses
# of a card and of a key; and what the office does then. MV_BIN chooses the build.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh
. tests/support/cli.sh
. tests/support/card.sh

engineer=engineer1 factory=factory1 domain=A1B2C3
export MV_FACTORY_CARDS=false
check "an instance starts" mv_instance_start || finish
check "an engineer" mv_enrol "$engineer" "$MV_ORGANISATION" engineer
check "who makes cards ready" mv_enrol "$factory" "$MV_ORGANISATION" card-factory
for use in record-mac record-enc; do
    check "master $use" mv_keys generate --use "$use" --domain "$domain"
done
check "masters of cards" mv_card_masters "$domain"
check "a meter is made" meters_make 1 "$domain" || finish
pan=$(mv_pan 1)

# configure DAEMON SETTING VALUE: and starts it anew
configure() {
    local file=$MV_DIR/server/metervaultd.conf start=mv_server_start
    [ "$1" = metervaultd ] || file=$MV_DIR/hsm/hsmd.conf start=mv_hsmd_start
    sed -i "/^$2 = /d" "$file" && echo "$2 = $3" >>"$file" && mv_stop "$1" && "$start"
}
sales() {
    query "SELECT count(*) || ' ' || coalesce(sum(amount), 0) FROM record WHERE kind = 1"
}
uses() { # UID
    cli "$MV_VENDOR" card show "$1" --json | json uses
}
key_uses() { # LABEL
    query "SELECT coalesce(max(uses), 0) FROM card_key_use WHERE label = '$1'"
}

# ---- cards from the factory ----
card_make user && card_make spare && card_make other
card_in user
before=$(cksum "$MV_DIR/cards/user")
sleep 1.2
expect "the key process takes no card of a factory by itself" 1 "CARD_KEY_NOT_ACTIVE" at_socket "$factory" personalise --factory
same "nothing is written on it" "$before" "$(cksum "$MV_DIR/cards/user")"
check "it is told to" configure metervault-hsmd factory_cards true
for card in user spare other; do
    card_in "$card"
    expect "the $card card is taken in" 0 "TRANSPORT" await_keys at_socket "$factory" personalise --factory
done
check "it is told not to" configure metervault-hsmd factory_cards false
card_in user
expect "cards in transport state need no factory" 0 "Credit    20 kWh" \
    await_keys at_socket "$MV_VENDOR" open --meter "$pan" --kwh 20 --client 4711
check "the meter takes it" at_meter 1

# ---- most uses of a card ----
card_in user
check "a purchase" at_socket "$MV_VENDOR" purchase --kwh 1
check "the meter takes it" at_meter 1
used=$(uses 04000000000001)
check "so many uses are a card's most" configure metervaultd card_max_uses "$used"
sold=$(sales) before=$(cksum "$MV_DIR/cards/user")
card_in user
expect "the card is at its ceiling" 1 "CARD_CEILING" at_socket "$MV_VENDOR" purchase --kwh 1 --request-id late
same "nothing is sold" "$sold" "$(sales)"
same "nothing is written" "$before" "$(cksum "$MV_DIR/cards/user")"
same "nothing is counted" "$used" "$(uses 04000000000001)"
card_in spare
expect "another card takes its place" 0 "denied from now on" at_socket "$MV_VENDOR" replace --yes --meter "$pan"
expect "the meter takes it" 0 "ACCEPT" at_meter 1
card_in spare
expect "and the customer buys" 0 "Credit    1 kWh" at_socket "$MV_VENDOR" purchase --kwh 1 --request-id late
check "the meter takes that" at_meter 1
check "or more uses are allowed" configure metervaultd card_max_uses 100000

# ---- most uses of a key ----
used=$(key_uses card-office/1)
check "so many uses are a key's most" configure metervaultd card_key_max_uses "$used"
sold=$(sales)
card_in spare
expect "the office's key is at its ceiling" 1 "CARD_CEILING" at_socket "$MV_VENDOR" purchase --kwh 1
same "nothing is sold" "$sold" "$(sales)"
same "nothing is counted" "$used" "$(key_uses card-office/1)"
check "an officer makes the next version" mv_keys rotate --use card-office
expect "cards are moved to it, under the issuer's key" 0 "" rekey_until office 2 04000000000002 at_socket "$engineer"
expect "and the customer buys" 0 "Credit    1 kWh" at_socket "$MV_VENDOR" purchase --kwh 1
check "the meter takes it" at_meter 1
check "no ceiling" configure metervaultd card_key_max_uses 0
expect "the audit chain verifies" 0 "" cli "$MV_OFFICER" audit verify
check "no sanitizer complained" no_sanitizer_report
finish
