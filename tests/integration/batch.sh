#!/usr/bin/env bash
# A file of METERVAULT_ROWS orders (4000) of every kind, killed and resumed, the server killed in between: one row for
# each, nothing issued twice, and the same output as an unbroken run's ledger says. MV_BIN chooses the build.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh
. tests/support/storm.sh
. tests/support/cli.sh

clerk=clerk1
rows=${METERVAULT_ROWS:-4000} kills=10
export STORM_METERS=$((rows / 10)) # a meter takes at most 60 tokens ahead of the clock
in="$MV_DIR/in.csv" out="$MV_DIR/out.csv"

check "an instance starts" mv_instance_start || finish
check "somebody who may issue all of it" mv_enrol "$clerk" "$MV_ORGANISATION" supervisor,engineer
check "meters are opened" storm_register || finish

# Sales, management and test tokens over the meters; every 50th row is wrong in one way or another.
python3 - "$MV_DIR/server/ledger.db" "$in" "$rows" <<'PYTHON'
import csv, sqlite3, sys
pans = [pan for pan, in sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute("select pan from meter order by pan")]
with open(sys.argv[2], "w", newline="") as file:
    out = csv.writer(file)
    out.writerow(["meter", "kind", "amount", "unit", "action", "value"])
    for i in range(int(sys.argv[3])):
        pan = pans[i % len(pans)]
        if i % 50 == 49:
            out.writerow([["600727999999999999", "=2+5", pan, pan][i // 50 % 4], "credit", ["1", "1", "-1", "99999999"][i // 50 % 4],
                          "kwh", "", ""])
        elif i % 10 == 3:
            out.writerow([pan, "management", "", "", "max-power", 1000 + i])
        elif i % 10 == 7:
            out.writerow([pan, "test", "", "", "", i % 19])
        else:
            out.writerow([pan, "credit", f"{i + 1}.5", "kwh", "", ""])
PYTHON
issue() { # FILE OUT arguments
    exec "$MV_BIN/metervault" batch "$@" --config "$MV_DIR/clients/$clerk.conf"
}
finish_it() {
    (issue "$in" --out "$out")
}
unbroken() {
    (issue "$in" --out "$MV_DIR/again.csv")
}
done_rows() {
    local found
    found=$(grep -c '^[0-9]' "$out" 2>/dev/null)
    echo "${found:-0}"
}
reaches() { # ROWS PID: false when the process ends first
    local tries
    for ((tries = 0; tries < 6000; tries++)); do
        [ "$(done_rows)" -lt "$1" ] || return 0
        [ -e "/proc/$2" ] || return 1
        sleep 0.01
    done
    return 1
}
# Killed when so many rows are written; every fourth time the server was killed on the way, which the client lives through.
killed_at() { # ROWS NUMBER
    local pid on_the_way=$(($1 - rows / (3 * kills)))
    (issue "$in" --out "$out" --rate $((rows / 3)) >>"$MV_DIR/batch.log" 2>&1) &
    pid=$!
    if [ $(($2 % 4)) -eq 0 ]; then
        reaches "$on_the_way" "$pid" && mv_stop metervaultd KILL && mv_server_start || return
    fi
    reaches "$1" "$pid" && kill -s KILL "$pid" || return
    wait "$pid" 2>/dev/null
    [ $? -eq 137 ]
}
good=0
for ((i = 1; i <= kills; i++)); do
    if killed_at $((rows * i / (kills + 2))) "$i"; then
        good=$((good + 1))
    else
        fail "kill $i" "$(tail -n 5 "$MV_DIR/batch.log")"
    fi
done
same "killed $kills times on the way" "$kills" "$good"
check "the journal is there while it is not finished" test -f "$out.journal"
expect "the last run ends, and says that rows were refused" 1 "$rows rows" finish_it
check "the journal is gone" test ! -e "$out.journal"
same "a row for each, in order" "$rows" "$(awk -F, 'NR > 1 && $1 == NR - 1 { n++ } END { print n + 0 }' "$out")"
bad=$((rows / 50))
same "bad rows failed alone" "$bad" "$(grep -c '^[0-9]*,[^,]*,[^,]*,refused,' "$out")"
same "nothing was issued twice" $((rows - bad)) "$(query 'select count(*) from sale')"
same "and every token differs, but those of tests" 0 \
    "$(query 'select count(*) - count(distinct digits) from sale where kind < 2')"
compare() { # OUT
    python3 - "$MV_DIR/server/ledger.db" "$1" <<'PYTHON'
import csv, sqlite3, sys
known = dict(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute("select request_id, digits from sale"))
rows = [row for row in csv.DictReader(open(sys.argv[2], newline="")) if row["outcome"] == "issued"]
bad = [row for row in rows if known.get(row["request_id"]) != row["token1"].replace(" ", "") or not row["receipt"]]
sys.exit(bool(bad) or not rows)
PYTHON
}
check "the digits are those of the ledger" compare "$out"
expect "the unbroken run over the same rows" 1 "issued by an earlier batch" unbroken
check "has the same output, byte by byte" cmp "$out" "$MV_DIR/again.csv"
same "and issued nothing" $((rows - bad)) "$(query 'select count(*) from sale')"
expect "a vendor's batch: what is not a vendor's fails alone" 1 "refused ROLE_MISSING" \
    cli "$MV_VENDOR" batch "$in" --out "$MV_DIR/vendor.csv" --run vendor
check "the audit chain verifies" cli "$MV_OFFICER" audit verify
check "no sanitizer reported anything" no_sanitizer_report
finish
