/* Batches of tills: started, looked at, ended, printed again; and the day's settlement. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bill_print.h"
#include "metervault/v1/account_money_service.pb-c.h"
#include "order_id.h"
#include "sale_print.h"
#include "vendor.h"

static const char *const kinds[] = {"?", "shift", "sales", "banking", "settlement"};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static Metervault__V1__BatchKind find_kind(const char *name)
{
    for (int i = 1; i < KINDS; i++)
        if (strcmp(name, kinds[i]) == 0)
            return (Metervault__V1__BatchKind)i;
    return METERVAULT__V1__BATCH_KIND__BATCH_KIND_UNSPECIFIED;
}

/* What accounts pay, or get, besides sales. */
static const char *act_name(uint32_t key)
{
    static const char *const acts[] = {"debts", "balance", "deposit", "deposit back", "balance out"};
    enum { ACTS = sizeof acts / sizeof acts[0], FIRST = METERVAULT__V1__ACCOUNT_ACT_KIND__ACT_DEBT_PAID };
    return key >= FIRST && key - FIRST < ACTS ? acts[key - FIRST] : "?";
}

static const char *sum_name(const Metervault__V1__BatchSum *sum)
{
    switch (sum->kind) {
    case METERVAULT__V1__BATCH_SUM_KIND__BATCH_SUM_MONEY:
        return bill_payment_name((Metervault__V1__Payment)sum->key);
    case METERVAULT__V1__BATCH_SUM_KIND__BATCH_SUM_LINES:
        return bill_line_name(sum->key, true);
    case METERVAULT__V1__BATCH_SUM_KIND__BATCH_SUM_KEPT:
        return "change kept";
    case METERVAULT__V1__BATCH_SUM_KIND__BATCH_SUM_COMMISSION:
        return "commission";
    case METERVAULT__V1__BATCH_SUM_KIND__BATCH_SUM_UNPRICED:
        return "without a price";
    case METERVAULT__V1__BATCH_SUM_KIND__BATCH_SUM_BALANCE:
        return "paid by balance";
    case METERVAULT__V1__BATCH_SUM_KIND__BATCH_SUM_PAID_IN:
    case METERVAULT__V1__BATCH_SUM_KIND__BATCH_SUM_PAID_OUT:
        return bill_payment_name((Metervault__V1__Payment)sum->key);
    case METERVAULT__V1__BATCH_SUM_KIND__BATCH_SUM_ACTS:
        return act_name(sum->key);
    default:
        return "?";
    }
}

static void print_sums(const struct vendor_desk *desk, const Metervault__V1__Batch *batch)
{
    static const char *const titles[] = {
        "",       "Money",    "Lines",           "Kept for accounts",       "Commission",
        "Tokens", "Accounts", "Paid in besides", "Paid out at the counter", "Of this"};
    enum { TITLES = sizeof titles / sizeof titles[0] };
    unsigned last = 0;
    for (size_t i = 0; i < batch->n_sums; i++) {
        const Metervault__V1__BatchSum *sum = batch->sums[i];
        char name[48];
        if ((unsigned)sum->kind != last && (unsigned)sum->kind < TITLES)
            (void)printf("%s\n", titles[sum->kind]);
        last = (unsigned)sum->kind;
        (void)snprintf(name, sizeof name, "  %-15s %4" PRIu64, sum_name(sum), sum->count);
        vendor_desk_print(desk, name, sum->amount);
    }
}

