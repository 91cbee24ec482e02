#!/usr/bin/env bash
# What happens at an office besides selling: debts, payments, deposits, sales taken back, free tokens, another meter, another
# owner, the end of an account; then the sums of the ledger, by SQL alone. MV_BIN chooses the build.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh
. tests/support/cli.sh

check "an instance starts" mv_instance_start || finish
check "a manager" mv_enrol manager1 root manager
check "a clerk" mv_enrol clerk1 "$MV_ORGANISATION" supervisor
check "a second officer" mv_enrol second1 root officer
old=$(mv_pan 7)
new=$(mv_pan 8)
check "a meter" mv_register "$old" 7
check "is made" mv_meter_make "$old" 7 "$MV_DIR/meter7"
check "another one" mv_register "$new" 7
check "is made too" mv_meter_make "$new" 7 "$MV_DIR/meter8"
account() {
    cli clerk1 account "$@"
}
sell() {
    cli "$MV_VENDOR" sell "$@" --yes
}
sale() {
    cli "$MV_VENDOR" sale "$@"
}

cat >"$MV_DIR/home.tariff" <<END
name = "home"
kind = single
valid_from = "$(date -u -d '3 days ago' +%Y-%m-%d)"
step { price = "0.10" }
free_per_month = "5"
round_to = "0.01"
END
check "the currency" cli "$MV_OFFICER" tariff office --currency EUR --digits 2 --yes
check "a tariff" cli manager1 tariff import "$MV_DIR/home.tariff" --organisation root
check "is approved" cli "$MV_OFFICER" tariff approve home --version 1 --yes
check "and assigned" cli manager1 tariff assign home --organisation root --utility electricity --class default
check "an account" account open A-1 --meter "$old" --name "Mei Lin"

# ---- free units, debts, payments ----
expect "the month's free units are a token of their own" 0 "total" sell --account A-1 --free-units
expect "once" 1 "AMOUNT_TOO_SMALL" sell --account A-1 --free-units
expect "a vendor adds no debt" 1 "ROLE_MISSING" cli "$MV_VENDOR" account debt-add A-1 --amount 30 --label Arrears \
    --per-purchase 2 --reason "2025"
expect "a debt" 0 "Owed      30.00 EUR" account debt-add A-1 --amount 30 --label Arrears --percent 50 --reason "2025" \
    --request-id d1
expect "the same again is done once" 0 "stored answer" account debt-add A-1 --amount 30 --label Arrears --percent 50 \
    --reason "2025" --request-id d1
expect "another one, taken first" 0 "Debt      2" account debt-add A-1 --amount 3 --label Meter --per-purchase 2 \
    --priority 1 --reason "new display"
expect "a sale takes both" 0 "Arrears" sell --account A-1 --money 10 --request-id s1
same "the first its 2.00, the other half of the rest" "200 400" \
    "$(query "select group_concat(amount, ' ') from (select amount from bill_line where kind = 6 order by line)")"
expect "other terms" 0 "debt changed" account debt-change A-1 --debt 1 --label Arrears --percent 10 --reason "hardship"
expect "a payment without a purchase" 0 "Owed      16.00 EUR" cli "$MV_VENDOR" account pay A-1 --amount 10 --debt 1
expect "not more than is owed" 1 "OWED_LESS" cli "$MV_VENDOR" account pay A-1 --amount 16.01 --debt 1
expect "written off" 0 "Owed      0.00 EUR" account write-off A-1 --debt 1 --amount 16 --reason "court" --yes
expect "what is left" 0 "Owed      1.00 EUR" cli "$MV_VENDOR" account debts A-1
expect "to the balance" 0 "Balance   20.00 EUR" cli "$MV_VENDOR" account pay A-1 --amount 20
expect "as deposit, from the balance" 0 "Deposit   15.00 EUR" cli "$MV_VENDOR" account pay A-1 --amount 15 --deposit \
    --pay balance
