#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli.h"
#include "meter_life.h"
#include "meter_print.h"
#include "metervault/v1/meter_service.pb-c.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__meter_service__descriptor;

struct registration {
    const char *meter, *organisation, *utility, *credit_unit, *sgc, *krn, *ti, *kt, *ken, *base_date, *ea, *dkga;
    bool made;
};

static int key_number(const struct cli *cli, const char *name, const char *text, uint64_t most, uint32_t *field)
{
    uint64_t value;
    if (!cli_number(text, 0, most, &value))
        return cli_usage(cli, "--%s is a number from 0 to %u", name, (unsigned)most);
    *field = (uint32_t)value;
    return CLI_DONE;
}

static int key_of(const struct cli *cli, const struct registration *given, Metervault__V1__MeterKey *key)
{
    const struct {
        const char *name;
        const char *text;
        uint64_t most;
        uint32_t *field;
    } numbers[] = {
        {"krn", given->krn, 9, &key->key_revision_number},
        {"ti", given->ti, 99, &key->tariff_index},
        {"kt", given->kt, 3, &key->key_type},
        {"ken", given->ken, 255, &key->key_expiry_number},
        {"base-date", given->base_date, 9999, &key->base_date},
        {"ea", given->ea, 15, &key->encryption_algorithm},
        {"dkga", given->dkga, 15, &key->key_generation_algorithm},
    };
    key->supply_group_code = (char *)given->sgc;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        int code = key_number(cli, numbers[i].name, numbers[i].text, numbers[i].most, numbers[i].field);
        if (code != CLI_DONE)
            return code;
    }
    return CLI_DONE;
}

static int send_registration(struct cli *cli, const struct registration *given)
{
    Metervault__V1__MeterKey key = METERVAULT__V1__METER_KEY__INIT;
    Metervault__V1__RegisterMeterRequest request = METERVAULT__V1__REGISTER_METER_REQUEST__INIT;
    int code = key_of(cli, given, &key);
    if (code != CLI_DONE)
        return code;
    request.utility = METERVAULT__V1__UTILITY__UTILITY_UNSPECIFIED;
    for (int value = METERVAULT__V1__UTILITY__ELECTRICITY; value <= METERVAULT__V1__UTILITY__TIME; value++)
        if (strcasecmp(given->utility, enum_name(&metervault__v1__utility__descriptor, value)) == 0)
            request.utility = (Metervault__V1__Utility)value;
    if (request.utility == METERVAULT__V1__UTILITY__UTILITY_UNSPECIFIED)
        return cli_usage(cli, "--utility is electricity, water, gas or time");
    if (strcmp(given->credit_unit, "units") != 0 && strcmp(given->credit_unit, "currency") != 0)
        return cli_usage(cli, "--credit-unit is units or currency");
    if (strcmp(given->credit_unit, "currency") == 0)
        request.credit_unit = METERVAULT__V1__CREDIT_UNIT__CURRENCY;
    if (given->made)
        request.state = METERVAULT__V1__METER_STATE__MADE;
    request.meter_pan = (char *)given->meter;
    request.organisation = (char *)given->organisation;
    request.key = &key;
    ProtobufCMessage *answer = cli_ask(cli, service, "RegisterMeter", &request.base, &code);
    return meter_show_answer(cli, answer, code);
}

static int meter_register(struct cli *cli, int argc, char **argv)
{
    struct registration given = {.utility = "electricity",
                                 .credit_unit = "units",
                                 .krn = "1",
                                 .ti = "1",
                                 .kt = "2",
                                 .ken = "255",
                                 .base_date = "2014",
                                 .ea = "7",
                                 .dkga = "4"};
    int first;
    int code;
    const struct cli_option options[] = {
        {.name = "meter", .text = &given.meter},     {.name = "organisation", .text = &given.organisation},
        {.name = "utility", .text = &given.utility}, {.name = "credit-unit", .text = &given.credit_unit},
        {.name = "sgc", .text = &given.sgc},         {.name = "krn", .text = &given.krn},
        {.name = "ti", .text = &given.ti},           {.name = "kt", .text = &given.kt},
        {.name = "ken", .text = &given.ken},         {.name = "base-date", .text = &given.base_date},
        {.name = "ea", .text = &given.ea},           {.name = "dkga", .text = &given.dkga},
        {.name = "made", .flag = &given.made},
    };
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    if (given.meter == NULL || given.organisation == NULL || given.sgc == NULL)
        return cli_usage(cli, "--meter, --organisation and --sgc are needed");
    return send_registration(cli, &given);
}

static int meter_show(struct cli *cli, int argc, char **argv)
{
    int first;
    int code;
    if (!cli_parse(cli, NULL, 0, argc, argv, &first, &code))
        return code;
    if (argc - first != 1)
        return cli_usage(cli, "show needs one meter PAN");
    Metervault__V1__GetMeterRequest request = METERVAULT__V1__GET_METER_REQUEST__INIT;
    request.meter_pan = argv[first];
    ProtobufCMessage *answer = cli_ask(cli, service, "GetMeter", &request.base, &code);
    return meter_show_answer(cli, answer, code);
}

