#include "bulk.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "error.h"
#include "sale_print.h"

enum { FLUSH_EVERY = 64, RATE_MOST = 1000000 };

static const char *const head[BULK_COLUMNS] = {"row",    "meter",  "request_id", "outcome", "receipt",
                                               "token1", "token2", "token3",     "token4",  "token5",
                                               "token6", "token7", "token8",     "reason",  "message"};
enum { OUTCOME = 3, REASON = BULK_COLUMNS - 2 };

void bulk_write_head(FILE *file)
{
    for (size_t i = 0; i < BULK_COLUMNS; i++)
        (void)fprintf(file, "%s%s", i > 0 ? "," : "", head[i]);
    (void)fputs("\r\n", file);
}

bool bulk_read_again(struct bulk *bulk, uint64_t number, const struct csv_reader *record)
{
    uint64_t row;
    if (record->count != BULK_COLUMNS)
        return false;
    if (number == 0) {
        for (size_t i = 0; i < BULK_COLUMNS; i++)
            if (strcmp(record->fields[i], head[i]) != 0)
                return false;
        return true;
    }
    if (!cli_number(record->fields[0], number, number, &row))
        return false;
    tally_add(&bulk->tally, record->fields[OUTCOME], record->fields[REASON]);
    bulk->rows = row;
    return true;
}

/* ---- rows out ---- */
struct outcome {
    const char *name;
    const char *reason;
    const char *message;
    const Metervault__V1__IssuedTokens *issued; /* NULL when nothing was */
};

static void write_receipt(FILE *file, const Metervault__V1__ReceiptNumber *receipt)
{
    char text[160];
    if (receipt == NULL)
        return;
    (void)snprintf(text, sizeof text, "%s/%s/%" PRIu64, receipt->organisation, receipt->terminal_id, receipt->number);
    csv_write(file, text);
}

/* In groups of four: a spreadsheet would keep 15 of 20 digits. */
static void write_tokens(FILE *file, const Metervault__V1__IssuedTokens *issued)
{
    for (size_t i = 0; i < BULK_TOKENS; i++) {
        char digits[SALE_DIGITS_TEXT] = "";
        if (issued != NULL && i < issued->n_tokens)
            sale_group_digits(issued->tokens[i]->digits, digits);
        (void)putc(',', file);
        csv_write(file, digits);
    }
}

static bool write_row(struct bulk *bulk, const struct lineup_row *row, const struct outcome *outcome)
{
    FILE *file = bulk->file->file;
    (void)fprintf(file, "%" PRIu64 ",", row->number);
    csv_write(file, row->meter);
    (void)putc(',', file);
    csv_write(file, row->request_id);
    (void)fprintf(file, ",%s,", outcome->name);
    write_receipt(file, outcome->issued != NULL ? outcome->issued->receipt : NULL);
    write_tokens(file, outcome->issued);
    (void)putc(',', file);
    csv_write(file, outcome->reason);
    (void)putc(',', file);
    csv_write(file, outcome->message);
    (void)fputs("\r\n", file);
    tally_add(&bulk->tally, outcome->name, outcome->reason);
    cli_progress_step(&bulk->progress);
    bulk->failed = ferror(file) != 0 || (row->number % FLUSH_EVERY == 0 && fflush(file) != 0);
    return !bulk->failed;
}

/* The rows at the front whose outcome is known. */
static bool write_local(struct bulk *bulk)
{
    const struct lineup_row *row;
    while ((row = lineup_oldest(&bulk->lineup)) != NULL && row->local) {
        const struct outcome outcome = {.name = row->outcome, .reason = row->reason, .message = row->message};
        if (!write_row(bulk, row, &outcome))
            return false;
        lineup_drop_oldest(&bulk->lineup);
    }
    return true;
}

/* ---- the batch's two sides ---- */
static enum mv_batch_next next(void *self, Metervault__V1__BatchItem *order)
{
    struct bulk *bulk = self;
    while (!lineup_full(&bulk->lineup) && !bulk->failed) {
        struct lineup_row *row = lineup_add(&bulk->lineup);
        row->number = bulk->rows + 1;
        enum mv_batch_next given = bulk->next(bulk->self, row, order);
        if (given != MV_BATCH_ORDER) {
            lineup_drop_last(&bulk->lineup);
            return given;
        }
        bulk->rows++;
        if (!row->local)
            return MV_BATCH_ORDER;
        if (!write_local(bulk))
            break;
    }
    return bulk->failed ? MV_BATCH_END : MV_BATCH_WAIT;
}

static bool result(void *self, const Metervault__V1__BatchItem *order, const Metervault__V1__BatchResult *result)
{
    struct bulk *bulk = self;
    const struct lineup_row *row = lineup_oldest(&bulk->lineup);
    char reason[48] = "";
    char message[512] = "";
    struct outcome outcome = {.name = bulk->judge(result), .reason = reason, .message = message};
    (void)order;
    if (result->result_case == METERVAULT__V1__BATCH_RESULT__RESULT_ISSUED) {
        outcome.issued = result->issued;
        bulk->replayed += result->issued->replayed != 0;
    } else {
        const Metervault__V1__Refusal *refused = result->refused;
        mv_error_text(reason, sizeof reason, refused->reason, strlen(refused->reason));
        mv_error_text(message, sizeof message, refused->message, strlen(refused->message));
    }
    if (!write_row(bulk, row, &outcome))
        return false;
    lineup_drop_oldest(&bulk->lineup);
    return write_local(bulk);
}

int bulk_run(struct cli *cli, struct mv_client *client, struct bulk *bulk)
{
    const struct mv_batch batch = {.self = bulk, .next = next, .result = result, .per_second = bulk->per_second};
    struct mv_client_error error;
    bool done = mv_client_batch(client, &batch, &error);
    bool written = fflush(bulk->file->file) == 0 && !bulk->failed;
    cli_progress_end(&bulk->progress);
    if (!written) {
        (void)fprintf(stderr, "%s %s: %s: %s\n", cli->program, cli->command->name, bulk->file->path,
                      strerrordesc_np(errno));
        return CLI_REFUSED;
    }
    return done ? CLI_DONE : cli_report(cli, &error);
}

int bulk_rate(const struct cli *cli, const char *text, unsigned *per_second)
{
    char number[16];
    uint64_t value = 0;
    if (text == NULL)
        return CLI_DONE;
    size_t length = strlen(text);
    if (length > 2 && strcmp(text + length - 2, "/s") == 0)
        length -= 2;
    (void)snprintf(number, sizeof number, "%.*s", (int)(length < sizeof number ? length : 0), text);
    if (!cli_number(number, 1, RATE_MOST, &value))
        return cli_usage(cli, "--rate is a number of orders in a second, from 1 to %d", RATE_MOST);
    *per_second = (unsigned)value;
    return CLI_DONE;
}
