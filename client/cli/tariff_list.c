/* Versions and assignments listed: all of them, or those that wait for another person. */
#include <stdio.h>

#include "tariff.h"

enum { PAGE = 100, TOKEN_SIZE = 512 };

static const ProtobufCServiceDescriptor *const service = &metervault__v1__tariff_service__descriptor;

static void take(const ProtobufCMessage *row, void print(const ProtobufCMessage *), json_t *list)
{
    if (list != NULL)
        (void)json_array_append_new(list, cli_message_json(row));
    else
        print(row);
}

/* `list` is NULL when the lines are printed. */
static int walk_versions(struct cli *cli, struct mv_client *client, bool pending, json_t *list)
{
    char token[TOKEN_SIZE] = "";
    int code = CLI_DONE;
    Metervault__V1__ListTariffsRequest request = METERVAULT__V1__LIST_TARIFFS_REQUEST__INIT;
    request.page_size = PAGE;
    request.page_token = token;
    request.pending = pending;
    do {
        ProtobufCMessage *answer = cli_call(cli, client, service, "ListTariffs", &request.base, &code);
        if (answer == NULL)
            return code;
        const Metervault__V1__ListTariffsResponse *page = (const Metervault__V1__ListTariffsResponse *)answer;
        for (size_t i = 0; i < page->n_tariffs; i++)
            take(&page->tariffs[i]->base, tariff_print, list);
        (void)snprintf(token, sizeof token, "%s", page->next_page_token);
        protobuf_c_message_free_unpacked(answer, NULL);
    } while (token[0] != '\0');
    return code;
}

static int walk_assignments(struct cli *cli, struct mv_client *client, bool pending, json_t *list)
{
    char token[TOKEN_SIZE] = "";
    int code = CLI_DONE;
    Metervault__V1__ListAssignmentsRequest request = METERVAULT__V1__LIST_ASSIGNMENTS_REQUEST__INIT;
    request.page_size = PAGE;
    request.page_token = token;
    request.pending = pending;
    do {
        ProtobufCMessage *answer = cli_call(cli, client, service, "ListAssignments", &request.base, &code);
        if (answer == NULL)
            return code;
        const Metervault__V1__ListAssignmentsResponse *page = (const Metervault__V1__ListAssignmentsResponse *)answer;
        for (size_t i = 0; i < page->n_assignments; i++)
            take(&page->assignments[i]->base, tariff_print_assignment, list);
        (void)snprintf(token, sizeof token, "%s", page->next_page_token);
        protobuf_c_message_free_unpacked(answer, NULL);
    } while (token[0] != '\0');
    return code;
}

/* A new list in the answer; NULL without one. */
static json_t *list_of(json_t *all, const char *name)
{
    json_t *list = all == NULL ? NULL : json_array();
    if (list != NULL)
        (void)json_object_set_new(all, name, list);
    return list;
}

int tariff_list(struct cli *cli, int argc, char **argv)
{
    bool pending = false;
    bool assignments = false;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "pending", .flag = &pending},
                                         {.name = "assignments", .flag = &assignments}};
    if (!cli_parse(cli, options, 2, argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    json_t *all = cli->json ? json_object() : NULL;
    if (!assignments)
        code = walk_versions(cli, client, pending, list_of(all, "tariffs"));
    if (code == CLI_DONE && (assignments || pending))
        code = walk_assignments(cli, client, pending, list_of(all, "assignments"));
    mv_client_close(client);
    if (code == CLI_DONE && cli->json)
        return cli_print_json(all);
    json_decref(all);
    return code == CLI_DONE ? cli_flush() : code;
}
