/* What waits for another person is not to be: taken back, or rejected. */
#include <stdio.h>

#include "tariff.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__tariff_service__descriptor;

static void print_dismissed(const ProtobufCMessage *answer)
{
    const Metervault__V1__DismissedTariff *dismissed = (const Metervault__V1__DismissedTariff *)answer;
    if (dismissed->tariff != NULL)
        tariff_print(&dismissed->tariff->base);
    if (dismissed->assignment != NULL)
        tariff_print_assignment(&dismissed->assignment->base);
}

/* A version, or an assignment by its number. */
struct waiting {
    const char *name; /* NULL: there is nothing to do */
    uint64_t version, assignment;
};

static int read_waiting(struct cli *cli, int argc, char **argv, const char **reason, struct waiting *waiting)
{
    const char *version = NULL;
    const char *assignment = NULL;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "version", .text = &version},
                                         {.name = "assignment", .text = &assignment},
                                         {.name = "reason", .text = reason}};
    *waiting = (struct waiting){.name = NULL};
    if (!cli_parse(cli, options, reason == NULL ? 2 : 3, argc, argv, &first, &code))
        return code;
    bool one = assignment != NULL
                   ? version == NULL && argc == first && cli_number(assignment, 1, INT64_MAX, &waiting->assignment)
                   : version != NULL && argc - first == 1 && cli_number(version, 1, UINT32_MAX, &waiting->version);
    if (!one)
        return cli_usage(cli, "%s needs one name and --version, or --assignment; they are numbers from 1", argv[0]);
    if (reason != NULL && *reason == NULL)
        return cli_usage(cli, "%s needs --reason", argv[0]);
    waiting->name = assignment == NULL ? argv[first] : "";
    return CLI_DONE;
}

/* Not repeated: a second one would be refused. */
static int dismiss(struct cli *cli, const char *method, const ProtobufCMessage *request)
{
    int code = CLI_DONE;
    ProtobufCMessage *answer = NULL;
    struct mv_client_error error;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    if (!mv_client_call(client, service, method, request, false, &answer, &error))
        code = cli_report(cli, &error);
    mv_client_close(client);
    return cli_show(cli, answer, print_dismissed, code);
}

int tariff_withdraw(struct cli *cli, int argc, char **argv)
{
    struct waiting waiting;
    int code = read_waiting(cli, argc, argv, NULL, &waiting);
    if (code != CLI_DONE || waiting.name == NULL)
        return code;
    Metervault__V1__WithdrawTariffRequest request = METERVAULT__V1__WITHDRAW_TARIFF_REQUEST__INIT;
    request.name = (char *)waiting.name;
    request.version = (uint32_t)waiting.version;
    request.assignment = waiting.assignment;
    return dismiss(cli, "WithdrawTariff", &request.base);
}

int tariff_reject(struct cli *cli, int argc, char **argv)
{
    struct waiting waiting;
    const char *reason = NULL;
    int code = read_waiting(cli, argc, argv, &reason, &waiting);
    if (code != CLI_DONE || waiting.name == NULL)
        return code;
    Metervault__V1__RejectTariffRequest request = METERVAULT__V1__REJECT_TARIFF_REQUEST__INIT;
    request.name = (char *)waiting.name;
    request.version = (uint32_t)waiting.version;
    request.assignment = waiting.assignment;
    request.reason = (char *)reason;
    return dismiss(cli, "RejectTariff", &request.base);
}