expect "the slip of a payment" 0 "Debt paid 4 " cli "$MV_VENDOR" receipt --slip 4
expect "of a debt that was written off, with its reason" 0 "court" cli "$MV_VENDOR" receipt --slip 5
expect "of a deposit, in Chinese" 0 "收押金 7 " cli "$MV_VENDOR" receipt --slip 7 --language zh
check "as PDF" cli "$MV_VENDOR" receipt --slip 6 --format pdf --out "$MV_DIR/slip.pdf"
expect "says what it is" 0 "Paid in 6 " pdftotext -layout "$MV_DIR/slip.pdf" -
expect "of nothing" 1 "SLIP_UNKNOWN" cli "$MV_VENDOR" receipt --slip 99
expect "a vendor gives no money out" 1 "ROLE_MISSING" cli "$MV_VENDOR" account pay-out A-1 --amount 1 --reason x --yes

# ---- sales confirmed, given up, taken back ----
check "a request is given up" sale cancel s2 --yes
expect "and nothing is sold under it" 1 "REQUEST_CANCELLED" sell --account A-1 --money 10 --request-id s2
expect "one that was made is not given up" 1 "SALE_MADE" sale cancel s1 --yes
check "a sale is confirmed" sale confirm s1 --yes
expect "and not taken back" 1 "SALE_CONFIRMED" cli clerk1 sale reverse "$MV_ORGANISATION/till1/2" --reason "oops" --yes
sell --account A-1 --kwh 20 --request-id s3 --json >"$MV_DIR/s3.json"
digits=$(tokens <"$MV_DIR/s3.json")
receipt=$(json issued.receipt.number <"$MV_DIR/s3.json")
expect "nobody takes back without saying yes" 2 "--yes" cli clerk1 sale reverse "$MV_ORGANISATION/till1/$receipt" --reason oops
expect "a vendor takes nothing back" 1 "ROLE_MISSING" sale reverse "$MV_ORGANISATION/till1/$receipt" --reason oops --yes
expect "taken back" 0 "waits for officers" cli clerk1 sale reverse "$MV_ORGANISATION/till1/$receipt" --reason oops --yes
expect "the claim on paper" 0 "Reason                              oops" cli clerk1 receipt --claim 1 --account A-1
expect "which the account has to have" 1 "no claim 9" cli clerk1 receipt --claim 9 --account A-1
expect "once" 1 "SALE_REVERSED" cli clerk1 sale reverse "$MV_ORGANISATION/till1/$receipt" --reason oops --yes
expect "the meter takes the token all the same" 0 "balance 20 kWh" "$MV_BIN/metersim" --state "$MV_DIR/meter7" enter "$digits"
expect "one officer" 0 "approvals 1 of 2" cli "$MV_OFFICER" account approve-claim 1 --yes
expect "is one" 0 "approvals 1 of 2" cli "$MV_OFFICER" account approve-claim 1 --yes
expect "two pay" 0 "paid to the balance" cli second1 account approve-claim 1 --yes
expect "the audit tells the risk" 0 "risk=meter-may-hold-it" cli "$MV_OFFICER" audit export

# ---- free, another meter, another owner, the end ----
expect "in an emergency" 0 "kWh" cli clerk1 sale free --meter "$old" --kwh 5 --reason storm --yes
expect "its receipt says why" 0 "Reason                             storm" cli clerk1 receipt --last
expect "not by a vendor" 1 "ROLE_MISSING" sale free --meter "$old" --kwh 5 --reason storm --yes
expect "another meter" 0 "$new" account change-meter A-1 --meter "$new" --reason "display broken" --yes
expect "what was in the old one" 0 "waits for officers" account claim A-1 --meter "$old" --units 12300 --reason "read 12.3"
expect "not yet" 1 "CLAIM_NOT_DUE" cli clerk1 sale free --meter "$new" --wh 12300 --claim 2 --reason moved --yes
check "one officer agrees" cli "$MV_OFFICER" account approve-claim 2 --yes
check "and the other" cli second1 account approve-claim 2 --yes
cli clerk1 sale free --meter "$new" --wh 12300 --claim 2 --reason moved --yes --json >"$MV_DIR/moved.json"
expect "the new meter has it" 0 "balance 12.3 kWh" "$MV_BIN/metersim" --state "$MV_DIR/meter8" enter \
    "$(tokens <"$MV_DIR/moved.json")"
