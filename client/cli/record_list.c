/* Records that were signed, to bring them again, and what a meter wrote back so far. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "key_options.h"
#include "record.h"
#include "sale_print.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__token_service__descriptor;
enum { PAGE = 1000, TOKEN_SIZE = 512 };

/* As they are numbered in the contract, from 1. */
static const char *const kinds[] = {"purchase", "parameters", "control", "read", "key-update"};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const char *kind_name(unsigned kind)
{
    return kind >= 1 && kind <= KINDS ? kinds[kind - 1] : "?";
}

static unsigned kind_number(const char *name)
{
    for (unsigned i = 0; i < KINDS; i++)
        if (strcmp(kinds[i], name) == 0)
            return i + 1;
    return 0;
}

static void print_record(const Metervault__V1__StoredRecord *record)
{
    char when[SALE_TIME_TEXT];
    sale_time_text(record->issued_at_unix_s, when);
    (void)printf("%s %u  epoch %u, signed %s by %s, request %s", kind_name(record->kind), record->sequence,
                 record->installation_epoch, when, record->principal, record->request_id);
    if (record->parts > 1)
        (void)printf(", part %u of %u", record->part, record->parts);
    if (record->credit > 0)
        (void)printf(", credit %" PRId64, record->credit);
    (void)putchar('\n');
    record_print_bytes(&record->record);
}

static void print_return(const Metervault__V1__StoredReturn *stored)
{
    char when[SALE_TIME_TEXT];
    sale_time_text(stored->received_at_unix_s, when);
    (void)printf("Received   %s from %s\n", when, stored->principal);
    if (stored->answers_read_request != 0)
        (void)printf("Answers    read request %u\n", stored->answers_read_request);
    if (stored->content != NULL)
        record_print_return(stored->content);
    record_print_bytes(&stored->record);
}

/* Takes one page; `token` becomes that of the next one. */
typedef void take_page(const ProtobufCMessage *answer, json_t *list, char token[TOKEN_SIZE]);

static void take_records(const ProtobufCMessage *answer, json_t *list, char token[TOKEN_SIZE])
{
    const Metervault__V1__ListRecordsResponse *page = (const Metervault__V1__ListRecordsResponse *)answer;
    for (size_t i = 0; i < page->n_records; i++)
        if (list != NULL)
            (void)json_array_append_new(list, cli_message_json(&page->records[i]->base));
        else
            print_record(page->records[i]);
    (void)snprintf(token, TOKEN_SIZE, "%s", page->next_page_token);
}

static void take_returns(const ProtobufCMessage *answer, json_t *list, char token[TOKEN_SIZE])
{
    const Metervault__V1__ListReturnsResponse *page = (const Metervault__V1__ListReturnsResponse *)answer;
    for (size_t i = 0; i < page->n_returns; i++)
        if (list != NULL)
            (void)json_array_append_new(list, cli_message_json(&page->returns[i]->base));
        else
            print_return(page->returns[i]);
    (void)snprintf(token, TOKEN_SIZE, "%s", page->next_page_token);
}

/* Page by page to the end; `token` stands in the request. */
static int show_pages(struct cli *cli, const char *method, const ProtobufCMessage *request, char token[TOKEN_SIZE],
                      take_page *take, const char *name)
{
    int code = CLI_DONE;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    json_t *list = cli->json ? json_array() : NULL;
    do {
        ProtobufCMessage *answer = cli_call(cli, client, service, method, request, &code);
        if (answer == NULL)
            break;
        take(answer, list, token);
        protobuf_c_message_free_unpacked(answer, NULL);
    } while (token[0] != '\0');
    mv_client_close(client);
    if (code == CLI_DONE && list != NULL)
        return cli_print_json(json_pack("{s:o}", name, list));
    json_decref(list);
    return code == CLI_DONE ? cli_flush() : code;
}

struct list_options {
    const char *meter, *kind, *from, *epoch;
};

static int read_query(const struct cli *cli, const struct list_options *given,
                      Metervault__V1__ListRecordsRequest *request)
{
    uint64_t number = 0;
    if (given->meter == NULL || !meter_pan_valid(given->meter))
        return cli_usage(cli, "--meter is the meter's PAN of 18 digits");
    request->meter_pan = (char *)given->meter;
    if (given->kind != NULL) {
        request->kind = (Metervault__V1__RecordKind)kind_number(given->kind);
        if (request->kind == METERVAULT__V1__RECORD_KIND__RECORD_KIND_UNSPECIFIED)
            return cli_usage(cli, "--kind is purchase, parameters, control, read or key-update");
    }
    if (given->from != NULL) {
        if (given->kind == NULL || !cli_number(given->from, 1, UINT32_MAX, &number))
            return cli_usage(cli, "--from is a sequence number from 1 on, and needs --kind");
        request->from_sequence = (uint32_t)number;
    }
    if (given->epoch != NULL) {
        if (!cli_number(given->epoch, 0, UINT16_MAX, &number))
            return cli_usage(cli, "--epoch is a number from 0 to 65535");
        request->epoch_case = METERVAULT__V1__LIST_RECORDS_REQUEST__EPOCH_INSTALLATION_EPOCH;
        request->installation_epoch = (uint32_t)number;
    }
    return CLI_DONE;
}

int record_list(struct cli *cli, int argc, char **argv)
{
    struct list_options given = {NULL};
    char token[TOKEN_SIZE] = "";
    int first;
    int code;
    const struct cli_option options[] = {{.name = "meter", .text = &given.meter},
                                         {.name = "kind", .text = &given.kind},
                                         {.name = "from", .text = &given.from},
                                         {.name = "epoch", .text = &given.epoch}};
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    Metervault__V1__ListRecordsRequest request = METERVAULT__V1__LIST_RECORDS_REQUEST__INIT;
    code = read_query(cli, &given, &request);
    if (code != CLI_DONE)
        return code;
    request.page_size = PAGE;
    request.page_token = token;
    return show_pages(cli, "ListRecords", &request.base, token, take_records, "records");
}

int record_returns(struct cli *cli, int argc, char **argv)
{
    const char *meter = NULL;
    char token[TOKEN_SIZE] = "";
    int first;
    int code;
    const struct cli_option options[] = {{.name = "meter", .text = &meter}};
    if (!cli_parse(cli, options, 1, argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    if (meter == NULL || !meter_pan_valid(meter))
        return cli_usage(cli, "--meter is the meter's PAN of 18 digits");
    Metervault__V1__ListReturnsRequest request = METERVAULT__V1__LIST_RETURNS_REQUEST__INIT;
    request.meter_pan = (char *)meter;
    request.page_size = PAGE;
    request.page_token = token;
    return show_pages(cli, "ListReturns", &request.base, token, take_returns, "returns");
}
