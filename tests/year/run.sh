#!/usr/bin/env bash
# Months of an office against a real server and key process at a moved clock: drawn from a seed, played over gRPC and at the
# command line, and every answer worked out a second time from the events alone. README.md says more.
# METERVAULT_CUSTOMERS (60), METERVAULT_MONTHS (3), METERVAULT_SEED or METERVAULT_BOOK (a file to be played again).
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
MV_BIN=${MV_BIN:-$PWD/build/bin}
. tests/support/checks.sh
. tests/support/instance.sh
. tests/year/clock.sh
. tests/support/cli.sh
. tests/support/card.sh

seed=${METERVAULT_SEED:-$((RANDOM * 32768 + RANDOM))}
book=${METERVAULT_BOOK:-$MV_DIR/book}
year() {
    python3 tests/year/year.py "$@"
}
head -c 8 /dev/zero >"$MV_DIR/passed"
if [ -z "${METERVAULT_BOOK:-}" ]; then
    echo "seed $seed"
    check "a book is drawn" year draw "$seed" "${METERVAULT_CUSTOMERS:-60}" "${METERVAULT_MONTHS:-3}" "$book" || finish
fi
check "an instance starts" mv_instance_start || finish
people() {
    cli "$MV_OFFICER" operator organisation-create shop2 --parent root &&
        cli "$MV_OFFICER" operator grant root "$MV_SAMPLE_SGC" &&
        mv_enrol officer2 root officer && mv_enrol clerk0 root supervisor && mv_enrol manager1 root manager && mv_enrol manager2 root manager && mv_enrol seller1 shop1 vendor &&
        mv_enrol clerk1 shop1 supervisor && mv_enrol seller2 shop2 vendor && mv_enrol seller3 shop2 vendor &&
        mv_enrol clerk2 shop2 supervisor
}
cards() {
    mv_keys generate --use record-mac --domain A1B2C3 && mv_keys generate --use record-enc --domain A1B2C3 &&
        mv_card_masters A1B2C3 && meters_make 2 A1B2C3 && mv_pan 1 >"$MV_DIR/meters/1.pan" && mv_pan 2 >"$MV_DIR/meters/2.pan" &&
        mv_enrol factory1 root card-factory
}
check "twelve people in two organisations" people || finish
check "two meters with slots for cards" cards || finish

# ---- played, and worked out again ----
check "the book is played" year play "$book" "$MV_DIR/answers" || finish
reckoned() { # reckon or notice
    year "$1" "$book" "$MV_DIR/answers" "$MV_DIR/custodians/vending-a" "$MV_DIR/custodians/vending-b"
}
if reckoned reckon >"$MV_DIR/reckoned" 2>&1; then
    pass "every answer is what the events say: $(head -n 1 "$MV_DIR/reckoned")"
else
    cp "$book" "${TMPDIR:-/tmp}/metervault-year.book"
    fail "every answer is what the events say" "$(cat "$MV_DIR/reckoned")" \
        "again with: METERVAULT_BOOK=${TMPDIR:-/tmp}/metervault-year.book tests/year/run.sh"
fi

check "the sum laws hold at every prefix of the history" tests/year/prefixes.py "$MV_DIR/server/ledger.db"
check "so does the law of vendors' money" python3 tests/integration/vendor_law.py "$MV_DIR/server/ledger.db"

check "a book that says something else would be noticed" reckoned notice
check "the audit chain verifies" cli "$MV_OFFICER" audit verify
check "no sanitizer reported anything" no_sanitizer_report
finish
