#!/usr/bin/env bash
# What happens to a customer's card, at the instance in MV_DIR: card.sh open|buy|lose METER KWH. Prints what the meter then
# has, in Wh. A card that is lost has a purchase on it that the meter has not seen; the new one brings it.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/year/clock.sh
. deploy/instance.sh
. tests/support/cli.sh
. tests/support/card.sh
act=$1 meter=$2 kwh=$3 clerk=clerk0
# shellcheck disable=SC2034 # for card.sh
pan=$(cat "$MV_DIR/meters/$meter.pan")
mv_cards=$(find "$MV_DIR/cards" -type f 2>/dev/null | wc -l)
log=$MV_DIR/log/cards

new_card() { # NAME: one that came from the factory
    card_make "$1" && card_in "$1" && at_socket factory1 personalise --factory
}

case $act in
open)
    new_card "card$meter" && at_socket "$clerk" open --meter "$pan" --kwh "$kwh" --client "47$meter" && at_meter "$meter"
    ;;
buy)
    card_in "card$meter"
    at_socket "$clerk" purchase --kwh "$kwh" && at_meter "$meter"
    ;;
lose)
    card_in "card$meter"
    at_socket "$clerk" purchase --kwh "$kwh" && new_card "next$meter" && at_socket "$clerk" replace --meter "$pan" &&
        at_meter "$meter" && card_in "card$meter" && at_socket "$clerk" purchase --kwh 1 2>&1 | grep CARD_DENIED &&
        at_meter "$meter"
    ;;
esac >>"$log" 2>&1
remaining "$meter"
