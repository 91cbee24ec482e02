/* Versions of tariffs: in from a file, out as one. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sale_print.h"
#include "tariff.h"
#include "tariff_file.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__tariff_service__descriptor;

static void print_dismissal(const Metervault__V1__TariffDismissal *dismissal)
{
    if (dismissal->reason[0] == '\0')
        (void)printf("  taken back by %s\n", dismissal->by);
    else
        (void)printf("  rejected by %s: %s\n", dismissal->by, dismissal->reason);
}

void tariff_print_assignment(const ProtobufCMessage *answer)
{
    const Metervault__V1__TariffAssignment *assigned = (const Metervault__V1__TariffAssignment *)answer;
    char from[SALE_TIME_TEXT];
    sale_time_text(assigned->valid_from_unix_s, from);
    (void)printf("assignment %" PRIu64 "  %s, %s, class %s: %s  from %s  by %s", assigned->number,
                 assigned->organisation, tariff_utility_text(assigned->utility), assigned->meter_class,
                 assigned->tariff[0] != '\0' ? assigned->tariff : "nothing of its own", from, assigned->assigned_by);
    if (assigned->state == METERVAULT__V1__TARIFF_STATE__TARIFF_PENDING)
        (void)printf("  waits until another person gives the same command, because of: %s\n", assigned->doubt);
    else if (assigned->dismissal != NULL)
        print_dismissal(assigned->dismissal);
    else if (assigned->approved_by[0] != '\0')
        (void)printf("  approved by %s\n", assigned->approved_by);
    else
        (void)putchar('\n');
}

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
    else if (tariff->dismissal != NULL)
        print_dismissal(tariff->dismissal);
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
