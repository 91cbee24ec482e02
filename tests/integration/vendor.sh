#!/usr/bin/env bash
# A vendor on prepaid credit, from end to end: terms by two persons, deposits, sales until the credit is used up, many at once,
# a server that is killed; batches of tills and the day's settlement. A second program works it all out again from the rows,
# and finds what is wrong in a ledger that was tampered with. MV_BIN chooses the build.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh
. tests/support/cli.sh

shop=$MV_ORGANISATION
law() {
    python3 tests/integration/vendor_law.py "${1:-$MV_DIR/server/ledger.db}"
}
vendor() { # PRINCIPAL arguments
    cli "$1" vendor "${@:2}"
}
sell() {
    cli "$MV_VENDOR" sell --account A-1 "$@" --yes
}
available() {
    vendor "$MV_VENDOR" show --json | json available
}

check "an instance starts" mv_instance_start || finish
check "a manager" mv_enrol manager1 root manager
check "another one" mv_enrol manager2 root manager
check "one of the shop" mv_enrol boss1 "$shop" manager,supervisor
check "a clerk of the shop" mv_enrol clerk1 "$shop" supervisor
check "and one of the root" mv_enrol head1 root supervisor
pan=$(mv_pan 7)
check "a meter" mv_register "$pan" 7
check "the currency" cli "$MV_OFFICER" tariff office --currency EUR --digits 2 --yes
cat >"$MV_DIR/home.tariff" <<END
name = "home"
kind = single
valid_from = "$(date -u -d '3 days ago' +%Y-%m-%d)"
step { price = "0.20" }
tax "VAT" { percent = "10" }
round_to = "0.01"
END
check "a tariff" cli manager1 tariff import "$MV_DIR/home.tariff" --organisation root
check "is approved" cli "$MV_OFFICER" tariff approve home --version 1 --yes
check "assigned" cli manager1 tariff assign home --organisation root --utility electricity
check "an account" cli clerk1 account open A-1 --meter "$pan" --name "Mei Lin"

# ---- before ----
expect "a shop that is no vendor sells" 0 "Token" sell --kwh 10 --request-id before
expect "and has no credit" 1 "VENDOR_UNKNOWN" vendor "$MV_VENDOR" show
expect "no deposit without terms" 1 "VENDOR_UNKNOWN" vendor head1 deposit "$shop" --amount 10 --slip S1 --yes

# ---- terms by two persons of an organisation above ----
expect "not by a seller" 1 "ROLE_MISSING" vendor "$MV_VENDOR" terms "$shop" --credit-limit 1000
expect "not by the vendor itself" 1 "VENDOR_OWN_CREDIT" vendor boss1 terms "$shop" --credit-limit 1000
expect "the root is no vendor" 1 "VENDOR_OWN_CREDIT" vendor manager1 terms root --credit-limit 5
expect "terms wait" 0 "waits for another person" vendor manager1 terms "$shop" --credit-limit 5 --sale-limit 30 --day-limit 100 --commission 2.5
expect "until then it sells as before" 0 "Token" sell --kwh 10 --request-id pending
expect "not approved by the same person" 1 "VENDOR_SAME_PERSON" vendor manager1 approve "$shop" --version 1 --yes
expect "nor by the vendor" 1 "VENDOR_OWN_CREDIT" vendor boss1 approve "$shop" --version 1 --yes
expect "nor a version that is not there" 1 "VENDOR_UNKNOWN" vendor manager2 approve "$shop" --version 2 --yes
expect "approved" 0 "approved by manager2" vendor manager2 approve "$shop" --version 1 --yes
expect "not twice" 1 "VENDOR_TERMS_NOT_PENDING" vendor manager2 approve "$shop" --version 1 --yes
check "a kiosk below it" cli "$MV_OFFICER" operator organisation-create kiosk --parent "$shop"
expect "no vendor below a vendor" 1 "VENDOR_NESTED" vendor manager1 terms kiosk --credit-limit 5

