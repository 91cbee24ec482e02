#!/usr/bin/env bash
# A sale from end to end with the command line client: sell, credit once, reprint, ask on trial, be refused by name; after a
# restart of both daemons everything is as it was. MV_BIN chooses the build.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh

check "an instance starts" mv_instance_start || finish
ledger="$MV_DIR/server/ledger.db"
query() {
    python3 -c 'import sqlite3, sys; print(sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True).execute(sys.argv[2]).fetchone()[0])' \
        "$ledger" "$1"
}
sales() {
    query 'select count(*) from sale'
}
cli() { # PRINCIPAL arguments
    timeout 60 "$MV_BIN/metervault" "${@:2}" --config "$MV_DIR/clients/$1.conf"
}
vend() {
    cli "$MV_VENDOR" vend "$@"
}
digits_of() {
    grep -oE '[0-9]{20}' | head -n 1
}
json() { # PATH: a value out of JSON on standard input, as in tokens.0.digits
    python3 -c 'import functools, json, sys
print(functools.reduce(lambda at, key: at[int(key) if key.isdigit() else key], sys.argv[1].split("."), json.load(sys.stdin)))' "$1"
}
enter() { # METER DIGITS
    "$MV_BIN/metersim" --state "$MV_DIR/meter$1" enter "$2"
}

# ---- meters of both algorithms, and a second shop ----
pan7=$(mv_pan 7) pan11=$(mv_pan 11)
check "an EA 7 meter is opened" mv_register "$pan7" 7
check "an EA 11 meter is opened" mv_register "$pan11" 11
check "opening it again with the same data is the same" mv_register "$pan11" 11
expect "opening it with other data is refused" 1 "METER_EXISTS" mv_register "$pan11" 7
check "the EA 7 meter is made" mv_meter_make "$pan7" 7 "$MV_DIR/meter7"
check "the EA 11 meter is made" mv_meter_make "$pan11" 11 "$MV_DIR/meter11"

# ---- sell and credit ----
for ea in 7 11; do
    pan=$(mv_pan "$ea")
    vend --meter "$pan" --kwh 25.6 --request-id "sale-$ea" --json >"$MV_DIR/sale$ea.json"
    same "EA $ea: a sale ends with 0" 0 "$?"
    digits=$(digits_of <"$MV_DIR/sale$ea.json")
    expect "EA $ea: the meter credits 25.6 kWh" 0 "25.6" enter "$ea" "$digits"
    expect "EA $ea: the meter refuses it the second time" 1 "" enter "$ea" "$digits"
done
digits7=$(digits_of <"$MV_DIR/sale7.json")
digits11=$(digits_of <"$MV_DIR/sale11.json")
expect "a meter refuses another meter's token" 1 "" enter 7 "$digits11"
expect "a meter refuses a mistyped token" 1 "" enter 7 "$(tr 0-9 1-90 <<<"$digits7")"
same "receipts count from 1 without gaps" "1 2" \
    "$(json receipt.number <"$MV_DIR/sale7.json") $(json receipt.number <"$MV_DIR/sale11.json")"
second=$(vend --meter "$pan7" --wh 5001 --json)
same "an amount is rounded up to whole units" 5100 "$(json tokens.0.quantity.energy_wh <<<"$second")"
expect "a second sale in the same minute is credited as well" 0 "30.7" enter 7 "$(digits_of <<<"$second")"
expect "the balance is kept by the meter" 0 "30.7" "$MV_BIN/metersim" --state "$MV_DIR/meter7" show

# ---- the same answer again ----
count=$(sales)
same "the same request id gives the same digits" "$digits7" \
    "$(vend --meter "$pan7" --kwh 25.6 --request-id sale-7 --json | digits_of)"
expect "the same request id with another amount is refused" 1 "REQUEST_ID_REUSED" \
    vend --meter "$pan7" --kwh 25.7 --request-id sale-7
expect "the same request id for another meter is refused" 1 "REQUEST_ID_REUSED" \
    vend --meter "$pan11" --kwh 25.6 --request-id sale-7
same "reprint by request id" "$digits7" "$(cli "$MV_VENDOR" reprint --request-id sale-7 --json | digits_of)"
same "reprint by receipt" "$digits11" \
    "$(cli "$MV_VENDOR" reprint --receipt "$MV_ORGANISATION/till1/2" --json | digits_of)"
