/* Many accounts, and all that happened to one. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "account.h"
#include "sale_print.h"

enum { PAGE = 1000, TOKEN_SIZE = 128 };

static const ProtobufCServiceDescriptor *const service = &metervault__v1__account_service__descriptor;

/* A list in pages: asks for one, takes its rows into JSON or prints them, and says where the next begins. */
struct pages {
    struct cli *cli;
    struct mv_client *client;
    json_t *list; /* NULL: printed */
    struct cli_progress progress;
};
typedef const char *take_fn(struct pages *pages, const ProtobufCMessage *page);

static int walk(struct pages *pages, const char *method, const ProtobufCMessage *request, char *token, take_fn *take)
{
    int code = CLI_DONE;
    do {
        ProtobufCMessage *answer = cli_call(pages->cli, pages->client, service, method, request, &code);
        if (answer == NULL)
            break;
        (void)snprintf(token, TOKEN_SIZE, "%s", take(pages, answer));
        protobuf_c_message_free_unpacked(answer, NULL);
    } while (token[0] != '\0');
    return code;
}

static int show(struct cli *cli, const char *what, const char *method, const ProtobufCMessage *request, char *token,
                take_fn *take)
{
    int code = CLI_DONE;
    struct pages pages = {.cli = cli, .client = cli_connect(cli, &code)};
    if (pages.client == NULL)
        return code;
    pages.list = cli->json ? json_array() : NULL;
    pages.progress = cli_progress_start(what);
    code = walk(&pages, method, request, token, take);
    cli_progress_end(&pages.progress);
    mv_client_close(pages.client);
    if (code == CLI_DONE && pages.list != NULL)
        return cli_print_json(json_pack("{s:o}", what, pages.list));
    json_decref(pages.list);
    return code == CLI_DONE ? cli_flush() : code;
}

static const char *take_accounts(struct pages *pages, const ProtobufCMessage *answer)
{
    const Metervault__V1__ListAccountsResponse *page = (const Metervault__V1__ListAccountsResponse *)answer;
    for (size_t i = 0; i < page->n_accounts; i++) {
        const Metervault__V1__Account *account = page->accounts[i];
        if (pages->list != NULL)
            (void)json_array_append_new(pages->list, cli_message_json(&account->base));
        else
            (void)printf("%-16s  %s  %-10s  %-10s  %s\n", account->account_number, account->meter_pan,
                         account_state_text(account->state), account->tariff_class,
                         account->customer != NULL ? account->customer->name : "-");
        cli_progress_step(&pages->progress);
    }
    return page->next_page_token;
}

int account_list(struct cli *cli, int argc, char **argv)
{
    const char *search = NULL;
    const char *number = NULL;
    const char *meter = NULL;
    const char *organisation = NULL;
    bool suspended = false;
    char token[TOKEN_SIZE] = "";
    int first;
    int code;
    const struct cli_option options[] = {{.name = "search", .text = &search},
                                         {.name = "number", .text = &number},
                                         {.name = "meter", .text = &meter},
                                         {.name = "organisation", .text = &organisation},
                                         {.name = "suspended", .flag = &suspended}};
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    Metervault__V1__ListAccountsRequest request = METERVAULT__V1__LIST_ACCOUNTS_REQUEST__INIT;
    request.search = search != NULL ? (char *)search : request.search;
    request.number = number != NULL ? (char *)number : request.number;
    request.meter_pan = meter != NULL ? (char *)meter : request.meter_pan;
    request.organisation = organisation != NULL ? (char *)organisation : request.organisation;
    if (suspended)
        request.state = METERVAULT__V1__ACCOUNT_STATE__ACCOUNT_ON_HOLD;
    request.page_size = PAGE;
    request.page_token = token;
    return show(cli, "accounts", "ListAccounts", &request.base, token, take_accounts);
}

static const char *kind_text(Metervault__V1__TimelineKind kind)
{
    static const char prefix[] = "TIMELINE_";
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&metervault__v1__timeline_kind__descriptor, (int)kind);
    return value == NULL ? "?" : value->name + sizeof prefix - 1;
}

static const char *take_events(struct pages *pages, const ProtobufCMessage *answer)
{
    const Metervault__V1__GetTimelineResponse *page = (const Metervault__V1__GetTimelineResponse *)answer;
    for (size_t i = 0; i < page->n_entries; i++) {
        const Metervault__V1__TimelineEntry *entry = page->entries[i];
        char when[SALE_TIME_TEXT];
        sale_time_text(entry->time_unix_s, when);
        if (pages->list != NULL)
            (void)json_array_append_new(pages->list, cli_message_json(&entry->base));
        else
            (void)printf("%s  %-16s  %-16s  %s\n", when, kind_text(entry->kind), entry->principal, entry->text);
        cli_progress_step(&pages->progress);
    }
    return page->next_page_token;
}

int account_timeline(struct cli *cli, int argc, char **argv)
{
    char token[TOKEN_SIZE] = "";
    int first;
    int code;
    if (!cli_parse(cli, NULL, 0, argc, argv, &first, &code))
        return code;
    if (argc - first != 1)
        return cli_usage(cli, "timeline needs one account number");
    Metervault__V1__GetTimelineRequest request = METERVAULT__V1__GET_TIMELINE_REQUEST__INIT;
    request.account_number = argv[first];
    request.page_size = PAGE;
    request.page_token = token;
    return show(cli, "events", "GetTimeline", &request.base, token, take_events);
}