/* What the till has to have of each payment: sales with what was paid in, less what was paid out. */
static void print_drawer(const struct vendor_desk *desk, const Metervault__V1__Batch *batch)
{
    enum { PAYMENTS = METERVAULT__V1__PAYMENT__PAY_MOBILE + 1 };
    int64_t drawer[PAYMENTS] = {0};
    bool used[PAYMENTS] = {false};
    for (size_t i = 0; i < batch->n_sums; i++) {
        const Metervault__V1__BatchSum *sum = batch->sums[i];
        bool out = sum->kind == METERVAULT__V1__BATCH_SUM_KIND__BATCH_SUM_PAID_OUT;
        bool in = sum->kind == METERVAULT__V1__BATCH_SUM_KIND__BATCH_SUM_MONEY ||
                  sum->kind == METERVAULT__V1__BATCH_SUM_KIND__BATCH_SUM_PAID_IN;
        if ((!in && !out) || sum->key >= PAYMENTS)
            continue;
        drawer[sum->key] += out ? -sum->amount : sum->amount;
        used[sum->key] = true;
    }
    (void)puts("Drawer");
    for (uint32_t key = 0; key < PAYMENTS; key++) {
        char name[48];
        (void)snprintf(name, sizeof name, "  %s", bill_payment_name((Metervault__V1__Payment)key));
        if (used[key])
            vendor_desk_print(desk, name, drawer[key]);
    }
}

static int print_batch(const struct cli *cli, const struct vendor_desk *desk, ProtobufCMessage *answer, int code)
{
    if (answer == NULL || cli->json)
        return cli_show(cli, answer, NULL, code);
    const Metervault__V1__Batch *batch = (const Metervault__V1__Batch *)answer;
    char when[SALE_TIME_TEXT];
    (void)printf("%s %" PRIu64 " of %s%s%s\n", kinds[(unsigned)batch->kind < KINDS ? batch->kind : 0], batch->number,
                 batch->organisation, batch->terminal_id[0] != '\0' ? "/" : "", batch->terminal_id);
    sale_time_text(batch->started_at_unix_s, when);
    (void)printf("Started  %s  %s\n", when, batch->started_by);
    sale_time_text(batch->ended_at_unix_s, when);
    (void)printf("Ended    %s  %s\n", batch->ended_by[0] != '\0' ? when : "still open", batch->ended_by);
    print_sums(desk, batch);
    print_drawer(desk, batch);
    protobuf_c_message_free_unpacked(answer, NULL);
    return cli_flush();
}

/* ---- the calls ---- */
struct asked {
    Metervault__V1__BatchKind kind;
    const char *terminal; /* "" where the kind has none */
    const char *request_id, *organisation, *number;
    char fresh_id[MV_REQUEST_ID_SIZE];
    bool ends, yes; /* the batch ends, which is asked before */
};

/* The kind from the arguments and, where it is of a till, the till of this place. */
static int read_kind(struct cli *cli, struct asked *asked, int argc, char **argv, int first)
{
    asked->kind = argc - first == 1 ? find_kind(argv[first]) : METERVAULT__V1__BATCH_KIND__BATCH_KIND_UNSPECIFIED;
    asked->terminal = "";
    if (asked->kind == METERVAULT__V1__BATCH_KIND__BATCH_KIND_UNSPECIFIED)
        return cli_usage(cli, "%s needs a kind: shift, sales, banking%s", argv[0],
                         strcmp(argv[0], "batch") == 0 ? " or settlement" : "");
    if (asked->kind > METERVAULT__V1__BATCH_KIND__BATCH_SALES)
        return CLI_DONE;
    int code = cli_need_terminal(cli);
    asked->terminal = code == CLI_DONE ? cli->terminal : "";
    return code;
}

static int send(struct cli *cli, const char *method, const ProtobufCMessage *request, const char *request_id)
{
    struct vendor_desk desk;
    int code = vendor_desk_open(cli, &desk);
    if (code != CLI_DONE)
        return code;
    ProtobufCMessage *answer = vendor_desk_call(cli, &desk, method, request, request_id, &code);
    code = print_batch(cli, &desk, answer, code);
    vendor_desk_close(&desk);
    return code;
}

static int read_act(struct cli *cli, struct asked *asked, int argc, char **argv)
{
    int first;
    int code;
    const struct cli_option options[] = {{.name = "request-id", .text = &asked->request_id},
                                         {.name = "yes", .flag = &asked->yes}};
    if (!cli_parse(cli, options, asked->ends ? 2 : 1, argc, argv, &first, &code))
        return code;
    code = read_kind(cli, asked, argc, argv, first);
    return code == CLI_DONE ? order_id_complete(cli, &asked->request_id, asked->fresh_id) : code;
}

