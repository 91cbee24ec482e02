#!/usr/bin/env bash
# The office behind the counter, from end to end: tariffs, an account, sales by money and by units, the same again, receipts,
# a suspended account, a server that is killed; then the sums of the ledger, by SQL alone. MV_BIN chooses the build.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh
. tests/support/cli.sh

check "an instance starts" mv_instance_start || finish
check "a manager" mv_enrol manager1 root manager
check "a clerk" mv_enrol clerk1 "$MV_ORGANISATION" supervisor
pan=$(mv_pan 7)
check "a meter" mv_register "$pan" 7
check "is made" mv_meter_make "$pan" 7 "$MV_DIR/meter7"
account() {
    cli clerk1 account "$@"
}
sell() {
    cli "$MV_VENDOR" sell "$@" --yes
}
trial() {
    cli "$MV_VENDOR" sell "$@" --trial
}

# ---- the currency and a tariff ----
expect "no currency, no sale" 1 "CURRENCY_NOT_SET" sell --meter "$pan" --money 10
check "the currency" cli "$MV_OFFICER" tariff office --currency EUR --digits 2 --yes
cat >"$MV_DIR/home.tariff" <<END
name = "home"
kind = steps
valid_from = "$(date -u -d '3 days ago' +%Y-%m-%d)"
step { up_to = "50" price = "0.10" }
step { price = "0.20" }
tax "VAT" { percent = "15" }
minimum = "0.05"
round_to = "0.01"
END
check "a tariff" cli manager1 tariff import "$MV_DIR/home.tariff" --organisation root
check "is approved" cli "$MV_OFFICER" tariff approve home --version 1 --yes
check "and assigned" cli manager1 tariff assign home --organisation root --utility electricity --class home

# ---- accounts ----
expect "no account, no priced sale" 1 "ACCOUNT_UNKNOWN" sell --meter "$pan" --money 10
expect "a vendor opens none" 1 "ROLE_MISSING" cli "$MV_VENDOR" account open A-1 --meter "$pan" --name "Mei Lin"
expect "opened" 0 "Mei Lin" account open A-1 --meter "$pan" --name "Mei Lin" --address "12 Dock Road" --class home
expect "the same again" 0 "Version   1" account open A-1 --meter "$pan" --name "Mei Lin" --address "12 Dock Road" --class home
expect "with other data" 1 "ACCOUNT_EXISTS" account open A-1 --meter "$pan" --name "Somebody"
expect "a second one on the meter" 1 "METER_HAS_ACCOUNT" account open A-2 --meter "$pan" --name "Somebody"
expect "changed" 0 "555-0101" account update A-1 --contact 555-0101
expect "what was not said stays" 0 "12 Dock Road" account show A-1
expect "by meter" 0 "A-1" account show --meter "$pan"
expect "found by a part of the name" 0 "A-1" cli "$MV_VENDOR" account list --search "mei"
same "nobody of another name" 0 "$(account list --search nobody | wc -l)"

# ---- sales ----
expect "a trial shows every line" 0 "VAT" trial --account A-1 --kwh 10
expect "and issues nothing" 0 "Trial    nothing was issued" trial --account A-1 --kwh 10
same "no sale yet" 0 "$(query 'select count(*) from sale')"
sell --account A-1 --kwh 10 --tendered 5 --request-id s1 --json >"$MV_DIR/s1.json"
same "by units" "0 115 385" "$? $(json bill.total <"$MV_DIR/s1.json") $(json change <"$MV_DIR/s1.json")"
digits=$(tokens <"$MV_DIR/s1.json")
expect "the meter credits 10 kWh" 0 "balance 10 kWh" "$MV_BIN/metersim" --state "$MV_DIR/meter7" enter "$digits"
same "the same id, the same token" "$digits" "$(sell --account A-1 --kwh 10 --tendered 5 --request-id s1 --json | tokens)"
expect "the same id, another amount" 1 "REQUEST_ID_REUSED" sell --account A-1 --kwh 11 --tendered 5 --request-id s1
expect "the same id without a price" 1 "REQUEST_ID_REUSED" cli "$MV_VENDOR" vend --meter "$pan" --kwh 10 --request-id s1
expect "by money, the rest is change" 0 "to give back" sell --meter "$pan" --money 10 --tendered 20 --request-id s2
expect "the account keeps the change" 0 "account holds" sell --account A-1 --kwh 5 --tendered 10 --keep-change
expect "and pays with it" 0 "balance" sell --account A-1 --kwh 1 --pay balance
expect "not more than it holds" 1 "BALANCE_TOO_SMALL" sell --account A-1 --kwh 500 --pay balance
expect "too little handed over" 1 "TENDERED_TOO_LITTLE" sell --account A-1 --kwh 10 --tendered 1
expect "below the minimum" 1 "PURCHASE_TOO_SMALL" sell --account A-1 --money 0.03
expect "nobody can be asked" 2 "--yes" cli "$MV_VENDOR" sell --account A-1 --kwh 1
expect "two amounts" 2 "give one amount" sell --account A-1 --money 20 --kwh 25
expect "no amount" 2 "say how much" sell --account A-1
same "reprint by its receipt" "$digits" "$(cli "$MV_VENDOR" reprint --receipt "$MV_ORGANISATION/till1/1" --json | tokens)"
check "fifteen small ones" bash -c "for i in {1..15}; do '$MV_BIN/metervault' sell --account A-1 --kwh 2 --yes --request-id m\$i --config '$MV_DIR/clients/$MV_VENDOR.conf' || exit; done"
before=$(query 'select count(*) from sale')
check "at the counter, everything is asked, and asked again" python3 tests/integration/office_counter.py \
    "$MV_BIN/metervault" "$MV_DIR/clients/$MV_VENDOR.conf" A-1 "$pan"
