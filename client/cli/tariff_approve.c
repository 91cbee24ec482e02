/* A version approved: what it changes is shown before the question. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tariff.h"
#include "tariff_file.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__tariff_service__descriptor;

static Metervault__V1__Tariff *get(struct cli *cli, struct mv_client *client, const char *name, uint32_t version,
                                   int *code)
{
    Metervault__V1__GetTariffRequest request = METERVAULT__V1__GET_TARIFF_REQUEST__INIT;
    request.name = (char *)name;
    request.version = version;
    return (Metervault__V1__Tariff *)cli_call(cli, client, service, "GetTariff", &request.base, code);
}

static void free_tariff(Metervault__V1__Tariff *tariff)
{
    if (tariff != NULL)
        protobuf_c_message_free_unpacked(&tariff->base, NULL);
}

/* Its file; NULL when memory is short. */
static char *file_of(const Metervault__V1__Tariff *tariff, const Metervault__V1__Office *office)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    tariff_file_write(out, tariff, office);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

static bool has_line(const char *text, const char *line, size_t size)
{
    for (const char *at = text; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n')
        if (strcspn(at, "\n") == size && memcmp(at, line, size) == 0)
            return true;
    return false;
}

/* The lines of one file that the other does not have. */
static void show_lines(char mark, const char *text, const char *other)
{
    for (const char *at = text; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n')
        if (!has_line(other, at, strcspn(at, "\n")))
            (void)printf("%c %.*s\n", mark, (int)strcspn(at, "\n"), at);
}

static int show_change(struct cli *cli, struct mv_client *client, const char *name, uint32_t version)
{
    int code = CLI_DONE;
    Metervault__V1__Tariff *before = NULL;
    Metervault__V1__Office *office = tariff_ask_office(cli, client, &code);
    Metervault__V1__Tariff *after = office == NULL ? NULL : get(cli, client, name, version, &code);
    for (uint32_t i = version - 1; i > 0 && after != NULL && before == NULL && code == CLI_DONE; i--) {
        before = get(cli, client, name, i, &code);
        if (before != NULL && before->state != METERVAULT__V1__TARIFF_STATE__TARIFF_APPROVED) {
            free_tariff(before);
            before = NULL;
        }
    }
    if (after != NULL && code == CLI_DONE) {
        char *old = before == NULL ? strdup("") : file_of(before, office);
        char *new = file_of(after, office);
        tariff_print(&after->base);
        if (old != NULL && new != NULL) {
            show_lines('-', old, new);
            show_lines('+', new, old);
        } else {
            code = CLI_REFUSED;
        }
        free(old);
        free(new);
    }
    free_tariff(before);
    free_tariff(after);
    if (office != NULL)
        protobuf_c_message_free_unpacked(&office->base, NULL);
    return code;
}

static int approve(struct cli *cli, struct mv_client *client, const char *name, uint32_t version, bool yes)
{
    char question[200];
    int code = yes ? CLI_DONE : show_change(cli, client, name, version);
    if (code != CLI_DONE)
        return code;
    (void)snprintf(question, sizeof question,
                   "From its date on version %" PRIu32 " of %.64s is what customers pay. (- as approved before, + new)",
                   version, name);
    code = cli_confirm(cli, yes, question);
    if (code != CLI_DONE)
        return code;
    Metervault__V1__ApproveTariffRequest request = METERVAULT__V1__APPROVE_TARIFF_REQUEST__INIT;
    request.name = (char *)name;
    request.version = version;
    /* not repeated: a second one would be refused */
    ProtobufCMessage *answer = NULL;
    struct mv_client_error error;
    if (!mv_client_call(client, service, "ApproveTariff", &request.base, false, &answer, &error))
        code = cli_report(cli, &error);
    return cli_show(cli, answer, tariff_print, code);
}

int tariff_approve(struct cli *cli, int argc, char **argv)
{
    const char *version = NULL;
    bool yes = false;
    uint64_t number = 0;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "version", .text = &version}, {.name = "yes", .flag = &yes}};
    if (!cli_parse(cli, options, 2, argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || version == NULL || !cli_number(version, 1, UINT32_MAX, &number))
        return cli_usage(cli, "approve needs one name and --version, a number from 1");
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    code = approve(cli, client, argv[first], (uint32_t)number, yes);
    mv_client_close(client);
    return code;
}