# ---- deposits ----
expect "nobody books their own" 1 "VENDOR_OWN_CREDIT" vendor boss1 deposit "$shop" --amount 20 --slip S1 --yes
expect "a deposit" 0 "          20.00 EUR" vendor head1 deposit "$shop" --amount 20 --slip S1 --request-id d1 --yes
expect "the same again is the same" 0 "$shop/1 " vendor head1 deposit "$shop" --amount 20 --slip S1 --request-id d1 --yes
expect "not with another amount" 1 "REQUEST_ID_REUSED" vendor head1 deposit "$shop" --amount 21 --slip S1 --request-id d1 --yes
expect "a wrong one" 0 "$shop/2 " vendor head1 deposit "$shop" --amount 100 --slip S2 --yes
expect "is taken back" 0 "Takes back deposit 2" vendor head1 take-back "$shop" --deposit 2 --slip "S2 bounced" --yes
expect "once" 1 "DEPOSIT_TAKEN_BACK" vendor head1 take-back "$shop" --deposit 2 --slip S2 --yes
expect "and not itself" 1 "DEPOSIT_TAKEN_BACK" vendor head1 take-back "$shop" --deposit 3 --slip S2 --yes
same "a seller lists the vendors of its shop: what they have, limits, sold today" "sells 20.00 25.00 5.00 30.00 100.00 0.00" \
    "$(vendor "$MV_VENDOR" list | awk -v name="$shop" '$1 == name { print $2, $3, $4, $5, $6, $7, $8 }')"
expect "and nobody those beside it" 1 "ORGANISATION_DENIED" vendor "$MV_VENDOR" list root
expect "a slip again" 0 "slip S1" vendor "$MV_VENDOR" slip "$shop" --deposit 1
expect "none of this number" 1 "DEPOSIT_UNKNOWN" vendor head1 slip "$shop" --deposit 9
same "20 and the limit of 5" 2500 "$(available)"

# ---- batches and sales ----
expect "nothing is open" 1 "BATCH_NOT_OPEN" vendor "$MV_VENDOR" end shift --yes
expect "a shift" 0 "shift 1 of $shop/till1" vendor "$MV_VENDOR" start shift --request-id b1
expect "the same again" 0 "shift 1 of" vendor "$MV_VENDOR" start shift --request-id b1
expect "not two at once" 1 "BATCH_OPEN" vendor clerk1 start shift --terminal till1
expect "sales of the till" 0 "sales 1 of" vendor clerk1 start sales --terminal till1
expect "no banking by a seller" 1 "ROLE_MISSING" vendor "$MV_VENDOR" start banking
expect "banking" 0 "banking 1 of $shop" vendor clerk1 start banking
sell --kwh 10 --request-id v1 --tendered 5 --keep-change --json >"$MV_DIR/v1.json"
same "a sale of 2.20 of which 5 were taken in" "220" "$(json bill.total <"$MV_DIR/v1.json")"
same "takes 5.00 and gives 0.05" 2005 "$(available)"
sell --kwh 10 --request-id v1 --tendered 5 --keep-change --json >"$MV_DIR/v1again.json"
same "the same order takes nothing" 2005 "$(available)"
expect "paid by the account: nothing is taken in" 0 "Token" sell --kwh 10 --pay balance --request-id v2
same "but commission given" 2010 "$(available)"
expect "above the limit of one sale" 1 "VENDOR_SALE_LIMIT" sell --money 31
expect "above the credit" 1 "VENDOR_CREDIT_EXHAUSTED" sell --money 21
expect "a trial says so too" 1 "VENDOR_CREDIT_EXHAUSTED" cli "$MV_VENDOR" sell --account A-1 --money 21 --trial
expect "no tokens without a price" 1 "VENDOR_NEEDS_PRICE" cli "$MV_VENDOR" vend --meter "$pan" --kwh 1
expect "nor by a record" 1 "VENDOR_NEEDS_PRICE" cli "$MV_VENDOR" record purchase --meter "$pan" --kwh 1
printf 'meter,amount,unit\n%s,1,kwh\n' "$pan" >"$MV_DIR/june.csv"
expect "nor in a batch" 1 "" cli "$MV_VENDOR" batch "$MV_DIR/june.csv" --out "$MV_DIR/june-tokens.csv"
expect "which says why" 0 "VENDOR_NEEDS_PRICE" cat "$MV_DIR/june-tokens.csv"
expect "nor for nothing" 1 "VENDOR_GIVES_NOTHING" cli clerk1 sale free --meter "$pan" --kwh 1 --reason storm --terminal till1 --yes
expect "nor on trial" 1 "VENDOR_NEEDS_PRICE" cli "$MV_VENDOR" trial --meter "$pan" --kwh 1
expect "paid in over the counter" 0 "Slip" cli "$MV_VENDOR" account pay A-1 --amount 1 --pay cash --yes
same "is on credit too" 1910 "$(available)"
expect "what was sold on is not taken back" 1 "DEPOSIT_SPENT" vendor head1 take-back "$shop" --deposit 1 --slip "S1 bounced" --yes
expect "paid out" 0 "Slip" cli clerk1 account pay-out A-1 --amount 0.50 --pay cash --reason "asked for it" --terminal till1 --yes
expect "and paid in by card" 0 "Slip" cli "$MV_VENDOR" account pay A-1 --amount 0.50 --pay card --yes
same "that leaves the credit as it was" 1910 "$(available)"

