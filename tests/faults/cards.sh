#!/usr/bin/env bash
# A purchase by card is cut at random: the card leaves the office's reader or the meter before or after any of its APDUs,
# the clerk asks again or sells the next one with both. After the next visit ledger, card and meter agree: every sale
# counts once. METERVAULT_CARD_CUTS runs (100); METERVAULT_SEED repeats a row of them. MV_BIN chooses the build.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh
. tests/support/cli.sh
. tests/support/card.sh

runs=${METERVAULT_CARD_CUTS:-100} seed=${METERVAULT_SEED:-$((RANDOM * 32768 + RANDOM))} domain=A1B2C3 factory=factory1
RANDOM=$((seed % 32768))
echo "seed $seed"

check "an instance starts" mv_instance_start || finish
check "who makes cards ready" mv_enrol "$factory" "$MV_ORGANISATION" card-factory
for use in record-mac record-enc; do
    check "master $use" mv_keys generate --use "$use" --domain "$domain"
done
check "masters of cards" mv_card_masters "$domain"
check "a meter is made" meters_make 1 "$domain"
card_make user && card_in user
check "a card is made ready" await_keys at_socket "$factory" personalise --factory || finish
check "an account" at_socket "$MV_VENDOR" open --meter "$(mv_pan 1)" --kwh 1 --client 4711 --request-id open
check "the meter takes it" at_meter 1
card_in user
longest=$(at_socket "$MV_VENDOR" purchase --kwh 1 --request-id first --json | json commands) || longest=0
check "a purchase of $longest APDUs" test "$longest" -gt 10 || finish
check "the meter takes that, too" at_meter 1

cut() { # MOST: a switch that pulls the card out somewhere, or, rarely, none
    local at=$((RANDOM % ($1 + 1)))
    case $((RANDOM % 2)) in
    0) echo "--cut $((at + 1))" ;;
    1) echo "--cut-after $((at + 1))" ;;
    esac
}

# Sums of the ledger and of the meter, and how many purchases were signed.
agree() {
    [ "$(query "SELECT sum(amount) FROM record WHERE kind = 1")" = "$(remaining 1)" ]
}

sold_once() { # REQUEST: at most one purchase stands under it
    [ "$(query "SELECT count(*) FROM record WHERE kind = 1 AND (request_id = '$1' OR request_id LIKE '$1-%' OR request_id LIKE '$1.%')")" -le 1 ]
}

torn=0 refused=0 wrong=()
for ((run = 1; run <= runs; run++)); do
    request=run-$run merge=()
    # shellcheck disable=SC2046 # a switch and its number
    card_in user $(cut "$longest")
    at_socket "$MV_VENDOR" purchase --kwh 2 --request-id "$request" >/dev/null 2>&1 || torn=$((torn + 1))
    if [ $((RANDOM % 2)) = 0 ]; then
        # shellcheck disable=SC2046
        card_in user $(cut 30)
        at_meter 1 >/dev/null 2>&1 || refused=$((refused + 1))
    fi
    card_in user
    if [ $((RANDOM % 3)) = 0 ]; then
        request=$request-next merge=(--merge)
    fi
    at_socket "$MV_VENDOR" purchase --kwh 2 --request-id "$request" "${merge[@]}" >"$MV_DIR/said" 2>&1 ||
        wrong+=("run $run: $(cat "$MV_DIR/said")")
    at_meter 1 >"$MV_DIR/said" 2>&1
    agree || wrong+=("run $run: ledger and meter differ; $(cat "$MV_DIR/said")")
    sold_once "$request" || wrong+=("run $run: sold twice")
    [ "${#wrong[@]}" -lt 3 ] || break
done
if [ "${#wrong[@]}" -eq 0 ]; then
    pass "ledger, card and meter agree after each of $runs runs; $torn torn at the office, $refused at the meter"
else
    fail "ledger, card and meter agree" "seed $seed" "${wrong[@]}"
fi
check "cards were torn at the office" test "$torn" -gt $((runs / 4))
check "the audit chain verifies" cli "$MV_OFFICER" audit verify
check "no sanitizer complained" no_sanitizer_report
card_out
finish
