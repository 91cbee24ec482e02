#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch_state.h"
#include "bulk.h"
#include "csv_order.h"
#include "journal.h"

struct batch {
    const char *input;
    const char *out;
    const char *run; /* "" unless the same file is to be issued once more */
    const char *rate;
    FILE *file;
    struct csv_reader reader;
    struct csv_columns columns;
    struct csv_order order;
    char digest[BATCH_DIGEST];
    const char *terminal;
    bool resumed;
    struct bulk bulk;
};

/* ---- rows in ---- */
static void refuse(struct lineup_row *row, const char *why)
{
    row->local = true;
    row->outcome = "refused";
    (void)snprintf(row->reason, sizeof row->reason, "INVALID_FIELD");
    (void)snprintf(row->message, sizeof row->message, "%s", why);
}

static enum mv_batch_next next(void *self, struct lineup_row *row, Metervault__V1__BatchItem *order)
{
    struct batch *batch = self;
    enum csv_result result = csv_next(&batch->reader);
    if (result == CSV_END)
        return MV_BATCH_END;
    const char *id = csv_field(&batch->reader, &batch->columns, CSV_REQUEST_ID);
    (void)snprintf(row->meter, sizeof row->meter, "%s", csv_field(&batch->reader, &batch->columns, CSV_METER));
    if (id[0] == '\0')
        batch_request_id(batch->digest, row->number, row->request_id);
    else
        (void)snprintf(row->request_id, sizeof row->request_id, "%s", id);
    const char *wrong = batch->reader.wrong;
    if (wrong == NULL && id[0] != '\0' && !journal_id_valid(id, 64))
        wrong = "request_id has 1 to 64 letters, digits, '.', '_', '-'";
    if (wrong == NULL)
        wrong = csv_order_read(&batch->reader, &batch->columns, batch->terminal, row->request_id, &batch->order);
    if (wrong != NULL)
        refuse(row, wrong);
    else
        *order = batch->order.item;
    return MV_BATCH_ORDER;
}

static const char *judge(const Metervault__V1__BatchResult *result)
{
    return result->result_case == METERVAULT__V1__BATCH_RESULT__RESULT_ISSUED ? "issued" : "refused";
}

/* The first row names the columns. */
static int read_columns(const struct cli *cli, struct batch *batch)
{
    const char *name = "";
    csv_begin(&batch->reader, batch->file);
    enum csv_result result = csv_next(&batch->reader);
    const char *wrong = batch->reader.wrong;
    if (result == CSV_END)
        wrong = "the file is empty";
    else if (wrong == NULL)
        wrong = csv_columns_read(&batch->reader, &batch->columns, &name);
    return wrong == NULL
               ? CLI_DONE
               : cli_usage(cli, "%s, first row: %s%s%s", batch->input, name, name[0] != '\0' ? ": " : "", wrong);
}

/* For the bar; the file is behind its first row again. */
static int count_rows(const struct cli *cli, struct batch *batch)
{
    if (isatty(STDERR_FILENO)) {
        int code = read_columns(cli, batch);
        if (code != CLI_DONE)
            return code;
        while (csv_next(&batch->reader) != CSV_END)
            batch->bulk.progress.total++;
        rewind(batch->file);
    }
    return read_columns(cli, batch);
}

/* ---- the result file ---- */
static bool again(void *self, uint64_t number, const struct csv_reader *record)
{
    return bulk_read_again(&((struct batch *)self)->bulk, number, record);
}

/* Passes over the rows that are done. */
static bool skip_done(struct batch *batch)
{
    for (uint64_t i = 0; i < batch->bulk.rows; i++)
        if (csv_next(&batch->reader) == CSV_END)
            return false;
    batch->bulk.progress.count = batch->bulk.rows;
    return true;
}

static int finish(const struct cli *cli, struct batch *batch)
{
    struct bulk *bulk = &batch->bulk;
    if (ferror(batch->file)) {
        (void)fprintf(stderr, "metervault batch: %s: %s\n", batch->input, strerrordesc_np(errno));
        return CLI_USAGE;
    }
    if (!bulk_file_sync(cli, bulk->file) || !batch_state_end(batch->out))
        return CLI_REFUSED;
    int code = tally_count(&bulk->tally, "refused") > 0 ? CLI_REFUSED : CLI_DONE;
    if (bulk->replayed > 0 && !batch->resumed)
        (void)fprintf(stderr,
                      "metervault batch: %" PRIu64
                      " rows were issued by an earlier batch of the same file, or under the\n"
                      "same request ids, and got the same tokens again. To issue the file once more give --run NAME.\n",
                      bulk->replayed);
    if (cli->json) {
        int printed = cli_print_json(json_pack("{s:I, s:I, s:o}", "rows", (json_int_t)bulk->rows, "replayed",
                                               (json_int_t)bulk->replayed, "outcomes", tally_json(&bulk->tally)));
        return printed != CLI_DONE ? printed : code;
    }
    (void)printf("%" PRIu64 " rows: %s\n", bulk->rows, batch->out);
    tally_print(&bulk->tally);
    int printed = cli_flush();
    return printed != CLI_DONE ? printed : code;
}

