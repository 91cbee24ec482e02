#!/usr/bin/env bash
# Tariffs from the file that a person writes to the receipt that a customer gets: the currency, versions, a second person for
# what may be mistyped, who is served by what, quotes, receipts in each form. MV_BIN chooses the build.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh
. tests/support/cli.sh

tariff() { # PRINCIPAL arguments
    cli "$1" tariff "${@:2}"
}
home_file() { # PRICES: the file of a version
    cat <<END
name = "home"
kind = steps
valid_from = "$from"
step { up_to = "100" price = "$1" }
step { up_to = "300" price = "$2" }
step { price = "$3" }
free_per_month = "20"
free_carry_months = 2
fixed_per_month = "2.50"
charge "Grundgebühr" { each = "0.30" }
charge "levy" { percent = "2.5" }
charge "green" { per_unit = "0.01" }
tax "VAT" { percent = "15" on_charges = false }
minimum = "1.00"
maximum = "500.00"
round_to = "0.05"
END
}
day() { # DAYS from today
    date -u -d "$1 days" +%Y-%m-%d
}

check "an instance starts" mv_instance_start || finish
check "a manager" mv_enrol manager1 root manager
file=$MV_DIR/home.tariff

# ---- the currency ----
expect "no currency, no tariff" 1 "CURRENCY_NOT_SET" tariff manager1 office
expect "an officer sets it" 2 "--yes" tariff "$MV_OFFICER" office --currency EUR --digits 2
expect "only an officer" 1 "ROLE_MISSING" tariff manager1 office --currency EUR --digits 2 --yes
check "he does" tariff "$MV_OFFICER" office --currency EUR --digits 2 --yes
expect "for ever" 1 "CURRENCY_SET" tariff "$MV_OFFICER" office --currency USD --digits 2 --yes
expect "it is shown" 0 "EUR with 2 decimals" tariff "$MV_VENDOR" office

# ---- versions ----
from=$(day -3)
home_file 0.10 0.20 0.35 >"$file"
expect "a vendor puts no tariff in" 1 "ROLE_MISSING" tariff "$MV_VENDOR" import "$file" --organisation root
expect "the first version waits" 0 "waits for another person" tariff manager1 import "$file" --organisation root
expect "not for the same" 1 "TARIFF_SAME_PERSON" tariff manager1 approve home --version 1 --yes
expect "another approves" 0 "approved by $MV_OFFICER" tariff "$MV_OFFICER" approve home --version 1 --yes
check "exported" bash -c "'$MV_BIN/metervault' tariff export home --config '$MV_DIR/clients/manager1.conf' >'$MV_DIR/again.tariff'"
expect "what was exported is the same version" 0 "version 1" tariff manager1 import "$MV_DIR/again.tariff" --organisation root
same "and reads the same again" "$(cat "$MV_DIR/again.tariff")" "$(tariff manager1 export home --version 1)"
from=$(day +0)
home_file 0.11 0.20 0.35 >"$file"
expect "a small change does not wait" 0 "version 2" tariff manager1 import "$file" --organisation root
from=$(day +1)
home_file 10 0.20 0.35 >"$file"
expect "10 for 0.10 does" 0 "because of: steps.price_e5" tariff manager1 import "$file" --organisation root
expect "who approves sees what was" 2 '- step { up_to = "100" price = "0.11' tariff "$MV_OFFICER" approve home --version 3
expect "and what is to be" 2 '+ step { up_to = "100" price = "10' tariff "$MV_OFFICER" approve home --version 3
expect "it is listed as waiting" 0 "home version 3" tariff "$MV_OFFICER" list --pending
same "alone" 1 "$(tariff "$MV_OFFICER" list --pending | wc -l)"
expect "a rejection has a reason" 2 "reject needs --reason" tariff "$MV_OFFICER" reject home --version 3
expect "who put it in does not reject it" 1 "TARIFF_SAME_PERSON" tariff manager1 reject home --version 3 --reason "typing"
expect "and another does not take it back" 1 "TARIFF_OTHER_PERSON" tariff "$MV_OFFICER" withdraw home --version 3
expect "rejected" 0 "rejected by $MV_OFFICER: 10 for 0.10" tariff "$MV_OFFICER" reject home --version 3 --reason "10 for 0.10"
expect "it is not approved any more" 1 "TARIFF_NOT_PENDING" tariff "$MV_OFFICER" approve home --version 3 --yes
same "nothing waits" 0 "$(tariff "$MV_OFFICER" list --pending | wc -l)"
expect "the same again is a new version" 0 "home version 4" tariff manager1 import "$file" --organisation root
expect "taken back" 0 "taken back by manager1" tariff manager1 withdraw home --version 4
expect "one thing is named" 2 "needs one name and --version, or --assignment" tariff manager1 withdraw home
expect "it waits again" 0 "waits for another" tariff manager1 import "$file" --organisation root
same "five versions" 5 "$(tariff "$MV_VENDOR" list | grep -c "^home version")"

