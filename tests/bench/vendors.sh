#!/usr/bin/env bash
# One vendor's credit that many sell on against as many vendors, on a throw-away instance of this machine; then that credit
# down to the last sale: what is left is less than one costs, and the ledger's law holds at every prefix.
#   tests/bench/vendors.sh [options of mv-bench vendors...]     for example --rounds 3 --gate
# MV_CLIENTS (default 64) clients with MV_METERS (default 40) meters each; MV_BIN chooses the build. Sourced by smoke.sh for
# vendors_prepare and vendors_spent, with an instance that runs.
set -uo pipefail

vendors_cli() { # PRINCIPAL arguments
    "$MV_BIN/metervault" "${@:2}" --config "$MV_DIR/clients/$1.conf"
}

vendors_limit() { # SHOP VERSION LIMIT
    vendors_cli bench-manager vendor terms "$1" --credit-limit "$3" &&
        vendors_cli "$MV_OFFICER" vendor approve "$1" --version "$2" --yes
}

# A shop that sells on credit, with its one seller (bench-NAME) and meters.
vendors_shop() { # NAME FIRST-METER METERS
    local shop="bench-$1"
    vendors_cli "$MV_OFFICER" operator organisation-create "$shop" --parent root &&
        vendors_cli "$MV_OFFICER" operator grant "$shop" "$MV_SAMPLE_SGC" && mv_enrol "$shop" "$shop" vendor &&
        "$MV_BIN/mv-bench" setup --config "$MV_DIR/clients/$MV_ADMIN.conf" --organisation "$shop" --sgc "$MV_SAMPLE_SGC" \
            --first-meter "$2" --meters "$3" &&
        vendors_limit "$shop" 1 1000000
}

vendors_prepare() { # CLIENTS METERS FIRST-METER
    local i
    mv_enrol bench-manager root manager || return
    vendors_cli "$MV_OFFICER" tariff office --currency EUR --digits 2 --yes || return
    cat >"$MV_DIR/bench.tariff" <<END
name = "bench"
kind = single
valid_from = "$(date -u -d '3 days ago' +%Y-%m-%d)"
step { price = "0.20" }
tax "VAT" { percent = "10" }
round_to = "0.01"
END
    vendors_cli bench-manager tariff import "$MV_DIR/bench.tariff" --organisation root &&
        vendors_cli "$MV_OFFICER" tariff approve bench --version 1 --yes &&
        vendors_cli bench-manager tariff assign bench --organisation root --utility electricity || return
    for ((i = 1; i <= $1; i++)); do
        vendors_shop "$i" $(($3 + (i - 1) * $2)) "$2" || return
    done
    vendors_shop hot $(($3 + $1 * $2)) $(($1 * $2)) &&
        "$MV_BIN/mv-bench" accounts --config "$MV_DIR/clients/$MV_ADMIN.conf" --first-meter "$3" --meters $((2 * $1 * $2))
}

vendors_available() {
    vendors_cli bench-hot vendor show --json |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["available"])'
}

# The hot vendor pays for what it sold, has no more than 20.05 then, and all sell at once: 91 times 0.22, and 0.03 stay.
vendors_spent() { # options of mv-bench vendors
    local spent
    vendors_limit bench-hot 2 0 >/dev/null || return
    spent=$(vendors_available) && spent=$((2005 - spent))
    vendors_cli bench-manager vendor deposit bench-hot --amount "$((spent / 100)).$(printf %02d $((spent % 100)))" \
        --slip all --yes >/dev/null || return
    "$MV_BIN/mv-bench" vendors "$@" --spend && [ "$(vendors_available)" = 3 ] &&
        python3 tests/integration/vendor_law.py "$MV_DIR/server/ledger.db"
}

[ "${BASH_SOURCE[0]}" = "$0" ] || return 0
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
# shellcheck source=tests/support/instance.sh
. tests/support/instance.sh
clients=${MV_CLIENTS:-64} meters=${MV_METERS:-40}
mv_instance_start || exit 3
vendors_prepare "$clients" "$meters" 1 >"$MV_DIR/prepare.log" 2>&1 || {
    tail "$MV_DIR/prepare.log" >&2
    exit 3
}
options=(--config "$MV_DIR/clients/$MV_VENDOR.conf" --clients-folder "$MV_DIR/clients" --clients "$clients" --meters "$meters")
code=0
"$MV_BIN/mv-bench" vendors "${options[@]}" "$@" || code=$?
vendors_spent "${options[@]}" --warm 0 || code=$?
exit "$code"
