# shellcheck shell=bash
# Prices, and a shop that sells on credit: sourced after instance.sh and cli.sh.

# The meter's account A-1 buys electricity at 0.22 EUR the kWh, from a shop that may owe so much.
shop_on_credit() { # PAN SUPERVISOR CREDIT
    printf '%s\n' 'name = "home"' 'kind = single' 'valid_from = "2020-01-01"' 'step { price = "0.20" }' \
        'tax "VAT" { percent = "10" }' 'round_to = "0.01"' >"$MV_DIR/home.tariff"
    mv_enrol manager1 root manager && mv_enrol manager2 root manager &&
        cli "$MV_OFFICER" tariff office --currency EUR --digits 2 --yes &&
        cli manager1 tariff import "$MV_DIR/home.tariff" --organisation root &&
        cli "$MV_OFFICER" tariff approve home --version 1 --yes &&
        cli manager1 tariff assign home --organisation root --utility electricity &&
        cli "$2" account open A-1 --meter "$1" --name "Mei Lin" &&
        cli manager1 vendor terms "$MV_ORGANISATION" --credit-limit "$3" &&
        cli manager2 vendor approve "$MV_ORGANISATION" --version 1 --yes
}

available() {
    cli "$MV_VENDOR" vendor show --json | json available
}