# ---- what is wrong in a file is named ----
wrong() { # NAME SED-SCRIPT TEXT
    home_file 0.10 0.20 0.35 | sed "$2" >"$MV_DIR/wrong.tariff"
    expect "$1" "$3" "$4" tariff manager1 import "$MV_DIR/wrong.tariff" --organisation root
}
wrong "an unknown word" 's/^kind/sort/' 2 "line 2"
wrong "an unknown kind" 's/= steps/= stairs/' 2 "kind"
wrong "too many decimals" 's/"2.50"/"2.505"/' 2 "fixed_per_month"
wrong "a price with six decimals" 's/"0.35"/"0.123456"/' 2 "price"
wrong "no day" 's/^valid_from.*/valid_from = "2026-02-30"/' 2 "valid_from"
wrong "two kinds of charge" 's/each = "0.30"/each = "0.30" percent = "1"/' 2 "one of each"
wrong "not a multiple of what is rounded to" 's/"2.50"/"2.51"/' 1 "fixed_charge_per_month"
wrong "a step after the last" 's/step { price/step { up_to = "200" price/' 1 "steps.up_to"
wrong "before the version in force" "s/^valid_from.*/valid_from = \"$(day -9)\"/" 1 "valid_from_unix_s"
expect "no file" 2 "No such file" tariff manager1 import "$MV_DIR/none" --organisation root

# ---- quotes ----
expect "nothing is assigned" 1 "TARIFF_NOT_ASSIGNED" tariff "$MV_VENDOR" quote --units 10 --utility electricity
check "assigned" tariff manager1 assign home --organisation root --utility electricity
# 10 kWh: 5 at 0.11, 5 at 0.20 are 1.55; 2 months 5.00; 0.30; 2.5 % and 0.01 a kWh to 0.05: 0.05 and 0.10; 15 % 0.25
answer=$(tariff "$MV_VENDOR" quote --units 30 --utility electricity --bought 95 --free 20 --months 2 --json)
same "each line adds up" 7.25 "$(python3 -c 'import json, sys
bill = json.load(sys.stdin)["bill"]
assert sum(int(line.get("amount", 0)) for line in bill["lines"]) == int(bill["total"])
print(int(bill["total"]) / 100)' <<<"$answer")"
expect "by money, the rest is left" 0 "left of the money" tariff "$MV_VENDOR" quote --money 10.04 --utility electricity
expect "a price of the step" 0 "5 kWh at 0.20" tariff "$MV_VENDOR" quote --units 10 --utility electricity --bought 95
expect "a version that waits can be tried" 0 "at 10.00" \
    tariff manager1 quote --units 10 --utility electricity --tariff home --version 5
expect "too little says what would do" 1 "least: 100" tariff "$MV_VENDOR" quote --money 0.50 --utility electricity
expect "above the maximum" 1 "PURCHASE_TOO_LARGE" tariff "$MV_VENDOR" quote --money 500.01 --utility electricity

