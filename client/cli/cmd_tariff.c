#include "tariff.h"

static const struct cli_part parts[] = {
    {"office", tariff_office},     {"import", tariff_import},   {"export", tariff_export},
    {"list", tariff_list},         {"approve", tariff_approve}, {"reject", tariff_reject},
    {"withdraw", tariff_withdraw}, {"assign", tariff_assign},   {"quote", tariff_quote},
};

static int run(struct cli *cli, int argc, char **argv)
{
    return cli_run_part(cli, parts, sizeof parts / sizeof parts[0], argc, argv,
                        "say what: office, import, export, list, approve, reject, withdraw, assign, quote");
}

const struct cli_command cli_tariff = {
    .name = "tariff",
    .summary = "the office's currency, tariffs, what a purchase would cost",
    .help =
        "Usage: metervault tariff office [--currency CODE --digits N [--utc-offset-min N] [--yes]]\n"
        "       metervault tariff import FILE --organisation NAME\n"
        "       metervault tariff export NAME [--version N]\n"
        "       metervault tariff list [--pending] [--assignments]\n"
        "       metervault tariff approve NAME --version N [--yes]\n"
        "       metervault tariff reject (NAME --version N | --assignment N) --reason TEXT\n"
        "       metervault tariff withdraw (NAME --version N | --assignment N)\n"
        "       metervault tariff assign (NAME | --none) --organisation NAME --utility UTILITY [--class CLASS]\n"
        "                  [--valid-from DAY]\n"
        "       metervault tariff quote (--money AMOUNT | --units AMOUNT) --utility UTILITY [--class CLASS]\n"
        "                  [--organisation NAME] [--tariff NAME [--version N]] [--bought AMOUNT] [--free AMOUNT]\n"
        "                  [--months N]\n"
        "office shows the currency of the ledger; an officer of the root organisation sets it, once and for ever.\n"
        "import puts in a tariff's next version from a file. The first version, and one that differs much from the "
        "one\n"
        "that two people agreed to, waits until another person has approved it. export prints the file of a version "
        "(the newest).\n"
        "list shows versions, or the assignments; with --pending what waits for another person, of both.\n"
        "reject refuses what waits, by another person than who put it in, with a reason; who put it in withdraws it.\n"
        "assign has a tariff serve the meters of a class of an organisation and of those below it, from now on or from "
        "a\n"
        "day at the office (2026-01-31, or \"2026-01-31 06:00\"). What waits for another person is approved by giving "
        "the\n"
        "same command.\n"
        "quote shows every line of what a purchase would cost: units in kWh, m3 or hours; bought so far this month,\n"
        "free units left, months of the monthly charge that are due.\n"
        "\n"
        "Utilities: electricity, water, gas, time. The class is \"default\" unless said otherwise.\n"
        "Options of every command: metervault --help\n"
        "\n"
        "Examples:\n"
        "  metervault tariff office --currency EUR --digits 2 --utc-offset-min 60\n"
        "  metervault tariff import home.tariff --organisation root\n"
        "  metervault tariff approve home --version 1\n"
        "  metervault tariff list --pending\n"
        "  metervault tariff reject home --version 2 --reason \"10 for 0.10\"\n"
        "  metervault tariff assign home --organisation root --utility electricity\n"
        "  metervault tariff quote --money 20 --utility electricity --bought 95\n",
    .run = run,
};
