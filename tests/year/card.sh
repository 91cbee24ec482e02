#!/usr/bin/env bash
# What happens to a customer's card, at the instance in MV_DIR: card.sh open|buy|lose METER KWH REQUEST-ID. Prints what the
# meter then has, in Wh, and what was sold at a price, as JSON. A card that is lost has a purchase on it that the meter has
# not seen; the new one brings it, and the lost one is denied. Exit 1 when a step was not done: log/cards says which.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/year/clock.sh
. deploy/instance.sh
. tests/support/cli.sh
. tests/support/card.sh
act=$1 meter=$2 kwh=$3 id=$4 clerk=clerk0 sold=$MV_DIR/sold
# shellcheck disable=SC2034 # for card.sh
pan=$(cat "$MV_DIR/meters/$meter.pan")
mv_cards=$(find "$MV_DIR/cards" -type f 2>/dev/null | wc -l)
log=$MV_DIR/log/cards

purchase() {
    at_socket "$clerk" purchase --kwh "$kwh" --pay cash --terminal cards --request-id "$id" --json >"$sold"
}

: >"$sold"
denied() { # the card at hand, which was lost
    ! at_socket "$clerk" purchase --kwh 1 >"$MV_DIR/said" 2>&1 && cat "$MV_DIR/said" && grep -q CARD_DENIED "$MV_DIR/said"
}

new_card() { # NAME: one that came from the factory
    card_make "$1" && card_in "$1" && at_socket factory1 personalise --factory
}

case $act in
open)
    new_card "card$meter" && at_socket "$clerk" open --meter "$pan" --kwh "$kwh" --client "47$meter" && at_meter "$meter"
    ;;
buy)
    card_in "card$meter"
    purchase && at_meter "$meter"
    ;;
lose)
    card_in "card$meter"
    purchase && new_card "next$meter" && at_socket "$clerk" replace --yes --meter "$pan" &&
        at_meter "$meter" && card_in "card$meter" && denied && { at_meter "$meter" || true; } # it brings nothing twice
    ;;
esac >>"$log" 2>&1 || exit 1
remaining "$meter"
cat "$sold"
