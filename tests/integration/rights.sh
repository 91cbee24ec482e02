#!/usr/bin/env bash
# Role x call x organisation over gRPC: everybody tries everything on what belongs to one organisation, from above it, from
# within, from below and from beside. What comes of it is tests/integration/rights.txt. MV_BIN chooses the build.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh
. tests/support/cli.sh
. tests/support/card.sh
MV_ORGANISATION=region

check "an instance starts" mv_instance_start || finish
place() { # ORGANISATION PARENT
    cli "$MV_OFFICER" operator organisation-create "$1" --parent "$2"
}
check "organisations" place shop region && check "below" place kiosk shop && check "beside" place other root
check "all are granted the supply group" cli "$MV_OFFICER" operator grant root "$MV_SAMPLE_SGC"
everybody() {
    local role letter
    for role in vendor supervisor engineer meter-admin card-factory officer auditor manager; do
        for letter in r:root a:region o:shop b:kiosk s:other; do
            mv_enrol "$role-${letter%:*}" "${letter#*:}" "$role" || return
        done
    done
}
check "eight roles in five places" everybody || finish
card_of_shop() { # for meters of its own
    local domain=A1B2C3 pan
    pan=$(mv_pan 72)
    mv_keys generate --use record-mac --domain "$domain" && mv_keys generate --use record-enc --domain "$domain" &&
        mv_card_masters "$domain" &&
        cli "$MV_ADMIN" meter register --meter "$pan" --organisation shop --sgc "$MV_SAMPLE_SGC" --ea 11 --made &&
        await_keys cli "$MV_ADMIN" meter provision "$pan" --domain "$domain" --epoch 0 --card 1 --card-area 1 &&
        card_make tool && card_in tool && await_keys at_socket card-factory-o personalise --factory &&
        await_keys at_socket engineer-o personalise --kind inspection --domain "$domain"
}
check "a card of the shop" card_of_shop || finish
card_out
if python3 tests/integration/rights.py tests/integration/rights.txt >"$MV_DIR/rights"; then
    pass "rights: $(tail -n 1 "$MV_DIR/rights")"
else
    fail "rights are as tests/integration/rights.txt says" "$(cat "$MV_DIR/rights")"
fi
finish