same "only what was agreed to was sold" 2 $(($(query 'select count(*) from sale') - before))

# ---- suspended ----
expect "suspended" 0 "suspended" account suspend A-1 --reason "moved out"
expect "nothing is sold" 1 "ACCOUNT_SUSPENDED" sell --account A-1 --money 10
expect "what was sold is still answered" 0 "stored answer" sell --account A-1 --kwh 10 --tendered 5 --request-id s1
expect "resumed" 0 "in use" account resume A-1 --reason "back"
expect "the timeline tells why" 0 "note=moved out" account timeline A-1
expect "and what was sold" 0 "total=115" account timeline A-1

# ---- killed in the middle of it ----
for i in {1..30}; do echo "k$i"; done | xargs -P 4 -I ID timeout 60 "$MV_BIN/metervault" sell --account A-1 --kwh 1 --yes \
    --request-id ID --state-dir "$MV_DIR/state" --config "$MV_DIR/clients/$MV_VENDOR.conf" >"$MV_DIR/k.log" 2>&1 &
storm=$!
sleep 0.7
check "the server is killed" mv_stop metervaultd KILL
check "and starts again" mv_server_start
wait "$storm"
again=0
for i in {1..30}; do
    cli "$MV_VENDOR" sell --account A-1 --kwh 1 --yes --request-id "k$i" >/dev/null 2>&1 && again=$((again + 1))
done
same "each is sold in the end" 30 "$again"
same "and once" 30 "$(query "select count(*) from sale where request_id glob 'k*'")"

# ---- what the Tab key knows ----
# completes NAME WORDS... : what bash would offer for the last word
completes() {
    PATH="$MV_BIN:$PATH" HOME="$MV_DIR/home" bash -c '. client/completion/metervault.bash
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) && _metervault && echo "${COMPREPLY[*]}"' metervault "$@"
}
mkdir -p "$MV_DIR/home/.config/metervault" && cp "$MV_DIR/clients/$MV_VENDOR.conf" "$MV_DIR/home/.config/metervault/client.conf"
same "a command" "audit account" "$(completes metervault a)"
same "its parts" "show suspend" "$(completes metervault account s)"
same "an option" "--keep-change" "$(completes metervault sell --keep)"
same "an account's number" "A-1" "$(completes metervault sell --account A)"
same "a meter's number" "$pan" "$(completes metervault sell --meter "${pan:0:8}")"
same "a number where it stands alone" "A-1" "$(completes metervault account show A)"
same "and a meter's" "$pan" "$(completes metervault meter show "${pan:0:8}")"
expect "nothing where there is nothing" 1 "" grep -q . <(completes metervault sell --account Z)
same "every option of every part" 0 "$(for command in $("$MV_BIN/metervault" complete words); do
    for part in $("$MV_BIN/metervault" complete words "$command" | grep -v '^--'); do
        diff <("$MV_BIN/metervault" complete words "$command" "$part" | tr -d = | sort) \
            <(completes metervault "$command" "$part" -- | tr ' ' '\n' | sort)
    done
done | wc -l)"
check "with a real Tab" env PATH="$MV_BIN:$PATH" HOME="$MV_DIR/home" python3 tests/integration/office_tab.py A-1 "$pan"

# ---- the sums, by SQL alone ----
same "every priced sale has its bill" 0 "$(query "select count(*) from sale s left join bill b on b.sale = s.id where b.sale is null")"
same "lines add up to bills" 0 "$(query 'select count(*) from bill b where total <> (select sum(amount) from bill_line l where l.sale = b.sale)')"
same "bills are what tokens carry" 0 "$(query 'select count(*) from bill b join sale s on s.id = b.sale where s.encoded <> b.free_units + b.paid_units')"
same "the month is the sum of its sales" 0 "$(query 'select (select max(month_paid) from bill) - (select sum(paid_units) from bill)')"
# the month's price: F(x) = 0.10 x up to 50 kWh, then 0.20, and 15 %, rounded to the cent each
same "the month costs what its units cost" 0 "$(query 'select cast(sum(energy) - round((5000 + (max(month_paid) - 50000) / 5.0) / 10) as integer) from bill')"
same "the account holds what its entries say" 0 "$(query 'select (select balance from account_tally) - coalesce((select sum(amount) from account_entry), 0)')"
same "and nothing was kept but change" 0 "$(query 'select sum(iif(change_kept, tendered - total, 0) - iif(payment = 5, total, 0)) - (select balance from account_tally) from bill')"
check "the audit chain verifies" cli "$MV_OFFICER" audit verify
check "no sanitizer reported anything" no_sanitizer_report
finish
