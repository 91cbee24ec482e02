#include "record.h"

static int run(struct cli *cli, int argc, char **argv)
{
    static const struct cli_part parts[] = {
        {"purchase", record_purchase}, {"void", record_void},      {"set", record_set},
        {"control", record_control},   {"read", record_read},      {"key-update", record_key_update},
        {"tariff", record_table},      {"calendar", record_table}, {"return", record_return},
        {"list", record_list},         {"returns", record_returns}};
    return cli_run_part(
        cli, parts, sizeof parts / sizeof parts[0], argc, argv,
        "say what: purchase, void, set, control, read, key-update, tariff, calendar, return, list or returns");
}

const struct cli_command cli_record = {
    .name = "record",
    .summary = "sign native records for a meter, take in what it wrote back",
    .help =
        "Usage: metervault record purchase --meter PAN --kwh N [--kind KIND] [--client N] [--arrears N]\n"
        "       metervault record void --meter PAN NUMBER [--yes]\n"
        "       metervault record set --meter PAN NAME=VALUE...\n"
        "       metervault record control --meter PAN COMMAND [--clear LIST] [--time TIME] [--in-read-session]\n"
        "                                [--abandon-unread]\n"
        "       metervault record read --meter PAN [--want WHAT] [--from N]\n"
        "       metervault record key-update --meter PAN [--mac-version N] [--enc-version N]\n"
        "       metervault record tariff|calendar --meter PAN FILE\n"
        "       metervault record return HEX\n"
        "       metervault record list --meter PAN [--kind KIND] [--from N] [--epoch N]\n"
        "       metervault record returns --meter PAN\n"
        "\n"
        "A record goes to a meter by a carrier with room: a card, an optical head, NFC. It is printed as hex\n"
        "digits; the same --request-id gives the same record, never a second one. return takes what the meter\n"
        "wrote back. list prints what was signed, byte for byte, to bring again what got lost; returns what the\n"
        "meter wrote so far, newest first. void takes back the purchase of that sequence number, which no return\n"
        "shows as taken: bring what it prints to the meter, then a read request, and hand in the return. That tells\n"
        "whether the meter had it before, or never takes it; the money of a sale goes back by the latter alone.\n"
        "\n"
        "  --kwh N        or --wh, --m3, --litres, --seconds, --currency\n"
        "  --kind KIND    open-account, purchase (the default) or replacement\n"
        "  --client N     client number of the account that is opened, up to 12 digits\n"
        "  --arrears N    new debt, in the unit of the meter's credit (Wh, litres, s, 0.00001 of the currency)\n"
        "  NAME=VALUE     parameters as in record.proto: alarm-1=5000, overdraft=0, power-limit-w=-1 (none)\n"
        "  COMMAND        reset, clear, open-switch, close-switch, clear-tamper, leave-control, enter-control,\n"
        "                 retire, set-time\n"
        "  --clear LIST   current,months,purchases,credit,events\n"
        "  --time TIME    now, or Unix seconds\n"
        "  --abandon-unread  a reset although purchases are out that no return shows as taken: they are lost\n"
        "  --want WHAT    events, rates, phases or frozen-month\n"
        "  FILE           a TariffTable or CalendarTable of record.proto as JSON\n"
        "  list --kind    purchase, parameters, control, read or key-update; without it what the caller may sign\n"
        "  list --from    that sequence number of the kind and those after it\n"
        "  list --epoch   of another installation than the present one\n"
        "  --yes          do not ask before what cannot be taken back\n"
        "Options of every command: metervault --help\n"
        "\n"
        "Examples:\n"
        "  metervault record purchase --meter 600727000000000009 --kwh 25.6 --kind open-account --client 4711\n"
        "  metervault record set --meter 600727000000000009 alarm-1=10000 alarm-2=5000 overdraft=0\n"
        "  metervault record control --meter 600727000000000009 open-switch\n"
        "  metervault record read --meter 600727000000000009 --want events\n"
        "  metervault record list --meter 600727000000000009 --kind purchase --from 17\n",
    .run = run,
};