# ---- a sale at that tariff, and its receipt in each form ----
check "a clerk" mv_enrol clerk1 "$MV_ORGANISATION" supervisor
pan=$(mv_pan 7)
check "a meter" mv_register "$pan" 7
check "an account" cli clerk1 account open A-1 --meter "$pan" --name "王小明"
cli "$MV_VENDOR" sell --account A-1 --kwh 30 --tendered 20 --yes --request-id r1 --json >"$MV_DIR/sale.json"
same "sold" 0 "$?"
expect "a sale of too little says what would do, too" 1 "least: 100" cli "$MV_VENDOR" sell --account A-1 --money 0.01 --yes
digits=$(tokens <"$MV_DIR/sale.json")
total=$(json bill.total <"$MV_DIR/sale.json")
receipt() { # arguments
    cli "$MV_VENDOR" receipt "$@"
}
grouped=$(sed -E 's/(.{4})/\1 /g; s/ $//' <<<"$digits")
expect "the receipt has the token in groups" 0 "$grouped" receipt --request-id r1
expect "the total" 0 "$(printf '%d.%02d' "$((total / 100))" "$((total % 100))")" receipt --receipt "$MV_ORGANISATION/till1/1"
expect "it is a copy" 0 "COPY" receipt --last
expect "in Chinese" 0 "王小明" receipt --last --language zh
check "as a PDF" receipt --last --language zh --format pdf --out "$MV_DIR/sale.pdf"
expect "that says so" 0 "$grouped" pdftotext -layout "$MV_DIR/sale.pdf" -
check "as a picture" pdftoppm -r 200 -png -singlefile "$MV_DIR/sale.pdf" "$MV_DIR/sale"
same "whose code is the token" "$digits" "$(zbarimg -q --raw "$MV_DIR/sale.png")"
check "for a printer" receipt --last --format escpos --out "$MV_DIR/sale.bin"
expect "the printer's code is the token" 0 "" grep -aq "1P0$digits" "$MV_DIR/sale.bin"
printf '# Own shop\n{customer}|{totl}\n' >"$MV_DIR/own.receipt"
expect "an unknown field of a template is refused" 1 "line 2: no such field: {totl}" receipt --last --template "$MV_DIR/own.receipt"
sed -i 's/totl/total/' "$MV_DIR/own.receipt"
expect "an organisation's own template" 0 "Own shop" receipt --last --template "$MV_DIR/own.receipt"
expect "no such sale" 1 "TOKEN_UNKNOWN" receipt --request-id none
expect "one of the ways" 2 "one of --request-id" receipt
expect "an unknown form" 2 "--format" receipt --last --format docx
check "assigned no more" tariff manager1 assign --none --organisation root --utility electricity
expect "then nobody is served" 1 "TARIFF_NOT_ASSIGNED" tariff "$MV_VENDOR" quote --units 10 --utility electricity
expect "no day" 2 "--valid-from" \
    tariff manager1 assign home --organisation root --utility electricity --valid-from 2026-02-30
expect "from a day on" 0 "from $(day +2)" \
    tariff manager1 assign home --organisation root --utility electricity --valid-from "$(day +2)"
expect "not yet" 1 "TARIFF_NOT_ASSIGNED" tariff "$MV_VENDOR" quote --units 10 --utility electricity
expect "a day that is over is refused" 1 "valid_from_unix_s" \
    tariff manager1 assign home --organisation root --utility electricity --valid-from "$(day -2)"

# ---- an assignment waits, and is not to be ----
from=$(day -3)
home_file 0.02 0.03 0.04 | sed 's/"home"/"cheap"/' >"$file"
check "another tariff" tariff manager1 import "$file" --organisation root
check "approved" tariff "$MV_OFFICER" approve cheap --version 1 --yes
expect "the class does not come under it at once" 0 "waits until another person" \
    tariff manager1 assign cheap --organisation root --utility electricity
number=$(tariff manager1 list --pending --json | json assignments.0.number)
expect "it is listed" 0 "assignment $number  root, electricity, class default: cheap" tariff "$MV_VENDOR" list --pending
expect "rejected too" 0 "rejected by $MV_OFFICER: too cheap" \
    tariff "$MV_OFFICER" reject --assignment "$number" --reason "too cheap"
expect "what became of it is kept" 0 "rejected by" tariff "$MV_VENDOR" list --assignments
expect "the same command begins anew" 0 "waits until another person" \
    tariff "$MV_OFFICER" assign cheap --organisation root --utility electricity
expect "taken back too" 0 "taken back by $MV_OFFICER" tariff "$MV_OFFICER" withdraw --assignment "$((number + 1))"
finish
