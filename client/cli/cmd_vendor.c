#include "vendor.h"

static const struct cli_part parts[] = {
    {"terms", vendor_terms},         {"approve", vendor_approve},
    {"show", vendor_show},           {"deposit", vendor_deposit},
    {"slip", vendor_slip},           {"take-back", vendor_take_back},
    {"statement", vendor_statement}, {"start", vendor_start},
    {"total", vendor_total},         {"end", vendor_end},
    {"batch", vendor_batch},         {"settle", vendor_settle},
    {"list", vendor_list},
};

static int run(struct cli *cli, int argc, char **argv)
{
    return cli_run_part(cli, parts, sizeof parts / sizeof parts[0], argc, argv,
                        "say what: terms, approve, show, list, deposit, slip, take-back, statement, start, total, end, "
                        "batch, settle");
}

const struct cli_command cli_vendor = {
    .name = "vendor",
    .summary = "selling on prepaid credit: terms, deposits, statement; batches of tills, the day's settlement",
    .help =
        "Usage: metervault vendor terms NAME --credit-limit AMOUNT [--sale-limit AMOUNT] [--day-limit AMOUNT]\n"
        "                  [--commission PERCENT]\n"
        "       metervault vendor approve NAME --version N [--yes]\n"
        "       metervault vendor show [NAME]\n"
        "       metervault vendor list [NAME]\n"
        "       metervault vendor deposit NAME --amount AMOUNT --slip TEXT [--request-id ID] [--yes]\n"
        "       metervault vendor slip NAME --deposit N\n"
        "       metervault vendor take-back NAME --deposit N --slip TEXT [--request-id ID] [--yes]\n"
        "       metervault vendor statement NAME\n"
        "       metervault vendor start KIND [--request-id ID]\n"
        "       metervault vendor end KIND [--request-id ID] [--yes]\n"
        "       metervault vendor total KIND\n"
        "       metervault vendor batch KIND [--number N] [--organisation NAME]\n"
        "       metervault vendor settle [NAME] [--request-id ID] [--yes]\n"
        "A vendor is an organisation; what it and those below it sell is taken from its credit. terms says from when\n"
        "another person approves it what it may sell: how far below zero its balance may go, at once, in a day; and\n"
        "its commission, of the price of the units. Nobody decides on the credit of their own organisation.\n"
        "list shows every vendor of NAME (or of your own organisation) and below: what it has, its limits, whether it "
        "sells.\n"
        "slip prints a deposit again, take-back takes one back whole unless it was sold on, statement lists every "
        "movement.\n"
        "\n"
        "Kinds of batches: shift (what you sold at this till), sales (of this till), banking (of all tills of your\n"
        "organisation since the last one). Each has what accounts paid at the counter besides sales, and what was paid "
        "out:\n"
        "the drawer is what has to be in the till. total shows an open one, batch prints an ended one again (the "
        "newest).\n"
        "settle ends a day of an organisation; `batch settlement` prints it again.\n"
        "Options of every command: metervault --help\n"
        "\n"
        "Examples:\n"
        "  metervault vendor terms shop1 --credit-limit 500 --day-limit 2000 --commission 2.5\n"
        "  metervault vendor approve shop1 --version 1\n"
        "  metervault vendor deposit shop1 --amount 1000 --slip BANK-4711\n"
        "  metervault vendor start shift --terminal till1\n"
        "  metervault vendor settle shop1\n",
    .run = run,
};
