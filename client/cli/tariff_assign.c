/* Which tariff serves whom, and from when. */
#include <stdio.h>

#include "tariff.h"
#include "tariff_file.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__tariff_service__descriptor;

/* A day is the office's. */
static int read_day(struct cli *cli, struct mv_client *client, const char *text, int64_t *unix_s)
{
    int code = CLI_DONE;
    Metervault__V1__Office *office = tariff_ask_office(cli, client, &code);
    if (office == NULL)
        return code;
    bool read = tariff_time_read(text, office->utc_offset_min, unix_s);
    protobuf_c_message_free_unpacked(&office->base, NULL);
    return read ? CLI_DONE
                : cli_usage(cli, "--valid-from is a day at the office: \"2026-01-31\", or \"2026-01-31 06:00\"");
}

static int assign(struct cli *cli, Metervault__V1__AssignTariffRequest *request, const char *from)
{
    int code = CLI_DONE;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    if (from != NULL)
        code = read_day(cli, client, from, &request->valid_from_unix_s);
    ProtobufCMessage *answer =
        code == CLI_DONE ? cli_call(cli, client, service, "AssignTariff", &request->base, &code) : NULL;
    mv_client_close(client);
    return cli_show(cli, answer, tariff_print_assignment, code);
}

int tariff_assign(struct cli *cli, int argc, char **argv)
{
    const char *organisation = NULL;
    const char *utility = NULL;
    const char *class = "default";
    const char *from = NULL;
    bool none = false;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "organisation", .text = &organisation},
                                         {.name = "utility", .text = &utility},
                                         {.name = "class", .text = &class},
                                         {.name = "valid-from", .text = &from},
                                         {.name = "none", .flag = &none}};
    if (!cli_parse(cli, options, 5, argc, argv, &first, &code))
        return code;
    if (argc - first != (none ? 0 : 1) || organisation == NULL || utility == NULL)
        return cli_usage(cli, "assign needs one name (or --none), --organisation and --utility");
    Metervault__V1__AssignTariffRequest request = METERVAULT__V1__ASSIGN_TARIFF_REQUEST__INIT;
    request.organisation = (char *)organisation;
    request.utility = tariff_utility_read(utility);
    request.meter_class = (char *)class;
    request.tariff = none ? request.tariff : argv[first];
    if (request.utility == METERVAULT__V1__UTILITY__UTILITY_UNSPECIFIED)
        return cli_usage(cli, "--utility is one of electricity, water, gas, time");
    return assign(cli, &request, from);
}