static int issue(struct cli *cli, struct batch *batch)
{
    int code = CLI_DONE;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    code = bulk_run(cli, client, &batch->bulk);
    mv_client_close(client);
    if (code == CLI_DONE)
        return finish(cli, batch);
    (void)fputs("metervault batch: not finished. Start it again with the same files: it goes on, and issues nothing "
                "twice.\n",
                stderr);
    return code;
}

static int with_result(struct cli *cli, struct batch *batch)
{
    struct bulk_file file;
    int code = bulk_file_open(cli, batch->out, again, batch, &file);
    if (code != CLI_DONE)
        return code;
    batch->bulk.file = &file;
    if (ftell(file.file) == 0)
        bulk_write_head(file.file);
    if (!skip_done(batch))
        code = cli_usage(cli, "%s has more rows than %s", batch->out, batch->input);
    else if (bulk_file_sync(cli, &file))
        code = issue(cli, batch);
    else
        code = CLI_REFUSED;
    bulk_file_close(&file);
    return code;
}

static int with_input(struct cli *cli, struct batch *batch)
{
    struct mv_client_options options;
    batch->file = fopen(batch->input, "re");
    if (batch->file == NULL)
        return cli_usage(cli, "%s: %s", batch->input, strerrordesc_np(errno));
    batch->bulk.progress = cli_progress_start("rows");
    int code = cli_client_options(cli, &options);
    if (code == CLI_DONE && !batch_digest(batch->file, batch->run, batch->digest))
        code = cli_usage(cli, "%s cannot be read, or not twice", batch->input);
    if (code == CLI_DONE)
        code = count_rows(cli, batch);
    if (code == CLI_DONE)
        code = batch_state_begin(cli, batch->out, batch->digest, &batch->resumed);
    if (code == CLI_DONE)
        code = with_result(cli, batch);
    (void)fclose(batch->file);
    return code;
}

static int run(struct cli *cli, int argc, char **argv)
{
    int first;
    int code;
    struct batch *batch = calloc(1, sizeof *batch);
    if (batch == NULL)
        return cli_usage(cli, "memory ran out");
    batch->run = "";
    batch->bulk = (struct bulk){.next = next, .judge = judge, .self = batch};
    const struct cli_option options[] = {{.name = "out", .text = &batch->out},
                                         {.name = "run", .text = &batch->run},
                                         {.name = "rate", .text = &batch->rate}};
    if (cli_parse(cli, options, 3, argc, argv, &first, &code)) {
        batch->input = argc - first == 1 ? argv[first] : NULL;
        batch->terminal = cli->terminal;
        code = bulk_rate(cli, batch->rate, &batch->bulk.per_second);
        if (batch->input == NULL || batch->out == NULL)
            code = cli_usage(cli, "give one CSV file, and --out");
        else if (code == CLI_DONE)
            code = cli_need_terminal(cli);
        if (code == CLI_DONE)
            code = with_input(cli, batch);
    }
    free(batch);
    return code;
}

const struct cli_command cli_batch = {
    .name = "batch",
    .summary = "issue every row of a CSV file",
    .help =
        "Usage: metervault batch FILE.csv --out FILE [--rate N] [--run NAME] [--terminal NAME]\n"
        "Issues a token for every row and writes a row for each, in order. A bad row fails alone; exit code 1 says\n"
        "that there was one. Killed at any moment and started again with the same files it goes on where it stopped\n"
        "and issues nothing twice: FILE.journal beside the result is there as long as the batch is not complete.\n"
        "\n"
        "The first row names the columns, in any order; only meter is needed:\n"
        "  request_id       an own request id; left empty it follows from the file's content and the row's number\n"
        "  meter            PAN of 18 digits\n"
        "  kind             credit (when left empty), management, test or key-change\n"
        "  amount, unit     credit: 25.6 and kwh, wh, m3, litres, seconds or currency\n"
        "  action, value    management: as in metervault engineer, max-power and 5000 for example\n"
        "  value            test: 0 (all) to 18\n"
        "  sgc, krn, ti, kt key-change: what is left empty stays\n"
        "The result's columns: row, meter, request_id, outcome (issued or refused), receipt, token1 to token8 in the\n"
        "order in which they are typed, reason, message. Tokens are in groups of four, so that a spreadsheet keeps\n"
        "all digits; it does not keep those of an 18-digit meter, so give it these files as text. The result holds\n"
        "tokens: it is readable by its owner only.\n"
        "\n"
        "  --out FILE       the result; must not be there yet, unless an unfinished batch is to go on\n"
        "  --rate N         at most so many orders in a second\n"
        "  --run NAME       issues a file once more that was issued before: another name, other request ids\n"
        "Options of every command: metervault --help\n"
        "\n"
        "Examples:\n"
        "  metervault batch june.csv --out june-tokens.csv\n"
        "  metervault batch free-units.csv --out july.csv --run july --rate 200\n",
    .run = run,
};
