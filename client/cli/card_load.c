/* What the meters of a round get: loading a card that is not a customer's. */
#include <string.h>

#include "card_content.h"
#include "key_options.h"

enum { ROUND_MOST = 100 };

struct load {
    struct card_given given;
    struct card_content content;
    const char *kind, *want, *from, *clear_text, *mac, *enc;
    bool abandon, yes;
    Metervault__V1__ReadRequestRecord read;
    Metervault__V1__Clear clear;
    Metervault__V1__KeyUpdateRecord update;
};

static int read_wanted(const struct cli *cli, struct load *load, Metervault__V1__CardBegin *begin)
{
    uint64_t from = 0;
    int wanted = load->want == NULL ? 0 : record_enum(&metervault__v1__wanted__descriptor, "want-", load->want);
    if (wanted < 0)
        return cli_usage(cli, "--want is events, rates, phases or frozen-month");
    if (!cli_number(load->from, 0, UINT8_MAX, &from))
        return cli_usage(cli, "--from is a number from 0 to 255");
    if (load->want == NULL)
        return CLI_DONE;
    metervault__v1__read_request_record__init(&load->read);
    load->read.wanted = (Metervault__V1__Wanted)wanted;
    load->read.from = (uint32_t)from;
    begin->read = &load->read;
    return CLI_DONE;
}

static int read_versions(const struct cli *cli, struct load *load, Metervault__V1__CardBegin *begin)
{
    uint64_t mac = 0;
    uint64_t enc = 0;
    if (!cli_number(load->mac, 0, UINT8_MAX, &mac) || !cli_number(load->enc, 0, UINT8_MAX, &enc))
        return cli_usage(cli, "--mac-version and --enc-version are numbers from 1 to 255");
    if (mac == 0 && enc == 0)
        return CLI_DONE;
    metervault__v1__key_update_record__init(&load->update);
    load->update.mac_version = (uint32_t)mac;
    load->update.enc_version = (uint32_t)enc;
    begin->key_update = &load->update;
    return CLI_DONE;
}

static int read_clear(const struct cli *cli, struct load *load, Metervault__V1__CardBegin *begin)
{
    if (load->clear_text == NULL)
        return CLI_DONE;
    metervault__v1__clear__init(&load->clear);
    if (!record_clear(load->clear_text, &load->clear))
        return cli_usage(cli, "--clear is a list of current, months, purchases, credit, events");
    begin->clear = &load->clear;
    return CLI_DONE;
}

static int read_meters(const struct cli *cli, char **pans, int count, Metervault__V1__CardBegin *begin)
{
    if (count < 1 || count > ROUND_MOST)
        return cli_usage(cli, "name 1 to %d meters", ROUND_MOST);
    for (int i = 0; i < count; i++)
        if (!meter_pan_valid(pans[i]))
            return cli_usage(cli, "'%s' is no meter PAN of 18 digits", pans[i]);
    begin->meter_pans = pans;
    begin->n_meter_pans = (size_t)count;
    return CLI_DONE;
}

/* NAME=VALUE behind the meters, each in their order. Returns the number of meters. */
static int meters_first(char **texts, int count)
{
    int meters = 0;
    for (int i = 0; i < count; i++) {
        char *text = texts[i];
        if (strchr(text, '=') != NULL)
            continue;
        memmove(texts + meters + 1, texts + meters, (size_t)(i - meters) * sizeof *texts);
        texts[meters++] = text;
    }
    return meters;
}

static int read_begin(const struct cli *cli, struct load *load, char **texts, int count,
                      Metervault__V1__CardBegin *begin)
{
    int meters = meters_first(texts, count);
    if (load->kind == NULL || !card_kind(load->kind, &begin->kind))
        return cli_usage(cli,
                         "--kind says what card it is: preset, inspection, reset, clear, relay-test or key-update");
    int code = read_meters(cli, texts, meters, begin);
    if (code == CLI_DONE)
        code = read_wanted(cli, load, begin);
    if (code == CLI_DONE)
        code = read_versions(cli, load, begin);
    if (code == CLI_DONE)
        code = read_clear(cli, load, begin);
    begin->abandon_unread = load->abandon;
    return code == CLI_DONE ? card_content_read(cli, &load->content, texts + meters, count - meters, begin) : code;
}

int card_load(struct cli *cli, int argc, char **argv)
{
    enum { OWN = 8 };
    struct load load = {.from = "0", .mac = "0", .enc = "0"};
    Metervault__V1__CardBegin begin = METERVAULT__V1__CARD_BEGIN__INIT;
    struct cli_option options[OWN + CARD_CONTENT_OPTIONS + CARD_OPTIONS] = {
        {.name = "kind", .text = &load.kind},
        {.name = "want", .text = &load.want},
        {.name = "from", .text = &load.from},
        {.name = "clear", .text = &load.clear_text},
        {.name = "mac-version", .text = &load.mac},
        {.name = "enc-version", .text = &load.enc},
        {.name = "abandon-unread", .flag = &load.abandon},
        {.name = "yes", .flag = &load.yes}};
    int first;
    int code;
    card_content_options(&load.content, options + OWN);
    begin.purpose = METERVAULT__V1__CARD_PURPOSE__LOAD_ROUND;
    if (!card_parse(cli, &load.given, options, OWN + CARD_CONTENT_OPTIONS, argc, argv, &first, &code))
        return code;
    code = read_begin(cli, &load, argv + first, argc - first, &begin);
    if (code == CLI_DONE && load.abandon)
        code = cli_confirm(cli, load.yes, "Purchases that no return shows as taken are lost. Load the card?");
    if (code == CLI_DONE)
        code = card_session(cli, &load.given, &begin);
    card_content_free(&load.content);
    return code;
}