same "reprint of the last" "$(digits_of <<<"$second")" "$(cli "$MV_VENDOR" reprint --last --json | digits_of)"
expect "no last answer at another till" 1 "TOKEN_UNKNOWN" cli "$MV_VENDOR" reprint --last --terminal till9
expect "an unknown request id" 1 "TOKEN_UNKNOWN" cli "$MV_VENDOR" reprint --request-id nothing
expect "an unknown receipt" 1 "TOKEN_UNKNOWN" cli "$MV_VENDOR" reprint --receipt "$MV_ORGANISATION/till1/99"
expect "human output names the receipt" 0 "$MV_ORGANISATION/till1/1" cli "$MV_VENDOR" reprint --request-id sale-7

# ---- trial ----
expect "a trial says what would be sold" 0 "25.6" cli "$MV_VENDOR" trial --meter "$pan7" --kwh 25.6
same "a trial gives no digits" "digits: " "digits: $(cli "$MV_VENDOR" trial --meter "$pan7" --kwh 25.6 --json | json tokens.0.digits)"
expect "a trial is refused like a sale" 1 "METER_UNKNOWN" cli "$MV_VENDOR" trial --meter "$(mv_pan 99)" --kwh 1
same "none of this was a sale" "$count" "$(sales)"

# ---- refusals, each by its name ----
expect "an unknown meter" 1 "METER_UNKNOWN" vend --meter "$(mv_pan 99)" --kwh 1
expect "a wrong check digit" 1 "CHECK_DIGIT" vend --meter "${pan7%?}$(((${pan7: -1} + 1) % 10))" --kwh 1
expect "too much for one token" 1 "AMOUNT_TOO_LARGE" vend --meter "$pan7" --kwh 1820163
expect "water for an electricity meter" 1 "WRONG_UTILITY" vend --meter "$pan7" --litres 100
expect "a principal without the role" 1 "ROLE_MISSING" cli "$MV_ADMIN" vend --meter "$pan7" --kwh 1 --terminal t
expect "a vendor may not open meters" 1 "ROLE_MISSING" cli "$MV_VENDOR" meter register --meter "$(mv_pan 98)" \
    --organisation "$MV_ORGANISATION" --sgc "$MV_SAMPLE_SGC"
officer() {
    cli "$MV_OFFICER" operator "$@"
}
for other in shop2 shop3; do
    check "another shop: $other" officer organisation-create "$other" --parent root
    deploy/pki.sh "$MV_DIR/pki" client "vendor-$other"
    mv_client_config "vendor-$other"
    check "its vendor" officer create "vendor-$other" --organisation "$other" --role vendor
done
check "a grant for it" officer grant shop2 "$MV_SAMPLE_SGC"
expect "another shop's meter" 1 "METER_UNKNOWN" cli vendor-shop2 vend --meter "$pan7" --kwh 1
expect "another shop's receipt" 1 "TOKEN_UNKNOWN" cli vendor-shop2 reprint --receipt "$MV_ORGANISATION/till1/1"
check "a meter in the shop without a grant" cli "$MV_ADMIN" meter register --meter "$(mv_pan 3)" --organisation shop3 \
    --sgc "$MV_SAMPLE_SGC"
expect "a supply group that is not granted" 1 "SUPPLY_GROUP_DENIED" cli vendor-shop3 vend --meter "$(mv_pan 3)" --kwh 1
expect "a meter of a supply group without a vending key" 1 "VENDING_KEY_UNKNOWN" cli "$MV_ADMIN" meter register \
    --meter "$(mv_pan 4)" --organisation "$MV_ORGANISATION" --sgc 999999
expect "a meter with an algorithm that the key does not serve" 1 "VENDING_KEY_MISMATCH" cli "$MV_ADMIN" meter register \
    --meter "$(mv_pan 4)" --organisation "$MV_ORGANISATION" --sgc "$MV_SAMPLE_SGC" --dkga 2
check "a principal is disabled" officer update vendor-shop2 --disable
expect "a disabled principal" 1 "PRINCIPAL_DISABLED" cli vendor-shop2 operator whoami
expect "the last officer stays" 1 "LAST_OFFICER" officer update "$MV_OFFICER" --disable
check "confirming a clock that is right" officer confirm-clock --yes
check "a grant is taken back" officer revoke "$MV_ORGANISATION" "$MV_SAMPLE_SGC"
expect "and is missing at once" 1 "SUPPLY_GROUP_DENIED" vend --meter "$pan7" --kwh 1
check "and is given again" officer grant "$MV_ORGANISATION" "$MV_SAMPLE_SGC"
same "none of this was a sale either" "$count" "$(sales)"