expect "and once" 1 "CLAIM_NOT_DUE" cli clerk1 sale free --meter "$new" --wh 12300 --claim 2 --reason moved --yes
expect "a debt is left" 0 "debt added" account debt-add A-1 --amount 4 --label Fence --per-purchase 1 --reason "broken"
expect "who leaves owes" 1 "ACCOUNT_OWES" account transfer A-1 --to B-1 --name "Omar Said" --reason "house sold" --yes
expect "who comes takes it over" 0 "Omar Said" account transfer A-1 --to B-1 --name "Omar Said" --reason "house sold" \
    --debts go --yes
expect "the old account buys nothing" 1 "ACCOUNT_SUSPENDED" sell --account A-1 --money 5
expect "the new one pays the debt" 0 "Fence" sell --account B-1 --money 5
expect "what the old one holds" 0 "paid out" account pay-out A-1 --amount 5 --reason "moved out" --yes
expect "its deposit" 0 "Deposit   0.00 EUR" account pay-out A-1 --amount 15 --deposit --reason "moved out" --yes
expect "an account that owes is not closed" 1 "ACCOUNT_OWES" account close B-1 --reason "pulled down" --yes
expect "but for what stays owed" 0 "closed" account close B-1 --reason "pulled down" --leave-debts --yes
expect "for ever" 1 "ACCOUNT_CLOSED" cli "$MV_VENDOR" account pay B-1 --amount 1
expect "the timeline tells all" 0 "WRITTEN_OFF" account timeline A-1

# ---- the meter's own word, in place of two officers ----
domain=A1B2C3
for use in record-mac record-enc; do
    check "master $use" mv_keys generate --use "$use" --domain "$domain" --version 1
done
third=$(mv_pan 9)
check "a meter that takes records" mv_register "$third" 7
check "known with its record keys" cli "$MV_ADMIN" meter provision "$third" --domain "$domain" --epoch 0
check "has them" mv_keys export-meter --pan "$third" --sgc "$MV_SAMPLE_SGC" --krn 1 --kt 2 --ti 1 --ea 7 --base-date 2014 \
    --ken 255 --factory-key factory --domain "$domain" --mac-version 1 --enc-version 1 --epoch 0 \
    --out "$MV_DIR/hsm/$third.provision"
meter() {
    "$MV_BIN/metersim" --state "$MV_DIR/meter9" "$@"
}
check "is made" meter --provision "$MV_DIR/hsm/$third.provision" --component-file "$MV_DIR/custodians/factory-a" \
    --component-file "$MV_DIR/custodians/factory-b"
# Sells to an account and keys the token in.
buy() { # ACCOUNT KWH
    meter enter "$(sell --account "$1" --kwh "$2" --json | tokens)"
}
# Asks the meter how it stands.
ask() {
    meter record "$(cli "$MV_VENDOR" record read --meter "$third" --json | json records.0)"
}
# Hands its answer in.
hear() {
    cli "$MV_VENDOR" record return "$(meter return)"
}
check "its account" account open C-1 --meter "$third" --name "Ana Cruz"
expect "buys" 0 "balance 20 kWh" buy C-1 20
expect "nobody asked the meter" 1 "RETURN_MISSING" account change-meter C-1 --meter "$new" --reason "burnt" --move-credit --yes
check "it is asked" ask
check "something is sold meanwhile" sell --account C-1 --kwh 1
expect "it answers" 0 "Remaining  20000" hear
expect "for a time that is over" 1 "RETURN_OUTDATED" account change-meter C-1 --meter "$new" --reason "burnt" --move-credit --yes
check "it is asked again" ask
expect "and answers" 0 "answers the newest read request" hear
account change-meter C-1 --meter "$new" --reason "burnt" --move-credit --yes >"$MV_DIR/change.txt"
expect "that will do" 0 "State     good, by the meter's return" cat "$MV_DIR/change.txt"
claim=$(awk '/^Claim/ { print $2 + 0 }' "$MV_DIR/change.txt")
expect "not more than was in it" 1 "CLAIM_NOT_DUE" cli clerk1 sale free --meter "$new" --wh 21000 --claim "$claim" --reason moved --yes
cli clerk1 sale free --meter "$new" --wh 20000 --claim "$claim" --reason moved --yes --json >"$MV_DIR/moved.json"
expect "the next meter has exactly that" 0 "accepted: 20 kWh" "$MV_BIN/metersim" --state "$MV_DIR/meter8" enter \
    "$(tokens <"$MV_DIR/moved.json")"
