#!/usr/bin/env bash
# Keys of cards, diversified ones and those of every session, are looked for in the memory and the files of server and
# client and in all that goes over the wire, through a run of personalising, opening, purchase, reading back, replacing
# and new keys, and of cards of profile 2, whose diversified keys serve every session. The key process has them, in locked
# memory. Root only; MV_BIN chooses the
# build, METERVAULT_CARD_LOOKS how often memory is searched in a session.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh
. tests/support/cli.sh
. tests/support/card.sh

engineer=engineer1 factory=factory1 domain=A1B2C3
canary=$(mv_random_hex 16)
check "root, to read another process's memory" test "$(id -u)" -eq 0
MV_SERVER_EXTRA="card_pboc_class = 4"
check "an instance starts" mv_instance_start || finish
check "an engineer" mv_enrol "$engineer" "$MV_ORGANISATION" engineer
check "who makes cards ready" mv_enrol "$factory" "$MV_ORGANISATION" card-factory
for use in record-mac record-enc; do
    check "master $use" mv_keys generate --use "$use" --domain "$domain"
done
check "masters of cards" mv_card_masters "$domain"
check "masters of profile 2" pboc_masters_make || finish
check "meters are made" meters_make 2 "$domain" || finish
pan=$(mv_pan 1)

card_make user && card_make spare && card_make tool && card_make first && pboc_make other
card_in first
check "the key process knows the new keys" await_keys at_socket "$factory" personalise --factory

python3 tests/integration/card_secrets.py "$MV_DIR" "$(mv_pid metervaultd)" "$(mv_pid metervault-hsmd)" \
    "$MV_BIN/metervault" "$pan" "$domain" "$canary" >"$MV_DIR/found" 2>&1 &
watcher=$!

# The card at hand tells what it knows, and waits until memory was looked at with it; the client tells what it gives to
# TLS.
talkative() { # NAME
    card_in "$1" --slow 10 --tell-keys "$MV_DIR/told.keys" --tell-wire "$MV_DIR/told.wire" --hold "$MV_DIR/looked"
}
tapped() { # PRINCIPAL PART arguments...
    rm -f "$MV_DIR/looked"
    LD_PRELOAD=$(dirname "$MV_BIN")/tests/tls-tap.so METERVAULT_TEST_TLS_TAP=$MV_DIR/wire.tls at_socket "$@"
}

for card in user spare tool; do
    talkative "$card"
    check "the $card card is taken in" tapped "$factory" personalise --factory
done
check "a tool card" tapped "$engineer" personalise --kind inspection --domain "$domain"
talkative user
check "an account" tapped "$MV_VENDOR" open --meter "$pan" --kwh 20 --client 4711
check "the meter takes it" at_meter 1
talkative user
check "a purchase" tapped "$MV_VENDOR" purchase --kwh 5 --request-id "$canary"
check "the meter takes it" at_meter 1
talkative user
check "is read back" tapped "$MV_VENDOR" read
talkative spare
check "the card is replaced" tapped "$MV_VENDOR" replace --yes --meter "$pan"
check "the meter takes the new one" at_meter 1
for use in card-issuer card-office; do
    check "a new $use" mv_keys rotate --use "$use"
done
talkative spare
check "the new card gets newer keys" rekey_until office 2 04000000000002 tapped "$engineer"
talkative other
check "an account on a card of profile 2" tapped "$MV_VENDOR" open --meter "$(mv_pan 2)" --kwh 20 --client 4712
check "the meter takes it" at_meter 2
talkative other
check "a purchase on it" tapped "$MV_VENDOR" purchase --kwh 5
touch "$MV_DIR/run-is-over"
wait "$watcher"
cat "$MV_DIR/found"
same "and found nothing" 0 "$(sed -nE '$s/^[0-9]+ passed, ([0-9]+) failed$/\1/p' "$MV_DIR/found")"
finish