# ---- exit codes of usage and of a server that is not there ----
expect "usage: no amount" 2 "" vend --meter "$pan7"
expect "usage: an unknown option" 2 "" vend --nonsense
expect "usage: an unknown command" 2 "" "$MV_BIN/metervault" nonsense
expect "nobody listens" 3 "" cli "$MV_VENDOR" operator whoami --server 127.0.0.1:1
for program in metervaultd metervault-hsmd metervault metervault-keys metersim; do
    expect "$program --help" 0 "$program" "$MV_BIN/$program" --help
    expect "$program --version" 0 "$program" "$MV_BIN/$program" --version
done

# ---- lists ----
expect "meter show" 0 "$pan7" cli "$MV_VENDOR" meter show "$pan7"
expect "meter list" 0 "$pan11" cli "$MV_ADMIN" meter list --sgc "$MV_SAMPLE_SGC"
expect "operator list" 0 "$MV_VENDOR" officer list
expect "organisation list" 0 "$MV_ORGANISATION" officer organisation-list
expect "the key catalogue" 0 "$MV_SAMPLE_SGC" mv_keys list
check "metervaultd --check" "$MV_BIN/metervaultd" --config "$MV_DIR/server/metervaultd.conf" --check

# ---- audit ----
malformed() { # PRINCIPAL PATH
    python3 tests/support/malformed.py "127.0.0.1:$(cat "$MV_DIR/port")" "$MV_DIR/pki/ca.pem" "$MV_DIR/pki/$1.pem" \
        "$MV_DIR/pki/$1.key" "$2"
}
check "what is no message is answered" malformed "$MV_VENDOR" /metervault.v1.TokenService/GetToken
check "an unknown method is answered" malformed "$MV_VENDOR" /metervault.v1.TokenService/Nothing
check "the audit chain verifies" cli "$MV_OFFICER" audit verify
cli "$MV_OFFICER" audit export --out "$MV_DIR/audit.jsonl" >/dev/null 2>&1
check "an export verifies offline" "$MV_BIN/metervault" audit verify --file "$MV_DIR/audit.jsonl"
expect "a refusal is in the audit" 0 "REQUEST_ID_REUSED" cat "$MV_DIR/audit.jsonl"
check "a refusal of the runtime too" grep "\"$MV_VENDOR\".*TokenService.GetToken.*INVALID_FIELD" "$MV_DIR/audit.jsonl"
check "and an unknown method" grep "\"$MV_VENDOR\".*unknown-method.*METHOD_UNKNOWN" "$MV_DIR/audit.jsonl"
for secret in "$digits7" "$digits11" "$(cat "$MV_DIR/hsm/pin")"; do
    expect "no digits and no PIN in audit and logs" 1 "" grep -rF "$secret" "$MV_DIR/audit.jsonl" "$MV_DIR/log"
done
sed '3s/"outcome": *"[^"]*"/"outcome":"forged"/' "$MV_DIR/audit.jsonl" >"$MV_DIR/forged.jsonl"
expect "an edited record is found" 1 "first bad record: sequence 3" "$MV_BIN/metervault" audit verify --file "$MV_DIR/forged.jsonl"
sed '4d' "$MV_DIR/audit.jsonl" >"$MV_DIR/dropped.jsonl"
expect "a dropped record is found" 1 "first bad record: sequence 5 (expected 4)" "$MV_BIN/metervault" audit verify --file "$MV_DIR/dropped.jsonl"
expect "a vendor may not read the audit" 1 "ROLE_MISSING" cli "$MV_VENDOR" audit export

# ---- a restart of both keeps everything ----
check "the server stops on TERM" mv_stop metervaultd
check "the key process stops on TERM" mv_stop metervault-hsmd
check "the ledger verifies offline" "$MV_BIN/metervault" audit verify --ledger "$ledger"
expect "the server is away" 3 "" vend --meter "$pan7" --kwh 1
check "the key process starts again" mv_hsmd_start
check "the server starts again" mv_server_start
same "the stored answer is the same" "$digits7" "$(cli "$MV_VENDOR" reprint --request-id sale-7 --json | digits_of)"
same "a repeated sale is still the same" "$digits7" \
    "$(vend --meter "$pan7" --kwh 25.6 --request-id sale-7 --json | digits_of)"
third=$(vend --meter "$pan7" --kwh 1 --json)
same "receipts go on" 4 "$(json receipt.number <<<"$third")"
expect "a new token is accepted" 0 "31.7" enter 7 "$(digits_of <<<"$third")"
expect "an old one is still refused" 1 "" enter 7 "$digits7"
check "the audit chain goes on" cli "$MV_OFFICER" audit verify
check "both stop" eval 'mv_stop metervaultd && mv_stop metervault-hsmd'
check "no sanitizer reported anything" no_sanitizer_report
finish