check "the old meter is somebody else's" account open D-1 --meter "$third" --name "Li Wei"
expect "a return proves once" 1 "RETURN_USED" account close D-1 --reason "moved out" --refund --yes
expect "who comes buys" 0 "balance 30 kWh" buy D-1 10
check "asked" ask
check "answered" hear
expect "what others left in it is not paid back" 1 "CREDIT_NEEDS_OFFICERS" account close D-1 --reason "moved out" --refund --yes
check "an engineer" mv_enrol engineer1 "$MV_ORGANISATION" engineer
check "clears it" meter record "$(cli engineer1 record control --meter "$third" clear --clear credit --yes --json | json records.0)"
check "asked" ask
check "answered" hear
expect "which no return proves" 1 "CREDIT_NEEDS_OFFICERS" account close D-1 --reason "moved out" --refund --yes
check "the engineer resets it" meter record "$(cli engineer1 record control --meter "$third" reset --clear credit --yes --json | json records.0)"
check "a return of the new epoch" hear
expect "ten more" 0 "balance 10 kWh" buy D-1 10
check "asked again" ask
check "answered again" hear
expect "the credit is paid back" 0 "Amount    1.00 EUR" account close D-1 --reason "moved out" --refund --yes
expect "and out" 0 "paid out" account pay-out D-1 --amount 1 --reason "moved out" --yes
expect "the claim says why" 0 "paid to the balance, by the meter's return" account claims D-1

# ---- an account with its first sale ----
opening() { # NUMBER OPTION...
    account open "$1" --meter "$third" --name "Ida Berg" --yes "${@:2}"
}
expect "an account with its first sale" 0 "Token" opening E-1 --money 5
same "the same again is the same sale" 1 "$(opening E-1 --money 5 --json | tokens | grep -cxF "$(opening E-1 --money 5 --json | tokens)")"
same "which exists once" 1 "$(query "select count(*) from bill b join account a on a.id = b.account where a.number = 'E-1'")"
expect "another amount is another order" 1 "REQUEST_ID_REUSED" opening E-1 --money 6
expect "nobody opens it again" 1 "ACCOUNT_EXISTS" opening E-1 --money 5 --request-id other
expect "a meter has one account" 1 "METER_HAS_ACCOUNT" opening E-2 --money 5
same "a refused sale leaves no account" 0 "$(query "select count(*) from account where number = 'E-2'")"
expect "shown with its money" 0 "Balance   0.00 EUR" account show E-1
expect "and what it owes" 0 "Owed      3.00 EUR" account show B-1
expect "found by the beginning of its number" 0 "Ida Berg" account list --number E-
same "by its meter, with the one before" 2 "$(account list --meter "$third" | grep -cE "^(D|E)-1 ")"
same "completed by the shell" E-1 "$(cli clerk1 complete account E)"

