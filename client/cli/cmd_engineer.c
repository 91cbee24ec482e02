#include "engineer.h"

static const struct cli_part parts[] = {
    {"key-change", engineer_key_change},
    {"max-power", engineer_management},
    {"clear-credit", engineer_management},
    {"clear-tamper", engineer_management},
    {"phase-unbalance", engineer_management},
    {"water-factor", engineer_management},
    {"tariff-rate", engineer_management},
    {"extended", engineer_management},
    {"test", engineer_test},
    {"verify", engineer_verify},
    {"assign-key", engineer_assign_key},
    {"confirm-key", engineer_confirm_key},
    {"history", engineer_history},
    {"exposed", engineer_exposed},
};

static int run(struct cli *cli, int argc, char **argv)
{
    return cli_run_part(cli, parts, sizeof parts / sizeof parts[0], argc, argv,
                        "say what: key-change, max-power, clear-credit, test, verify, ...");
}

const struct cli_command cli_engineer = {
    .name = "engineer",
    .summary = "management, test and key change tokens; look into tokens and keys",
    .help =
        "Usage: metervault engineer max-power --meter PAN --watts N\n"
        "       metervault engineer phase-unbalance --meter PAN --watts N\n"
        "       metervault engineer clear-credit --meter PAN --register NAME\n"
        "       metervault engineer clear-tamper --meter PAN\n"
        "       metervault engineer tariff-rate --meter PAN --value N\n"
        "       metervault engineer water-factor --meter PAN --value N\n"
        "       metervault engineer extended --meter PAN --value INDEX/VALUE|flag/N/0|flag/N/1\n"
        "       metervault engineer test --meter PAN --test N|--control-bits HEX|--extended-read INDEX\n"
        "                                [--manufacturer CODE] [--manufacturer-digits 2|4]\n"
        "       metervault engineer key-change --meter PAN [--sgc SGC] [--krn N] [--ti N] [--kt N] [--with-sgc]\n"
        "       metervault engineer assign-key --meter PAN [--sgc SGC] [--krn N] [--ti N] [--kt N] | --none\n"
        "       metervault engineer confirm-key --meter PAN --token DIGITS\n"
        "       metervault engineer confirm-key --meter PAN --krn N --ti N [--sgc SGC]\n"
        "       metervault engineer verify --meter PAN DIGITS\n"
        "       metervault engineer history PAN\n"
        "       metervault engineer exposed --sgc SGC --krn N [--kt N]\n"
        "Every token is a ledger entry with a receipt. A key change that nobody confirmed is given out again with\n"
        "every later token; confirm-key ends that, with a token that the meter accepted after it or with the key that\n"
        "the meter shows. assign-key lets the next sale bring the change along. verify says what a token is: whether\n"
        "it was issued here, and to an engineer what the meter's key reads in one that was not.\n"
        "\n"
        "  --register NAME  all, electricity, water, gas, time, electricity-currency, water-currency, ...\n"
        "  --test N         0 all, 1 load switch, 2 display, 3 registers, 4 KRN and KT, 5 TI, 6 token reader, 7 "
        "maximum\n"
        "                   power, 8 tamper, 9 power consumption, 10 software, 11 phase unbalance limit, 12 water\n"
        "                   factor, 13 tariff rate, 14 EA, 15 token carrier, 16 KEN, 17 DRN, 18 SGC\n"
        "  --special        a management token with the identifier of 00:01 UTC\n"
        "  --with-sgc       EA 7: three key change tokens that tell the meter its supply group, instead of two\n"
        "  --request-id ID  the same id gives the same token, never a second one\n"
        "  --yes            do not ask before what cannot be taken back\n"
        "  DIGITS           20 digits, spaces allowed; - reads them from standard input\n"
        "Options of every command: metervault --help\n"
        "\n"
        "Examples:\n"
        "  metervault engineer max-power --meter 600727000000000009 --watts 5000\n"
        "  metervault engineer clear-credit --meter 600727000000000009 --register all --yes\n"
        "  metervault engineer key-change --meter 600727000000000009 --krn 2\n"
        "  metervault engineer confirm-key --meter 600727000000000009 --krn 2 --ti 1\n"
        "  metervault engineer verify --meter 600727000000000009 '1234 5678 9012 3456 7890'\n",
    .run = run,
};
