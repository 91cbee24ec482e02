#include "vend_resume.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bill_print.h"
#include "journal.h"
#include "quantity.h"
#include "sale_print.h"

/* So long after its sending a sale that the server does not know cannot be under way any more. */
enum { UNDER_WAY_S = 60, ENTRIES_MAX = 1024 };

struct found {
    struct journal_entry *entries;
    size_t count;
};

static void collect(void *self, const struct journal_entry *entry)
{
    struct found *found = self;
    if (found->count < ENTRIES_MAX)
        found->entries[found->count++] = *entry;
}

static bool ours(const struct cli *cli, const struct journal_entry *entry)
{
    const char *certificate = cli->certificate_file != NULL ? cli->certificate_file : "";
    if (strcmp(entry->server, cli->server) == 0 && strcmp(entry->certificate_file, certificate) == 0)
        return true;
    (void)fprintf(stderr, "metervault vend: sale %s was sent to %s as %s; resume it with these settings\n",
                  entry->request_id, entry->server, entry->certificate_file);
    return false;
}

/* The server has no such sale. */
static int not_issued(const struct journal_entry *entry, const char *state_dir)
{
    int64_t age = (int64_t)time(NULL) - entry->sent_at_unix_s;
    if (age >= 0 && age < UNDER_WAY_S) {
        (void)fprintf(stderr,
                      "metervault vend: sale %s is not known yet, but may be under way; ask again in %" PRId64 " s\n",
                      entry->request_id, UNDER_WAY_S - age);
        return CLI_UNREACHABLE;
    }
    (void)fprintf(stderr, "metervault vend: sale %s to meter %s was never issued; nothing was sold\n",
                  entry->request_id, entry->meter_pan);
    (void)journal_remove(state_dir, entry->request_id);
    return CLI_REFUSED;
}

static int resume_priced(struct cli *cli, struct mv_client *client, const char *state_dir,
                         const struct journal_entry *entry)
{
    Metervault__V1__GetReceiptRequest request = METERVAULT__V1__GET_RECEIPT_REQUEST__INIT;
    ProtobufCMessage *answer = NULL;
    struct mv_client_error error;
    request.by_case = METERVAULT__V1__GET_RECEIPT_REQUEST__BY_REQUEST_ID;
    request.request_id = (char *)entry->request_id;
    if (!mv_client_call(client, &metervault__v1__sale_service__descriptor, "GetReceipt", &request.base, true, &answer,
                        &error))
        return strcmp(error.reason, "TOKEN_UNKNOWN") == 0 ? not_issued(entry, state_dir) : cli_report(cli, &error);
    int code = bill_print_sold(cli, (const Metervault__V1__Sold *)answer);
    protobuf_c_message_free_unpacked(answer, NULL);
    return code == CLI_DONE && !journal_remove(state_dir, entry->request_id) ? CLI_REFUSED : code;
}

static int resume_one(struct cli *cli, struct mv_client *client, const char *state_dir,
                      const struct journal_entry *entry)
{
    const struct mv_sale sale = {.request_id = entry->request_id,
                                 .terminal = entry->terminal,
                                 .meter_pan = entry->meter_pan,
                                 .unit = entry->unit,
                                 .amount = entry->amount};
    Metervault__V1__IssuedTokens *answer;
    struct mv_client_error error;
    int code = CLI_DONE;
    switch (mv_client_recover(client, &sale, &answer, &error)) {
    case MV_SALE_DONE:
        code = sale_print(cli, answer);
        mv_sale_free(answer);
        if (code == CLI_DONE && !journal_remove(state_dir, entry->request_id))
            code = CLI_REFUSED;
        return code;
    case MV_SALE_REFUSED:
        return not_issued(entry, state_dir);
    case MV_SALE_UNKNOWN:
        break;
    }
    return cli_report(cli, &error);
}

int vend_resume(struct cli *cli, const char *state_dir)
{
    int code = CLI_DONE;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    struct found found = {.entries = calloc(ENTRIES_MAX, sizeof *found.entries)};
    if (found.entries != NULL)
        (void)journal_list(state_dir, collect, &found);
    if (found.count == 0)
        (void)fputs("metervault vend: no unfinished sale\n", stderr);
    for (size_t i = 0; i < found.count; i++) {
        if (!ours(cli, &found.entries[i]))
            continue;
        const struct journal_entry *entry = &found.entries[i];
        int one =
            entry->priced ? resume_priced(cli, client, state_dir, entry) : resume_one(cli, client, state_dir, entry);
        code = one > code ? one : code;
    }
    free(found.entries);
    mv_client_close(client);
    return code;
}

static void count(void *self, const struct journal_entry *entry)
{
    (void)self;
    (void)entry;
}

void vend_hint(const char *state_dir)
{
    size_t waiting = journal_list(state_dir, count, NULL);
    if (waiting > 0)
        (void)fprintf(stderr,
                      "metervault vend: %zu earlier sale(s) never printed their answer; "
                      "get them with: metervault vend --resume\n",
                      waiting);
}
