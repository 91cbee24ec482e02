#include "card_desk.h"

static int run(struct cli *cli, int argc, char **argv)
{
    static const struct cli_part parts[] = {
        {"readers", card_readers}, {"identify", card_identify}, {"personalise", card_personalise},
        {"open", card_sell},       {"purchase", card_sell},     {"read", card_plain},
        {"replace", card_sell},    {"close", card_plain},       {"load", card_load},
        {"collect", card_plain},   {"rekey", card_plain},       {"block", card_block},
        {"unblock", card_unblock}, {"list", card_list},         {"show", card_show}};
    return cli_run_part(cli, parts, sizeof parts / sizeof parts[0], argc, argv,
                        "say what: readers, identify, personalise, open, purchase, read, replace, close, load, "
                        "collect, rekey, block, unblock, list or show");
}

const struct cli_command cli_card = {
    .name = "card",
    .summary = "open accounts, sell and read back by card, load and collect rounds",
    .help =
        "Usage: metervault card readers\n"
        "       metervault card identify|read|close|collect [SESSION]\n"
        "       metervault card rekey [--area-version N] [SESSION]\n"
        "       metervault card personalise --kind user --meter PAN | --kind KIND --domain HEX [--area-version N] |\n"
        "                                   --factory [SESSION]\n"
        "       metervault card open --meter PAN --kwh N --client N [NAME=VALUE...] [--tariff FILE]\n"
        "                            [--calendar FILE] [SESSION]\n"
        "       metervault card purchase --kwh N|--money AMOUNT [PRICE] [--merge] [SESSION]\n"
        "       metervault card replace --meter PAN [--kwh N|--money AMOUNT [PRICE]] [SESSION]\n"
        "       metervault card load --kind KIND [--want WHAT] [--from N] [--clear LIST] [--abandon-unread]\n"
        "                            [--tariff FILE] [--calendar FILE] [--mac-version N] [--enc-version N]\n"
        "                            [NAME=VALUE...] PAN... [SESSION]\n"
        "       metervault card block --reason TEXT [--uid UID] [SESSION]\n"
        "       metervault card unblock --uid UID\n"
        "       metervault card list [--meter PAN] [--denied]\n"
        "       metervault card show UID\n"
        "\n"
        "The card lies in a PC/SC reader of this machine; the keys stay with the server, which this program carries\n"
        "the card's messages to. When a session breaks, the card has its old or its new content: the same command\n"
        "with the same --request-id goes on with the same card, and sells nothing twice.\n"
        "\n"
        "  PRICE: the purchase is sold to the meter's account at its tariff, with a bill and a receipt, as by `sell`; "
        "by\n"
        "  units when --pay says how they are paid. Units without it have no price: who sells on credit needs one.\n"
        "  --money AMOUNT  as much as this pays for\n"
        "  --pay HOW       cash, bank, card, mobile or balance (what the account holds)\n"
        "  --tendered AMOUNT, --keep-change, --free-units  as of `metervault sell`\n"
        "\n"
        "  SESSION:\n"
        "  --reader NAME   the beginning of the reader's name; without it the first one; socket:PATH an emulated card\n"
        "  --wait SECONDS  for a card, 30\n"
        "  --request-id ID up to 40 characters\n"
        "\n"
        "  --kind KIND     user, preset, inspection, reset, clear, relay-test or key-update\n"
        "  --domain HEX    6 hex digits: of the record keys of the meters that the card is for\n"
        "  --area-version N  the version of the area's card key that those meters have, where it is not the newest\n"
        "  --factory       a card fresh from its maker: it gets transport keys (role card-factory)\n"
        "  --kwh N         or --wh, --m3, --litres, --seconds, --currency\n"
        "  --client N      client number of the account that is opened, up to 12 digits\n"
        "  NAME=VALUE      parameters that the meters get, as of `metervault record set`\n"
        "  --merge         sell although the meter has not taken the last purchase: it gets both\n"
        "  load            what the meters of the round get, as the card's kind asks: inspection --want, preset\n"
        "                  NAME=VALUE, --tariff or --calendar, reset and clear --clear, key-update the versions\n"
        "  --yes           close, replace and --abandon-unread do not ask\n"
        "  block           without --uid the card in the reader, which is marked so that meters refuse it too\n"
        "Options of every command: metervault --help\n"
        "\n"
        "Examples:\n"
        "  metervault card open --meter 600727000000000009 --kwh 20 --client 4711 alarm-1=10000\n"
        "  metervault card purchase --money 20 --tendered 50\n"
        "  metervault card load --kind inspection 600727000000000009\n"
        "  metervault card collect --json\n",
    .run = run,
};