# ---- many at once, and a server that is killed: not a cent more than there is ----
for i in {1..40}; do echo "k$i"; done | xargs -P 8 -I ID timeout 60 "$MV_BIN/metervault" sell --account A-1 --kwh 5 --pay card --yes \
    --request-id ID --state-dir "$MV_DIR/state" --config "$MV_DIR/clients/$MV_VENDOR.conf" >"$MV_DIR/k.log" 2>&1 &
storm=$!
sleep 0.5
check "the server is killed" mv_stop metervaultd KILL
check "and starts again" mv_server_start
wait "$storm"
for i in {1..40}; do
    sell --kwh 5 --pay card --request-id "k$i" >>"$MV_DIR/k2.log" 2>&1
done
# 1.10 is taken and 0.025 given back, cut to 0.02: 17 times of 19.10, and then 0.74 are left
same "what the credit covers is sold" 17 "$(query "select count(*) from sale where request_id glob 'k*'")"
same "and the rest is left" 74 "$(available)"
expect "the refusals are named" 0 "VENDOR_CREDIT_EXHAUSTED" cat "$MV_DIR/k2.log"

# ---- the day's limit ----
check "a deposit" vendor head1 deposit "$shop" --amount 200 --slip S3 --yes
check "near the day's limit" eval 'sell --money 29.99 && sell --money 29.99'
expect "above the day's limit" 1 "VENDOR_DAY_LIMIT" sell --money 29.99
check "higher limits" vendor manager2 terms "$shop" --credit-limit 5 --day-limit 5000 --commission 2.5
expect "are not in force yet" 1 "VENDOR_DAY_LIMIT" sell --money 29.99
check "until approved" vendor manager1 approve "$shop" --version 2 --yes
expect "then they are" 0 "Token" sell --money 29.99

# ---- the ends of batches ----
expect "a total" 0 "still open" vendor "$MV_VENDOR" total shift
expect "somebody else's shift" 0 "UTC  clerk1" vendor clerk1 end shift --yes --terminal till1 --request-id e1
expect "is what it was" 0 "  card              17            18.70 EUR" vendor clerk1 end shift --yes --terminal till1 --request-id e1
expect "not as another kind" 1 "REQUEST_ID_REUSED" vendor clerk1 end sales --yes --terminal till1 --request-id e1
vendor clerk1 end sales --yes --terminal till1 >"$MV_DIR/sales.txt"
same "the till has the cash of sales, payments and what was paid out" \
    "$(query "select printf('%.2f', (select sum(iif(change_kept = 1, tendered, total)) from bill b join sale s on s.id = b.sale
        where b.payment = 1 and s.request_id not in ('before', 'pending'))
        / 100.0 + (select sum(iif(kind > 6, -amount, amount)) from account_act where payment = 1) / 100.0)")" \
    "$(awk '$1 == "Drawer" { drawer = 1 } drawer && $1 == "cash" { print $2 }' "$MV_DIR/sales.txt")"