/* One page: into the JSON list, or printed a meter a line. */
static void take_page(const Metervault__V1__ListMetersResponse *page, json_t *list, struct cli_progress *progress)
{
    for (size_t i = 0; i < page->n_meters; i++) {
        const Metervault__V1__Meter *meter = page->meters[i];
        if (list != NULL)
            (void)json_array_append_new(list, cli_message_json(&meter->base));
        else
            (void)printf("%s  %-11s  %-9s  %s  %s\n", meter->meter_pan,
                         enum_name(&metervault__v1__utility__descriptor, (int)meter->utility),
                         enum_name(&metervault__v1__meter_state__descriptor, (int)meter->state),
                         meter->key != NULL ? meter->key->supply_group_code : "-", meter->organisation);
        cli_progress_step(progress);
    }
}

static int list_pages(struct cli *cli, struct mv_client *client, const char *sgc, const char *organisation,
                      json_t *list)
{
    enum { PAGE = 1000, TOKEN_SIZE = 512 };
    char token[TOKEN_SIZE] = "";
    int code = CLI_DONE;
    struct cli_progress progress = cli_progress_start("meters");
    Metervault__V1__ListMetersRequest request = METERVAULT__V1__LIST_METERS_REQUEST__INIT;
    request.supply_group_code = sgc != NULL ? (char *)sgc : request.supply_group_code;
    request.organisation = organisation != NULL ? (char *)organisation : request.organisation;
    request.page_size = PAGE;
    request.page_token = token;
    do {
        ProtobufCMessage *answer = cli_call(cli, client, service, "ListMeters", &request.base, &code);
        if (answer == NULL)
            break;
        const Metervault__V1__ListMetersResponse *page = (const Metervault__V1__ListMetersResponse *)answer;
        take_page(page, list, &progress);
        (void)snprintf(token, sizeof token, "%s", page->next_page_token);
        protobuf_c_message_free_unpacked(answer, NULL);
    } while (token[0] != '\0');
    cli_progress_end(&progress);
    return code;
}

static int meter_list(struct cli *cli, int argc, char **argv)
{
    const char *sgc = NULL;
    const char *organisation = NULL;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "sgc", .text = &sgc},
                                         {.name = "organisation", .text = &organisation}};
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    json_t *list = cli->json ? json_array() : NULL;
    code = list_pages(cli, client, sgc, organisation, list);
    mv_client_close(client);
    if (code == CLI_DONE && list != NULL)
        return cli_print_json(json_pack("{s:o}", "meters", list));
    json_decref(list);
    return code == CLI_DONE ? cli_flush() : code;
}

static int run(struct cli *cli, int argc, char **argv)
{
    static const struct cli_part parts[] = {{"register", meter_register}, {"show", meter_show},
                                            {"list", meter_list},         {"provision", meter_provision},
                                            {"state", meter_state},       {"record-keys", meter_record_keys}};
    return cli_run_part(cli, parts, sizeof parts / sizeof parts[0], argc, argv,
                        "say what: register, show, list, provision, state or record-keys");
}

const struct cli_command cli_meter = {
    .name = "meter",
    .summary = "register, show or list meters, and the steps of their lives",
    .help =
        "Usage: metervault meter register --meter PAN --organisation NAME --sgc SGC [OPTION]...\n"
        "       metervault meter show PAN\n"
        "       metervault meter list [--sgc SGC] [--organisation NAME]\n"
        "       metervault meter provision PAN --domain HEX [--mac-version 1] [--enc-version 1] [--epoch 0]\n"
        "                                [--card VERSION [--card-area VERSION]]\n"
        "       metervault meter state PAN provisioned|active|suspended|retired [--yes]\n"
        "       metervault meter record-keys PAN taken|not-taken [--yes]\n"
        "\n"
        "Options of register, with their defaults:\n"
        "  --utility electricity   or water, gas, time\n"
        "  --credit-unit units     what the meter's credit counts; or currency\n"
        "  --krn 1 --kt 2          key revision number and key type\n"
        "  --ti 1 --ken 255        tariff index and key expiry number\n"
        "  --base-date 2014        or 1993, 2035\n"
        "  --ea 7 --dkga 4         algorithms: 7 STA or 11 MISTY1; 2 or 4\n"
        "  --made                  to be provisioned before it is used\n"
        "provision says under which keys the meter takes native records, as the factory injected them: the domain\n"
        "(6 hex digits) and versions of the masters, and the installation epoch; with --card also those of its card\n"
        "slot. record-keys is an engineer's word whether the meter took a key update or reset, when no return of it\n"
        "can show that.\n"
        "Options of every command: metervault --help\n"
        "\n"
        "Examples:\n"
        "  metervault meter register --meter 600727000000000009 --organisation shop1 --sgc 123457 --ea 11\n"
        "  metervault meter show 600727000000000009\n"
        "  metervault meter list --json\n",
    .run = run,
};
