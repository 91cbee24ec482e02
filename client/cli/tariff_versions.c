/* Versions of tariffs: in from a file, out as one, listed, assigned. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sale_print.h"
#include "tariff.h"
#include "tariff_file.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__tariff_service__descriptor;

void tariff_print(const ProtobufCMessage *answer)
{
    const Metervault__V1__Tariff *tariff = (const Metervault__V1__Tariff *)answer;
    char from[SALE_TIME_TEXT];
    sale_time_text(tariff->terms->valid_from_unix_s, from);
    (void)printf("%s version %" PRIu32 "  %s  of %s  from %s  by %s", tariff->terms->name, tariff->version,
                 tariff_utility_text(tariff->terms->utility), tariff->organisation, from, tariff->put_by);
    if (tariff->state == METERVAULT__V1__TARIFF_STATE__TARIFF_PENDING)
        (void)printf("  waits for another person, because of: %s\n",
                     strcmp(tariff->doubt, "version") == 0 ? "first version" : tariff->doubt);
    else if (tariff->approved_by[0] != '\0')
        (void)printf("  approved by %s\n", tariff->approved_by);
    else
        (void)putchar('\n');
}

static int put_file(struct cli *cli, struct mv_client *client, const char *path, const char *organisation)
{
    struct tariff_file file;
    char wrong[TARIFF_FILE_WRONG];
    int code = CLI_DONE;
    Metervault__V1__Office *office = tariff_ask_office(cli, client, &code);
    if (office == NULL)
        return code;
    bool read = tariff_file_read(path, office, &file, wrong);
    protobuf_c_message_free_unpacked(&office->base, NULL);
    if (!read) {
        (void)fprintf(stderr, "metervault tariff: %s: %s\n", path, wrong);
        return CLI_USAGE;
    }
    Metervault__V1__PutTariffRequest request = METERVAULT__V1__PUT_TARIFF_REQUEST__INIT;
    request.organisation = (char *)organisation;
    request.terms = &file.terms;
    ProtobufCMessage *answer = cli_call(cli, client, service, "PutTariff", &request.base, &code);
    tariff_file_free(&file);
    return cli_show(cli, answer, tariff_print, code);
}

int tariff_import(struct cli *cli, int argc, char **argv)
{
    const char *organisation = NULL;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "organisation", .text = &organisation}};
    if (!cli_parse(cli, options, 1, argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || organisation == NULL)
        return cli_usage(cli, "import needs one file and --organisation");
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    code = put_file(cli, client, argv[first], organisation);
    mv_client_close(client);
    return code;
}

static int write_file(struct cli *cli, struct mv_client *client, const char *name, uint32_t version)
{
    int code = CLI_DONE;
    Metervault__V1__Office *office = tariff_ask_office(cli, client, &code);
    if (office == NULL)
        return code;
    Metervault__V1__GetTariffRequest request = METERVAULT__V1__GET_TARIFF_REQUEST__INIT;
    request.name = (char *)name;
    request.version = version;
    ProtobufCMessage *answer = cli_call(cli, client, service, "GetTariff", &request.base, &code);
    if (answer != NULL && !cli->json) {
        tariff_file_write(stdout, (const Metervault__V1__Tariff *)answer, office);
        protobuf_c_message_free_unpacked(answer, NULL);
        code = cli_flush();
    } else if (answer != NULL) {
        code = cli_show(cli, answer, tariff_print, code);
    }
    protobuf_c_message_free_unpacked(&office->base, NULL);
    return code;
}

int tariff_export(struct cli *cli, int argc, char **argv)
{
    const char *version = NULL;
    uint64_t number = 0;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "version", .text = &version}};
    if (!cli_parse(cli, options, 1, argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || (version != NULL && !cli_number(version, 1, UINT32_MAX, &number)))
        return cli_usage(cli, "export needs one name; --version is a number from 1");
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    code = write_file(cli, client, argv[first], (uint32_t)number);
    mv_client_close(client);
    return code;
}

static void take_page(const Metervault__V1__ListTariffsResponse *page, json_t *list)
{
    for (size_t i = 0; i < page->n_tariffs; i++)
        if (list != NULL)
            (void)json_array_append_new(list, cli_message_json(&page->tariffs[i]->base));
        else
            tariff_print(&page->tariffs[i]->base);
}

int tariff_list(struct cli *cli, int argc, char **argv)
{
    enum { PAGE = 100, TOKEN_SIZE = 512 };
    char token[TOKEN_SIZE] = "";
    int first;
    int code;
    if (!cli_parse(cli, NULL, 0, argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    json_t *list = cli->json ? json_array() : NULL;
    Metervault__V1__ListTariffsRequest request = METERVAULT__V1__LIST_TARIFFS_REQUEST__INIT;
    request.page_size = PAGE;
    request.page_token = token;
    do {
        ProtobufCMessage *answer = cli_call(cli, client, service, "ListTariffs", &request.base, &code);
        if (answer == NULL)
            break;
        const Metervault__V1__ListTariffsResponse *page = (const Metervault__V1__ListTariffsResponse *)answer;
        take_page(page, list);
        (void)snprintf(token, sizeof token, "%s", page->next_page_token);
        protobuf_c_message_free_unpacked(answer, NULL);
    } while (token[0] != '\0');
    mv_client_close(client);
    if (code == CLI_DONE && list != NULL)
        return cli_print_json(json_pack("{s:o}", "tariffs", list));
    json_decref(list);
    return code == CLI_DONE ? cli_flush() : code;
}

static void print_assignment(const ProtobufCMessage *answer)
{
    const Metervault__V1__TariffAssignment *assigned = (const Metervault__V1__TariffAssignment *)answer;
    (void)printf("%s, %s, class %s: %s", assigned->organisation, tariff_utility_text(assigned->utility),
                 assigned->meter_class, assigned->tariff[0] != '\0' ? assigned->tariff : "nothing of its own");
    if (assigned->state == METERVAULT__V1__TARIFF_STATE__TARIFF_PENDING)
        (void)printf("  waits until another person gives the same command, because of: %s", assigned->doubt);
    (void)putchar('\n');
}

int tariff_assign(struct cli *cli, int argc, char **argv)
{
    const char *organisation = NULL;
    const char *utility = NULL;
    const char *class = "default";
    bool none = false;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "organisation", .text = &organisation},
                                         {.name = "utility", .text = &utility},
                                         {.name = "class", .text = &class},
                                         {.name = "none", .flag = &none}};
    if (!cli_parse(cli, options, 4, argc, argv, &first, &code))
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
    ProtobufCMessage *answer = cli_ask(cli, service, "AssignTariff", &request.base, &code);
    return cli_show(cli, answer, print_assignment, code);
}