# ---- a purchase by record that the meter does not have is taken back ----
record() { # by a clerk; prints the first record
    cli clerk1 record "$@" --meter "$third" --json | json records.0
}
check "the meter's account for records" meter record "$(record purchase --kwh 5 --kind open-account --client 4711)"
lost=$(record purchase --kwh 3)
expect "a vendor takes nothing back" 1 "ROLE_MISSING" cli "$MV_VENDOR" record void --meter "$third" 2 --yes
void=$(record void 2 --yes)
expect "it is void once" 1 "PURCHASE_NOT_VOIDABLE" cli clerk1 record void --meter "$third" 2 --yes
check "the meter is asked" ask
expect "and may take the purchase yet" 1 "" grep -q "never taken" <(hear)
check "it takes the voiding record" meter record "$void"
check "and is asked" ask
expect "now it never takes the other" 0 "Purchase 2 is void, and never taken" hear
expect "whoever still has it" 1 "" meter record "$lost"
bought=$(record purchase --kwh 4)
void=$(record void 4 --yes)
check "another one gets there first" meter record "$bought"
check "the voiding record after it" meter record "$void"
check "the meter tells" ask
expect "that it has it" 0 "Purchase 4 had been taken before it was voided" hear
expect "what was sold later comes as ever" 0 "credited 2000" meter record "$(record purchase --kwh 2)"
check "a last question" ask
check "its answer" hear

# ---- another owner since a date ----
expect "not since tomorrow" 1 "TRANSFER_DATE" account transfer E-1 --to F-1 --name "Tom Hill" --reason sold --since "$(date -u -d tomorrow +%F)" --yes
expect "nor since before it was opened" 1 "TRANSFER_DATE" account transfer E-1 --to F-1 --name "Tom Hill" --reason sold --since 2020-01-01 --yes
sleep 1
since=$(date -u +"%F %T")
check "money comes in" cli "$MV_VENDOR" account pay E-1 --amount 7
transfer() {
    account transfer E-1 --to F-1 --name "Tom Hill" --reason sold --since "$since" --yes
}
expect "what came in since goes along" 0 "Balance                  0.00           7.00           7.00" transfer
expect "the same again is the same answer" 0 "Sales                       1              0              1" transfer
same "and it went once" "0 7.00" "$(query "select (select balance from account_tally t join account a on a.id = t.account where number = 'E-1') || ' ' || (select printf('%.2f', balance / 100.0) from account_tally t join account a on a.id = t.account where number = 'F-1')")"

# ---- the sums, by SQL alone ----
same "debts are what their entries say" 0 "$(query 'select count(*) from debt d where outstanding <> (select coalesce(sum(amount), 0) from debt_entry e where e.debt = d.id)')"
same "bills took of debts what they say" 0 "$(query 'select (select coalesce(sum(debts), 0) from bill) + (select coalesce(sum(amount), 0) from debt_entry where sale is not null)')"
same "accounts hold what their entries say" 0 "$(query 'select count(*) from account_tally t where balance <> (select coalesce(sum(amount), 0) from account_entry e where e.account = t.account)')"
same "deposits are what was taken and given back" 0 "$(query 'select coalesce(sum(held), 0) - (select coalesce(sum(case kind when 6 then amount when 7 then -amount end), 0) from account_act) from account_deposit')"
same "acts are numbered without gaps" 0 "$(query 'select max(id) - count(*) from account_act')"
same "no claim was paid without two officers or a return" 0 "$(query 'select count(*) from account_act a where kind = 9 and (select count(*) from claim_approval p where p.claim = a.other) < 2 and not exists (select 1 from claim_proof p where p.claim = a.other)')"
same "the meter bought what was sold by record and is not void" "$(cli "$MV_VENDOR" record returns --meter "$third" --json | json returns.0.content.total_purchased)" "$(query 'select sum(amount) from record r where kind = 1 and not exists (select 1 from record_void v join record_void_end e on e.record = v.record where v.voided = r.id and taken = 0)')"
same "no return was used twice" 0 "$(query 'select count(*) - count(distinct meter || epoch || sequence) from claim_proof')"
check "the audit chain verifies" cli "$MV_OFFICER" audit verify
check "no sanitizer reported anything" no_sanitizer_report
finish