int vendor_start(struct cli *cli, int argc, char **argv)
{
    struct asked asked = {.terminal = ""};
    Metervault__V1__StartBatchRequest request = METERVAULT__V1__START_BATCH_REQUEST__INIT;
    int code = read_act(cli, &asked, argc, argv);
    if (code != CLI_DONE || asked.request_id == NULL)
        return code;
    request.request_id = (char *)asked.request_id;
    request.kind = asked.kind;
    request.terminal_id = (char *)asked.terminal;
    return send(cli, "StartBatch", &request.base, asked.request_id);
}

int vendor_end(struct cli *cli, int argc, char **argv)
{
    struct asked asked = {.terminal = "", .ends = true};
    Metervault__V1__EndBatchRequest request = METERVAULT__V1__END_BATCH_REQUEST__INIT;
    int code = read_act(cli, &asked, argc, argv);
    if (code != CLI_DONE || asked.request_id == NULL)
        return code;
    code = cli_confirm(cli, asked.yes, "It is counted now and stays as it is; what is sold from now on is not in it.");
    if (code != CLI_DONE)
        return code;
    request.request_id = (char *)asked.request_id;
    request.kind = asked.kind;
    request.terminal_id = (char *)asked.terminal;
    return send(cli, "EndBatch", &request.base, asked.request_id);
}

int vendor_total(struct cli *cli, int argc, char **argv)
{
    struct asked asked = {.terminal = ""};
    Metervault__V1__TotalBatchRequest request = METERVAULT__V1__TOTAL_BATCH_REQUEST__INIT;
    int first;
    int code;
    if (!cli_parse(cli, NULL, 0, argc, argv, &first, &code))
        return code;
    code = read_kind(cli, &asked, argc, argv, first);
    if (code != CLI_DONE)
        return code;
    request.kind = asked.kind;
    request.terminal_id = (char *)asked.terminal;
    return send(cli, "TotalBatch", &request.base, NULL);
}

int vendor_batch(struct cli *cli, int argc, char **argv)
{
    struct asked asked = {.organisation = ""};
    Metervault__V1__GetBatchRequest request = METERVAULT__V1__GET_BATCH_REQUEST__INIT;
    uint64_t number = 0;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "organisation", .text = &asked.organisation},
                                         {.name = "number", .text = &asked.number}};
    if (!cli_parse(cli, options, 2, argc, argv, &first, &code))
        return code;
    code = read_kind(cli, &asked, argc, argv, first);
    if (code != CLI_DONE)
        return code;
    if (asked.number != NULL && !cli_number(asked.number, 1, INT64_MAX, &number))
        return cli_usage(cli, "--number is a number from 1");
    request.kind = asked.kind;
    request.organisation = (char *)asked.organisation;
    request.terminal_id = (char *)asked.terminal;
    request.number = number;
    return send(cli, "GetBatch", &request.base, NULL);
}

int vendor_settle(struct cli *cli, int argc, char **argv)
{
    struct asked asked = {.organisation = ""};
    Metervault__V1__SettleRequest request = METERVAULT__V1__SETTLE_REQUEST__INIT;
    bool yes = false;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "request-id", .text = &asked.request_id},
                                         {.name = "yes", .flag = &yes}};
    if (!cli_parse(cli, options, 2, argc, argv, &first, &code))
        return code;
    if (argc - first > 1)
        return cli_usage(cli, "settle takes one organisation, or none: your own");
    code = cli_confirm(cli, yes, "The day ends here: what is sold from now on belongs to the next settlement.");
    if (code == CLI_DONE)
        code = order_id_complete(cli, &asked.request_id, asked.fresh_id);
    if (code != CLI_DONE)
        return code;
    request.request_id = (char *)asked.request_id;
    request.organisation = first < argc ? argv[first] : request.organisation;
    return send(cli, "Settle", &request.base, asked.request_id);
}