check "banking ends" vendor clerk1 end banking --yes
expect "printed again" 0 "shift 1 of" vendor "$MV_VENDOR" batch shift --number 1
expect "no such batch" 1 "BATCH_UNKNOWN" vendor "$MV_VENDOR" batch shift --number 9
expect "a settlement" 0 "settlement 1 of $shop" vendor head1 settle "$shop" --request-id day1 --yes
check "a sale after it" sell --kwh 1 --request-id after
same "the same day again is the same" "$(vendor head1 batch settlement --organisation "$shop" --json)" \
    "$(vendor head1 settle "$shop" --request-id day1 --yes --json)"
expect "the next day has what came after" 0 "  cash               1             0.22" vendor head1 settle "$shop" --yes
expect "the statement" 0 "commission" vendor "$MV_VENDOR" statement "$shop"
same "has every row" "$(query 'select count(*) from vendor_entry')" "$(vendor "$MV_VENDOR" statement "$shop" | wc -l)"

# ---- the law, by another program ----
expect "every prefix holds" 0 "every prefix holds" law
check "the audit chain verifies" cli "$MV_OFFICER" audit verify
check "the server stops" mv_stop metervaultd
tampered() { # STATEMENT: on a copy whose triggers are gone
    cp "$MV_DIR/server/ledger.db" "$MV_DIR/tampered.db"
    python3 - "$MV_DIR/tampered.db" "$1" <<'END'
import sqlite3
import sys

ledger = sqlite3.connect(sys.argv[1])
for (name,) in ledger.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
    ledger.execute("DROP TRIGGER " + name)
if ledger.execute(sys.argv[2]).rowcount < 1:
    sys.exit("nothing was changed")
ledger.commit()
END
    same "tampered: $1" 0 "$?"
    expect "is found" 2 "" law "$MV_DIR/tampered.db"
}
tampered "UPDATE vendor_entry SET amount = amount - 1 WHERE kind = 3 AND entry = (SELECT min(entry) FROM vendor_entry WHERE kind = 3)"
tampered "UPDATE vendor_entry SET balance = balance + 1 WHERE entry = 5"
tampered "UPDATE vendor_deposit SET amount = amount + 1 WHERE number = 1"
tampered "UPDATE vendor_terms SET credit_limit = 0"
tampered "UPDATE batch_sum SET amount = amount + 1 WHERE what = 1"
tampered "UPDATE batch_till SET through = through - 1 WHERE kind = 4"
tampered "UPDATE account_act SET amount = amount + 1 WHERE payment = 1 AND kind = 8"
tampered "UPDATE batch_act_end SET through = 0 WHERE batch = 1"
tampered "DELETE FROM vendor_entry WHERE entry = (SELECT max(entry) FROM vendor_entry)"
refused() { # STATEMENT: the schema itself
    expect "the schema refuses: $1" 1 "Error" python3 -c 'import sqlite3, sys
sqlite3.connect(sys.argv[1]).execute(sys.argv[2])' "$MV_DIR/server/ledger.db" "$1"
}
refused "INSERT INTO vendor_entry SELECT vendor, entry + 1, 3, -99999999, balance - 99999999, terms, day, day_sold + 99999999, NULL, sale, NULL, principal, at_unix_s FROM vendor_entry ORDER BY entry DESC LIMIT 1"
refused "UPDATE vendor SET balance = balance + 1"
refused "UPDATE vendor_entry SET amount = 1"
refused "DELETE FROM vendor_deposit"
refused "UPDATE vendor_terms SET credit_limit = 99999999"
refused "INSERT INTO vendor_terms_approval SELECT vendor, 2, principal, 1 FROM vendor_terms_approval"
refused "INSERT INTO vendor SELECT id, 0, 0, 0, 0, 0, 0 FROM organisation WHERE name = 'kiosk'"
refused "UPDATE batch_sum SET amount = 0"
check "no sanitizer reported anything" no_sanitizer_report
finish
